"""The bench `smoke`: the paths a fact takes from one service to the next, in under three minutes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

from cli.bench.actors import Actor, Answer, Cue, on_stage
from cli.bench.contest import Comparison, Measure, NothingMeasured, Say, Trail
from cli.bench.facts import facts
from cli.bench.ground import own_servers, prepared
from cli.bench.peers import amqp, database
from cli.bench.service import LISTENER, hearing

_OURS = hearing().queue(LISTENER)
QUEUES = (_OURS.name, _OURS.dead, amqp.QUEUE)
_MILLISECONDS = 1000


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much each path is given; the first `warm` facts of a steady stream are not counted."""

    facts: int = 5_000
    transactions_seconds: float = 2.0
    most_transactions: int = 10_000
    per_second: float = 200.0
    steady: int = 1_600
    warm: int = 200


FULL = Sizes()
SMALL = Sizes(facts=60, transactions_seconds=0.2, most_transactions=400, steady=20, warm=10)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A sender and a listener of ours, and of the peers."""

    cue: Cue
    sizes: Sizes
    our_sender: Actor
    our_listener: Actor
    peer_sender: Actor
    peer_listener: Actor

    def told(self, **more: Any) -> Cue:
        return self.cue.model_copy(update=more)


@asynccontextmanager
async def smoke(say: Say, sizes: Sizes = FULL) -> AsyncIterator[Sequence[Comparison]]:
    """Real PostgreSQL with fsync on, real RabbitMQ with quorum queues.

    Ours has everything on; its traces, sampled at 100 %, are exported over OTLP to the collector of `cli.collector`.
    """
    async with own_servers(say) as servers, prepared(servers) as cue, staged(cue, sizes) as comparisons:
        yield comparisons


@asynccontextmanager
async def staged(cue: Cue, sizes: Sizes) -> AsyncIterator[Sequence[Comparison]]:
    """The comparisons on a prepared ground, played by four processes."""
    ours, peers = "cli.bench.ours", "cli.bench.peers.parts"
    async with (
        on_stage(ours) as our_sender,
        on_stage(ours) as our_listener,
        on_stage(peers) as peer_sender,
        on_stage(peers) as peer_listener,
    ):
        stage = Stage(
            cue=cue,
            sizes=sizes,
            our_sender=our_sender,
            our_listener=our_listener,
            peer_sender=peer_sender,
            peer_listener=peer_listener,
        )
        try:
            yield [_through(stage), _relay(stage), _write(stage), _latency(stage)]
        finally:
            await amqp.remove(cue.broker, QUEUES)


def _through(stage: Stage) -> Comparison:
    def peer(role: str) -> Measure:
        return lambda: _passed(stage, (stage.peer_sender, "publish"), (stage.peer_listener, role))

    return Comparison(
        paths=(Trail(name="events through outbox → RabbitMQ → inbox with effect", unit="msg/s"),),
        ours=lambda: _passed(stage, (stage.our_sender, "relay"), (stage.our_listener, "listen")),
        peers={"aio_pika batch of 50": peer("consume batches"), "aio_pika one tx each": peer("consume each")},
        limit=peer("consume only"),
    )


async def _passed(stage: Stage, sending: tuple[Actor, str], hearing: tuple[Actor, str]) -> tuple[float]:
    """Facts a second, from the moment the sender is let go until the last effect is committed.

    One more is heard than is sent: the one that went ahead, so that every connection is open.
    """
    count = stage.sizes.facts
    sent, heard = await _together(
        (*sending, stage.told(count=count)), (*hearing, stage.told(count=count + 1))
    )
    _all_there(heard["count"], count + 1)
    return (count / (max(heard["moments"].values()) - sent["began"]),)


async def _together(
    sending: tuple[Actor, str, Cue], hearing: tuple[Actor, str, Cue]
) -> tuple[Answer, Answer]:
    """Let a sender and a listener go at once, each once both are prepared; nothing of theirs is left in a queue."""
    (sender, sends, sender_cue), (listener, hears, listener_cue) = sending, hearing
    async with listener.prepared(hears, listener_cue), sender.prepared(sends, sender_cue):
        sent, heard = await asyncio.gather(sender.go(), listener.go())
    await amqp.remove(sender_cue.broker, QUEUES)
    return sent, heard


def _relay(stage: Stage) -> Comparison:
    async def rate(actor: Actor, role: str) -> tuple[float]:
        cue = stage.told(count=stage.sizes.facts)
        answer = await actor.ask(role, cue)
        await amqp.remove(cue.broker, QUEUES)
        _all_there(answer["count"], cue.count)
        return (cue.count / (answer["ended"] - answer["began"]),)

    return Comparison(
        paths=(Trail(name="relay: claim → publish → mark", unit="msg/s"),),
        ours=lambda: rate(stage.our_sender, "relay"),
        peers={"aio_pika gathered 500": lambda: rate(stage.peer_sender, "publish")},
        limit=lambda: rate(stage.peer_sender, "claim"),
    )


def _write(stage: Stage) -> Comparison:
    sizes, program = stage.sizes, database.find_pgbench()
    cue = stage.told(count=sizes.most_transactions, seconds=sizes.transactions_seconds)

    async def rate(actor: Actor) -> tuple[float]:
        return (float((await actor.ask("write", cue))["per_second"]),)

    async def pgbench(program: Path) -> tuple[float]:
        return (await database.pgbench(program, cue.database, facts(1)[0], seconds=cue.seconds),)

    return Comparison(
        paths=(Trail(name="state + outbox in one transaction, 8 at once", unit="tx/s"),),
        ours=lambda: rate(stage.our_sender),
        peers={"asyncpg plain": lambda: rate(stage.peer_sender)},
        limit=(lambda: pgbench(program)) if program else None,
    )


def _latency(stage: Stage) -> Comparison:
    sizes = stage.sizes
    name = f"fact → effect in the next service at {sizes.per_second:.0f}/s"
    return Comparison(
        paths=(Trail(name=f"{name}, p50", unit="ms"), Trail(name=f"{name}, p99", unit="ms")),
        ours=lambda: _delays(stage, (stage.our_sender, "tell"), (stage.our_listener, "listen")),
        peers={
            "poll 100 ms, one tx each": lambda: _delays(
                stage, (stage.peer_sender, "tell"), (stage.peer_listener, "consume each")
            )
        },
    )


async def _delays(
    stage: Stage, sending: tuple[Actor, str], hearing: tuple[Actor, str]
) -> tuple[float, float]:
    """From commit to commit, once it runs steadily: median and 99th percentile in ms.

    Both processes read the same monotonic clock of the machine.
    """
    sizes = stage.sizes
    cue = stage.told(count=sizes.warm + sizes.steady, per_second=sizes.per_second)
    told, heard = await _together((*sending, cue), (*hearing, cue))
    counted = told["order"][sizes.warm :]
    delays = [heard["moments"][each] - told["moments"][each] for each in counted]
    hundredths = quantiles(delays, n=100, method="inclusive")
    return hundredths[49] * _MILLISECONDS, hundredths[98] * _MILLISECONDS


def _all_there(found: int, wanted: int) -> None:
    if found != wanted:
        raise NothingMeasured(f"应为 {wanted} 条，实为 {found} 条 · {wanted} were sent, {found} are there")
