"""Faulty packs: each fault is named by file, key and reason, and all of them at once."""

import shutil
from pathlib import Path

import pytest

from shared.policy import PolicyError, load_policy
from shared.settings import PolicySettings
from tests.shared.policy.conftest import Amend, Problems
from tests.shared.policy.faults import FAULTS, Fault

SUCCEEDS = 'succeeds = [{{ edition = "2015", code = "{}" }}]'


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_a_fault_is_named_by_file_key_and_reason(problems_after: Problems, fault: Fault) -> None:
    assert f"{fault.file}: {fault.problem}" in problems_after(fault.file, fault.old, fault.new)


def test_a_combination_left_undecided_is_a_fault_of_the_routing_table(problems_after: Problems) -> None:
    both = 'categories = ["technical_school", "vocational_school"]'
    found = problems_after("exclusions.toml", both, 'categories = ["technical_school"]')
    assert found == ["routing.toml: rows: vocational_school/own_staff 未作规定 · is left undecided"]


def test_a_precondition_nobody_explains_is_a_fault_of_its_row(problems_after: Problems) -> None:
    found = problems_after(
        "exclusions.toml", 'attribute = "key_school_evidence"', 'attribute = "first_filing_in_force"'
    )
    assert (
        "routing.toml: rows[4:N2.5].requires: 前提 key_school_evidence 没有说明 · is not explained" in found
    )


def test_values_in_force_at_the_same_time_are_a_fault(problems_after: Problems) -> None:
    found = problems_after("rates.toml", "effective_to = 2022-12-31", "effective_to = 2023-01-01")
    assert len(found) == 15
    assert found[0] == (
        "rates.toml: tables[2:B].effective_from: "
        "B A 1 与 tables[1:B] 生效日期重叠 · is in force at the same time as tables[1:B]"
    )


def test_a_parameter_with_two_values_on_one_day_is_a_fault(problems_after: Problems) -> None:
    found = problems_after("parameters.toml", "effective_to = 2023-12-31", "effective_to = 2024-01-01")
    assert len(found) == 1
    assert "subsidy.year_cap" in found[0]
    assert "is in force at the same time as" in found[0]


def test_two_rubrics_on_one_day_are_a_fault(amend: Amend) -> None:
    text = (PolicySettings().folder / "rubric.toml").read_text(encoding="utf-8")
    second = text[text.index("[[rubrics]]") :].replace("sample-2021", "sample-2022")
    folder = amend("rubric.toml", text, text + second)
    with pytest.raises(PolicyError, match="生效日期重叠") as caught:
        load_policy(folder)
    (problem,) = caught.value.problems
    assert problem.key == "rubrics[1:sample-2022].effective_from"


def test_occupations_that_continue_each_other_are_a_fault_of_each(amend: Amend) -> None:
    amend(
        "occupations.toml", 'name = "电子商务师",', f'name = "电子商务师", {SUCCEEDS.format("4-01-02-07")},'
    )
    folder = amend(
        "occupations.toml",
        'name = "互联网营销师",',
        f'name = "互联网营销师", {SUCCEEDS.format("4-01-02-02")},',
    )
    with pytest.raises(PolicyError) as caught:
        load_policy(folder)
    assert [(problem.key, problem.reason) for problem in caught.value.problems] == [
        (f"occupations[{place}].succeeds", "职业沿革成环 · the occupation continues itself")
        for place in ("0:2015 4-01-02-02", "1:2015 4-01-02-07")
    ]


def test_a_date_that_does_not_exist_is_a_fault_of_the_file(problems_after: Problems) -> None:
    found = problems_after("rates.toml", "effective_to = 2022-12-31", "effective_to = 2022-13-45")
    assert len(found) == 1
    assert found[0].startswith("rates.toml: -: 不是合格的TOML · not TOML: ")
    assert "line" in found[0]


def test_a_date_in_quotes_that_does_not_exist_is_a_fault_of_its_key(problems_after: Problems) -> None:
    found = problems_after("rates.toml", "effective_to = 2022-12-31", 'effective_to = "2022-13-45"')
    assert len(found) == 1
    assert found[0].startswith("rates.toml: tables[1:B].effective_to: 内容不合规 · ")


@pytest.mark.parametrize("amount", ["-1000", "1000.5", '"1000"'])
def test_an_amount_that_is_no_whole_number_of_yuan_is_a_fault(problems_after: Problems, amount: str) -> None:
    found = problems_after("rates.toml", "5 = 1000", f"5 = {amount}")
    assert len(found) == 1
    assert found[0].startswith("rates.toml: tables[0:A].flat.5: 内容不合规 · ")


def test_an_unknown_level_is_a_fault(problems_after: Problems) -> None:
    found = problems_after("rates.toml", "levels = [3, 2, 1]", "levels = [3, 2, 0]")
    assert len(found) == 1
    assert found[0].startswith("rates.toml: uplifts[0:B].levels[2]: ")


def test_a_fault_in_a_duty_is_named_by_its_place_in_the_row(problems_after: Problems) -> None:
    found = problems_after("routing.toml", 'kind = "connect", owner = "district"', 'kind = "connect"')
    assert found == ["routing.toml: rows[0:N2.1].duties[3].owner: 缺少 · missing"]


def test_every_fault_is_reported_not_only_the_first(amend: Amend) -> None:
    amend("rates.toml", 'clause = "N1.7"\n', "")
    amend("organs.toml", 'parent = "320000"', 'parent = "330000"')
    amend("calendar.toml", "year = 2020", 'year = "twenty"')
    folder = amend("shortage.toml", 'source = "assumption"', 'source = "hearsay"')
    with pytest.raises(PolicyError) as caught:
        load_policy(folder)
    found = {problem.file for problem in caught.value.problems}
    assert found == {"rates.toml", "organs.toml", "calendar.toml", "shortage.toml"}
    for problem in caught.value.problems:
        assert str(problem) in str(caught.value)


def test_a_missing_file_is_a_fault_and_brings_no_others_with_it(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(PolicySettings().folder, folder)
    (folder / "chains.toml").unlink()
    with pytest.raises(PolicyError) as caught:
        load_policy(folder)
    assert [problem.file for problem in caught.value.problems] == ["chains.toml"]
    assert "文件无法读取 · the file cannot be read" in str(caught.value)


def test_a_file_the_pack_does_not_know_is_a_fault(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(PolicySettings().folder, folder)
    (folder / "paramters.toml").write_text("", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"paramters\.toml: -: 政策包不含此文件 · not a file of the pack"):
        load_policy(folder)


def test_a_folder_that_is_no_pack_names_every_file_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy(tmp_path)
    assert {problem.file for problem in caught.value.problems} == {
        path.name for path in PolicySettings().folder.glob("*.toml")
    }
