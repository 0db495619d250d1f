"""Repositories in memory that keep what the real ones promise: reach, versions, one commit or none."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from copy import copy
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from shared.contracts.event import Event
from shared.errors import NotFound, Stale
from shared.identity import Scope
from shared.objects import Content, NoSuchObject, Tampered, WrongDigest, key_of
from shared.objects.store import checked, verified
from shared.persistence.aggregates import OutOfReach, Versioned
from tests.builders import AT

A = TypeVar("A", bound=Versioned)
W = TypeVar("W")


class MemoryAggregates(Generic[A]):
    """One kind of aggregate as one unit of work sees it; `rows` is what was committed before."""

    missing: type[NotFound]

    def __init__(self, rows: dict[UUID, A], scope: Scope) -> None:
        self.rows = rows
        self.scope = scope
        self._loaded: dict[UUID, tuple[A, A]] = {}
        self._added: list[A] = []

    def is_visible(self, aggregate: A) -> bool:
        """Whether the scope reaches it; everything does unless a subclass says otherwise."""
        del aggregate
        return True

    def check_unique(self, aggregate: A) -> None:
        """Raise the refusal of the constraint that an aggregate about to be added would break."""

    async def get(self, key: UUID, *, seen: int | None = None) -> A:
        row = self.rows.get(key)
        if row is None or not self.is_visible(row):
            raise self.missing(str(key))
        found = self._load(row)
        if seen is not None and found.version != seen:
            raise Stale(str(key))
        return found

    def add(self, aggregate: A) -> None:
        self._added.append(aggregate)

    def visible(self) -> list[A]:
        return [self._load(row) for row in self.rows.values() if self.is_visible(row)]

    def check(self) -> None:
        """Raise what the database would refuse at the end of the unit of work."""
        for aggregate in self._added:
            if not self.is_visible(aggregate):
                raise OutOfReach
            self.check_unique(aggregate)
        for aggregate, before in self._changed():
            if self.rows[aggregate.id].version != before.version:
                raise Stale(str(aggregate.id))

    def commit(self) -> None:
        for aggregate, _ in self._changed():
            aggregate.version += 1
            self.rows[aggregate.id] = copy(aggregate)
        for aggregate in self._added:
            aggregate.version = 1
            self.rows[aggregate.id] = copy(aggregate)

    def _changed(self) -> list[tuple[A, A]]:
        return [each for each in self._loaded.values() if vars(each[0]) != vars(each[1])]

    def _load(self, row: A) -> A:
        if row.id not in self._loaded:
            self._loaded[row.id] = copy(row), copy(row)
        return self._loaded[row.id][0]


def reaches(scope: Scope, *, organ: str, uscc: str) -> bool:
    """Whether a scope sees a row of this organ and institution."""
    return scope.everything or organ in scope.organs or scope.holder == uscc


Order = Callable[[A], tuple[Any, ...]]


def page_after(items: Sequence[A], order: Order[A], *, after: tuple[Any, ...] | None, size: int) -> list[A]:
    """Up to `size + 1` items in order, those after a position."""
    ordered = sorted(items, key=order)
    return [item for item in ordered if after is None or order(item) > after][: size + 1]


class MemoryOutbox:
    """What was announced."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(self, event: Event) -> None:
        self.events.append(event)


Bound = tuple[W, Sequence[MemoryAggregates[Any]]]


class MemoryWorks(Generic[W]):
    """Units of work in memory: what one leaves behind is there for the next, if it did not raise.

    `bind` builds the work for a scope, a moment and an outbox, and names its repositories. The moment is `at`, which a
    test may move.
    """

    def __init__(self, bind: Callable[[Scope, datetime, MemoryOutbox], Bound[W]]) -> None:
        self._bind = bind
        self.at = AT
        self.announced: list[Event] = []

    @asynccontextmanager
    async def __call__(self, scope: Scope) -> AsyncIterator[W]:
        outbox = MemoryOutbox()
        work, kept = self._bind(scope, self.at, outbox)
        yield work
        for aggregates in kept:
            aggregates.check()
        for aggregates in kept:
            aggregates.commit()
        self.announced += outbox.events


class MemoryObjects:
    """Files in memory, each under its digest; `contents` may be spoilt by a test."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}

    async def put(self, key: str, content: Content) -> None:
        whole = content if isinstance(content, bytes) else b"".join([chunk async for chunk in content])
        if checked(key) != key_of(whole):
            raise WrongDigest(key)
        self.contents[key] = whole

    async def get(self, key: str) -> bytes:
        return b"".join([chunk async for chunk in await self.stream(key)])

    async def stream(self, key: str) -> AsyncIterator[bytes]:
        if checked(key) not in self.contents:
            raise NoSuchObject(key)
        return verified(self._halves(key), key, Tampered)

    async def exists(self, key: str) -> bool:
        return checked(key) in self.contents

    async def delete(self, key: str) -> None:
        self.contents.pop(checked(key), None)

    async def _halves(self, key: str) -> AsyncIterator[bytes]:
        content = self.contents[key]
        yield content[: len(content) // 2]
        yield content[len(content) // 2 :]
