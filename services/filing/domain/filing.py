"""One applicant's request to be put on record, from draft to registration."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.filing.domain.refusals import (
    BadPanel,
    FiledElsewhere,
    MaterialsIncomplete,
    NotEvaluated,
    NothingToAcknowledge,
    NotPledgeable,
    NotResponsible,
    NotTheHandlingOrgan,
    OutOfTurn,
    PublicityRunning,
    UnknownMaterial,
)
from services.filing.domain.terms import Applicant, FilingState, Material, Obligation, Score, Training
from shared.clock import SHANGHAI
from shared.contracts.scope import ScopeItem
from shared.paging import Page
from shared.policy import (
    Attribute,
    Audience,
    Category,
    DutyKind,
    DutyOwner,
    OccupationEntry,
    OrganKind,
    Policy,
    Routing,
    UnknownOccupation,
)
from shared.values import Occupation

_BEST = 100


@dataclass(eq=False, kw_only=True)
class Filing:
    """A request for a scope of occupations and levels.

    `organ` is the district or park responsible for the applicant (N2.0); `handled_by` the organ that assesses and
    files, the city for some (N2.5). `evidence` holds what the applicant can show, `facts` what the register knows.
    """

    id: UUID
    applicant: Applicant
    organ: str
    handled_by: str
    category: Category
    audience: Audience
    scope: tuple[ScopeItem, ...]
    basis: tuple[str, ...]
    drafted_at: datetime
    training: frozenset[Training] = frozenset()
    evidence: frozenset[Attribute] = frozenset()
    materials: tuple[Material, ...] = ()
    state: FilingState = FilingState.DRAFT
    submitted_at: datetime | None = None
    scores: tuple[Score, ...] = ()
    publicity_until: datetime | None = None
    registered_at: datetime | None = None
    filing_number: str | None = None
    institution_id: UUID | None = None
    obligations: tuple[Obligation, ...] = ()
    version: int = 0

    @property
    def priority(self) -> bool:
        """Taken first in the officer's queue, not more likely to pass (N1.1)."""
        return bool(self.training)

    @property
    def complete(self) -> bool:
        """Registered, and everything owed on the case is done."""
        return self.state is FilingState.REGISTERED and all(each.done_at for each in self.obligations)

    def hand_in(self, material: Material, policy: Policy) -> None:
        """Add a document or replace it (N2.8); raises UnknownMaterial, or NotPledgeable (N3.3)."""
        self._expect(FilingState.DRAFT)
        asked = {kind.id: kind for kind in policy.materials(self.category, self.audience)}
        if material.kind not in asked:
            raise UnknownMaterial(f"{material.kind}；可选 · one of: {', '.join(asked)}", basis=("N2.8",))
        if material.pledged and not asked[material.kind].pledge:
            raise NotPledgeable(asked[material.kind].name, basis=("N3.3",))
        others = (each for each in self.materials if each.kind != material.kind)
        self.materials = (*others, material)

    def submit(self, policy: Policy, *, at: datetime) -> None:
        """Hand the case to the district (N2.8); raises MaterialsIncomplete naming all that is missing."""
        self._expect(FilingState.DRAFT)
        given = {each.kind for each in self.materials}
        missing = [
            kind.name
            for kind in policy.materials(self.category, self.audience)
            if kind.required and kind.id not in given
        ]
        if missing:
            raise MaterialsIncomplete(
                f"缺 {len(missing)} 项：{'；'.join(missing)}", basis=("N2.8",), extra={"missing": missing}
            )
        self.state = FilingState.SUBMITTED
        self.submitted_at = at

    def accept(self, *, organ: str) -> None:
        """受理: take the case on."""
        self._handled_by(organ)
        self._expect(FilingState.SUBMITTED)
        self.state = FilingState.ACCEPTED

    def assess(self, scores: Sequence[Score], policy: Policy, *, organ: str, at: datetime) -> None:
        """Record the panel's marks and what follows (N1.2); between correction and pass it may be assessed again.

        Raises BadPanel unless the experts are an odd number, enough, and each named once.
        """
        self._handled_by(organ)
        self._expect(FilingState.ACCEPTED)
        day = at.astimezone(SHANGHAI).date()
        _check_panel(scores, at_least=policy.number("expert.min_count", day))
        self.scores = tuple(scores)
        average = sum(score.mark for score in scores) / len(scores)
        if average >= policy.number("expert.pass_score", day):
            self.state = FilingState.PASSED
        elif average < policy.number("expert.correct_score", day):
            self.state = FilingState.FAILED

    def publicise(self, policy: Policy, *, organ: str, at: datetime) -> None:
        """公示: publish the intended registration for the working days that the policy names."""
        self._handled_by(organ)
        self._expect(FilingState.PASSED)
        days = policy.days("filing.publicity_days", at.astimezone(SHANGHAI).date())
        self.publicity_until = policy.calendar.deadline(at, days)
        self.state = FilingState.PUBLICITY

    def register(
        self,
        routing: Routing,
        policy: Policy,
        *,
        organ: str,
        at: datetime,
        numbered: tuple[str, UUID],
    ) -> None:
        """Put it on record under a filing number, as an institution; raises PublicityRunning before its end.

        What the clause makes others owe on the case becomes obligations.
        """
        self._handled_by(organ)
        self._expect(FilingState.PUBLICITY)
        if self.publicity_until is None or at <= self.publicity_until:
            raise PublicityRunning(f"公示至 {_shown(self.publicity_until)} · publicity ends then")
        self.filing_number, self.institution_id = numbered
        self.state = FilingState.REGISTERED
        self.registered_at = at
        self.obligations = tuple(obligations(routing, policy, organ=self.organ, at=at))

    def fulfil(self, kind: DutyKind, *, at: datetime) -> None:
        """Something owed on the case was done; doing it twice changes nothing."""
        self.obligations = tuple(
            replace(each, done_at=at) if each.kind is kind and each.done_at is None else each
            for each in self.obligations
        )

    def acknowledge_copy(self, *, organ: str, at: datetime) -> None:
        """抄报: the city has taken note (N2.4); raises NothingToAcknowledge when nothing was copied to it."""
        owed = [each for each in self.obligations if each.kind is DutyKind.BE_COPIED and each.done_at is None]
        if not any(each.organ == organ for each in owed):
            raise NothingToAcknowledge(str(self.id), basis=("N2.4",))
        self.fulfil(DutyKind.BE_COPIED, at=at)

    def withdraw(self) -> None:
        """撤回: the applicant takes it back, any time before registration."""
        if self.state in (FilingState.REGISTERED, FilingState.FAILED, FilingState.WITHDRAWN):
            raise OutOfTurn(f"当前为 {self.state} · it is {self.state}")
        self.state = FilingState.WITHDRAWN

    def _expect(self, state: FilingState) -> None:
        if self.state is not state:
            raise OutOfTurn(f"当前为 {self.state}，须为 {state} · it is {self.state}, not {state}")

    def _handled_by(self, organ: str) -> None:
        if organ != self.handled_by:
            raise NotTheHandlingOrgan(
                f"由 {self.handled_by} 经办 · {self.handled_by} handles it", basis=self.basis
            )


