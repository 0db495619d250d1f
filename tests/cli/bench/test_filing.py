"""`njt bench filing --quick`: every contest takes place, and what it found is printed and kept."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import bench as command
from cli.bench.filing import SMALL
from cli.bench.filing.lists import PAGES
from cli.main import create_app

INTAKE_PEERS = {
    "bare ASGI + asyncpg, same statements",
    "FastAPI + ORM, one INSERT",
    "ours without traces",
    "bare ASGI, nothing written",
}


def wanted_rows() -> dict[str, tuple[str, set[str]]]:
    """Path → unit and those it stands beside."""
    (hands,) = SMALL.hands
    intake = f"durable intake over HTTP, {hands} callers"
    units = {"": "cases/s", ", p50": "ms", ", p99": "ms", ", p99 ÷ p50": "×"}
    rows = {f"{intake}{part}": (unit, INTAKE_PEERS) for part, unit in units.items()}
    lists = [f"{page} of {SMALL.many:,}, {part}" for page in PAGES for part in ("p50", "p99")]
    rows |= {path: ("ms", {f"of {SMALL.few:,}"}) for path in lists}
    steps = [f"campaign of {SMALL.campaign:,}: {step}" for step in ("open", "hand out", "confirm")]
    rows |= {path: ("items/s", {f"campaign of {SMALL.short_campaign:,}"}) for path in steps}
    kinds = {"preview": "rows/s", "commit": "rows/s", "peak memory": "MB"}
    name = f"import of {SMALL.rows:,} rows"
    return rows | {
        f"{name}: {kind}": (unit, {"calamine alone", "COPY alone"}) for kind, unit in kinds.items()
    }


def test_the_quick_bench_of_filing_holds_every_contest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(command, "RESULTS", tmp_path)
    done = CliRunner().invoke(create_app(), ["bench", "filing", "--quick", "--rounds", "1"])
    assert done.exit_code == 0, done.output
    kept = json.loads((tmp_path / "filing.json").read_text(encoding="utf-8"))
    rows = {row["path"]: row for row in kept["rows"]}
    assert {path: (row["unit"], set(row["peers"])) for path, row in rows.items()} == wanted_rows()
    assert all(number > 0 for row in kept["rows"] for number in (row["ours"], *row["ratios"].values()))
    assert "filing" in done.stdout
    assert "ours ÷ other" in done.stdout
    assert "1/1" in done.stderr
