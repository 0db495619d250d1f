"""Who may call, and the units of work a call gets."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from services.filing.domain import refusals
from services.filing.domain.officer import RecusedOfficer
from services.filing.handlers import Work
from services.filing.handlers.cases import OnFiling
from shared.errors import Stale
from shared.http.auth import allowed
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing
from shared.http.work import Once, RequestWorks, once_of, works_of
from shared.identity import Permission, Principal

ApplicantCaller = Annotated[Principal, allowed(Permission.APPLY)]
Officer = Annotated[Principal, allowed(Permission.ASSESS)]
Reader = Annotated[Principal, allowed(Permission.READ_REGISTER)]
OpenWork = Annotated[RequestWorks[Work], Depends(works_of)]
CreateOnce = Annotated[Once[Work], Depends(once_of)]

CHANGING = (refusals.UnknownFiling, refusals.OutOfTurn, Stale, PreconditionMissing)
OFFICIAL = (*CHANGING, refusals.NotTheHandlingOrgan, RecusedOfficer)


async def of_applicant(filing_id: UUID, caller: ApplicantCaller, seen: Seen) -> OnFiling:
    """The case an applicant acts on, at the version it saw."""
    del caller
    return OnFiling(filing_id=filing_id, seen=seen)


async def of_officer(filing_id: UUID, caller: Officer, seen: Seen) -> OnFiling:
    """The case an officer acts on, at the version seen, in the name of the officer's organ."""
    return OnFiling(filing_id=filing_id, seen=seen, organ=caller.organ or "")


ByApplicant = Annotated[OnFiling, Depends(of_applicant)]
ByOfficer = Annotated[OnFiling, Depends(of_officer)]
