import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.values import (
    CertificateNumber,
    InvalidCertificateNumber,
    InvalidVocationalCertificateNumber,
    Level,
    StationCode,
    VocationalCertificateNumber,
    parse_certificate_number,
)

WORKED_EXAMPLE = "Y000123000000195000001"
SAMPLES = [
    ("Y004144031005264000001", "44", 2026, Level.FOUR),
    ("Y004135090225254000001", "35", 2025, Level.FOUR),
    ("Y000511110084225000001", "11", 2022, Level.FIVE),
    ("Y001011999966215000001", "11", 2021, Level.FIVE),
]
DIGIT_POSITIONS = [*range(1, 15), *range(16, 22)]


def test_the_worked_example_of_the_coding_rule_is_read_part_by_part() -> None:
    number = CertificateNumber(WORKED_EXAMPLE)
    assert (number.evaluator_class, number.filing_level, number.institution_code) == ("Y", "ministry", "0001")
    assert (number.province, number.year, number.level, number.serial) == ("23", 2019, Level.FIVE, 1)
    assert number.station_code == StationCode("Y000123000000")


@pytest.mark.parametrize(("text", "province", "year", "level"), SAMPLES)
def test_numbers_of_other_provinces_are_read(text: str, province: str, year: int, level: Level) -> None:
    number = CertificateNumber(text)
    assert (number.province, number.year, number.level) == (province, year, level)


def test_zeros_for_the_institution_mean_it_was_filed_with_a_province() -> None:
    number = CertificateNumber("S000032000001263000123")
    assert (number.evaluator_class, number.filing_level, number.serial) == ("S", "province", 123)


@given(
    st.builds(
        lambda evaluator, rest: f"{evaluator}{rest:012d}", st.sampled_from("YS"), st.integers(0, 10**12 - 1)
    ),
    st.integers(0, 99),
    st.sampled_from(Level),
    st.integers(1, 999999),
)
def test_parts_put_together_are_the_parts_read_back(
    station: str, year: int, level: Level, serial: int
) -> None:
    text = f"{station}{year:02d}{level.value}{serial:06d}"
    number = parse_certificate_number(text)
    assert isinstance(number, CertificateNumber)
    assert str(number) == text
    assert number.station_code == station
    assert (number.year, number.level, number.serial) == (2000 + year, level, serial)


def test_a_letter_for_the_level_is_kept_but_proves_no_level() -> None:
    number = CertificateNumber("Y00002300000019T000001")
    assert number.level is None
    assert (number.year, number.serial) == (2019, 1)


@pytest.mark.parametrize("index", DIGIT_POSITIONS)
@pytest.mark.parametrize(
    ("char", "name"),
    [
        ("O", "LATIN CAPITAL LETTER O"),
        ("О", "CYRILLIC CAPITAL LETTER O"),
        ("０", "FULLWIDTH DIGIT ZERO"),
        ("l", "LATIN SMALL LETTER L"),
        ("٠", "ARABIC-INDIC DIGIT ZERO"),
        ("\u200b", "ZERO WIDTH SPACE"),
    ],
)
def test_a_look_alike_is_refused_with_its_position_and_name(index: int, char: str, name: str) -> None:
    text = WORKED_EXAMPLE[:index] + char + WORKED_EXAMPLE[index + 1 :]
    with pytest.raises(InvalidCertificateNumber) as caught:
        parse_certificate_number(text)
    chinese, english = caught.value.detail.split(" · ")
    assert chinese.startswith(f"第 {index + 1} 位应为半角数字")
    assert english.startswith(f"Position {index + 1} must be a digit 0-9")
    assert name in english
    assert text not in caught.value.detail


@pytest.mark.parametrize("char", ["0", "6", "9", "I", "O", "t", "Т", "１"])
def test_the_level_position_takes_no_other_digit_and_no_look_alike(char: str) -> None:
    with pytest.raises(InvalidCertificateNumber, match="Position 16"):
        CertificateNumber(f"Y00002300000019{char}000001")


@pytest.mark.parametrize("char", ["J", "y", "5", "Ｙ", "Ѕ"])
def test_the_first_position_is_y_or_s(char: str) -> None:
    with pytest.raises(InvalidCertificateNumber, match="Position 1 must be the letter Y"):
        CertificateNumber(f"{char}000023000000195000001")


def test_serials_begin_at_one() -> None:
    with pytest.raises(InvalidCertificateNumber, match="000001"):
        CertificateNumber("Y000123000000195000000")
    with pytest.raises(InvalidVocationalCertificateNumber, match="00001"):
        VocationalCertificateNumber("1710012003300000")


def test_an_old_number_is_read_by_the_old_codes() -> None:
    number = parse_certificate_number("1710012003300012")
    assert isinstance(number, VocationalCertificateNumber)
    assert (number.year, number.province, number.city) == (2017, "10", "01")
    assert (number.institution_kind, number.institution_serial) == ("2", "003")
    assert (number.level, number.serial) == (Level.THREE, 12)


@given(st.from_regex(r"\A[0-9]{10}[1-5][0-9]{4}[1-9]\Z"))
def test_every_old_number_comes_back_unchanged(text: str) -> None:
    assert str(parse_certificate_number(text)) == text


@pytest.mark.parametrize(("two", "four"), [("90", 1990), ("99", 1999), ("00", 2000), ("21", 2021)])
def test_old_years_of_the_nineties_belong_to_the_last_century(two: str, four: int) -> None:
    assert VocationalCertificateNumber(f"{two}10012003300001").year == four


@pytest.mark.parametrize("text", ["1710012003600001", "17100120O3300001", "１710012003300001"])
def test_a_wrong_old_number_is_refused_by_position(text: str) -> None:
    with pytest.raises(InvalidVocationalCertificateNumber, match=r"第 \d+ 位.* · Position \d+"):
        parse_certificate_number(text)


@pytest.mark.parametrize(
    "text", ["", WORKED_EXAMPLE[:-1], f"{WORKED_EXAMPLE} ", f" {WORKED_EXAMPLE}", "17100120033000"]
)
def test_a_number_of_neither_length_is_refused_with_both_lengths(text: str) -> None:
    with pytest.raises(InvalidCertificateNumber, match=f"22 .*16 .*{len(text)} 位"):
        parse_certificate_number(text)
