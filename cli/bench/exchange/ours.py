"""Our parts: messages taken as the worker takes them, what piled up sent as the courier sends it, and its claim alone."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import islice
from statistics import median

from cli.bench.actors import Answer, Cue, Go, play
from cli.bench.exchange import peers
from cli.bench.exchange.ground import PEER, SERVICE, owner_of, plan_of
from cli.bench.exchange.letters import Letters, institutions, story_of
from cli.bench.exchange.piles import (
    TOGETHER,
    bodies_of_sent,
    conclude_many,
    emptied,
    listening,
    owe_many,
    paused_and_resumed,
)
from cli.bench.exchange.signatures import read
from cli.bench.exchange.steps import stepping
from cli.suite.server import keep_what_is_built
from services.subsidy.handlers import Work
from services.subsidy.runtime import create_runtime
from shared.identity import Scope
from shared.messaging.consumer import Incoming
from shared.messaging.memory import MemoryBus
from shared.messaging.rabbit import RabbitBus
from shared.province.claiming import claim
from shared.province.keys.signing import Ed25519Signer, KeyRing
from shared.service import Runtime
from shared.service.correspondence import Correspondence

_AT_ONCE = 10  # messages that the worker takes together
_CLAIMS, _CLAIMED = 50, 100
_FILING = Scope.of_service(SERVICE, "bench")


@asynccontextmanager
async def receive(cue: Cue) -> AsyncIterator[Go]:
    """Going, certificates are taken: verified, put in order, kept, entered in both ledgers, answered by receipts."""
    async with _at_work(cue) as runtime:
        await emptied(owner_of(cue))
        story = story_of(cue.count)
        async with runtime.works(_FILING) as work:
            for institution in institutions(story):
                work.institutions.add(institution)
        ear = Correspondence(runtime).consumer
        signer = Ed25519Signer.from_file(cue.keys / "province.pem")
        letters = Letters(story, Correspondence(runtime).dialect, signer.sign, signer.key_id)

        async def step() -> tuple[float, int]:
            bodies = letters.take(_AT_ONCE)
            began = time.monotonic()
            if bodies:
                await ear.process([Incoming(body=body) for body in bodies])
            return time.monotonic() - began, len(bodies)

        async def counted() -> int:
            return await peers.count(owner_of(cue), "certificate")

        yield stepping(step, counted)


@asynccontextmanager
async def verify(cue: Cue) -> AsyncIterator[Go]:
    """The peer that keeps nothing: `json.loads` and a signature verified, one message after the other."""
    signer = Ed25519Signer.from_file(cue.keys / "province.pem")
    ring = KeyRing.from_file(cue.keys / "province-keys.json")
    async with _at_work(cue) as runtime:
        letters = Letters(story_of(cue.count), Correspondence(runtime).dialect, signer.sign, signer.key_id)
    done = 0

    async def step() -> tuple[float, int]:
        nonlocal done
        bodies = letters.take(_AT_ONCE)
        began = time.monotonic()
        done += sum(peers.verified(body, ring) for body in bodies)
        return time.monotonic() - began, len(bodies)

    async def counted() -> int:
        return done

    yield stepping(step, counted)


@asynccontextmanager
async def copy(cue: Cue) -> AsyncIterator[Go]:
    """The peer that only stores: COPY of the very rows that ours kept, into a table with the same indexes."""
    async with peers.stored_again(owner_of(cue), cue.told["by"]) as step:

        async def counted() -> int:
            return await peers.count(owner_of(cue), PEER)

        yield stepping(step, counted)


@asynccontextmanager
async def drain(cue: Cue) -> AsyncIterator[Go]:
    """After a pause so much is owed; going, the courier sends it: claimed, signed, published, written down."""
    async with _at_work(cue) as runtime, _line(cue) as line:
        await emptied(owner_of(cue))
        await owe_many(runtime, cue.count)
        await paused_and_resumed(runtime)
        courier = Correspondence(runtime).courier(line)

        async def step() -> tuple[float, int]:
            began = time.monotonic()
            sent = await courier.send_batch()
            return time.monotonic() - began, sent

        yield stepping(step, lambda: peers.count(owner_of(cue), "exchange_message"))


@asynccontextmanager
async def publish(cue: Cue) -> AsyncIterator[Go]:
    """The peer that sends the same messages on the same line, and knows nothing of them."""
    async with _at_work(cue) as runtime, _line(cue) as line:
        left = iter(await bodies_of_sent(runtime, cue.count))
        done = 0

        async def step() -> tuple[float, int]:
            nonlocal done
            messages = list(islice(left, TOGETHER))
            began = time.monotonic()
            done += len(await line.publish(messages)) if messages else 0
            return time.monotonic() - began, len(messages)

        async def counted() -> int:
            return done

        yield stepping(step, counted)


@asynccontextmanager
async def claims(cue: Cue) -> AsyncIterator[Go]:
    """Going, what is due is claimed, beside so many concluded and so many lanes that are blocked."""
    async with _at_work(cue) as runtime:
        await emptied(owner_of(cue))
        await owe_many(runtime, _CLAIMED * 10)
        await conclude_many(owner_of(cue), cue.count, blocked=cue.told["blocked"])

        async def go() -> Answer:
            spans = [await _claimed(runtime) for _ in range(_CLAIMS)]
            return {"milliseconds": median(spans) * 1000}

        yield go


async def _claimed(runtime: Runtime[Work]) -> float:
    async with runtime.engine.connect() as connection, connection.begin() as open_one:
        await peers.see_everything(connection)
        began = time.monotonic()
        claimed = await claim(connection, now=datetime.now(UTC), most=_CLAIMED)
        seconds = time.monotonic() - began
        await open_one.rollback()
    if len(claimed) != _CLAIMED:
        raise ValueError(f"{len(claimed)} 条待发，应为 {_CLAIMED} · claimed, not {_CLAIMED}")
    return seconds


@asynccontextmanager
async def _at_work(cue: Cue) -> AsyncIterator[Runtime[Work]]:
    runtime = create_runtime(plan_of(cue).settings(SERVICE), bus=MemoryBus())
    keep_what_is_built()
    try:
        yield runtime
    finally:
        await runtime.close()


@asynccontextmanager
async def _line(cue: Cue) -> AsyncIterator[RabbitBus]:
    bus = RabbitBus(cue.broker, name="njt-bench-province")
    try:
        await listening(bus)
        yield bus
    finally:
        await bus.close()


if __name__ == "__main__":
    play(
        {
            "receive": receive,
            "verify": verify,
            "copy": copy,
            "drain": drain,
            "publish": publish,
            "claims": claims,
            "read": read,
        }
    )
