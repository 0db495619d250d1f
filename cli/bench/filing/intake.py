"""Durable intake: a case drafted over HTTP with all guarantees, beside what could keep fewer of them."""

from collections.abc import Iterator
from pathlib import Path

from cli.bench.actors import Actor
from cli.bench.contest import Comparison, Measure, Trail
from cli.bench.filing.requests import draft
from cli.bench.filing.seed import empty
from cli.bench.filing.stage import Stage, told
from cli.bench.peers.database import find_pgbench


def intake(stage: Stage) -> Iterator[Comparison]:
    """One comparison for each number of callers at once."""
    for hands in stage.sizes.hands:
        yield _intake(stage, hands)


def _intake(stage: Stage, hands: int) -> Comparison:
    def asked(actor: Actor, role: str) -> Measure:
        return lambda: _taken_in(stage, actor, role, hands=hands)

    program = find_pgbench()
    name = f"durable intake over HTTP, {hands} callers"
    return Comparison(
        title=name,
        paths=(
            Trail(name=name, unit="cases/s"),
            Trail(name=f"{name}, p50", unit="ms"),
            Trail(name=f"{name}, p99", unit="ms"),
            Trail(name=f"{name}, p99 ÷ p50", unit="×"),
        ),
        ours=asked(stage.ours, "serve"),
        peers={
            "bare ASGI + asyncpg, same statements": asked(stage.peers, "same statements"),
            "FastAPI + ORM, one INSERT": asked(stage.peers, "orm"),
            "ours without traces": asked(stage.ours, "serve untraced"),
            "bare ASGI, nothing written": asked(stage.peers, "only answers"),
        },
        limit=(lambda: _pgbench(stage, program, hands=hands)) if program else None,
    )


async def _taken_in(stage: Stage, actor: Actor, role: str, *, hands: int) -> tuple[float, ...]:
    place = stage.ground.desk
    await empty(place.url)
    async with actor.prepared(role, place.cue):
        there = await actor.go()
        taken = await stage.press(there["base"], draft(there["tokens"]["applicant"]), hands=hands)
    median, tail = taken.percentiles
    return taken.per_second, median, tail, tail / median


async def _pgbench(stage: Stage, program: Path, *, hands: int) -> tuple[float, ...]:
    place = stage.ground.desk
    await empty(place.url)
    cue = told(place, count=hands, seconds=stage.sizes.seconds, told={"program": str(program)})
    found = await stage.peers.ask("pgbench", cue)
    return found["per_second"], found["p50"], found["p99"], found["p99"] / found["p50"]
