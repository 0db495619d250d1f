import copy
import pickle
import traceback
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.values import CitizenId, InvalidCitizenId
from tests.shared.values.made_up_numbers import births, citizen_number, citizen_numbers, written_with_check

STANDARD_EXAMPLE = "11010519491231002X"
ABOLISHED = ("320103", "320107", "320112", "320121", "320122", "320123", "320124", "320125")


def test_the_example_of_the_standard_is_valid() -> None:
    number = CitizenId(STANDARD_EXAMPLE)
    assert number == STANDARD_EXAMPLE
    assert number.birth_date == date(1949, 12, 31)


@given(citizen_numbers)
def test_every_number_with_the_oracle_s_check_digit_comes_back_unchanged(text: str) -> None:
    assert str(CitizenId(text)) == text


@given(births)
def test_the_birth_date_is_read_from_positions_7_to_14(born: date) -> None:
    assert CitizenId(citizen_number("320102", born)).birth_date == born


@given(citizen_numbers, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_single_changed_character_is_detected(text: str, position: int, char: str) -> None:
    changed = text[:position] + char + text[position + 1 :]
    if changed == text:
        assert CitizenId(changed) == text
    else:
        with pytest.raises(InvalidCitizenId):
            CitizenId(changed)


def test_every_single_change_of_the_standard_s_example_is_detected() -> None:
    for position, right in enumerate(STANDARD_EXAMPLE):
        for char in set("0123456789X") - {right}:
            with pytest.raises(InvalidCitizenId):
                CitizenId(STANDARD_EXAMPLE[:position] + char + STANDARD_EXAMPLE[position + 1 :])


def test_a_lower_case_x_is_kept_as_a_capital() -> None:
    assert str(CitizenId(STANDARD_EXAMPLE.lower())) == STANDARD_EXAMPLE


@pytest.mark.parametrize("region", ABOLISHED)
def test_holders_of_abolished_nanjing_codes_are_accepted(region: str) -> None:
    text = citizen_number(region, date(1980, 1, 1))
    assert CitizenId.parse(text, on=date(2021, 2, 23)) == text


@pytest.mark.parametrize("specimen", ["810000199408230021", "830000199201300022"])
def test_specimens_of_residence_permits_are_accepted(specimen: str) -> None:
    assert CitizenId(specimen) == specimen


def test_a_permanent_residence_card_of_2023_begins_with_nine() -> None:
    assert CitizenId("911320198001010010").birth_date == date(1980, 1, 1)


@pytest.mark.parametrize("region", ["000000", "160000", "380101", "660101", "810001", "820100", "840000"])
def test_an_unknown_region_is_refused(region: str) -> None:
    with pytest.raises(InvalidCitizenId):
        CitizenId(citizen_number(region, date(1980, 1, 1)))


@pytest.mark.parametrize("born", ["19800230", "19810229", "19001301", "20210431", "19800100", "00000101"])
def test_a_date_that_never_was_is_refused(born: str) -> None:
    with pytest.raises(InvalidCitizenId, match="第 7–14 位不是有效日期 · Positions 7-14 are not a date"):
        CitizenId(written_with_check(f"320102{born}001"))


def test_the_29th_of_february_exists_in_leap_years_only() -> None:
    assert CitizenId("32010320000229001X").birth_date == date(2000, 2, 29)
    with pytest.raises(InvalidCitizenId):
        CitizenId(written_with_check("32010319000229001"))


@given(births, st.integers(1, 3650))
def test_nobody_is_born_after_the_day_the_number_is_shown(born: date, days: int) -> None:
    text = citizen_number("320102", born)
    assert CitizenId.parse(text, on=born) == text
    with pytest.raises(InvalidCitizenId, match="出生日期晚于"):
        CitizenId.parse(text, on=born - timedelta(days=days))


def test_repr_and_mask_show_neither_birth_date_nor_order() -> None:
    number = CitizenId("32010320000229001X")
    assert repr(number) == "CitizenId('320103********001X')"
    assert f"{[number]!r}" == "[CitizenId('320103********001X')]"
    assert number.masked == "320103********001X"


@pytest.mark.parametrize(
    "text",
    [
        "320103200002290011",  # check character
        "320103200002300011",  # date
        "990103200002290O11",  # letter O
        "380103200002290011",  # region
        "32010320000229",  # short
        "3201032000022900111",  # long
        "32010320000229001x1",
        "３20103200002290011",
    ],
)
def test_no_refusal_quotes_the_number(text: str) -> None:
    with pytest.raises(InvalidCitizenId) as caught:
        CitizenId.parse(text, on=date(2021, 1, 1))
    said = (
        "".join(traceback.format_exception_only(caught.value)) + repr(caught.value) + repr(caught.value.extra)
    )
    pieces = {text[i : i + 4] for i in range(len(text) - 3)}
    assert not {piece for piece in pieces if piece in said}


def test_a_number_born_too_late_is_refused_without_quoting_it() -> None:
    with pytest.raises(InvalidCitizenId) as caught:
        CitizenId.parse("32010320000229001X", on=date(1999, 1, 1))
    assert caught.value.detail == "出生日期晚于 1999-01-01 · The date of birth is later than 1999-01-01"


@pytest.mark.parametrize(
    "text", ["320103000229001", f"{STANDARD_EXAMPLE} ", f"{STANDARD_EXAMPLE}\n", "", "X" * 18]
)
def test_other_writings_are_refused(text: str) -> None:
    with pytest.raises(InvalidCitizenId):
        CitizenId(text)


def test_a_number_survives_copying_and_pickling_as_itself() -> None:
    number = CitizenId(STANDARD_EXAMPLE)
    for twin in (copy.deepcopy(number), pickle.loads(pickle.dumps(number))):  # noqa: S301 — our own bytes
        assert type(twin) is CitizenId
        assert twin == number
