"""明确专人经办: which officer a case goes to, and who takes it over (N3.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol
from uuid import UUID

from services.filing.domain.filing import Filing
from services.filing.domain.officer import Officer, RecusedOfficer
from services.filing.domain.refusals import NotTheHandlingOrgan, OutOfTurn
from services.filing.domain.stages import IN_HAND_STATES
from shared.errors import Conflict

_NEVER = datetime.min.replace(tzinfo=UTC)


class AbsentOfficer(Conflict):
    """经办人不在岗 · The officer is on leave, or is one no more."""

    code = "NJT-FIL-1411"


class ForeignOfficer(Conflict):
    """不是经办机关的经办人 · The officer is not one of the organ that handles the case."""

    code = "NJT-FIL-1412"


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An officer with its cases in hand, and when it was last given one."""

    officer: Officer
    open_cases: int
    last_at: datetime | None = None


def chosen(filing: Filing, candidates: Sequence[Candidate], *, day: date) -> Officer | None:
    """Who handles the case from now on; None when nobody can.

    Whoever has it keeps it. Of one on leave the deputy takes it over; else it goes to the officer with the fewest
    cases in hand, among those to the one whose turn was longest ago.
    """
    fit = {each.officer.id: each for each in candidates if _can_take(each.officer, filing, day)}
    holder = next((each.officer for each in candidates if each.officer.id == filing.officer_id), None)
    if holder is not None:
        for heir in (holder.id, _deputy_of(holder, day)):
            if heir in fit:
                return fit[heir].officer
    least = min(fit.values(), key=_turn, default=None)
    return least.officer if least else None


def _turn(candidate: Candidate) -> tuple[int, datetime, UUID]:
    return candidate.open_cases, candidate.last_at or _NEVER, candidate.officer.id


def _deputy_of(officer: Officer, day: date) -> UUID | None:
    return officer.leave.deputy_id if officer.leave and officer.leave.covers(day) else None


def _can_take(officer: Officer, filing: Filing, day: date) -> bool:
    return (
        officer.organ == filing.handled_by
        and not officer.is_away(day)
        and not officer.is_recused_from(filing.applicant.uscc)
    )


def assign(filing: Filing, officer: Officer, *, organ: str, day: date) -> None:
    """An officer of the organ gives it to another by hand.

    Raises NotTheHandlingOrgan, OutOfTurn for what is not in hand, ForeignOfficer, RecusedOfficer or AbsentOfficer.
    """
    if organ != filing.handled_by:
        raise NotTheHandlingOrgan(f"由 {filing.handled_by} 经办 · {filing.handled_by} handles it")
    if filing.state not in IN_HAND_STATES:
        raise OutOfTurn(f"当前为 {filing.state.label} · only cases in hand are assigned")
    if officer.organ != filing.handled_by:
        raise ForeignOfficer(f"{officer.organ}；须为 · must be of {filing.handled_by}", basis=("N3.2",))
    if officer.is_recused_from(filing.applicant.uscc):
        raise RecusedOfficer(basis=("N3.2",))
    if officer.is_away(day):
        raise AbsentOfficer(basis=("N3.2",))
    filing.officer_id = officer.id


class Assignments(Protocol):
    """Who has how many cases, and which cases want an officer."""

    async def candidates(self, organ: str) -> list[Candidate]: ...

    async def took(self, officer: Officer, *, at: datetime) -> None: ...

    async def due(self, *, day: date) -> list[UUID]: ...

    async def loads(self, officer_ids: Sequence[UUID]) -> Mapping[UUID, int]: ...

    async def unassigned(self, organ: str | None) -> int: ...
