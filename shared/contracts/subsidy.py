"""Facts the subsidy service announces. Fields may be added, never renamed or removed."""

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts.event import Event
from shared.values import CertificateNumber, Fen, Level, Uscc


class PaidCertificate(BaseModel):
    """What was paid for one certificate."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: CertificateNumber
    level: Level
    amount_fen: Fen


class ClaimFact(Event):
    """What every fact about a claim carries."""

    stream: ClassVar = "subsidy.claim"

    claim_id: UUID
    institution_id: UUID

    @property
    def subject(self) -> UUID:
        return self.claim_id


class ClaimPaid(ClaimFact):
    """The approved items of a claim were paid."""

    topic: ClassVar = "subsidy.claim-paid.v1"

    uscc: Uscc
    certificates: int
    amount_fen: Fen
    items: tuple[PaidCertificate, ...]


class ClaimFrozen(ClaimFact):
    """Nothing of this claim is paid until it is released."""

    topic: ClassVar = "subsidy.claim-frozen.v1"

    reason: str


class ClaimReleased(ClaimFact):
    """A frozen claim goes on where it stood."""

    topic: ClassVar = "subsidy.claim-released.v1"
