"""A certificate on record: what it says, how it stands with the province, and what was noticed about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.subsidy.domain.serials import Series
from services.subsidy.domain.terms import AnyNumber, CertificateFacts, Evaluator, Lot, Validity, head_of
from shared.contracts.scope import ScopeItem
from shared.policy.terms import Term
from shared.values import CertificateNumber, StationCode, Uscc


class Origin(Term):
    """Who told of it first."""

    PROVINCE = "province", "省级下发", "Sent by the province"
    ROSTER = "roster", "机构名册", "Named in an institution's roster"


class CertificateState(Term):
    """How it stands with the province; the answer to a query moves it, and a revocation is final."""

    UNVERIFIED = "unverified", "待核验", "Not verified yet"
    VERIFIED = "verified", "已核验", "Verified"
    UNKNOWN = "unknown", "省级无此证书", "Unknown to the province"
    DIFFERS = "differs", "与省级数据不符", "Differs from the province's record"
    REVOKED = "revoked", "已撤销", "Revoked"


class Verification(Term):
    """All that is ever answered. A wrong name and an unknown number are one answer."""

    VALID = "valid", "有效", "Valid"
    NOT_FOUND = "not_found", "未查到或信息不符", "Not found, or not matching"
    REVOKED = "revoked", "已撤销", "Revoked"


class Mark(Term):
    """What was noticed on entry: a signal that goes with the certificate and refuses nothing by itself."""

    OTHER_PROVINCE = "other_province", "外省编号", "Numbered in another province"
    OTHER_CITY = "other_city", "外市编号", "Numbered in another city"
    OTHER_STATION = "other_station", "非本机构站点编号", "Numbered by a station of somebody else"
    FILING_LEVEL = "filing_level", "编号备案层级与机构不符", "Filing level in the number differs"
    OUT_OF_SCOPE = "out_of_scope", "评价日不在核定范围", "Outside the scope on the day of evaluation"
    NOT_IN_FORCE = "not_in_force", "评价日备案不在有效期", "Filing not in force on the day of evaluation"
    NOT_STANDING = "not_standing", "评价日机构不在正常状态", "Institution not in good standing that day"


ELSEWHERE = frozenset({Mark.OTHER_PROVINCE, Mark.OTHER_CITY, Mark.OTHER_STATION})
"""By any of these the institution it is kept with did not evaluate it."""

_VALIDITY = {
    CertificateState.VERIFIED: Validity.VALID,
    CertificateState.REVOKED: Validity.REVOKED,
}


@dataclass(frozen=True, kw_only=True)
class SealedHolder:
    """姓名 and 证件号码 encrypted for this certificate alone; `index` is the same for all certificates of a person."""

    name: bytes
    id: bytes
    index: bytes


@dataclass(frozen=True, kw_only=True)
class Details:
    """What a certificate says besides its number."""

    item: ScopeItem
    issued_on: date
    evaluated_on: date


@dataclass(frozen=True, kw_only=True)
class Issue:
    """By what certificates are of one lot, the institution as it was on the day of the evaluation set aside."""

    institution_id: UUID
    head: str
    item: ScopeItem
    issued_on: date
    evaluated_on: date
    validity: Validity
    evaluated_here: bool

    def lot(self, evaluator: Evaluator) -> Lot:
        """The lot, with its own institution as it was on that day."""
        return Lot(
            head=self.head,
            item=self.item,
            issued_on=self.issued_on,
            evaluated_on=self.evaluated_on,
            evaluator=evaluator if self.evaluated_here else None,
            validity=self.validity,
        )


def validity_in(state: CertificateState) -> Validity:
    """What a decision sees of a state: whatever the province does not stand by is not verified."""
    return _VALIDITY.get(state, Validity.UNVERIFIED)


def is_evaluated_here(number: AnyNumber, marks: Iterable[Mark]) -> bool:
    """Whether the institution it is kept with evaluated it: never so for an old number (N1.4)."""
    return isinstance(number, CertificateNumber) and ELSEWHERE.isdisjoint(marks)


@dataclass(eq=False, kw_only=True)
class Certificate:
    """One certificate, kept with the institution that evaluated, or whose roster named it.

    `differs` names the fields that the province has otherwise, never what stands in them. `clashes` counts how often
    its number was handed in for somebody else.
    """

    id: UUID
    number: AnyNumber
    holder: SealedHolder
    institution_id: UUID
    uscc: Uscc
    organ: str
    item: ScopeItem
    issued_on: date
    evaluated_on: date
    batch: str
    origin: Origin = Origin.PROVINCE
    state: CertificateState = CertificateState.VERIFIED
    marks: tuple[Mark, ...] = ()
    differs: tuple[str, ...] = ()
    clashes: int = 0
    asked_at: datetime | None = None
    revoked_on: date | None = None
    version: int = 0

    @property
    def evaluated_here(self) -> bool:
        return is_evaluated_here(self.number, self.marks)

    @property
    def validity(self) -> Validity:
        """What a decision sees of its state."""
        return validity_in(self.state)

    @property
    def issue(self) -> Issue:
        """What it shares with others of its evaluation."""
        return Issue(
            institution_id=self.institution_id,
            head=head_of(self.number),
            item=self.item,
            issued_on=self.issued_on,
            evaluated_on=self.evaluated_on,
            validity=self.validity,
            evaluated_here=self.evaluated_here,
        )

    def facts(self, evaluator: Evaluator) -> CertificateFacts:
        """What counts about it when it is claimed for."""
        return CertificateFacts(self.number, self.issue.lot(evaluator))

    def confirm(self, details: Details, holder: SealedHolder, *, batch: str, marks: Iterable[Mark]) -> None:
        """The province sent it: what a roster said before gives way. A person that differs is counted as a clash."""
        if holder.index != self.holder.index:
            self.clashes += 1
        self.item, self.issued_on, self.evaluated_on = (
            details.item,
            details.issued_on,
            details.evaluated_on,
        )
        self.holder, self.batch, self.marks = holder, batch, tuple(marks)
        self.state, self.differs = CertificateState.VERIFIED, ()

    def place(self, institution_id: UUID, uscc: Uscc, *, organ: str) -> None:
        """It is this institution's, whoever named it first."""
        self.institution_id, self.uscc, self.organ = institution_id, uscc, organ

    def claimed_by_another(self) -> None:
        """Its number was handed in for another person."""
        self.clashes += 1

    def asked(self, at: datetime) -> None:
        """The province is being asked about it."""
        self.asked_at = at

    def answered(self, state: CertificateState, differs: Iterable[str] = ()) -> None:
        """The province's answer; nothing is said any more of one that was revoked."""
        if self.state is not CertificateState.REVOKED:
            self.state, self.differs = state, tuple(differs)

    def revoke(self, *, on: date) -> bool:
        """The province no longer stands by it; False when that was known."""
        if self.state is CertificateState.REVOKED:
            return False
        self.state, self.revoked_on = CertificateState.REVOKED, on
        return True


class Certificates(Protocol):
    """Where certificates are kept; only those within the caller's reach exist for it."""

    def add(self, aggregate: Certificate) -> None: ...

    async def numbered(self, number: AnyNumber) -> Certificate: ...

    async def all_numbered(self, numbers: Iterable[AnyNumber]) -> Sequence[Certificate]: ...

    async def to_ask(self, *, asked_before: datetime, most: int) -> Sequence[Certificate]: ...

    async def count_to_ask(self, *, asked_before: datetime) -> int: ...

    async def series(self, station: StationCode, year: int) -> Sequence[Series]: ...
