"""A scenario is read whole before anything of it is sent."""

import json
from pathlib import Path

import pytest

from simulator.scenario import Scenario, ScenarioError
from tests.simulator.city import USCC, institution_filed


def line(**changes: object) -> str:
    step = {
        "send": "INSTITUTION_FILED",
        "service": "filing",
        "lane": USCC,
        "business_key": "苏备2026001",
        "payload": institution_filed().model_dump(mode="json"),
    }
    return json.dumps(step | changes, ensure_ascii=False)


def read(folder: Path, *lines: str) -> Scenario:
    path = folder / "story.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return Scenario(path)


def test_each_line_is_a_message_and_empty_lines_are_none(tmp_path: Path) -> None:
    first, second = read(tmp_path, line(), "", line(business_key="苏备2026002"))
    assert (first.business_key, second.business_key) == ("苏备2026001", "苏备2026002")
    assert first.message() == institution_filed()


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("{", "line 2: .*JSON"),
        (line(service="training"), "line 2: .*service"),
        (line(send="ACCOUNT_OPENED"), "line 2: .*INSTITUTION_FILED"),
        (line(payload={"uscc": "不是代码"}), "line 2: .*uscc"),
    ],
)
def test_a_line_with_faults_is_refused_by_its_number_and_fields(tmp_path: Path, bad: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        read(tmp_path, line(), bad)
