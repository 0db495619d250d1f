"""Amendments in tests: drafted by the holder, brought to their decision, decided."""

from datetime import date, datetime, timedelta
from typing import Any

from services.filing.domain.filing import Filing
from services.filing.domain.institution import Institution
from services.filing.domain.stages import ASSESSED_KINDS, FilingState
from services.filing.domain.terms import Particulars, Site
from services.filing.handlers import cases, registration
from services.filing.handlers.cases import DraftAmendment, OnFiling
from shared.policy import FilingKind
from tests.builders import (
    AT,
    DISTRICT,
    MILLER,
    TURNER,
    an_item,
)
from tests.filing.works import EVERYTHING, FilingWorks, holder

UNTIL = date(2027, 3, 3)
TURNING, MILLING = an_item(TURNER), an_item(MILLER)
EXTENSION, RENEWAL, CHANGE = FilingKind.EXTENSION, FilingKind.RENEWAL, FilingKind.CHANGE
SITE = Site(name="二号考核点", address="江宁区某路9号", capacity=60)
ANOTHER_NAME = Particulars(name="测试乙公司", sites=(SITE,))
WANTED: dict[FilingKind, dict[str, Any]] = {
    EXTENSION: {"scope": (MILLING,)},
    RENEWAL: {},
    CHANGE: {"particulars": ANOTHER_NAME},
}


async def drafted(works: FilingWorks, institution: Institution, kind: FilingKind, **changes: Any) -> Filing:
    """Its holder's draft; a renewal is asked for shortly before the validity ends."""
    if kind is RENEWAL:
        works.at = datetime.combine(UNTIL - timedelta(days=30), AT.timetz())
    command = DraftAmendment(institution_id=institution.id, kind=kind, **(WANTED[kind] | changes))
    async with works(holder(institution.uscc)) as work:
        return await cases.draft_amendment(command, work)


async def decidable(works: FilingWorks, filing: Filing) -> None:
    """Bring a drafted case to where only the decision is missing."""
    async with works(EVERYTHING) as work:
        found = await work.filings.get(filing.id)
        found.state = FilingState.PUBLICITY if found.kind in ASSESSED_KINDS else FilingState.ACCEPTED
        found.publicity_until = AT - timedelta(seconds=1)


async def registered(works: FilingWorks, filing: Filing, *, organ: str = DISTRICT) -> Filing:
    await decidable(works, filing)
    async with works(EVERYTHING) as work:
        seen = (await work.filings.get(filing.id)).version
        command = OnFiling(filing_id=filing.id, seen=seen, organ=organ)
        return await registration.register_filing(command, work)


async def amended(
    works: FilingWorks, institution: Institution, kind: FilingKind, **changes: Any
) -> Institution:
    """The record after such an amendment."""
    await registered(works, await drafted(works, institution, kind, **changes))
    return await read(works, institution)


async def read(works: FilingWorks, institution: Institution) -> Institution:
    async with works(EVERYTHING) as work:
        return await work.institutions.get(institution.id)
