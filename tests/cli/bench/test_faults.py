"""`njt bench faults`: what it prints and keeps, and that registers which differ are told apart."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import bench as command
from cli.bench.contest import Say
from cli.bench.faults.results import FaultTable, Row, Tally
from cli.bench.results import Trial
from cli.main import create_app

EQUAL = Row(
    fault="重复 · duplicate", messages=10, injected=4, tally=Tally(repeated=3), seconds=1.25, problems=()
)
DIFFERENT = Row(
    fault="丢失 · drop",
    messages=10,
    injected=2,
    tally=Tally(asked=1),
    seconds=20.0,
    problems=("only here: 一笔",),
)


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., dict[str, bool]]:
    """Let the bench find these rows; how it was asked."""

    def let(*rows: Row) -> dict[str, bool]:
        asked: dict[str, bool] = {}

        async def faults(say: Say, *, at_scale: bool, quick: bool) -> Trial:
            say("begun")
            asked.update(at_scale=at_scale, quick=quick)
            return FaultTable(name="faults", rows=rows)

        monkeypatch.setattr(command, "RESULTS", tmp_path)
        monkeypatch.setattr(command, "tried_faults", faults)
        return asked

    return let


def test_registers_that_are_equal_are_told_and_kept(
    tried: Callable[..., dict[str, bool]], tmp_path: Path
) -> None:
    asked = tried(EQUAL)
    done = CliRunner().invoke(create_app(), ["bench", "faults", "--quick", "--story"])
    assert done.exit_code == 0, done.output
    assert asked == {"at_scale": True, "quick": True}
    assert "一致" in done.stdout
    kept = json.loads((tmp_path / "faults.json").read_text(encoding="utf-8"))
    assert kept["equal"] is True
    assert kept["rows"] == [EQUAL.as_json()]
    assert (kept["rows"][0]["repeated"], kept["rows"][0]["seconds"]) == (3, 1.2)


def test_registers_that_differ_end_it_with_1_and_say_where(tried: Callable[..., dict[str, bool]]) -> None:
    asked = tried(EQUAL, DIFFERENT)
    done = CliRunner().invoke(create_app(), ["bench", "faults", "--json"])
    assert done.exit_code == 1
    assert asked == {"at_scale": False, "quick": False}
    told = json.loads(done.stdout)
    assert (told["equal"], told["rows"][1]["problems"]) == (False, ["only here: 一笔"])


def test_the_story_is_told_by_the_faults_alone() -> None:
    done = CliRunner().invoke(create_app(), ["bench", "filing", "--story"])
    assert done.exit_code == 2
    assert "njt bench faults" in done.output
