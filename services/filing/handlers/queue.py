"""What an officer has on the desk: the cases looked for, and how those in hand stand."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from uuid import UUID

from services.filing.domain.filing import Filing
from services.filing.domain.queue import Overview, Wanted
from services.filing.handlers.work import Work
from shared.clock import SHANGHAI
from shared.paging import Page

_NOTHING: Page[Filing] = Page(items=(), next=None)
_NOBODY = ""
"""An organ that handles nothing."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Whose desk it is: an officer's organ, or the institution (a USCC) that looks for its own cases."""

    organ: str | None
    holder: str | None


@dataclass(frozen=True, kw_only=True)
class LookFor:
    """The cases wanted; only the caller's own, those its organ is to handle, or only those overdue by now."""

    wanted: Wanted
    mine: bool = False
    to_handle: bool = False
    overdue: bool = False


async def look_for(query: LookFor, desk: Desk, work: Work, *, page: tuple[str | None, int]) -> Page[Filing]:
    """A page of the queue, given as its cursor and size; nobody who is no officer on record has cases of its own."""
    wanted = await _looked_for(query, desk, work)
    cursor, size = page
    return await work.filings.queue(wanted, cursor=cursor, size=size) if wanted else _NOTHING


async def are_more_than(most: int, query: LookFor, desk: Desk, work: Work) -> bool:
    """Whether there are more than so many of these in all."""
    wanted = await _looked_for(query, desk, work)
    return wanted is not None and await work.filings.are_more_than(most, wanted)


async def _looked_for(query: LookFor, desk: Desk, work: Work) -> Wanted | None:
    """What of it is within reach; None when nothing can be."""
    wanted = _within_reach(_handled(query.wanted, desk) if query.to_handle else query.wanted, desk, work)
    if not _can_see_any(wanted, desk, work):
        return None
    if query.overdue:
        wanted = replace(wanted, overdue_at=work.at)
    if query.mine:
        own = await _own_officer(desk, work)
        if own is None or wanted.officer_id not in (None, own):
            return None
        wanted = replace(wanted, officer_id=own)
    return wanted


async def overview(
    desk: Desk, work: Work, *, handled_by: str | None = None, to_handle: bool = False
) -> Overview:
    """How the cases in hand stand, as of now: all within reach, or those that an organ handles."""
    wanted = Wanted(handled_by=handled_by)
    wanted = _handled(wanted, desk) if to_handle else wanted
    tonight = datetime.combine(work.today + timedelta(days=1), time.min, tzinfo=SHANGHAI)
    own = await _own_officer(desk, work)
    return await work.filings.overview(
        _within_reach(wanted, desk, work), at=work.at, tonight=tonight, mine=own
    )


def _handled(wanted: Wanted, desk: Desk) -> Wanted:
    """Those of the cases that the caller's own organ is to handle; a desk of no organ handles none."""
    own = desk.organ if wanted.handled_by in (None, desk.organ) else None
    return replace(wanted, to_handle=True, handled_by=own or _NOBODY)


def _can_see_any(wanted: Wanted, desk: Desk, work: Work) -> bool:
    """Whether looking is worth while: nobody's and other organs' cases are out of reach anyhow."""
    if desk.organ is None or desk.holder is not None or wanted.organ is None:
        return desk.organ is not None or desk.holder is not None
    return wanted.organ in work.policy.territory(desk.organ)


def _within_reach(wanted: Wanted, desk: Desk, work: Work) -> Wanted:
    """The same cases by a condition that an index serves: row-level security alone would look at everybody's."""
    if desk.organ is None:
        return replace(wanted, applicant=desk.holder)
    if desk.holder is None and wanted.organ is None and len(work.policy.territory(desk.organ)) == 1:
        return replace(wanted, organ=desk.organ)
    return wanted


async def _own_officer(desk: Desk, work: Work) -> UUID | None:
    own = await work.officers.named(work.actors, organ=desk.organ) if desk.organ else []
    return own[0].id if own else None
