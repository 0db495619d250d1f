"""Offices and officers for tests, kept in an organ."""

from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from services.filing.domain.filing import Filing
from services.filing.domain.office import Office
from services.filing.domain.officer import Officer
from services.filing.domain.stages import FilingState
from services.filing.handlers.assignment import assign_filing, due_for_assignment
from shared.policy import Channel
from tests.builders import AT, DISTRICT, a_filing
from tests.filing.works import EVERYTHING, FilingWorks, keep

_numbers = count(1)


def an_office(organ: str = DISTRICT, **changes: Any) -> Office:
    office = Office(
        id=uuid4(),
        organ=organ,
        name=f"经办点{next(_numbers):04}",
        working_group="职业技能等级认定工作组",
        address="演示路1号",
        phone="025-00000000",
        hours="工作日 9:00–17:00",
        channels=frozenset({Channel.ONLINE, Channel.DOOR_TO_DOOR}),
        valid_from=date(2024, 1, 1),
    )
    return replace(office, **changes)


def an_officer(organ: str = DISTRICT, **changes: Any) -> Officer:
    number = next(_numbers)
    officer = Officer(
        id=uuid4(), organ=organ, office_id=uuid4(), name=f"测试员{number:04}", subject=f"login-{number}"
    )
    return replace(officer, **changes)


async def appointed(works: FilingWorks, organ: str, **changes: Any) -> Officer:
    """An officer on record."""
    officer = an_officer(organ, **changes)
    async with works(EVERYTHING) as work:
        work.officers.add(officer)
    return officer


async def handed_in(works: FilingWorks, organ: str, **changes: Any) -> Filing:
    """A case that was submitted to an organ."""
    given = {"handled_by": organ, "state": FilingState.SUBMITTED, "submitted_at": AT} | changes
    filing = a_filing(organ=organ, **given)
    await keep(works, filing)
    return filing


async def assigned(works: FilingWorks, *filings: Filing) -> list[UUID | None]:
    """Do the job on those of these cases that are due; who has each of them then."""
    async with works(EVERYTHING) as work:
        due = set(await due_for_assignment(work))
    for filing in filings:
        if filing.id in due:
            async with works(EVERYTHING) as work:
                await assign_filing(filing.id, work)
    return [await holder_of(works, filing) for filing in filings]


async def holder_of(works: FilingWorks, filing: Filing) -> UUID | None:
    async with works(EVERYTHING) as work:
        return (await work.filings.get(filing.id)).officer_id
