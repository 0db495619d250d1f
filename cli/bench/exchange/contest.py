"""Who is measured beside whom: the same messages, the same rows, the same line."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from cli.bench.actors import Actor, Answer, Cue, on_stage
from cli.bench.contest import Comparison, Measure, NothingMeasured, Say, Trail
from cli.bench.exchange import reconciliation
from cli.bench.exchange.ground import prepared, with_told
from cli.bench.exchange.signatures import UNSIGNED
from shared.contracts.dialect import Algorithm

_OURS = "cli.bench.exchange.ours"
_AT_ONCE = 1000


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Certificates in all, messages read, messages that piled up, reports concluded, lanes blocked, acts reconciled."""

    certificates: int
    read: int
    piled_up: int
    concluded: int
    blocked: int
    reconciled: reconciliation.Sizes


FULL = Sizes(
    certificates=1_000_000,
    read=50_000,
    piled_up=50_000,
    concluded=1_000_000,
    blocked=10_000,
    reconciled=reconciliation.FULL,
)
SMALL = Sizes(
    certificates=2_000, read=5_000, piled_up=200, concluded=2_000, blocked=50, reconciled=reconciliation.SMALL
)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Where it takes place."""

    cue: Cue
    actor: Actor
    sizes: Sizes
    say: Say

    async def played(self, role: str, count: int, **told: object) -> Answer:
        """A part played to its end, which may take several slices of time."""
        self.say(f"{role}: {count:,}")
        async with self.actor.prepared(role, with_told(self.cue, count, **told)):
            answer = await self.actor.go()
            seconds, done = answer.get("seconds", 0.0), answer.get("done", 0)
            while answer.get("left"):
                self.say(f"{role}: {done:,} in {seconds:,.0f} s")
                answer = await self.actor.go()
                seconds, done = seconds + answer["seconds"], done + answer["done"]
            return {**answer, "seconds": seconds, "done": done}

    def rate(self, role: str, count: int, **told: object) -> Measure:
        """So many of them a second; raises NothingMeasured unless it was all of them."""

        async def measure() -> tuple[float]:
            answer = await self.played(role, count, **told)
            if answer["count"] != count:
                raise NothingMeasured(f"{role}: {answer['count']:,} / {count:,}")
            return (count / answer["seconds"],)

        return measure


@asynccontextmanager
async def exchange(say: Say, sizes: Sizes = FULL) -> AsyncIterator[Sequence[Comparison]]:
    """Real PostgreSQL with fsync on and real RabbitMQ; ours with everything on, as its worker runs."""
    async with (
        prepared(say) as cue,
        on_stage(_OURS) as actor,
        reconciliation.reconciliation_of(say, sizes.reconciled) as reconciled,
    ):
        stage = Stage(cue=cue, actor=actor, sizes=sizes, say=say)
        yield [
            _taken(stage),
            _verified(stage, each=1, count=sizes.read),
            _verified(stage, each=_AT_ONCE, count=max(1, sizes.read // _AT_ONCE)),
            _drained(stage),
            _claimed(stage),
            *reconciled,
        ]


def _taken(stage: Stage) -> Comparison:
    """A thousand certificates in a message; the rows stored again are those that ours kept."""
    count = stage.sizes.certificates
    return Comparison(
        paths=(
            Trail(
                name=f"{count:,} certificates, {_AT_ONCE:,} a message: verified and kept",
                unit="certificates/s",
            ),
        ),
        ours=stage.rate("receive", count),
        peers={
            "COPY of the same rows": stage.rate("copy", count, by="COPY"),
            "executemany of the same rows": stage.rate("copy", count, by="executemany"),
            "json.loads + verify, nothing kept": stage.rate("verify", count),
        },
    )


def _verified(stage: Stage, *, each: int, count: int) -> Comparison:
    """What a signature costs the reader of a message, beside reading it."""
    return Comparison(
        paths=(
            Trail(name=f"messages of {each:,} certificates: read and verified, Ed25519", unit="messages/s"),
        ),
        ours=stage.rate("read", count, each=each, signed=Algorithm.ED25519),
        peers={
            "read alone": stage.rate("read", count, each=each, signed=UNSIGNED),
            "read and verified, SM2 with SM3": stage.rate("read", count, each=each, signed=Algorithm.SM2_SM3),
        },
    )


def _drained(stage: Stage) -> Comparison:
    count = stage.sizes.piled_up
    return Comparison(
        paths=(Trail(name=f"{count:,} reports piled up in a pause: drained", unit="msg/s"),),
        ours=stage.rate("drain", count),
        peers={"the same messages published alone": stage.rate("publish", count)},
    )


def _claimed(stage: Stage) -> Comparison:
    """What it costs to find the hundred that leave next, as the past grows and lanes are blocked."""
    sizes = stage.sizes

    def cost(concluded: int, blocked: int) -> Measure:
        async def measure() -> tuple[float]:
            answer = await stage.played("claims", concluded, blocked=blocked)
            return (answer["milliseconds"],)

        return measure

    return Comparison(
        paths=(
            Trail(
                name=f"claim of 100, {sizes.concluded:,} concluded and {sizes.blocked:,} lanes blocked",
                unit="ms",
            ),
        ),
        ours=cost(sizes.concluded, sizes.blocked),
        peers={
            "nothing else on record": cost(0, 0),
            f"{sizes.concluded:,} concluded, none blocked": cost(sizes.concluded, 0),
        },
    )
