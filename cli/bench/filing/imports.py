"""An import: previewed and put in, beside reading the file alone and writing its rows alone."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from cli.bench.actors import Answer, on_stage
from cli.bench.contest import Comparison, NothingMeasured, Trail
from cli.bench.filing.seed import empty
from cli.bench.filing.sheet import filled_in
from cli.bench.filing.stage import Stage, told
from shared.policy import load_policy
from shared.settings import PolicySettings

_PEERS = "cli.bench.peers.sheets"


def imports(stage: Stage) -> Comparison:
    """Rows a second, and the most memory that the process held; each time in a process of its own."""
    rows = stage.sizes.rows
    name = f"import of {rows:,} rows"
    return Comparison(
        title=name,
        paths=(
            Trail(name=f"{name}: preview", unit="rows/s"),
            Trail(name=f"{name}: commit", unit="rows/s"),
            Trail(name=f"{name}: peak memory", unit="MB"),
        ),
        ours=lambda: _ours(stage),
        peers={"calamine alone": lambda: _peer(stage, "read"), "COPY alone": lambda: _peer(stage, "copy")},
    )


async def _ours(stage: Stage) -> Sequence[float]:
    took = await _played(stage, "cli.bench.filing.ours", "import")
    rows = stage.sizes.rows
    return rows / took["preview"], rows / took["commit"], took["peak"]


async def _peer(stage: Stage, role: str) -> Sequence[float]:
    took = await _played(stage, _PEERS, role)
    if took["count"] != stage.sizes.rows:
        raise NothingMeasured(f"{role}: {took['count']} / {stage.sizes.rows}")
    rate = stage.sizes.rows / took["seconds"]
    return rate, rate, took["peak"]


async def _played(stage: Stage, module: str, role: str) -> Answer:
    place, rows = stage.ground.desk, stage.sizes.rows
    await empty(place.url)
    file = await asyncio.to_thread(_file, stage.ground.folder, rows)
    async with on_stage(module) as actor:
        return await actor.ask(role, told(place, count=rows, told={"file": str(file)}))


def _file(folder: Path, rows: int) -> Path:
    """The spreadsheet, written once."""
    file = folder / f"import-{rows}.xlsx"
    if not file.exists():
        file.write_bytes(filled_in(load_policy(PolicySettings().folder), rows=rows))
    return file
