import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as oracle

from shared.errors import Invalid
from shared.values import InvalidUscc, Uscc, uscc_check_character
from tests.shared.values.made_up_numbers import USCC_ALPHABET, usccs

STANDARD_EXAMPLE = "91350100M000100Y43"


def test_the_example_of_the_standard_is_valid() -> None:
    assert Uscc(STANDARD_EXAMPLE) == STANDARD_EXAMPLE
    assert uscc_check_character(STANDARD_EXAMPLE[:17]) == "3"


@given(usccs)
def test_every_code_with_the_oracle_s_check_character_comes_back_unchanged(text: str) -> None:
    code = Uscc(text)
    assert str(code) == text
    assert code.registration_region == text[2:8]


@given(st.text(USCC_ALPHABET, min_size=17, max_size=17))
def test_the_check_character_is_the_oracle_s(first17: str) -> None:
    assert uscc_check_character(first17) == oracle.calc_check_digit(first17)


@given(usccs, st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_any_single_changed_character_is_detected(text: str, position: int, char: str) -> None:
    changed = text[:position] + char + text[position + 1 :]
    if changed == text:
        assert Uscc(changed) == text
    else:
        with pytest.raises(InvalidUscc):
            Uscc(changed)


def test_every_single_change_of_the_standard_s_example_is_detected() -> None:
    for position, right in enumerate(STANDARD_EXAMPLE):
        for char in set(USCC_ALPHABET) - {right}:
            with pytest.raises(InvalidUscc):
                Uscc(STANDARD_EXAMPLE[:position] + char + STANDARD_EXAMPLE[position + 1 :])


def test_a_check_value_of_31_is_written_as_zero() -> None:
    body = "91320100MA1000025"
    assert sum(USCC_ALPHABET.index(char) * 3**i for i, char in enumerate(body)) % 31 == 0
    assert uscc_check_character(body) == "0"
    assert Uscc(f"{body}0").registration_region == "320100"


@pytest.mark.parametrize("letter", "IOSVZ")
def test_the_letters_the_standard_leaves_out_are_refused_by_position(letter: str) -> None:
    with pytest.raises(InvalidUscc, match=rf"第 9 位.*Position 9 must be.*LETTER {letter}\)"):
        Uscc(f"91350100{letter}000100Y43")


@pytest.mark.parametrize(
    "text",
    [
        "",
        STANDARD_EXAMPLE.lower(),
        STANDARD_EXAMPLE[:17],
        f" {STANDARD_EXAMPLE}",
        f"{STANDARD_EXAMPLE}\n",
        "９1350100M000100Y43",
        "9135010AM000100Y43",
    ],
)
def test_other_writings_are_refused(text: str) -> None:
    with pytest.raises(InvalidUscc):
        Uscc(text)


@pytest.mark.parametrize("first17", ["", STANDARD_EXAMPLE, "9135010 M000100Y4", "91350100m000100Y4"])
def test_the_check_character_is_only_computed_for_17_characters_of_the_alphabet(first17: str) -> None:
    with pytest.raises(InvalidUscc):
        uscc_check_character(first17)


def test_the_refusal_is_an_invalid_with_a_code_and_a_bilingual_title() -> None:
    refusal = InvalidUscc()
    assert isinstance(refusal, Invalid)
    assert refusal.code == "NJT-VAL-1001"
    assert refusal.title == "统一社会信用代码不正确 · The unified social credit code is not valid"
