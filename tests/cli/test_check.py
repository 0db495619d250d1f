"""`njt check` runs what it is asked to, shows what it found, and fails when anything failed."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from typer.testing import CliRunner

from cli import check as package
from cli.check import CHECKS, REPOSITORY, check, run, tool

app = typer.Typer()
app.command()(check)


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three checks in place of the real ones: the second finds something."""

    def breaks_down(root: Path) -> list[str]:
        raise FileNotFoundError(root.name)

    three = {"first": lambda _: [], "second": lambda _: ["a.py:1: [bold]wrong[/]"], "third": breaks_down}
    monkeypatch.setattr(package, "CHECKS", three)


def test_the_checks_stand_in_their_order() -> None:
    assert list(CHECKS)[:9] == [
        "format",
        "lint",
        "types",
        "imports",
        "laws",
        "budgets",
        "manifests",
        "lock",
        "policy",
    ]


@pytest.mark.usefixtures("checks")
def test_one_failure_fails_all_and_is_shown_in_full() -> None:
    result = CliRunner().invoke(app)
    assert result.exit_code == 1
    assert "a.py:1: [bold]wrong[/]" in result.output
    assert f"FileNotFoundError: {REPOSITORY.name}" in result.output
    assert result.output.count("未过 failed") == 2
    assert result.output.count("通过 passed") == 1


@pytest.mark.usefixtures("checks")
def test_only_what_is_named_runs() -> None:
    result = CliRunner().invoke(app, ["--only", "first"])
    assert result.exit_code == 0
    assert "second" not in result.output


@pytest.mark.usefixtures("checks")
def test_an_unknown_name_is_refused() -> None:
    result = CliRunner().invoke(app, ["--only", "fourth"])
    assert result.exit_code == 2
    assert "fourth" in result.output


@pytest.mark.usefixtures("checks")
def test_json_holds_every_result() -> None:
    result = CliRunner().invoke(app, ["--json", "--only", "second", "--only", "first"])
    assert result.exit_code == 1
    rows = [{key: it for key, it in row.items() if key != "seconds"} for row in json.loads(result.stdout)]
    assert rows == [
        {"check": "second", "passed": False, "findings": ["a.py:1: [bold]wrong[/]"]},
        {"check": "first", "passed": True, "findings": []},
    ]


def test_a_tool_s_output_is_its_finding(tmp_path: Path) -> None:
    sample = tmp_path / "sample.py"
    sample.write_text("import os\n", encoding="utf-8")
    ruff = tool("ruff", "check", "--isolated", "--select", "F401", "--no-cache", ".")
    found = run("lint", ruff, tmp_path).findings
    assert len(found) == 1
    assert "F401" in found[0]
    sample.write_text("", encoding="utf-8")
    assert run("lint", ruff, tmp_path).passed


def test_a_tool_that_is_silent_still_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\nexit 3\n", encoding="ascii")
    silent.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert run("silent", tool("silent"), tmp_path).findings == ("exit 3",)


@pytest.mark.parametrize(
    "fault", [ValueError("基数缺少来源 · no source"), FileNotFoundError("rates.toml"), None]
)
def test_the_policy_check_says_what_the_loader_refused(
    fault: Exception | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def load_policy(folder: Path) -> None:
        asked.append(folder)
        if fault is not None:
            raise fault

    monkeypatch.setitem(sys.modules, "shared.policy", SimpleNamespace(load_policy=load_policy))
    assert CHECKS["policy"](tmp_path) == ([] if fault is None else [str(fault)])
    assert asked == [tmp_path / "policy" / "nanjing"]
