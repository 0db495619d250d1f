"""How much of personal data is shown to people who need not see all of it."""

from hypothesis import given
from hypothesis import strategies as st

from shared.privacy import mask_name, mask_number
from tests.builders import CITIZEN_ID


def test_a_name_keeps_its_first_character() -> None:
    assert mask_name("测试员甲") == "测***"
    assert mask_name("甲乙") == "甲*"


def test_a_single_character_is_not_taken_for_the_whole_name() -> None:
    assert mask_name("甲") == "甲*"
    assert mask_name("") == "*"


def test_a_number_keeps_three_characters_in_front_and_two_behind() -> None:
    assert mask_number(CITIZEN_ID) == "320*************1X"
    assert mask_number("13800000000") == "138******00"


@given(st.text(st.characters(exclude_characters="*"), min_size=2, max_size=30))
def test_no_more_of_a_name_is_shown_than_its_first_character(name: str) -> None:
    shown = mask_name(name)
    assert len(shown) == len(name)
    assert shown.count("*") == len(name) - 1
    assert shown[0] == name[0]


@given(st.text(st.characters(exclude_characters="*"), max_size=30))
def test_more_of_a_number_is_hidden_than_shown_unless_it_is_very_long(number: str) -> None:
    shown = mask_number(number)
    assert len(shown) == len(number)
    hidden = shown.count("*")
    if len(number) <= 7:
        assert hidden == len(number)
    else:
        assert hidden == len(number) - 5
        assert shown[:3] == number[:3]
        assert shown[-2:] == number[-2:]
