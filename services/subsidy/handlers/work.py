"""What one unit of work of subsidy holds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.subsidy.domain.certificate import Certificates
from services.subsidy.domain.claim import Claims
from services.subsidy.domain.entitlement import Entitlements
from services.subsidy.domain.institution import ClaimingInstitutions
from shared.clock import SHANGHAI
from shared.messaging.outbox import Outbox
from shared.policy import Policy
from shared.privacy import FieldCipher


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one unit of work of subsidy holds."""

    at: datetime
    new_id: Callable[[], UUID]
    policy: Policy
    cipher: FieldCipher
    institutions: ClaimingInstitutions
    certificates: Certificates
    entitlements: Entitlements
    claims: Claims
    outbox: Outbox

    @property
    def today(self) -> date:
        return self.at.astimezone(SHANGHAI).date()
