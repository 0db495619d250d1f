"""What the experts score a filing by."""

from datetime import date

import pytest

from shared.policy import NoRubric, Policy, Rubric, Status

DAY = date(2024, 3, 4)
FAR_AHEAD = date(9999, 12, 31)


@pytest.fixture
def rubric(policy: Policy) -> Rubric:
    return policy.rubric(DAY)


def test_the_blocks_make_a_hundred_points_and_each_is_made_of_its_items(rubric: Rubric) -> None:
    assert [(block.zh, block.points) for block in rubric.blocks] == [
        ("机构资质", 20),
        ("人员配置", 28),
        ("场地设备", 22),
        ("管理制度", 18),
        ("评价组织与质控", 12),
    ]
    for block in rubric.blocks:
        assert sum(item.points for item in block.items) == block.points
    assert sum(item.points for item in rubric.items()) == 100


def test_there_are_items_enough_each_named_once_in_chinese_and_english(rubric: Rubric) -> None:
    items = list(rubric.items())
    assert len({item.id for item in items}) == len(items) >= 15
    assert len({item.name for item in items}) == len(items)
    assert all(item.zh and item.en for item in items)


def test_standing_credit_truth_and_video_monitoring_each_can_fail_a_filing(rubric: Rubric) -> None:
    assert {item.id for item in rubric.vetoes()} == {
        "legal_person",
        "credit",
        "truthful_materials",
        "video_monitoring",
    }


def test_the_rubric_is_assumed_and_says_what_it_was_modelled_on(policy: Policy, rubric: Rubric) -> None:
    assert rubric.status is Status.ASSUMED
    assert "评估表" in policy.document(rubric.source).title
    assert "not at hand" in rubric.note


def test_a_rubric_holds_from_its_first_day(policy: Policy, rubric: Rubric) -> None:
    assert policy.rubric(rubric.effective_from) is rubric
    assert policy.rubric(FAR_AHEAD) is rubric
    with pytest.raises(NoRubric, match="2021-02-22"):
        policy.rubric(date(2021, 2, 22))
