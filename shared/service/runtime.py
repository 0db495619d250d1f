"""The machinery of one process: pool, bus, relay, policy, telemetry; and the interface built on it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

import structlog
from opentelemetry.sdk.trace import SpanProcessor
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.clock import Clock, StoryClock, SystemClock
from shared.messaging.bus import Bus
from shared.messaging.rabbit import RabbitBus
from shared.messaging.relay import Relay, outbox_age
from shared.objects import ObjectStore
from shared.observability import Metrics, start_telemetry
from shared.persistence import migrations
from shared.persistence.engine import create_engine
from shared.persistence.unit_of_work import Transaction, Works
from shared.policy import Policy, load_policy
from shared.privacy import FieldCipher
from shared.province.adapter import ProvinceAdapter
from shared.settings import Settings

W = TypeVar("W")

_LAST_WORDS_SECONDS = 3.0
_REST_SECONDS = 1.0
_AGAIN_SECONDS = 5.0
_OUTBOX_TOO_OLD_SECONDS = 60.0

log = structlog.get_logger(__name__)


class Runtime(Generic[W]):
    """The machinery of one process of one service; messages it must hold are sealed when it has a `cipher`.

    `objects` is where it keeps uploaded files, if it has any. `prepare` begins each transaction and is given the pack.
    """

    def __init__(
        self,
        *,
        service: str,
        settings: Settings,
        bind: Callable[[Transaction, Policy], W],
        province: ProvinceAdapter[W],
        bus: Bus | None = None,
        processors: Sequence[SpanProcessor] = (),
        cipher: FieldCipher | None = None,
        objects: ObjectStore | None = None,
        prepare: Callable[[AsyncConnection, Policy], Awaitable[None]] | None = None,
    ) -> None:
        self.service = service
        self.settings = settings
        self.clock = clock_of(settings)
        self.policy = load_policy(settings.policy.folder)
        self.telemetry = start_telemetry(service, settings.telemetry, prometheus=True, processors=processors)
        self.metrics = Metrics(self.telemetry)
        self.engine = create_engine(
            settings.database.url, schema=service, pool_size=settings.database.pool_size
        )
        self.bus: Bus = bus or RabbitBus(settings.bus.url, name=f"njt-{service}")
        self.province = province
        self.cipher = cipher
        self.objects = objects
        self.wakes: list[Callable[[], None]] = []
        self.relay = Relay(
            service=service, engine=self.engine, bus=self.bus, clock=self.clock, metrics=self.metrics
        )
        self.wakes.append(self.relay.wake)
        self.works: Works[W] = Works(
            self.engine,
            lambda transaction: bind(transaction, self.policy),
            clock=self.clock,
            tell=province.dispatch,
            announced=self._wake,
            prepare=(lambda connection: prepare(connection, self.policy)) if prepare else None,
        )

    @asynccontextmanager
    async def relaying(self) -> AsyncIterator[None]:
        """Publish what this process announces while the block runs, and what is left at its end."""
        relay = asyncio.create_task(self.relay.run())
        try:
            yield
        finally:
            await end([relay])
            if self.bus.durable:
                with contextlib.suppress(Exception):  # another process's relay will send what is left
                    async with asyncio.timeout(_LAST_WORDS_SECONDS):
                        await self.relay.flush()

    def _wake(self) -> None:
        for wake in self.wakes:
            wake()

    async def close(self) -> None:
        """Let go of everything; the last spans are sent."""
        await self.bus.close()
        await self.engine.dispose()
        await asyncio.to_thread(self.telemetry.shutdown)

    async def database_problem(self) -> str | None:
        """What is wrong with the database or its migrations; None when nothing is."""
        try:
            async with self.engine.connect() as connection:
                at = await migrations.current(connection)
        except Exception as problem:  # a check that raises would hide which check it was
            return f"数据库不可用 · database away: {type(problem).__name__}"
        wanted = migrations.head(self.service)
        return None if at == wanted else f"迁移版本 {at}，应为 {wanted} · migrations at {at}, not {wanted}"

    async def outbox_problem(self) -> str | None:
        """Whether announced facts wait too long to be sent."""
        try:
            async with self.engine.connect() as connection:
                age = await outbox_age(connection, self.clock.now())
        except Exception as problem:  # as above
            return f"发件箱不可读 · outbox unreadable: {type(problem).__name__}"
        return (
            None if age < _OUTBOX_TOO_OLD_SECONDS else f"发件箱积压 {age:.0f} 秒 · outbox {age:.0f} s behind"
        )


async def kept_going(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Do endless work; should it break down nevertheless, begin again."""
    while True:
        try:
            await work()
        except Exception as problem:
            log.exception("began again", task=name, problem=type(problem).__name__)
        await asyncio.sleep(_REST_SECONDS)


async def end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Stop background tasks and wait until they have.

    One that is told in the very moment in which what it waited for comes, or whose driver makes an error of its own of
    it, may go on as if nothing had been said: it is told again.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_AGAIN_SECONDS)
    for task in tasks:
        if not task.cancelled():
            task.result()


def clock_of(settings: Settings) -> Clock:
    """The system's clock, or a story's where the profile allows one."""
    story = settings.clock.story_file
    return StoryClock(story) if story else SystemClock()
