"""The counterpart itself: takes and answers what the city sends, sends messages of its own and follows their receipts."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import Self
from uuid import UUID, uuid4

import structlog

from shared.contracts.province import FilingReport, Receipt, Wire
from simulator.books import Page
from simulator.chasing import Habits
from simulator.dialect import Dialect
from simulator.faults import Faults
from simulator.guard import Guard
from simulator.incoming import Incoming, Refused
from simulator.keys import Announce, PeerKeys, ProvinceKey, SigningKeys
from simulator.lanes import Act
from simulator.line import SERVICES, Letter, Line
from simulator.office import Office
from simulator.outgoing import Clock, Crossing, Outgoing
from simulator.reconciling import Difference
from simulator.records import Records
from simulator.register import Accepted, Match, Register
from simulator.sent import SentMessages
from simulator.spoiling import SpoiltLine
from simulator.store import Store

log = structlog.get_logger(__name__)


class Counterpart:
    """The provincial system as the city sees it; everything it knows is in its store, which is memory unless given."""

    def __init__(
        self,
        key: ProvinceKey,
        peer_keys: PeerKeys,
        line: Line,
        clock: Clock,
        *,
        dialect: Dialect | None = None,
        faults: Faults | None = None,
        store: Store | None = None,
        habits: Habits | None = None,
        announce: Announce | None = None,
        observe: Callable[[Crossing], None] = lambda _: None,
        new_id: Callable[[], UUID] = uuid4,
    ) -> None:
        self.faults = faults or Faults()
        self._line = line
        self._spoilt = SpoiltLine(line, self._faults)
        kept, tongue = store or Store(), dialect or Dialect()
        outgoing = Outgoing(
            dialect=tongue,
            keys=SigningKeys(key, kept, announce),
            line=self._spoilt,
            clock=clock,
            faults=self._faults,
            observe=observe,
            new_id=new_id,
        )
        self._office = Office(kept, outgoing, habits=habits or Habits(), faults=self._faults)
        guard = Guard(peer_keys, tongue.algorithm, clock.now)
        self._incoming = Incoming(
            self._office, dialect=tongue, guard=guard, faults=self._faults, observe=observe
        )

    @property
    def records(self) -> Records:
        """What the province knows of certificates and their holders."""
        return self._office.records

    @property
    def register(self) -> Register:
        """What was accepted, by message code and business key."""
        return self._office.register

    @property
    def sent(self) -> SentMessages:
        """What was sent, by message id, with the receipts it got."""
        return self._office.sent

    @property
    def refused(self) -> list[Refused]:
        """What was not accepted, in the order in which it came."""
        return self._incoming.refused

    @property
    def unreadable(self) -> list[Letter]:
        """What could not be read at all."""
        return self._incoming.unreadable

    def _faults(self) -> Faults:
        return self.faults

    @property
    def at_rest(self) -> bool:
        """Whether everything it said has left."""
        return all(post.empty for post in self._office.outgoing.posts.values())

    @property
    def filings(self) -> dict[str, FilingReport]:
        """How each institution that the city filed stands now, by filing number."""
        return self.register.filings

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Listen, answer and send inside the block; what had not left by its end leaves in the next one."""
        async with self._working():
            yield self

    async def run(self) -> None:
        """Listen, answer and send until cancelled."""
        async with self._working() as tasks:
            await asyncio.gather(*tasks)

    @asynccontextmanager
    async def _working(self) -> AsyncIterator[list[asyncio.Task[None]]]:
        await self._spoilt.open()
        tasks = [asyncio.create_task(self._spoilt.listen(self._incoming.take))]
        tasks += [asyncio.create_task(post.run()) for post in self._office.outgoing.posts.values()]
        tasks += [asyncio.create_task(self._office.chasing.run())]
        for task in tasks:
            task.add_done_callback(_report_fault)
        try:
            yield tasks
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
            await self._spoilt.close()
            for fault in (end for end in ends if isinstance(end, Exception)):
                raise fault

    async def send(
        self,
        service: str,
        code: str,
        *,
        business_key: str,
        lane: str,
        payload: Wire,
        traceparent: str | None = None,
    ) -> UUID:
        """Sign and number a message to one service and leave it to the post; its id answers to `concluded`.

        An act that is sent again keeps its number. Raises ValueError for a service that the city does not have.
        """
        if service not in SERVICES:
            raise ValueError(f"市级没有这个服务 · The city has no such service: {service}")
        act = Act(service=service, lane=lane, code=code, business_key=business_key)
        return self._office.sending.send(act, payload, traceparent=traceparent)

    def void(self, message_id: UUID, *, reason: str = "") -> UUID:
        """Say that a refused message will never come, so that its lane goes on; the id of saying so.

        Raises ValueError for a message that was not refused, or whose number another has taken.
        """
        return self._office.sending.void(message_id, reason)

    def ask_again(self, service: str, lane: str) -> None:
        """Ask a service for everything in a lane behind what was taken of it, as if that were known to be missing."""
        self._office.chasing.ask_again(service, lane)

    async def reconcile(
        self,
        service: str,
        day: date,
        timeout: float = 30.0,  # noqa: ASYNC109 — each wait of a scenario says how long it may take
    ) -> list[Difference]:
        """The acts of a day, told by either, on which a service does not agree; raises TimeoutError."""
        return await self._office.reconciling.compare(Page(service=service, day=day), seconds=timeout)

    async def concluded(
        self,
        message_id: UUID,
        timeout: float = 30.0,  # noqa: ASYNC109 — each wait of a scenario says how long it may take
    ) -> Receipt:
        """The business receipt, or a technical refusal; raises TimeoutError after `timeout` seconds."""
        return await self.sent.concluded(message_id, seconds=timeout)

    async def heard(
        self,
        code: str,
        match: Match = None,
        timeout: float = 30.0,  # noqa: ASYNC109 — each wait of a scenario says how long it may take
    ) -> Accepted:
        """The first accepted message of this code that matches; raises TimeoutError after `timeout` seconds."""
        return await self.register.heard(code, match, seconds=timeout)


def _report_fault(task: asyncio.Task[None]) -> None:
    """Say at once what is raised only where the counterpart is stopped."""
    if not task.cancelled() and task.exception():
        log.error("the counterpart no longer works", exc_info=task.exception())
