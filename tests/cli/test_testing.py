"""`njt test` runs every test once, in two halves where each may have servers of its own."""

from pathlib import Path

import pytest
from rich.console import Console

from cli import testing
from cli.testing import halves
from shared.settings import REPOSITORY

TESTS = REPOSITORY / "tests"


def test_every_test_is_in_one_half() -> None:
    first, second = halves(TESTS)
    assert first
    assert second
    assert not set(first) & set(second)
    roots = [Path(each) for each in (*first, *second)]
    for file in TESTS.rglob("test_*.py"):
        assert [root for root in roots if file == root or root in file.parents], file


def test_servers_that_were_given_are_not_shared_by_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(testing, "find_broker", lambda: None)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert testing._may_part()  # noqa: SLF001 — what decides it
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/else")
    assert not testing._may_part()  # noqa: SLF001 — as above
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setattr(testing, "find_broker", lambda: "amqp://somewhere/else")
    assert not testing._may_part()  # noqa: SLF001 — as above


async def test_one_half_that_fails_fails_the_whole(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "test_good.py", tmp_path / "test_bad.py"
    good.write_text("def test_it():\n    assert True\n", encoding="utf-8")
    bad.write_text("def test_it():\n    assert False\n", encoding="utf-8")
    console = Console(quiet=True)
    assert await testing._both([[str(good)], [str(bad)]], console) == 1  # noqa: SLF001 — what runs them
    told = capfd.readouterr().out.splitlines()
    assert [line for line in told if line.startswith("1│") and "1 passed" in line]
    assert [line for line in told if line.startswith("2│") and "1 failed" in line]
    assert await testing._both([[str(good)], [str(good)]], console) == 0  # noqa: SLF001 — as above
