"""Who may call, and the units of work a call gets."""

from typing import Annotated

from fastapi import Depends, Query

from services.subsidy.handlers import Work
from shared.http.auth import allowed
from shared.http.work import Once, RequestWorks, once_of, works_of
from shared.identity import Permission, Principal

Claimant = Annotated[Principal, allowed(Permission.CLAIM)]
PersonsAgent = Annotated[Principal, allowed(Permission.CLAIM_IN_PERSON)]
Reviewer = Annotated[Principal, allowed(Permission.REVIEW_CLAIMS)]
Payer = Annotated[Principal, allowed(Permission.PAY_CLAIMS)]
Reader = Annotated[Principal, allowed(Permission.READ_REGISTER)]
OpenWork = Annotated[RequestWorks[Work], Depends(works_of)]
Late = Annotated[bool, Query(description="只看逾期未办的 · only what is overdue")]
Escalated = Annotated[bool, Query(description="只看已报市级的 · only what the city was told of")]
CreateOnce = Annotated[Once[Work], Depends(once_of)]


def person(caller: Principal) -> str:
    """The officer counts as the person, also when a portal acts in the officer's name."""
    return caller.on_behalf_of or caller.subject
