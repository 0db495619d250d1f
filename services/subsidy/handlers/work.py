"""What one unit of work of subsidy holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.subsidy.domain.certificate import Certificates
from services.subsidy.domain.claim import Claim
from services.subsidy.domain.desk import Desks
from services.subsidy.domain.detection.records import Records
from services.subsidy.domain.docket import Dockets
from services.subsidy.domain.entitlement import Entitlements
from services.subsidy.domain.evaluation import Evaluations
from services.subsidy.domain.evidence import Evidences
from services.subsidy.domain.faults import Faults
from services.subsidy.domain.impact import Decided
from services.subsidy.domain.impact_run import ImpactRuns
from services.subsidy.domain.instalment import Instalments
from services.subsidy.domain.institution import ClaimingInstitutions
from services.subsidy.domain.item import Items, PaidItem
from services.subsidy.domain.knowledge import Facts, FactWaits
from services.subsidy.domain.look import Looks
from services.subsidy.domain.objection import Objections, Publicity
from services.subsidy.domain.payee import Payees
from services.subsidy.domain.payment import Batches, Orders
from services.subsidy.domain.posting import Postings
from services.subsidy.domain.queue import Claims
from services.subsidy.domain.recoverable import Recoverable
from services.subsidy.domain.recoveries import Recoveries, RecoveryEntries, RecoveryEntry
from services.subsidy.domain.recovery import Recovery
from services.subsidy.domain.recovery_item import RecoveryItems
from services.subsidy.domain.release import Releases
from services.subsidy.domain.signal import Signals
from services.subsidy.domain.statistic import Statistics
from services.subsidy.domain.upload import Uploads
from shared.clock import SHANGHAI
from shared.contracts.queries import (
    CertificateQuery,
    FactsQuery,
)
from shared.contracts.subsidy import RecoveredCertificate
from shared.messaging.outbox import Outbox
from shared.policy import Policy
from shared.privacy import FieldCipher


class Queries(Protocol):
    """What the province is asked, and what it alone is told."""

    def ask_certificates(self, query: CertificateQuery) -> None: ...

    def ask_facts(self, query: FactsQuery) -> None: ...

    def report_paid(self, claim: Claim, items: Sequence[PaidItem]) -> None: ...

    def report_recovered(
        self, recovery: Recovery, entry: RecoveryEntry, items: Sequence[RecoveredCertificate]
    ) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one unit of work of subsidy holds.

    `new_code` makes the unguessable code that an objector asks by; `because` enters a reason in the ledger with what is
    changed. `desks` outlives it: what was worked out of the policy for the claims decided last.
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
    desks: Desks
    dockets: Dockets
    faults: Faults
    objections: Objections
    publicity: Publicity
    payees: Payees
    batches: Batches
    orders: Orders
    postings: Postings
    recoveries: Recoveries
    recovery_items: RecoveryItems
    recovery_entries: RecoveryEntries
    instalments: Instalments
    recoverable: Recoverable
    uploads: Uploads
    facts: Facts
    fact_waits: FactWaits
    evidence: Evidences
    queries: Queries
    statistics: Statistics
    releases: Releases
    decided: Decided
    impact_runs: ImpactRuns
    signals: Signals
    looks: Looks
    evaluations: Evaluations
    records: Records
    because: Callable[[str], None]
    outbox: Outbox

    @property
    def today(self) -> date:
        return self.at.astimezone(SHANGHAI).date()
