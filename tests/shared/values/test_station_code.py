import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.values import InvalidStationCode, StationCode


@given(st.from_regex(StationCode.pattern.removesuffix("$") + r"\Z"))
def test_every_text_of_the_published_pattern_comes_back_unchanged(text: str) -> None:
    assert str(StationCode(text)) == text


def test_the_parts_stand_where_the_coding_rule_puts_them() -> None:
    station = StationCode("Y004144031005")
    assert (station.evaluator_class, station.filing_level) == ("Y", "ministry")
    assert (station.institution_code, station.province, station.station_serial) == ("0041", "44", "031005")


def test_an_institution_first_filed_with_a_province_has_no_code_of_its_own() -> None:
    station = StationCode("S000032000001")
    assert (station.evaluator_class, station.filing_level) == ("S", "province")


@pytest.mark.parametrize(
    "text", ["", "J000032000001", "S00003200001", "S0000320000011", "y000032000001", "S00003200000l"]
)
def test_other_writings_are_refused(text: str) -> None:
    with pytest.raises(InvalidStationCode):
        StationCode(text)
