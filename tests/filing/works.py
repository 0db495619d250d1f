"""Opening filing's units of work in tests, on the suite's database."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from services.filing.domain.filing import Filing
from services.filing.domain.institution import Institution
from services.filing.domain.obligation import Obligation
from services.filing.handlers import Work
from shared.contracts.event import Event
from shared.identity import Scope
from shared.messaging.outbox import Outbox
from shared.policy import Policy
from tests.databases import Bell, StoppedClock, filing_works

OpenWork = Callable[[Scope], AbstractAsyncContextManager[Work]]

EVERYTHING = Scope(actor="test", act="test", everything=True)


def within(*organs: str) -> Scope:
    """What an officer of these organs reaches."""
    return Scope(actor="test", act="test", organs=frozenset(organs))


def holder(uscc: str) -> Scope:
    """What an institution itself reaches."""
    return Scope(actor="test", act="test", holder=uscc)


@dataclass(frozen=True)
class Overheard:
    """An outbox whose announcements are noted on the way."""

    outbox: Outbox
    said: list[Event]

    def add(self, event: Event) -> None:
        self.said.append(event)
        self.outbox.add(event)


class FilingWorks:
    """Filing's units of work at a moment that a test may move; `announced` is what was committed."""

    def __init__(self, engine: AsyncEngine, policy: Policy) -> None:
        self._clock = StoppedClock()
        self._works = filing_works(engine, policy, Bell(clock=self._clock))
        self.announced: list[Event] = []

    @property
    def at(self) -> datetime:
        return self._clock.moment

    @at.setter
    def at(self, moment: datetime) -> None:
        self._clock.moment = moment

    @asynccontextmanager
    async def __call__(self, scope: Scope = EVERYTHING) -> AsyncIterator[Work]:
        said: list[Event] = []
        async with self._works(scope) as work:
            yield replace(work, outbox=Overheard(work.outbox, said))
        self.announced += said


Kept = Filing | Institution | Obligation


async def keep(works: OpenWork, *aggregates: Kept, scope: Scope = EVERYTHING) -> None:
    async with works(scope) as work:
        for each in aggregates:
            if isinstance(each, Filing):
                work.filings.add(each)
            elif isinstance(each, Institution):
                work.institutions.add(each)
            else:
                work.obligations.add(each)
