"""Subsidy's units of work in tests, on the suite's database, at a moment that a test may move."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from services.subsidy.domain.claim import ClaimState
from services.subsidy.handlers import Work
from services.subsidy.province import province
from services.subsidy.repository import bind
from shared.contracts.event import Event
from shared.identity import Scope
from shared.messaging.outbox import Outbox
from shared.persistence.unit_of_work import Works
from shared.policy import MoneyLine, Policy
from shared.privacy import FieldCipher
from tests.databases import StoppedClock
from tests.subsidy.builders import NOON

EVERYTHING = Scope(actor="test", act="test", everything=True)
CIPHER = FieldCipher(keys={"k1": bytes(32)}, current="k1", index_key=bytes(32))
"""Where nothing is read by the suite itself; on its own database its own keys are used."""


@dataclass(frozen=True)
class Overheard:
    """An outbox whose announcements are noted on the way."""

    outbox: Outbox
    said: list[Event]

    def add(self, event: Event) -> None:
        self.said.append(event)
        self.outbox.add(event)


class SubsidyWorks:
    """Units of work; `announced` is what was committed. The policy may be swapped for another."""

    def __init__(self, engine: AsyncEngine, policy: Policy, cipher: FieldCipher = CIPHER) -> None:
        self.clock = StoppedClock(NOON)
        self.policy = policy
        self.cipher = cipher
        self.announced: list[Event] = []
        self.engine = engine
        self._works: Works[Work] = Works(
            engine,
            lambda transaction: bind(transaction, self.policy, cipher),
            clock=self.clock,
            tell=province.dispatch,
            announced=lambda: None,
        )

    @property
    def at(self) -> datetime:
        return self.clock.moment

    @at.setter
    def at(self, moment: datetime) -> None:
        self.clock.moment = moment

    @asynccontextmanager
    async def __call__(self, scope: Scope = EVERYTHING) -> AsyncIterator[Work]:
        said: list[Event] = []
        async with self._works(scope) as work:
            yield replace(work, outbox=Overheard(work.outbox, said))
        self.announced += said


async def set_aside(organ: str, work: Work) -> None:
    """What earlier tests left to be paid by an organ is not paid in this one."""
    for line in MoneyLine:
        for claim in await work.claims.payable(organ, line, most=1000):
            claim.state = ClaimState.WITHDRAWN
