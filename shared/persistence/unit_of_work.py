"""One transaction: what is loaded, changed, announced and owed to the province is written together or not at all."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.clock import Clock
from shared.contracts.event import Event
from shared.identity.scope import Scope
from shared.ids import uuid7
from shared.ledger.entries import Ledger
from shared.messaging.outbox import SqlOutbox
from shared.persistence.aggregates import SqlAggregates
from shared.persistence.idempotency import Idempotency
from shared.persistence.security import enter, enter_everywhere
from shared.persistence.together import write_together
from shared.province.intents import Dispatch, SqlIntents

W = TypeVar("W")
W_co = TypeVar("W_co", covariant=True)

Tell = Callable[[Event], Dispatch | None]
Prepare = Callable[[AsyncConnection], Awaitable[None]]


class Transaction:
    """What a service's `bind` builds its work from. `tell` says what the province is owed for an announcement."""

    def __init__(self, connection: AsyncConnection, scope: Scope, *, at: datetime, tell: Tell) -> None:
        self.connection = connection
        self.scope = scope
        self.at = at
        self.ledger = Ledger(scope, at=at)
        self.outbox = SqlOutbox(at=at, new_id=self.new_id, also=self._owe)
        self.intents = SqlIntents(connection, at=at, new_id=self.new_id)
        self.idempotency = Idempotency(connection, caller=scope.actor, at=at)
        self._tell = tell
        self._kept: list[SqlAggregates[Any]] = []
        self._inner: list[Transaction] = []

    def within(self) -> "Transaction":
        """Another unit of work in the same database transaction, for a savepoint that may be undone alone."""
        inner = Transaction(self.connection, self.scope, at=self.at, tell=self._tell)
        self._inner.append(inner)
        return inner

    def let_go(self) -> None:
        """Hold no rows any more. They know their transaction: as a ring, they would all wait for the collector."""
        self._kept.clear()
        while self._inner:
            self._inner.pop().let_go()

    def _owe(self, event: Event) -> None:
        dispatch = self._tell(event)
        if dispatch is not None:
            self.intents.owe(dispatch)

    def new_id(self) -> UUID:
        return uuid7(self.at)

    def keep(self, aggregates: SqlAggregates[Any]) -> None:
        """Save these aggregates when the unit of work ends, in the order they were named."""
        self._kept.append(aggregates)
        aggregates.asked_after(self.write)

    def because(self, reason: str) -> None:
        """Enter this reason in the ledger with what is changed."""
        self.ledger.reason = reason

    async def write(self) -> None:
        """Write new rows that wait for the others of their batch."""
        for aggregates in self._in_use():
            await aggregates.write()

    def _in_use(self) -> list[SqlAggregates[Any]]:
        """Most units of work have to do with one or two kinds of many."""
        return [each for each in self._kept if each.in_use]

    async def note(self, act: str) -> None:
        """Save the aggregates changed so far and enter them in the ledger as this act, in the current trace.

        A batch of messages shares one transaction; each of them is an act of its own.
        """
        self.ledger.act = act
        self.ledger.because(self.outbox.take_basis())
        for aggregates in self._in_use():
            await aggregates.save()
        self.ledger.because(())

    async def close_books(self) -> None:
        """Write what was announced, noted and answered so far."""
        books = (self.outbox, self.ledger, self.idempotency)
        await write_together(self.connection, [book.take() for book in books])

    async def save(self) -> None:
        """Write everything collected; called once, before the commit."""
        await self.note(self.scope.act)
        await self.write()
        await self.close_books()
        await self._owe_all()

    async def _owe_all(self) -> None:
        """Write what is owed: it is numbered among what is owed for all organs, though the caller may not see that."""
        if not self.intents.waiting:
            return
        if self.scope.everything:
            await self.intents.save()
        else:
            await enter_everywhere(self.connection)
            await self.intents.save()
            await enter(self.connection, self.scope)


class OpenTransaction(Protocol):
    """Opens a bare transaction for a scope."""

    def __call__(self, scope: Scope) -> AbstractAsyncContextManager[Transaction]: ...


class OpenWork(Protocol[W_co]):
    """Opens a unit of work for a scope: commits when the block ends, rolls back when it raises."""

    def __call__(self, scope: Scope) -> AbstractAsyncContextManager[W_co]: ...


class Works(Generic[W]):
    """Opens the units of work of one service.

    `announced` is called after a commit that left something to send, so that the relay need not wait for its poll.
    `prepare` begins each transaction: it looks whether what the process holds of the database is still the latest.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        bind: Callable[[Transaction], W],
        *,
        clock: Clock,
        tell: Tell,
        announced: Callable[[], None],
        prepare: Prepare | None = None,
    ) -> None:
        self._prepare = prepare
        self._engine = engine
        self._bind = bind
        self._clock = clock
        self._tell = tell
        self._announced = announced

    @asynccontextmanager
    async def __call__(self, scope: Scope) -> AsyncIterator[W]:
        async with self.transaction(scope) as transaction:
            yield self._bind(transaction)

    @asynccontextmanager
    async def transaction(self, scope: Scope) -> AsyncIterator[Transaction]:
        """The bare transaction, for the machinery that has no work of its own."""
        async with self._engine.connect() as connection, connection.begin():
            await enter(connection, scope)
            if self._prepare is not None:
                await self._prepare(connection)
            transaction = Transaction(connection, scope, at=self._clock.now(), tell=self._tell)
            try:
                yield transaction
                await transaction.save()
            finally:
                transaction.let_go()
        if transaction.outbox.added or transaction.intents.added:
            self._announced()

    def bind(self, transaction: Transaction) -> W:
        """A work on a transaction that is open already."""
        return self._bind(transaction)
