"""The peers' parts beside an import: calamine reading the file, and COPY of its rows."""

import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
from python_calamine import CalamineWorkbook

from cli.bench.actors import Answer, Cue, Go, play
from cli.bench.moments import peak_megabytes

_TABLE = """
    CREATE TABLE IF NOT EXISTS peer.line (import_id uuid, number integer, cells jsonb, PRIMARY KEY (import_id, number))
"""


@asynccontextmanager
async def read(cue: Cue) -> AsyncIterator[Go]:
    """Going, the file's rows are read, and nothing is made of them."""

    async def go() -> Answer:
        began = time.perf_counter()
        count = sum(1 for _ in _rows(cue))
        return {"seconds": time.perf_counter() - began, "count": count, "peak": peak_megabytes()}

    yield go


@asynccontextmanager
async def copy(cue: Cue) -> AsyncIterator[Go]:
    """Going, rows that were read before are copied into a table."""
    rows = [(number, json.dumps(cells, default=str)) for number, cells in enumerate(_rows(cue), 1)]
    connection = await asyncpg.connect(cue.database)
    try:
        await connection.execute(_TABLE)

        async def go() -> Answer:
            key, began = uuid4(), time.perf_counter()
            records = ((key, *row) for row in rows)
            await connection.copy_records_to_table("line", schema_name="peer", records=records)
            return {"seconds": time.perf_counter() - began, "count": len(rows), "peak": peak_megabytes()}

        yield go
    finally:
        await connection.close()


def _rows(cue: Cue) -> Iterator[list[Any]]:
    """What stands below the header."""
    book = CalamineWorkbook.from_filelike(BytesIO(Path(cue.told["file"]).read_bytes()))
    rows = book.get_sheet_by_index(0).iter_rows()
    next(rows)
    yield from rows


if __name__ == "__main__":
    play({"read": read, "copy": copy})
