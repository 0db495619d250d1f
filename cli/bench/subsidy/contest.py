"""Who is measured beside whom, and that every one of them came to the same fen."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import log

from cli.bench.actors import Answer, Cue, on_stage
from cli.bench.contest import Comparison, Measure, NothingMeasured, Say, Trail
from cli.bench.subsidy import openfisca, peers
from cli.bench.subsidy.cohort import AT_ONCE, Cohort
from cli.bench.subsidy.ground import PEER, Ground, prepared
from shared.policy import load_policy
from shared.settings import PolicySettings


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How many certificates, and how many for the beginning of the slope."""

    items: int
    few: int


FULL = Sizes(items=1_000_000, few=10_000)
SMALL = Sizes(items=5_000, few=500)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Where it takes place, and what the amounts must come to."""

    ground: Ground
    sizes: Sizes
    sums: peers.Sums
    expected: str
    say: Say
    decided: list[Answer] = field(default_factory=list)

    async def ours(self, role: str, count: int) -> Answer:
        """A part played by a process that does nothing else, so that the most it ever held is this part's."""
        cue = Cue(
            database=self.ground.database, broker="", collector="", keys=self.ground.folder, count=count
        )
        async with on_stage("cli.bench.subsidy.ours") as actor, actor.prepared(role, cue):
            answer = await actor.go()
            seconds = answer["seconds"]
            while answer.get("left"):
                answer = await actor.go()
                seconds += answer["seconds"]
            return {**answer, "seconds": seconds}

    def same(self, name: str, digest: str) -> None:
        if digest != self.expected:
            raise NothingMeasured(f"{name}：金额与对照不一致 · {name}: its amounts are not those of the loop")


@asynccontextmanager
async def subsidy(say: Say, sizes: Sizes = FULL) -> AsyncIterator[Sequence[Comparison]]:
    """Real PostgreSQL with fsync on; ours decides, explains and stores under row-level security, the others only add up.

    The peers are told for each certificate what they would have to look up. All amounts are equal, to the fen.
    """
    async with prepared(say) as ground:
        cohort = Cohort(load_policy(PolicySettings().folder), sizes.items)
        sums = peers.Sums(columns=cohort.columns(), rates=cohort.rates(), uplift=cohort.uplift())
        await peers.fill(ground.database, PEER, sums)
        stage = Stage(ground=ground, sizes=sizes, sums=sums, expected=peers.loop(sums).digest, say=say)
        fisca = await openfisca.provide(ground.folder, say)
        yield [_whole(stage, fisca), _sums(stage, fisca), _slope(stage), _race(stage)]


def _contenders(stage: Stage, fisca: openfisca.OpenFisca | None) -> dict[str, Measure]:
    async def loop() -> peers.Told:
        return peers.loop(stage.sums)

    async def statement() -> peers.Told:
        return await peers.one_statement(stage.ground.database, PEER, stage.sums)

    found = {"loop over ints": loop, "one SQL statement": statement}
    if fisca is not None:
        found[f"OpenFisca {fisca.version}"] = lambda: fisca.amounts(stage.sums)
    return {f"{name}, amounts only": _rate(stage, name, told) for name, told in found.items()}


def _rate(stage: Stage, name: str, told: Callable[[], Awaitable[peers.Told]]) -> Measure:
    async def measure() -> tuple[float]:
        answer = await told()
        stage.same(name, answer.digest)
        return (stage.sizes.items / answer.seconds,)

    return measure


def _whole(stage: Stage, fisca: openfisca.OpenFisca | None) -> Comparison:
    async def whole() -> tuple[float]:
        answer = await _ours(stage, "decide")
        stage.decided.append(answer)
        return _per_second(answer)

    name = f"{stage.sizes.items:,} certificates → decisions, explained and stored"
    return Comparison(
        paths=(Trail(name=name, unit="items/s"),),
        ours=whole,
        peers=_contenders(stage, fisca),
    )


def _sums(stage: Stage, fisca: openfisca.OpenFisca | None) -> Comparison:
    async def only() -> tuple[float]:
        return _per_second(await _ours(stage, "decide only"))

    name = f"{stage.sizes.items:,} certificates → decisions, explained, not stored"
    return Comparison(
        paths=(Trail(name=name, unit="items/s"),),
        ours=only,
        peers=_contenders(stage, fisca),
    )


async def _ours(stage: Stage, role: str) -> Answer:
    answer = await stage.ours(role, stage.sizes.items)
    stage.same("ours", answer["digest"])
    stage.say(
        f"{role}: {answer['count']:,} 项 · items, {answer['total']:,} 分 · fen, 内存峰值 · peak {answer['peak']:,.0f} MB"
    )
    return answer


def _per_second(answer: Answer) -> tuple[float]:
    return (answer["count"] / answer["seconds"],)


def _slope(stage: Stage) -> Comparison:
    """What a certificate costs, and what the process held at most: with many of them, as measured above, and with few."""
    few, many = stage.sizes.few, stage.sizes.items

    async def most() -> tuple[float, float]:
        return _costs(stage.decided[-1])

    async def least() -> tuple[float, float]:
        answer, whole = await stage.ours("decide", few), stage.decided[-1]
        slope = log(whole["seconds"] / answer["seconds"]) / log(many / few)
        stage.say(f"斜率 · slope {few:,} → {many:,}: 秒数 ∝ 项数 · seconds ∝ items ^ {slope:.3f}")
        return _costs(answer)

    return Comparison(
        paths=(
            Trail(name=f"stored, time an item at {many:,}", unit="ms"),
            Trail(name=f"stored, peak memory at {many:,}", unit="MB"),
        ),
        ours=most,
        peers={f"ours at {few:,}": least},
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
