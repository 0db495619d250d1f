"""Our parts: the suite's own machinery with everything on, as its processes run it."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from cli.bench.actors import Answer, Cue, Go, play
from cli.bench.facts import ORGAN, facts
from cli.bench.moments import Moments
from cli.bench.service import (
    CONNECTIONS,
    LISTENER,
    SENDER,
    Witness,
    Work,
    hearing,
    recorded,
    register,
    runtime_of,
    worker_of,
)
from cli.bench.steady import at_once, at_pace
from shared.contracts.filing import InstitutionRegistered
from shared.identity.scope import Scope
from shared.messaging.bus import EVENTS_EXCHANGE, Topology
from shared.service import Runtime, Worker

_LOOK_AGAIN_SECONDS = 0.005
_TOGETHER = 50  # facts written in one transaction while preparing
_OFFICER = Scope(actor="client:bench-officer", act="register", organs=frozenset({ORGAN}))


@asynccontextmanager
async def relay(cue: Cue) -> AsyncIterator[Go]:
    """State and outbox are written and one fact has gone ahead; going, the relay claims, publishes and marks the rest."""
    async with runtime_of(SENDER, cue, Witness()) as runtime:
        queue = hearing().queue(LISTENER)
        await runtime.bus.declare(Topology(exchanges=frozenset({EVENTS_EXCHANGE}), queues=(queue,)))
        await _write(runtime, facts(1))
        await runtime.relay.flush()
        await _write(runtime, facts(cue.count))
        await asyncio.to_thread(runtime.telemetry.tracer_provider.force_flush)

        async def go() -> Answer:
            began = time.monotonic()
            sent = await runtime.relay.flush()
            return {"began": began, "ended": time.monotonic(), "count": sent}

        yield go


@asynccontextmanager
async def listen(cue: Cue) -> AsyncIterator[Go]:
    """The worker is attached; going, it is waited for until every effect is committed."""
    witness = Witness()
    async with runtime_of(LISTENER, cue, witness) as runtime:
        worker = worker_of(runtime)
        await worker.declare()
        async with worker.running():
            await _attached(worker)

            async def go() -> Answer:
                moments = await witness.moments.reach(cue.count)
                return {"moments": moments, "count": await recorded(runtime)}

            yield go


@asynccontextmanager
async def write(cue: Cue) -> AsyncIterator[Go]:
    """Going, state and outbox are written in one transaction each, by eight at once."""
    async with runtime_of(SENDER, cue, Witness()) as runtime:
        things = facts(cue.count)

        async def go() -> Answer:
            rate = await at_once(
                lambda each: _register(each, runtime), things, hands=CONNECTIONS, seconds=cue.seconds
            )
            return {"per_second": rate}

        yield go


@asynccontextmanager
async def tell(cue: Cue) -> AsyncIterator[Go]:
    """Going, facts become true at a steady pace, and the relay is woken by each commit."""
    async with runtime_of(SENDER, cue, Witness()) as runtime, runtime.relaying():
        things = facts(cue.count)
        moments = Moments()

        async def one(event: InstitutionRegistered) -> None:
            await _register(event, runtime)
            moments.note([event.subject])

        async def go() -> Answer:
            await at_pace(one, things, per_second=cue.per_second)
            return {"moments": moments.known, "order": [str(each.subject) for each in things]}

        yield go


async def _attached(worker: Worker[Work]) -> None:
    while True:
        if await worker.consumer_problem() is None:
            return
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)


async def _register(event: InstitutionRegistered, runtime: Runtime[Work]) -> None:
    """One request's worth: a span, a scope, a unit of work."""
    with runtime.telemetry.span("POST /v1/records", attributes={"njt.subject": str(event.subject)}):
        async with runtime.works(_OFFICER) as work:
            await register(event, work)


async def _write(runtime: Runtime[Work], events: Sequence[InstitutionRegistered]) -> None:
    for start in range(0, len(events), _TOGETHER):
        async with runtime.works(_OFFICER) as work:
            for event in events[start : start + _TOGETHER]:
                with runtime.telemetry.span("POST /v1/records"):
                    await register(event, work)


if __name__ == "__main__":
    play({"relay": relay, "listen": listen, "write": write, "tell": tell})
