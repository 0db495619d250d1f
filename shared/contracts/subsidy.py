"""Facts the subsidy service announces. Fields may be added, never renamed or removed."""

from datetime import date
from enum import StrEnum
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


class RecoveryFact(Event):
    """What every fact about a recovery from a body carries; what a person pays back is announced to nobody here."""

    stream: ClassVar = "subsidy.recovery"

    recovery_id: UUID
    institution_id: UUID
    uscc: Uscc

    @property
    def subject(self) -> UUID:
        return self.recovery_id


class RecoveryOpened(RecoveryFact):
    """Items that were paid are to be recovered; before the notice, more may be added and told of in another fact."""

    topic: ClassVar = "subsidy.recovery-opened.v1"

    cause: str
    amount_fen: Fen
    items: tuple[PaidCertificate, ...]


class RecoveryNoticed(RecoveryFact):
    """The debtor was told what to pay back, and until when."""

    topic: ClassVar = "subsidy.recovery-noticed.v1"

    number: str
    amount_fen: Fen
    due_on: date


class InstalmentOverdue(RecoveryFact):
    """A day by which something had to be repaid has passed."""

    topic: ClassVar = "subsidy.instalment-overdue.v1"

    due_on: date
    unpaid_fen: Fen


class HowRecovered(StrEnum):
    """Repaid by the debtor, offset against what it was to be paid, or written off: given up and not come back."""

    REPAID = "repaid"
    OFFSET = "offset"
    WRITTEN_OFF = "written_off"


class RecoveredCertificate(PaidCertificate):
    """What of the amount was booked for one certificate; `whole`: all that was ever paid for it has come back now."""

    whole: bool


class SubsidyRecovered(RecoveryFact):
    """A sum came back, or was given up; `remaining_fen` is what is still to come back."""

    topic: ClassVar = "subsidy.subsidy-recovered.v1"

    entry_id: UUID
    cause: str
    how: HowRecovered
    amount_fen: Fen
    remaining_fen: Fen
    settled: bool
    items: tuple[RecoveredCertificate, ...]


class SignalSight(BaseModel):
    """What was seen of one certificate. `day` is what speaks against it; `note` a code, such as where from."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)

    number: str
    evaluated_on: date
    issued_on: date
    day: date | None = None
    note: str = ""


class SignalLimit(BaseModel):
    """A value of the policy by which a signal was found, and how sure that value is."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)

    key: str
    value: int
    status: str


class SignalEvidence(BaseModel):
    """What shows it: counts, days, certificate numbers and digests; nothing that names a person."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)

    count: int = Field(description="涉及的证书、缺号或申领人数 · certificates, missing serials or claimants")
    of: int | None = Field(default=None, description="总数，如参评人数 · out of how many, such as candidates")
    day: date | None = None
    digest: str = Field(
        default="", description="人员或账户的摘要，不可还原 · the same for the same person or account"
    )
    certificates: tuple[SignalSight, ...] = Field(default=(), description="至多 20 份 · the first 20")
    gaps: tuple[tuple[int, int], ...] = Field(default=(), description="缺号区间 · first and last missing")
    bodies: tuple[str, ...] = Field(default=(), description="本机关辖内的单位 · bodies of the same organ")
    limits: tuple[SignalLimit, ...] = ()


class SignalFact(Event):
    """What every fact about a signal carries; one about people who claim for themselves names no institution."""

    stream: ClassVar = "subsidy.signal"

    signal_id: UUID
    institution_id: UUID | None
    uscc: Uscc | None

    @property
    def subject(self) -> UUID:
        return self.signal_id


class SignalRaised(SignalFact):
    """Something looks wrong, for the first time or with other evidence than in the revision before."""

    topic: ClassVar = "subsidy.signal-raised.v1"

    kind: str
    label: str = Field(description="中文 · English")
    revision: int
    evidence: SignalEvidence


class SignalLapsed(SignalFact):
    """What a signal rested on is found no more, such as serials that came in late."""

    topic: ClassVar = "subsidy.signal-lapsed.v1"
