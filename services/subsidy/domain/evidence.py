"""证明材料: a document by which a claimant states a fact about a holder, until an officer has checked it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.subsidy.domain.fact import Fact, FactKind, Value
from services.subsidy.domain.refusals import NotTheHandlingOrgan, ReasonMissing
from services.subsidy.domain.terms import AnyNumber
from shared.errors import Conflict, NotFound
from shared.paging import Page
from shared.policy.terms import Term
from shared.values import Uscc


class UnknownEvidence(NotFound):
    """没有这份证明材料 · There is no such evidence."""

    code = "NJT-SUB-1501"


class EvidenceSettled(Conflict):
    """证明材料已有核查结论 · The evidence was checked already."""

    code = "NJT-SUB-1502"


class EvidenceState(Term):
    """How far it is; only what was accepted is a fact."""

    AWAITING = "awaiting", "待核查", "Awaiting a check"
    ACCEPTED = "accepted", "已采信", "Accepted"
    REJECTED = "rejected", "不予采信", "Rejected"


@dataclass(frozen=True, kw_only=True)
class Document:
    """The uploaded file, kept under its digest; `extension` without a dot. Its own name may name people: not kept."""

    sha256: str
    media_type: str
    extension: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Checked:
    """Who checked it, when, of which organ, and why it was decided so."""

    by: str
    at: datetime
    organ: str
    reason: str


@dataclass(eq=False, kw_only=True)
class Evidence:
    """What the claimant states, and the document that is to show it. `value` is what it claims until it is accepted."""

    id: UUID
    organ: str
    uscc: Uscc
    certificate_number: AnyNumber
    holder_index: bytes
    kind: FactKind
    value: Value
    about: date
    document: Document
    by: str
    at: datetime
    state: EvidenceState = EvidenceState.AWAITING
    checked: Checked | None = None
    version: int = 0

    def accept(self, value: Value, checked: Checked) -> Fact:
        """The fact that the document shows, in the officer's reading; raises NotTheHandlingOrgan or EvidenceSettled."""
        self._settle(EvidenceState.ACCEPTED, checked)
        self.value = value
        return Fact(
            kind=self.kind,
            value=value,
            about=self.about,
            source=f"evidence:{self.id}",
            obtained_at=checked.at,
        )

    def reject(self, checked: Checked) -> None:
        """It shows nothing; raises ReasonMissing without a reason, NotTheHandlingOrgan or EvidenceSettled."""
        if not checked.reason:
            raise ReasonMissing
        self._settle(EvidenceState.REJECTED, checked)

    def _settle(self, state: EvidenceState, checked: Checked) -> None:
        if checked.organ != self.organ:
            raise NotTheHandlingOrgan(f"由 {self.organ} 经办 · {self.organ} handles it", basis=("N2.0",))
        if self.state is not EvidenceState.AWAITING:
            raise EvidenceSettled(f"当前为{self.state.zh} · it is {self.state}")
        self.state, self.checked = state, checked


class Evidences(Protocol):
    """Where evidence is kept; only that within the caller's reach exists for it."""

    def add(self, aggregate: Evidence) -> None: ...

    async def get(self, key: UUID, *, seen: int | None = None) -> Evidence: ...

    async def page(self, *, state: EvidenceState | None, cursor: str | None, size: int) -> Page[Evidence]: ...
