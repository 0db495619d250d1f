"""`njt policy`: the pack is checked and the decision table printed."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.policy import app
from shared.policy import load_policy
from shared.settings import PolicySettings

runner = CliRunner()


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    shutil.copytree(PolicySettings().folder, folder)
    rates = folder / "rates.toml"
    text = rates.read_text(encoding="utf-8")
    amended = text.replace('clause = "N1.7"\n', "").replace(
        'source = "js-rate-2023"', 'source = "hearsay"', 1
    )
    assert amended != text
    rates.write_text(amended, encoding="utf-8")
    return folder


def test_check_counts_the_values_of_each_file_by_status() -> None:
    result = runner.invoke(app, ["check"], env={"COLUMNS": "120"})
    assert result.exit_code == 0
    for path in PolicySettings().folder.glob("*.toml"):
        assert path.name in result.output or path.name in {"pack.toml", "clauses.toml"}
    assert load_policy(PolicySettings().folder).version in result.output


def test_check_as_json_counts_every_value_once() -> None:
    result = runner.invoke(app, ["check", "--json"])
    answer = json.loads(result.stdout)
    policy = load_policy(PolicySettings().folder)
    assert answer["ok"] is True
    assert answer["version"] == policy.version
    counted = sum(count for by_status in answer["files"].values() for count in by_status.values())
    assert counted == len(list(policy.pack.values()))
    assert answer["files"]["shortage.toml"]["notice"] == 0


def test_check_of_a_faulty_pack_names_every_problem_and_fails(faulty: Path) -> None:
    result = runner.invoke(app, ["check", str(faulty)])
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "rates.toml: tables[2:B].source: 文件“hearsay”不在文件表内 · no such document",
        "rates.toml: uplifts[0:B].clause: 缺少 · missing",
    ]


def test_check_of_a_faulty_pack_as_json_lists_file_key_and_reason(faulty: Path) -> None:
    result = runner.invoke(app, ["check", str(faulty), "--json"])
    answer = json.loads(result.stdout)
    assert result.exit_code == 1
    assert answer["ok"] is False
    assert {"file": "rates.toml", "key": "uplifts[0:B].clause", "reason": "缺少 · missing"} in answer[
        "problems"
    ]


def test_routing_of_a_faulty_pack_fails(faulty: Path) -> None:
    assert runner.invoke(app, ["routing", str(faulty)]).exit_code == 1
