"""Opening filing's units of work in tests."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from services.filing.domain.filing import Filing
from services.filing.domain.institution import Institution
from services.filing.handlers import Work
from shared.identity import Scope

OpenWork = Callable[[Scope], AbstractAsyncContextManager[Work]]

EVERYTHING = Scope(actor="test", act="test", everything=True)


def within(*organs: str) -> Scope:
    """What an officer of these organs reaches."""
    return Scope(actor="test", act="test", organs=frozenset(organs))


def holder(uscc: str) -> Scope:
    """What an institution itself reaches."""
    return Scope(actor="test", act="test", holder=uscc)


async def keep(works: OpenWork, *aggregates: Filing | Institution, scope: Scope = EVERYTHING) -> None:
    async with works(scope) as work:
        for each in aggregates:
            if isinstance(each, Filing):
                work.filings.add(each)
            else:
                work.institutions.add(each)
