"""Who is measured beside whom, and that every one of them came to the same fen."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import log

from cli.bench.actors import Actor, Answer, Cue, on_stage
from cli.bench.contest import Comparison, Measure, NothingMeasured, Say, Trail
from cli.bench.subsidy import openfisca, peers
from cli.bench.subsidy.cohort import AT_ONCE, Cohort
from cli.bench.subsidy.ground import PEER, Ground, prepared
from shared.policy import load_policy
from shared.settings import PolicySettings

_OURS = "cli.bench.subsidy.ours"
_WHOLE = "decide"
_STATEMENT = "one SQL statement"


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How many certificates, and how many on the way there, for the slope."""

    items: int
    steps: tuple[int, ...]


FULL = Sizes(items=1_000_000, steps=(10_000, 100_000))
SMALL = Sizes(items=5_000, steps=(500,))


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Where it takes place, and what the amounts must come to."""

    ground: Ground
    actor: Actor
    sizes: Sizes
    sums: peers.Sums
    expected: str
    say: Say
    decided: list[Answer] = field(default_factory=list)

    async def ours(self, role: str, count: int) -> Answer:
        """A part played to its end. What is asked how much it holds is played by a process that does nothing else."""
        if role != _WHOLE:
            return await self._played(self.actor, role, count)
        async with on_stage(_OURS) as actor:
            return await self._played(actor, role, count)

    async def _played(self, actor: Actor, role: str, count: int) -> Answer:
        cue = Cue(
            database=self.ground.database, broker="", collector="", keys=self.ground.folder, count=count
        )
        self.say(f"{role}: {count:,} 项备齐中 · items are made ready")
        async with actor.prepared(role, cue):
            answer = await actor.go()
            seconds = answer["seconds"]
            while answer.get("left"):
                self.say(f"{role}: {seconds:,.0f} s")
                answer = await actor.go()
                seconds += answer["seconds"]
            return {**answer, "seconds": seconds}

    async def whole(self, role: str) -> Answer:
        """A part with all certificates; raises NothingMeasured unless every amount is the loop's."""
        answer = await self.ours(role, self.sizes.items)
        self.same("ours", answer["digest"])
        told = ", ".join(
            f"{answer[name]:,} {name}" for name in ("verdicts", "grants", "claims") if name in answer
        )
        self.say(
            f"{role}: {answer['count']:,} 项 · items, {answer['total']:,} 分 · fen,"
            f" 内存峰值 · peak {answer['peak']:,.0f} MB {told}"
        )
        return answer

    def same(self, name: str, digest: str) -> None:
        if digest != self.expected:
            raise NothingMeasured(f"{name}：金额与对照不一致 · {name}: its amounts are not those of the loop")


@asynccontextmanager
async def subsidy(say: Say, sizes: Sizes = FULL) -> AsyncIterator[Sequence[Comparison]]:
    """Real PostgreSQL with fsync on; ours decides, explains and keeps under row-level security, the others only add up.

    The peers are told for each certificate what they would have to look up. All amounts are equal, to the fen.
    """
    async with prepared(say) as ground, on_stage(_OURS) as actor:
        fisca, sums = await asyncio.gather(openfisca.provide(ground.folder, say), _filled(ground, sizes))
        expected = peers.loop(sums).digest
        stage = Stage(ground=ground, actor=actor, sizes=sizes, sums=sums, expected=expected, say=say)
        everybody = _contenders(stage, fisca)
        writer = {name: each for name, each in everybody.items() if name.startswith(_STATEMENT)}
        yield [
            _rates(stage, "decide only", everybody, "decided and explained, from columns in memory"),
            _rates(stage, "store", writer, "decided and explained, each item stored"),
            _rates(stage, _WHOLE, writer, "on record → decided, stored and granted, as the worker does"),
            _slope(stage),
            _race(stage),
        ]


async def _filled(ground: Ground, sizes: Sizes) -> peers.Sums:
    """What the peers are told of the cohort, in their own tables too."""
    cohort = Cohort(load_policy(PolicySettings().folder), sizes.items)
    sums = peers.Sums(columns=cohort.columns(), rates=cohort.rates(), uplift=cohort.uplift())
    await peers.fill(ground.database, PEER, sums)
    return sums


def _contenders(stage: Stage, fisca: openfisca.OpenFisca | None) -> dict[str, Measure]:
    async def loop() -> peers.Told:
        return peers.loop(stage.sums)

    async def statement() -> peers.Told:
        return await peers.one_statement(stage.ground.database, PEER, stage.sums)

    found = {"loop over ints": loop, _STATEMENT: statement}
    if fisca is not None:
        found[f"OpenFisca {fisca.version}"] = lambda: fisca.amounts(stage.sums)
    return {f"{name}, amounts only": _rate(stage, name, told) for name, told in found.items()}


def _rate(stage: Stage, name: str, told: Callable[[], Awaitable[peers.Told]]) -> Measure:
    async def measure() -> tuple[float]:
        answer = await told()
        stage.same(name, answer.digest)
        return (stage.sizes.items / answer.seconds,)

    return measure


def _rates(stage: Stage, role: str, others: Mapping[str, Measure], name: str) -> Comparison:
    async def ours() -> tuple[float]:
        answer = await stage.whole(role)
        if role == _WHOLE:
            stage.decided.append(answer)
        return (answer["count"] / answer["seconds"],)

    return Comparison(
        paths=(Trail(name=f"{stage.sizes.items:,} certificates {name}", unit="items/s"),),
        ours=ours,
        peers=others,
    )


def _slope(stage: Stage) -> Comparison:
    """What a certificate costs, and what the process held at most: with all of them, as measured above, and with fewer."""
    many = stage.sizes.items

    async def most() -> tuple[float, float]:
        return _costs(stage.decided[-1])

    def fewer(few: int) -> Measure:
        async def measure() -> tuple[float, float]:
            answer, whole = await stage.ours(_WHOLE, few), stage.decided[-1]
            slope = log(whole["seconds"] / answer["seconds"]) / log(many / few)
            stage.say(f"斜率 · slope {few:,} → {many:,}: 秒数 ∝ 项数 · seconds ∝ items ^ {slope:.3f}")
            return _costs(answer)

        return measure

    return Comparison(
        paths=(
            Trail(name=f"as the worker does, time an item at {many:,}", unit="ms"),
            Trail(name=f"as the worker does, peak memory at {many:,}", unit="MB"),
        ),
        ours=most,
        peers={f"ours at {few:,}": fewer(few) for few in stage.sizes.steps},
    )


def _costs(answer: Answer) -> tuple[float, float]:
    return answer["seconds"] / answer["count"] * 1000, answer["peak"]


def _race(stage: Stage) -> Comparison:
    async def once() -> tuple[float, float]:
        answer = await stage.ours("race", 1)
        if (answer["won"], answer["live"]) != (1, 1):
            raise NothingMeasured(f"同一证书 {answer['won']} 件得手 · {answer['won']} claims won, not one")
        return float(answer["won"]), AT_ONCE / answer["seconds"]

    return Comparison(
        paths=(
            Trail(name=f"{AT_ONCE} claims of one certificate at once: granted", unit="grants"),
            Trail(name=f"{AT_ONCE} claims of one certificate at once: answered", unit="claims/s"),
        ),
        ours=once,
    )
