"""The peers' parts beside filing's interface: other servers of the same request, and the database alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.types import ASGIApp

from cli.bench.actors import Answer, Cue, Go, play
from cli.bench.filing.heard import listened
from cli.bench.peers import orm, replay
from cli.bench.peers.replay import Heard
from cli.suite.server import keep_what_is_built, served

_HEARD: dict[str, Heard] = {}
"""What was listened to, by database: every part of this process sends the same."""


async def _heard(cue: Cue) -> Heard:
    if cue.database not in _HEARD:
        _HEARD[cue.database] = await listened(cue)
    return _HEARD[cue.database]


@asynccontextmanager
async def same_statements(cue: Cue) -> AsyncIterator[Go]:
    """Bare ASGI and asyncpg, sending what filing sends."""
    async with replay.application(cue.database, await _heard(cue)) as app, _open(app) as go:
        yield go


@asynccontextmanager
async def with_orm(cue: Cue) -> AsyncIterator[Go]:
    """FastAPI with the ORM."""
    async with orm.application(cue.database) as app, _open(app) as go:
        yield go


@asynccontextmanager
async def only_answers(_: Cue) -> AsyncIterator[Go]:
    """Nothing is written."""
    async with _open(replay.nothing_but_an_answer) as go:
        yield go


@asynccontextmanager
async def pgbench(cue: Cue) -> AsyncIterator[Go]:
    """Going, the database takes the same statements from `count` clients."""
    heard, program = await _heard(cue), Path(cue.told["program"])

    async def go() -> Answer:
        rate, median, tail = await replay.pgbench(
            program, cue.database, heard, clients=cue.count, seconds=cue.seconds
        )
        return {"per_second": rate, "p50": median, "p99": tail}

    yield go


@asynccontextmanager
async def _open(app: ASGIApp) -> AsyncIterator[Go]:
    """Served for the block; going, it says where."""
    keep_what_is_built()
    async with served(app) as base:

        async def go() -> Answer:
            return {"base": base, "tokens": {"applicant": "none"}}

        yield go


if __name__ == "__main__":
    play(
        {
            "same statements": same_statements,
            "orm": with_orm,
            "only answers": only_answers,
            "pgbench": pgbench,
        }
    )
