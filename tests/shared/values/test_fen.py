from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.values import Fen, InvalidFen

HIGHEST = 10**13
amounts = st.integers(0, HIGHEST).map(Fen)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1500.00", 150000),
        ("1500", 150000),
        ("1500.5", 150050),
        ("1,500.00", 150000),
        ("0.01", 1),
        ("0", 0),
        ("100,000,000,000.00", HIGHEST),
        ("100000000000", HIGHEST),
    ],
)
def test_yuan_text_is_read_exactly(text: str, fen: int) -> None:
    assert Fen.from_yuan_text(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-1",
        "+1",
        "1.005",
        "1.",
        ".5",
        "01",
        "1e3",
        "1500元",
        "１５００",
        "15,00",
        "1,5000",
        " 1",
        "1\n",
        "NaN",
        "100000000000.01",
        "9" * 5000,
    ],
)
def test_other_writings_are_refused(text: str) -> None:
    with pytest.raises(InvalidFen):
        Fen.from_yuan_text(text)


@given(amounts)
def test_yuan_text_comes_back_as_the_same_amount(amount: Fen) -> None:
    assert Fen.from_yuan_text(amount.yuan) == amount


def test_yuan_text_has_separators_and_two_decimals() -> None:
    assert [Fen(150000).yuan, Fen(7).yuan, Fen(123456789).yuan] == ["1,500.00", "0.07", "1,234,567.89"]


@pytest.mark.parametrize("amount", [1.0, 1500.5, True, False, "1500", None, Decimal(1)])
def test_only_whole_numbers_are_amounts(amount: Any) -> None:
    with pytest.raises(InvalidFen, match="整数分"):
        Fen(amount)


@pytest.mark.parametrize("amount", [-1, HIGHEST + 1])
def test_amounts_have_bounds(amount: int) -> None:
    with pytest.raises(InvalidFen, match="10000000000000"):
        Fen(amount)


def test_the_notice_s_uplift_of_thirty_percent_is_exact() -> None:
    assert [Fen.from_yuan_text(yuan).uplifted(30).yuan for yuan in ("1000", "1500", "2000")] == [
        "1,300.00",
        "1,950.00",
        "2,600.00",
    ]


def test_half_a_fen_is_rounded_up() -> None:
    assert Fen(5).uplifted(30) == 7  # 6.5
    assert Fen(1).uplifted(30) == 1  # 1.3
    assert Fen(15).uplifted(10) == 17  # 16.5: half up, where banker's rounding gives 16


@given(st.integers(0, 10**12).map(Fen), st.integers(0, 300))
def test_an_uplift_agrees_with_decimal_half_up(amount: Fen, percent: int) -> None:
    exact = Decimal(amount) * (100 + percent) / 100
    assert amount.uplifted(percent) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize("percent", [-1, True, 0.3])
def test_an_uplift_is_a_whole_percentage_of_zero_or_more(percent: Any) -> None:
    with pytest.raises(InvalidFen):
        Fen(100).uplifted(percent)


def test_an_uplift_stays_within_the_bounds() -> None:
    with pytest.raises(InvalidFen):
        Fen(HIGHEST).uplifted(1)
