"""The peers' parts: the same work as ours over bare libraries, in processes of their own."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from aio_pika.abc import AbstractIncomingMessage

from cli.bench.actors import Answer, Cue, Go, play
from cli.bench.facts import facts, parcels
from cli.bench.moments import Moments
from cli.bench.peers import amqp, database
from cli.bench.steady import at_once, at_pace
from shared.contracts.filing import InstitutionRegistered

_POLL_SECONDS = 0.1


@asynccontextmanager
async def publish(cue: Cue) -> AsyncIterator[Go]:
    """One message has gone ahead; going, publishes the rest with confirms, 500 at a time; there is no outbox."""
    async with amqp.channel_to(cue.broker) as channel:
        exchange = await amqp.declare(channel)
        await amqp.publish(exchange, parcels(1))
        sent = parcels(cue.count)

        async def go() -> Answer:
            began = time.monotonic()
            await amqp.publish(exchange, sent)
            return {"began": began, "ended": time.monotonic(), "count": len(sent)}

        yield go


@asynccontextmanager
async def consume_batches(cue: Cue) -> AsyncIterator[Go]:
    """One row each, one transaction for up to 50."""
    async with database.emptied(cue.database) as pool:

        async def effect(batch: Sequence[AbstractIncomingMessage]) -> None:
            await database.take_effects(pool, [_received(message) for message in batch])

        async with _consuming(cue, effect) as go:
            yield go


@asynccontextmanager
async def consume_each(cue: Cue) -> AsyncIterator[Go]:
    """One row, one transaction for each message; as many at a time as there are connections."""
    moments = Moments()
    async with database.emptied(cue.database) as pool, amqp.channel_to(cue.broker) as channel:

        async def effect(message: AbstractIncomingMessage) -> None:
            subject, body = _received(message)
            await database.take_effect(pool, subject, body)
            moments.note([subject])

        await amqp.declare(channel)
        await amqp.consume_each(channel, effect)
        yield _waiting(moments, cue.count)


@asynccontextmanager
async def consume_only(cue: Cue) -> AsyncIterator[Go]:
    """Acknowledged in batches, written nowhere."""

    async def effect(batch: Sequence[AbstractIncomingMessage]) -> None:
        del batch  # nothing is done with it

    async with _consuming(cue, effect) as go:
        yield go


@asynccontextmanager
async def write(cue: Cue) -> AsyncIterator[Go]:
    """Going, state and outbox are written in one transaction each, by eight at once."""
    async with database.emptied(cue.database) as pool:
        things = facts(cue.count)

        async def go() -> Answer:
            rate = await at_once(
                lambda each: database.write(pool, each),
                things,
                hands=database.CONNECTIONS,
                seconds=cue.seconds,
            )
            return {"per_second": rate}

        yield go


@asynccontextmanager
async def claim(cue: Cue) -> AsyncIterator[Go]:
    """Going, claims and marks rows of an outbox, 500 at a time, and publishes nothing."""
    async with database.emptied(cue.database) as pool:
        await database.fill(pool, cue.count, facts(1)[0])

        async def go() -> Answer:
            began, count = time.monotonic(), 0
            while count < cue.count:
                async with database.claimed(pool, amqp.TOGETHER) as rows:
                    count += len(rows)
            return {"began": began, "ended": time.monotonic(), "count": count}

        yield go


@asynccontextmanager
async def tell(cue: Cue) -> AsyncIterator[Go]:
    """Going, facts become true at a steady pace; a relay looks every 100 ms."""
    async with database.emptied(cue.database) as pool, amqp.channel_to(cue.broker) as channel:
        exchange = await amqp.declare(channel)
        things = facts(cue.count)
        moments = Moments()

        async def relay() -> None:
            while True:
                await asyncio.sleep(_POLL_SECONDS)
                async with database.claimed(pool, amqp.TOGETHER) as rows:
                    await amqp.publish(exchange, [(row["subject"], row["data"].encode()) for row in rows])

        async def one(event: InstitutionRegistered) -> None:
            await database.write(pool, event)
            moments.note([event.subject])

        async def go() -> Answer:
            await at_pace(one, things, per_second=cue.per_second)
            return {"moments": moments.known, "order": [str(each.subject) for each in things]}

        relaying = asyncio.create_task(relay())
        try:
            yield go
        finally:
            relaying.cancel()
            await asyncio.wait({relaying})


@asynccontextmanager
async def _consuming(
    cue: Cue, effect: Callable[[Sequence[AbstractIncomingMessage]], Awaitable[None]]
) -> AsyncIterator[Go]:
    """Consume in batches during the block; going, every effect is waited for."""
    moments = Moments()

    async def taken(batch: Sequence[AbstractIncomingMessage]) -> None:
        await effect(batch)
        moments.note(message.message_id for message in batch)

    async with amqp.channel_to(cue.broker) as channel:
        await amqp.declare(channel)
        consuming = asyncio.create_task(amqp.consume_batches(channel, taken))
        try:
            yield _waiting(moments, cue.count)
        finally:
            consuming.cancel()
            await asyncio.wait({consuming})


def _waiting(moments: Moments, count: int) -> Go:
    async def go() -> Answer:
        found = await moments.reach(count)
        return {"moments": found, "count": len(found)}

    return go


def _received(message: AbstractIncomingMessage) -> tuple[UUID, bytes]:
    return UUID(str(message.message_id)), message.body


if __name__ == "__main__":
    play(
        {
            "publish": publish,
            "consume batches": consume_batches,
            "consume each": consume_each,
            "consume only": consume_only,
            "write": write,
            "claim": claim,
            "tell": tell,
        }
    )