def responsible_organ(code: str, policy: Policy) -> str:
    """The district or park an applicant belongs to (N2.0); raises UnknownOrgan, or NotResponsible for any other."""
    organ = policy.organ(code)
    if organ.kind not in (OrganKind.DISTRICT, OrganKind.PARK):
        raise NotResponsible(
            f"{organ.name}：须为所在区或园区 · it must be a district or park", basis=("N2.0",)
        )
    return organ.code


def handling_organ(routing: Routing, policy: Policy, *, organ: str) -> str:
    """Who assesses and files for an applicant of this district or park; raises FiledElsewhere for the province's."""
    owner = routing.owner(DutyKind.FILE)
    if owner is DutyOwner.PROVINCE:
        raise FiledElsewhere(
            "由省人社厅评估备案，区负责对接、开户 · filed by the province", basis=routing.basis
        )
    return _owner_organ(owner, policy, organ=organ)


def check_scope(scope: Iterable[ScopeItem], policy: Policy) -> None:
    """Every item must be in the catalogue and offered at its level (N1.5); raises NotEvaluated naming the first."""
    for item in scope:
        try:
            entry: OccupationEntry = policy.occupation(Occupation(item.edition, item.occupation))
        except UnknownOccupation as unknown:
            raise NotEvaluated(unknown.detail, basis=("N1.5",)) from None
        if entry.excluded:
            raise NotEvaluated(f"{entry.name} 属准入类职业资格 · is a licensed trade", basis=("N1.5",))
        if not entry.offers(item.level, item.work_type):
            raise NotEvaluated(
                f"{entry.name}{item.work_type} 不设 {item.level.title} · not offered at this level",
                basis=("N1.5",),
            )


def obligations(routing: Routing, policy: Policy, *, organ: str, at: datetime) -> Iterable[Obligation]:
    """What the deciding clause makes others owe once the case is registered, with its deadline."""
    terms = {
        DutyKind.OPEN_ACCOUNT: "account.open_days",
        DutyKind.BE_COPIED: "filing.copy_days",
        DutyKind.CONNECT: "filing.connect_days",
    }
    day = at.astimezone(SHANGHAI).date()
    for duty in routing.duties:
        if duty.kind in terms:
            due = policy.calendar.deadline(at, policy.days(terms[duty.kind], day))
            yield Obligation(kind=duty.kind, organ=_owner_organ(duty.owner, policy, organ=organ), due_at=due)


def _owner_organ(owner: DutyOwner | None, policy: Policy, *, organ: str) -> str:
    if owner is DutyOwner.CITY:
        return policy.organ(organ).parent or organ
    return organ


def _check_panel(scores: Sequence[Score], *, at_least: int) -> None:
    experts = {score.expert for score in scores}
    if len(scores) < at_least or len(scores) % 2 == 0 or len(experts) != len(scores):
        raise BadPanel(
            f"须为不少于 {at_least} 人的单数且不重复 · an odd number, at least {at_least}, each once",
            basis=("N1.2",),
        )
    if any(not 0 <= score.mark <= _BEST for score in scores):
        raise BadPanel("分数须在 0–100 · marks run from 0 to 100", basis=("N1.2",))


def _shown(moment: datetime | None) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment else "—"


class Filings(Protocol):
    """Where filings are kept; only those within the caller's reach exist for it."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Filing: ...

    def add(self, aggregate: Filing) -> None: ...

    async def of_institution(self, institution_id: UUID) -> Filing | None: ...

    async def queue(self, *, state: FilingState | None, cursor: str | None, size: int) -> Page[Filing]: ...

    async def next_serial(self, *, organ: str, year: int) -> int: ...
