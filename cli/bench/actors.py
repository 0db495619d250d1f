"""Processes that play parts: publisher and consumer are never one process, neither ours nor a peer's.

A process keeps its modules loaded between parts and does nothing else meanwhile, so that nobody is measured while
another's loops still turn. Parts meet over lines of JSON on standard input and output.
"""

import asyncio
import json
import os
import sys
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from shared.errors import Refusal
from shared.observability import configure_logging
from shared.settings import REPOSITORY

_LONGEST_LINE = 64 * 1024 * 1024  # bytes; a part answers with a moment for every fact
_PATIENCE_SECONDS = 300.0


class Cue(BaseModel):
    """What a part is told: where everything is, how much to do, how fast and for how long; `told` is this part's alone."""

    model_config = ConfigDict(frozen=True)

    database: str
    broker: str
    collector: str
    keys: Path
    count: int
    per_second: float = 0.0
    seconds: float = 0.0
    told: dict[str, Any] = {}


Answer = dict[str, Any]
Go = Callable[[], Awaitable[Answer]]
Role = Callable[[Cue], AbstractAsyncContextManager[Go]]
"""Prepares on entering, does what is measured when told to go, tidies up on leaving."""


class ActorFailed(Refusal):
    """参测进程出错 · A process that took part failed."""

    code = "NJT-CLI-0011"


class Actor:
    """A process of ours that plays the roles of one module."""

    def __init__(self, module: str, process: asyncio.subprocess.Process) -> None:
        self._module = module
        self._process = process

    async def go(self) -> Answer:
        """Let the part that is prepared begin, and wait for its answer; raises ActorFailed."""
        return await self._ask({"go": True})

    async def ask(self, role: str, cue: Cue) -> Answer:
        """Play a whole part that needs no other."""
        async with self.prepared(role, cue):
            return await self.go()

    @asynccontextmanager
    async def prepared(self, role: str, cue: Cue) -> AsyncIterator[None]:
        """Prepare a part for the block; raises ActorFailed."""
        await self._ask({"role": role, "cue": cue.model_dump(mode="json")})
        try:
            yield
        finally:
            await self._ask({"end": True})

    async def _ask(self, line: dict[str, Any]) -> Answer:
        if self._process.stdin is None or self._process.stdout is None:
            raise ActorFailed(f"{self._module}: 没有管道 · no pipes")
        self._process.stdin.write(json.dumps(line).encode() + b"\n")
        async with asyncio.timeout(_PATIENCE_SECONDS):
            told = await self._process.stdout.readline()
        answer: Answer = json.loads(told) if told else {"failed": "进程已退出 · the process has ended"}
        if failed := answer.get("failed"):
            raise ActorFailed(f"{self._module}: {failed}")
        return answer

    async def leave(self) -> None:
        """Let the process end by itself: its input does."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), _PATIENCE_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def on_stage(module: str) -> AsyncIterator[Actor]:
    """A process of `module`, which plays roles until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        limit=_LONGEST_LINE,
        start_new_session=True,
    )
    actor = Actor(module, process)
    try:
        yield actor
    finally:
        await actor.leave()


def play(roles: Mapping[str, Role]) -> None:
    """What such a module does: play parts until its input ends."""
    configure_logging("bench", "WARNING", json=False)
    asyncio.run(_play(roles))


async def _play(roles: Mapping[str, Role]) -> None:
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        asked = json.loads(line)
        if "role" in asked:
            await _part(roles, asked, lines)
        else:  # the end of a part that failed
            _say({})


async def _part(roles: Mapping[str, Role], asked: Answer, lines: asyncio.StreamReader) -> None:
    try:
        async with roles[asked["role"]](Cue.model_validate(asked["cue"])) as go:
            _say({})
            while "go" in json.loads(await lines.readline() or b"{}"):
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    answer = await go()
                _say(answer)
    except Exception as problem:  # whatever it was, the one who asked must hear of it
        traceback.print_exc()
        _say({"failed": repr(problem)})
    else:
        _say({})


def _say(answer: Answer) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
