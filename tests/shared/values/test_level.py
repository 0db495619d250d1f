from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.values import InvalidLevel, Level

levels = st.sampled_from(Level)


def test_one_is_the_highest_and_a_level_is_at_least_itself() -> None:
    assert Level.THREE.at_least(Level.THREE)
    assert Level.TWO.at_least(Level.THREE)
    assert not Level.FOUR.at_least(Level.THREE)
    assert Level.ONE.at_least(Level.FIVE)


@given(levels, levels)
def test_of_two_different_levels_exactly_one_is_at_least_the_other(one: Level, other: Level) -> None:
    assert one.at_least(other) is not other.at_least(one) or one is other


def test_high_skill_begins_at_three_as_n1_7_says() -> None:
    assert [level for level in Level if level.is_high_skill] == [Level.ONE, Level.TWO, Level.THREE]


def test_titles_are_the_field_s_own() -> None:
    assert [level.title for level in Level] == [
        "一级/高级技师",
        "二级/技师",
        "三级/高级工",
        "四级/中级工",
        "五级/初级工",
    ]


@pytest.mark.parametrize("value", [0, 6, -1, "3", None, 2.5])
def test_there_is_no_other_level(value: Any) -> None:
    with pytest.raises(InvalidLevel, match="等级应为 1 至 5"):
        Level(value)
