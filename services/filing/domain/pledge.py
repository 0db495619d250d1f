"""告知承诺: what an applicant signs instead of handing in a proof, and what comes of it (N3.3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Protocol
from uuid import UUID

from shared.clock import SHANGHAI
from shared.errors import Conflict, Forbidden, NotFound
from shared.policy import Policy
from shared.policy.terms import Term
from shared.values import Uscc

BASIS = ("N3.3",)
_PARAMETER = "pledge.text"
_VERSION_DIGITS = 12


class NoProxy(Forbidden):
    """承诺须由申请单位本身签署，不得代办 · The applicant signs a pledge itself; nobody does in its place."""

    code = "NJT-FIL-1711"


class PledgeTextChanged(Conflict):
    """承诺书不是现行文本 · This is not the text of the pledge that holds today."""

    code = "NJT-FIL-1712"


class AlreadyWithdrawn(Conflict):
    """本年度已撤回承诺，不得再次承诺 · Withdrawn this year already; it cannot be pledged again until the next."""

    code = "NJT-FIL-1713"


class UnknownPledge(NotFound):
    """没有这项承诺 · There is no such pledge."""

    code = "NJT-FIL-1714"


class PledgeSettled(Conflict):
    """该承诺已核查或已撤回 · This pledge was checked or withdrawn already."""

    code = "NJT-FIL-1715"


class NotAPledgeCheck(Conflict):
    """该待办不是核查承诺 · This obligation is not to check a pledge."""

    code = "NJT-FIL-1716"


class PledgeState(Term):
    """What became of a pledge."""

    STANDING = "standing", "待核查", "to be checked"
    KEPT = "kept", "属实", "kept"
    FALSE = "false", "不实", "false"
    WITHDRAWN = "withdrawn", "已撤回", "withdrawn"
    VOID = "void", "已失效", "void with its case"


@dataclass(frozen=True, kw_only=True)
class PledgeText:
    """The text that is shown before it is signed, with what tells it from any other wording."""

    version: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who signs: the body whose client it is, and whoever it says it acts for."""

    subject: str
    holder: str | None
    on_behalf_of: str | None

    def check_is(self, uscc: Uscc) -> None:
        """Raises NoProxy for an officer, a portal, another body, or a client that acts for somebody else."""
        if self.holder != uscc or self.on_behalf_of is not None:
            raise NoProxy("须以申请单位自己的账号签署 · sign with the applicant's own client", basis=BASIS)


@dataclass(eq=False, kw_only=True)
class Pledge:
    """One document pledged in one case, with the very text that was signed. `kind` is the document's."""

    id: UUID
    filing_id: UUID
    organ: str
    uscc: Uscc
    kind: str
    text: PledgeText
    signed_by: str
    signed_at: datetime
    institution_id: UUID | None = None
    state: PledgeState = PledgeState.STANDING
    settled_at: datetime | None = None
    settled_by: str = ""
    finding: str = ""
    version: int = 0

    def check(self, *, kept: bool, finding: str, by: str, at: datetime) -> None:
        """核查: it was kept, or it was false; raises PledgeSettled."""
        self._settle(PledgeState.KEPT if kept else PledgeState.FALSE, by=by, at=at)
        self.finding = finding

    def withdraw(self, *, by: str, at: datetime) -> None:
        """撤回: the applicant takes it back before it is checked; raises PledgeSettled."""
        self._settle(PledgeState.WITHDRAWN, by=by, at=at)

    def void(self, *, by: str, at: datetime) -> None:
        """失效: its case was refused or has failed, so nothing rests on it any more; what was settled stays so."""
        if self.state is PledgeState.STANDING:
            self._settle(PledgeState.VOID, by=by, at=at)

    def _settle(self, state: PledgeState, *, by: str, at: datetime) -> None:
        if self.state is not PledgeState.STANDING:
            raise PledgeSettled(self.state.label, basis=BASIS)
        self.state, self.settled_by, self.settled_at = state, by, at


def text_on(policy: Policy, day: date) -> PledgeText:
    """The text that holds on a day; its version is the beginning of its digest."""
    text = policy.text(_PARAMETER, day)
    return PledgeText(version=sha256(text.encode()).hexdigest()[:_VERSION_DIGITS], text=text)


def check_not_withdrawn(pledges: Iterable[Pledge], kind: str, *, on: date) -> None:
    """Raises AlreadyWithdrawn when one of these of the same document was withdrawn in the same calendar year."""
    for each in pledges:
        if each.kind != kind or each.state is not PledgeState.WITHDRAWN or each.settled_at is None:
            continue
        if each.settled_at.astimezone(SHANGHAI).year == on.year:
            raise AlreadyWithdrawn(f"{on.year} 年内 · within {on.year}", basis=BASIS)


class Pledges(Protocol):
    """Where pledges are kept; an applicant sees its own in every district."""

    def add(self, aggregate: Pledge) -> None: ...

    async def of_filing(self, filing_id: UUID) -> list[Pledge]: ...

    async def of_body(self, uscc: Uscc) -> list[Pledge]: ...
