"""`njt bench exchange --quick`: every contest takes place, and what it found is printed and kept."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import bench as command
from cli.bench.exchange import SMALL
from cli.main import create_app

WANTED = {
    f"{SMALL.certificates:,} certificates, 1,000 a message: verified and kept": (
        "certificates/s",
        {"COPY of the same rows", "executemany of the same rows", "json.loads + verify, nothing kept"},
    ),
    **{
        f"messages of {each} certificates: read and verified, Ed25519": (
            "messages/s",
            {"read alone", "read and verified, SM2 with SM3"},
        )
        for each in ("1", "1,000")
    },
    f"{SMALL.piled_up:,} reports piled up in a pause: drained": (
        "msg/s",
        {"the same messages published alone"},
    ),
    f"claim of 100, {SMALL.concluded:,} concluded and {SMALL.blocked:,} lanes blocked": (
        "ms",
        {"nothing else on record", f"{SMALL.concluded:,} concluded, none blocked"},
    ),
}


def test_the_quick_bench_of_the_exchange_holds_every_contest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(command, "RESULTS", tmp_path)
    done = CliRunner().invoke(create_app(), ["bench", "exchange", "--quick"])
    assert done.exit_code == 0, done.output
    kept = json.loads((tmp_path / "exchange.json").read_text(encoding="utf-8"))
    rows = {row["path"]: row for row in kept["rows"]}
    found = {path: (rows[path]["unit"], set(rows[path]["peers"])) for path in WANTED}
    assert found == WANTED
    reconciled = [path for path in rows if f"{SMALL.reconciled.acts:,} acts of a day" in path]
    assert len(reconciled) == 1
    assert all(number > 0 for row in kept["rows"] for number in (row["ours"], *row["ratios"].values()))
