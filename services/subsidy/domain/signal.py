"""风险信号: something that looks wrong, and what shows it. It refuses nothing; supervision looks into it (N3.3)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from services.subsidy.domain.certificate import Certificate
from services.subsidy.domain.claim import Claim
from services.subsidy.domain.evaluation import Sitting
from services.subsidy.domain.terms import AnyNumber
from shared.errors import Conflict, NotFound
from shared.paging import Page
from shared.policy import Policy
from shared.policy.terms import Term
from shared.values import Uscc

BASIS = ("N3.3",)
_DIGEST_BYTES = 8
SHOWN = 20
"""Of certificates, runs of serials and bodies, so many are shown with a signal; `count` tells of all."""


class UnknownSignal(NotFound):
    """没有这条风险信号 · There is no such signal."""

    code = "NJT-SUB-1901"


class SignalKnown(Conflict):
    """该风险信号刚由另一进程提出 · The signal was raised by another process just now."""

    code = "NJT-SUB-1902"


class SignalKind(Term):
    """What looks wrong."""

    SHARED_ACCOUNT = "shared_account", "多名申领人共用收款账户", "One account for several claimants"
    PENSIONER = "pensioner", "持证人领取养老待遇", "Holders draw a pension"
    STUDENT = "student", "持证人为全日制在校生", "Holders are full-time students"
    DISPATCHED_WITHOUT_CONTRACT = (
        "dispatched_without_contract",
        "持证人为无派遣协议的劳务派遣人员",
        "Holders are dispatched without a contract",
    )
    UNDER_AGE = "under_age", "持证人未达年龄", "Holders are under age"
    MANY_CERTIFICATES = "many_certificates", "短期内一人多证", "Many certificates in one person"
    ISSUED_BEFORE_EVALUATED = (
        "issued_before_evaluated",
        "评价结束前核发证书",
        "Issued before the evaluation ended",
    )
    OUT_OF_SCOPE = "out_of_scope", "评价时超出备案", "Evaluated beyond what was filed"
    SERIAL_GAP = "serial_gap", "证书编号缺号", "Serials are missing"
    SERIAL_DUPLICATE = "serial_duplicate", "证书编号重号", "Serials stand for two people"
    PASS_RATE = "pass_rate", "批次合格率异常", "Unusual pass rate"


class SignalState(Term):
    """How far it is. What was closed is looked at again only when more is found."""

    OPEN = "open", "待核查", "To be looked into"
    LAPSED = "lapsed", "已不存在", "No longer so"
    CLOSED = "closed", "已办结", "Closed"


class SignalFinding(Term):
    """What supervision found."""

    CONFIRMED = "confirmed", "属实", "Confirmed"
    UNFOUNDED = "unfounded", "不属实", "Unfounded"
    UNCLEAR = "unclear", "未能查实", "Unclear"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A value of the policy by which it was found, and how sure that value is."""

    key: str
    value: int
    status: str


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What was seen about one certificate. `day` is what speaks against it; `note` a code, such as where from."""

    number: str
    evaluated_on: date
    issued_on: date
    day: date | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class SignalEvidence:
    """What shows it: counts, days, numbers of certificates and digests; nothing that names a person.

    `count` are the certificates, missing serials or claimants in question, `of` how many there are altogether. `digest` is
    the beginning of the blind index of a person or account, the same wherever that stands.
    """

    count: int
    of: int | None = None
    day: date | None = None
    digest: str = ""
    certificates: tuple[Sight, ...] = ()
    gaps: tuple[tuple[int, int], ...] = ()
    bodies: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()


class Whose(NamedTuple):
    """Which institution a signal is about, or which organ's people; and whose it is to look into."""

    institution_id: UUID | None
    uscc: Uscc | None
    organ: str


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a detector found about a subject; the greater `weight`, the more of it."""

    kind: SignalKind
    subject: str
    whose: Whose
    evidence: SignalEvidence
    weight: int


@dataclass(frozen=True, kw_only=True)
class Sign:
    """What a detector found about one certificate; those of one subject make one signal."""

    kind: SignalKind
    subject: str
    whose: Whose
    sight: Sight


@dataclass(eq=False, kw_only=True)
class Signal:
    """One suspicion about one subject, raised once; `revision` counts how often supervision was told of it.

    The last finding stays when more was found since and it is open again.
    """

    id: UUID
    kind: SignalKind
    subject: str
    organ: str
    institution_id: UUID | None
    institution_uscc: Uscc | None
    evidence: SignalEvidence
    weight: int
    raised_at: datetime
    changed_at: datetime
    state: SignalState = SignalState.OPEN
    revision: int = 1
    finding: SignalFinding | None = None
    closed_at: datetime | None = None
    closed_weight: int = 0
    lead_id: UUID | None = None
    version: int = 0

    @property
    def confirmed(self) -> bool:
        """Whether it may be named as the cause of a recovery."""
        return self.finding is SignalFinding.CONFIRMED

    def find(self, evidence: SignalEvidence, *, weight: int, at: datetime) -> bool:
        """What is found now; True when supervision is to be told: it changed, and is more than what was closed."""
        if (evidence, weight) == (self.evidence, self.weight) and self.state is not SignalState.LAPSED:
            return False
        self.evidence, self.weight, self.changed_at = evidence, weight, at
        if self.state is SignalState.CLOSED and weight <= self.closed_weight:
            return False
        self.state, self.revision = SignalState.OPEN, self.revision + 1
        return True

    def lapse(self, *, at: datetime) -> bool:
        """Nothing of it is found any more; True when supervision is to be told."""
        if self.state is not SignalState.OPEN:
            return False
        self.state, self.changed_at = SignalState.LAPSED, at
        return True

    def close(self, finding: SignalFinding, *, lead_id: UUID, revision: int, at: datetime) -> None:
        """Supervision found this, having seen it as of a revision; raised again meanwhile, it stays open."""
        self.finding, self.lead_id = finding, lead_id
        if revision == self.revision:
            self.state, self.closed_at, self.closed_weight = SignalState.CLOSED, at, self.weight


def raised(found: Found, *, key: UUID, at: datetime) -> Signal:
    """A signal nobody raised before."""
    return Signal(
        id=key,
        kind=found.kind,
        subject=found.subject,
        organ=found.whose.organ,
        institution_id=found.whose.institution_id,
        institution_uscc=found.whose.uscc,
        evidence=found.evidence,
        weight=found.weight,
        raised_at=at,
        changed_at=at,
    )


def limits(policy: Policy, on: date, *keys: str) -> tuple[Limit, ...]:
    """Values of the policy with their status, as they are told with what was found by them."""
    return tuple(
        Limit(key=key, value=policy.number(key, on), status=policy.parameter(key, on).status.value)
        for key in keys
    )


def digest_of(index: bytes) -> str:
    """The beginning of a blind index, as evidence shows it."""
    return index[:_DIGEST_BYTES].hex()


def whose(certificate: Certificate) -> Whose:
    return Whose(certificate.institution_id, certificate.uscc, certificate.organ)


def sight(certificate: Certificate, *, day: date | None = None, note: str = "") -> Sight:
    return Sight(
        number=str(certificate.number),
        evaluated_on=certificate.evaluated_on,
        issued_on=certificate.issued_on,
        day=day,
        note=note,
    )


@dataclass(frozen=True, kw_only=True)
class Sought:
    """Which signals are looked for."""

    kind: SignalKind | None = None
    state: SignalState | None = None
    institution_id: UUID | None = None
    organ: str | None = None
    touching: Claim | None = None

    def about(self, claim: Claim | None) -> "Sought":
        """The same, of those that touch a claim."""
        return replace(self, touching=claim)


Subject = tuple[SignalKind, str]


class Signals(Protocol):
    """Where signals are kept; only those within the caller's reach exist for it, and an institution reaches none."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Signal: ...

    def add(self, aggregate: Signal) -> None: ...

    async def about(self, subjects: Collection[Subject]) -> Mapping[Subject, Signal]: ...

    async def beginning(self, kind: SignalKind, prefix: str) -> Sequence[Signal]: ...

    async def page(self, sought: Sought, *, cursor: str | None, size: int) -> Page[Signal]: ...

    async def open_on(self, claim: Claim) -> int | None: ...

    async def signs_of(
        self, numbers: Iterable[AnyNumber], kinds: Collection[SignalKind]
    ) -> Mapping[tuple[SignalKind, str, str], Sight]: ...

    async def forget_signs(self, kind: SignalKind, subject: str, numbers: Collection[str]) -> None: ...

    async def keep_signs(self, signal: Signal, sights: Sequence[Sight]) -> None: ...

    async def keep_sitting(self, signal: Signal, sitting: Sitting) -> None: ...

    async def seen_of(self, signals: Collection[UUID]) -> Mapping[UUID, tuple[int, tuple[Sight, ...]]]: ...
