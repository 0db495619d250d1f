"""评估专家: who may be called to a panel, by which organ, and whom it does not assess."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.filing.domain.terms import Applicant
from shared.errors import Conflict, Forbidden, NotFound
from shared.paging import Page
from shared.policy import Policy
from shared.values import Occupation, Uscc


class UnknownExpert(NotFound):
    """没有这名专家 · There is no such expert."""

    code = "NJT-FIL-1201"


class LoginTaken(Conflict):
    """该登录名已属于另一名专家 · Another expert has this login already."""

    code = "NJT-FIL-1202"


class NotYourExpert(Forbidden):
    """不是本机关聘请的专家 · Your organ did not appoint this expert."""

    code = "NJT-FIL-1203"


@dataclass(eq=False, kw_only=True)
class Expert:
    """One whom an organ appointed to assess filings.

    `subject` is the login with which the expert enters its own marks, None when an officer enters what it signed on
    paper. `recused_from` are the bodies that it has declared it will not assess.
    """

    id: UUID
    organ: str
    name: str
    employer: str = ""
    employer_uscc: Uscc | None = None
    subject: str | None = None
    occupations: frozenset[Occupation] = frozenset()
    recused_from: frozenset[Uscc] = frozenset()
    active: bool = True
    version: int = 0

    def check_appointed_by(self, organ: str) -> None:
        """Raises NotYourExpert for any organ but the one that appointed it, whose roster it is on."""
        if organ != self.organ:
            raise NotYourExpert(f"由 {self.organ} 聘请 · {self.organ} appointed it")

    def serves(self, organ: str, policy: Policy) -> bool:
        """Whether an organ may call it: the one that appointed it, or one below that."""
        return self.active and (organ == self.organ or self.organ in policy.above(organ))

    def tie_to(self, applicant: Applicant) -> str | None:
        """Why it may not assess this body, as far as the records tell; None when they tell nothing."""
        if self.employer_uscc == applicant.uscc or (self.employer and self.employer == applicant.name):
            return "任职于申请单位 · employed by the applicant"
        if applicant.uscc in self.recused_from:
            return "已声明对该单位回避 · declared that it steps aside"
        if self.name == applicant.legal_representative:
            return "与申请单位法定代表人同名 · has the name of the applicant's legal representative"
        return None


class Experts(Protocol):
    """Where experts are kept: an organ sees its own, those of organs below it, and those lent from above."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Expert: ...

    def add(self, aggregate: Expert) -> None: ...

    async def page(self, *, active: bool | None, cursor: str | None, size: int) -> Page[Expert]: ...
