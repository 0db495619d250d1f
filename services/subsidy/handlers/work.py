"""What one unit of work of subsidy holds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.subsidy.domain.certificate import Certificates
from services.subsidy.domain.claim import Claims
from services.subsidy.domain.entitlement import Entitlements
from services.subsidy.domain.evidence import Evidences
from services.subsidy.domain.faults import Faults
from services.subsidy.domain.impact import Decided
from services.subsidy.domain.institution import ClaimingInstitutions
from services.subsidy.domain.item import Items
from services.subsidy.domain.knowledge import Facts, FactWaits
from services.subsidy.domain.objection import Objections, Publicity
from services.subsidy.domain.payee import Payees
from services.subsidy.domain.payment import Batches, Orders
from services.subsidy.domain.posting import Postings
from services.subsidy.domain.release import Releases
from services.subsidy.domain.upload import Uploads
from shared.clock import SHANGHAI
from shared.contracts.queries import (
    CertificateQuery,
    FactsQuery,
)
from shared.messaging.outbox import Outbox
from shared.policy import Policy
from shared.privacy import FieldCipher


class Queries(Protocol):
    """What the province is asked."""

    def ask_certificates(self, query: CertificateQuery) -> None: ...

    def ask_facts(self, query: FactsQuery) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one unit of work of subsidy holds.

    `new_code` makes the unguessable code that an objector asks by; `because` enters a reason in the ledger with what is
    changed.
    """

    at: datetime
    new_id: Callable[[], UUID]
    new_code: Callable[[], str]
    policy: Policy
    cipher: FieldCipher
    institutions: ClaimingInstitutions
    certificates: Certificates
    entitlements: Entitlements
    claims: Claims
    items: Items
    faults: Faults
    objections: Objections
    publicity: Publicity
    payees: Payees
    batches: Batches
    orders: Orders
    postings: Postings
    uploads: Uploads
    facts: Facts
    fact_waits: FactWaits
    evidence: Evidences
    queries: Queries
    releases: Releases
    decided: Decided
    because: Callable[[str], None]
    outbox: Outbox

    @property
    def today(self) -> date:
        return self.at.astimezone(SHANGHAI).date()
