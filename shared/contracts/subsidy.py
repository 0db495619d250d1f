"""Facts the subsidy service announces. Fields may be added, never renamed or removed."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.event import Event
from shared.values import CertificateNumber, Fen, Level, Uscc, VocationalCertificateNumber


class PaidCertificate(BaseModel):
    """What was paid for one certificate."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: Annotated[CertificateNumber | VocationalCertificateNumber, Field(union_mode="left_to_right")]
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


class CertificateFact(Event):
    """What every fact about a certificate carries."""

    stream: ClassVar = "subsidy.certificate"

    certificate_id: UUID
    institution_id: UUID

    @property
    def subject(self) -> UUID:
        return self.certificate_id


class CertificateRevoked(CertificateFact):
    """The province no longer stands by a certificate; what was paid for it is to come back."""

    topic: ClassVar = "subsidy.certificate-revoked.v1"

    uscc: Uscc
    number: str
    revoked_on: date
    reason: str
