"""The statements that filing really sends, sent again without filing: by bare asyncpg, and by pgbench."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cli.bench.peers.database import run_script

CONNECTIONS = 8
SCHEMA = "filing"
_PLACE = re.compile(r"\$(\d+)")
_CREATED = 201
_DRAWN = "\\set r random(1, 4611686018427387904)\n"
_AN_ID = "CAST(lpad(to_hex(:r::bigint), 32, '0') AS uuid)"
_A_KEY = "('k' || to_hex(:r::bigint))"
_MICROSECONDS = 1000.0  # in a ms


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement as it went to the database, and what it was given."""

    sql: str
    values: Sequence[Any]


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One request's statements; `key` and `id` are what every other request has its own of."""

    statements: Sequence[Statement]
    key: str
    id: UUID
    answer: bytes


@asynccontextmanager
async def application(url: str, heard: Heard) -> AsyncIterator[ASGIApp]:
    """Bare ASGI and asyncpg: reads the body and the key, sends the same statements in a transaction, answers the same."""
    settings = {"search_path": SCHEMA, "jit": "off"}
    async with asyncpg.create_pool(
        url,
        min_size=CONNECTIONS,
        max_size=CONNECTIONS,
        server_settings=settings,
        reset=_as_it_is,  # what is set ends with each transaction, so no round trip is spent on resetting
    ) as pool:

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await _body(receive)
            key, own = dict(scope["headers"])[b"idempotency-key"].decode(), uuid4()
            async with pool.acquire() as connection, connection.transaction():
                for each in heard.statements:
                    await connection.fetch(each.sql, *_instead(each.values, heard, key=key, own=own))
            await answer(send, heard.answer.replace(str(heard.id).encode(), str(own).encode()))

        yield app


async def nothing_but_an_answer(scope: Scope, receive: Receive, send: Send) -> None:
    """How many requests the callers and the server can pass at all."""
    del scope  # whatever is asked
    await answer(send, await _body(receive))


async def answer(send: Send, body: bytes) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"etag", b'"1"'),
    ]
    await send({"type": "http.response.start", "status": _CREATED, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _as_it_is(connection: asyncpg.Connection) -> None:
    del connection


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    more = True
    while more:
        message: Message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


def _instead(values: Sequence[Any], heard: Heard, *, key: str, own: UUID) -> list[Any]:
    """The same values for another request."""
    return [_other(value, heard, key=key, own=own) for value in values]


def _other(value: Any, heard: Heard, *, key: str, own: UUID) -> Any:
    if isinstance(value, list):
        return [_other(each, heard, key=key, own=own) for each in value]
    if value == heard.id:
        return own
    return key if value == heard.key else value


async def pgbench(
    program: Path, url: str, heard: Heard, *, clients: int, seconds: float
) -> tuple[float, float, float]:
    """Transactions a second of so many clients, and their median and 99th percentile in ms; raises PgbenchFailed."""
    with TemporaryDirectory() as folder:
        log = Path(folder, "log")
        rate = await run_script(
            program, url, script(heard), schema=SCHEMA, clients=clients, seconds=seconds, log=log
        )
        delays = await asyncio.to_thread(_delays, Path(folder))
    hundredths = quantiles(delays, n=100, method="inclusive")
    return rate, hundredths[49], hundredths[98]


def _delays(folder: Path) -> list[float]:
    """Every transaction's ms, out of pgbench's logs."""
    lines = [line for file in folder.iterdir() for line in file.read_text("ascii").splitlines()]
    return [int(line.split()[2]) / _MICROSECONDS for line in lines]


def script(heard: Heard) -> str:
    """The statements as a script of pgbench's, with an id and a key of its own for each transaction."""
    statements = [_written(each, heard) for each in heard.statements]
    return "\n".join([_DRAWN + "BEGIN;", *(f"{each.strip()};" for each in statements), "COMMIT;\n"])


def _written(statement: Statement, heard: Heard) -> str:
    def value(place: re.Match[str]) -> str:
        return _literal(statement.values[int(place[1]) - 1], heard)

    return _PLACE.sub(value, statement.sql)


def _literal(value: Any, heard: Heard) -> str:
    if value == heard.id:
        return _AN_ID
    if value == heard.key:
        return _A_KEY
    if isinstance(value, list):
        return f"ARRAY[{', '.join(_literal(each, heard) for each in value)}]"
    plain = next(write for kind, write in _WRITTEN if isinstance(value, kind))
    return plain(value)


def _quoted(text: str) -> str:
    """A text whose colons pgbench does not take for its variables."""
    escaped = text.replace("\\", "\\\\").replace("'", "''").replace(":", "\\x3a")
    return f"E'{escaped}'"


_WRITTEN: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (type(None), lambda _: "NULL"),
    (bool, lambda value: str(value).upper()),
    (int, str),
    (bytes, lambda value: _quoted(f"\\x{value.hex()}")),
    (date, lambda value: _quoted(value.isoformat())),
    (object, lambda value: _quoted(str(value))),
)
