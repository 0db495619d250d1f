import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.values import Edition, InvalidOccupationCode, Occupation, OccupationCode

CODE = OccupationCode("4-01-02-07")


@given(st.from_regex(r"\A[1-8]-[0-9]{2}-[0-9]{2}-[0-9]{2}\Z"))
def test_every_code_comes_back_unchanged(text: str) -> None:
    assert str(OccupationCode(text)) == text


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("9-01-02-07", 1),
        ("0-01-02-07", 1),
        ("4-1-02-07", 4),
        ("40102007", 2),
        ("4—01-02-07", 2),
        ("4-01-O2-07", 6),
    ],
)
def test_a_wrong_code_is_refused_by_position(text: str, position: int) -> None:
    with pytest.raises(InvalidOccupationCode, match=f"第 {position} 位.*Position {position} must be"):
        OccupationCode(text)


@pytest.mark.parametrize("text", ["", "4-01-02", "4-01-02-07-01"])
def test_a_code_of_another_length_is_refused(text: str) -> None:
    with pytest.raises(InvalidOccupationCode, match=f"应为 10 位，实为 {len(text)} 位"):
        OccupationCode(text)


def test_one_code_of_two_editions_is_two_occupations() -> None:
    older, newer = Occupation(Edition.Y2015, CODE), Occupation(Edition.Y2022, CODE)
    assert older != newer
    assert len({older, newer, Occupation(Edition("2015"), OccupationCode("4-01-02-07"))}) == 2


def test_an_occupation_is_neither_its_code_nor_ordered() -> None:
    occupation: object = Occupation(Edition.Y2015, CODE)
    assert occupation != CODE
    with pytest.raises(TypeError):
        sorted([Occupation(Edition.Y2022, CODE), Occupation(Edition.Y2015, CODE)])  # type: ignore[type-var]  # meant
