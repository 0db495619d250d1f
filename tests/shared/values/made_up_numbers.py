"""Made-up numbers with right check characters, computed by python-stdnum and not by the product."""

from datetime import date

from hypothesis import strategies as st
from stdnum.cn import ric, uscc

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PROVINCES = (
    *range(11, 16),
    *range(21, 24),
    *range(31, 38),
    *range(41, 47),
    *range(50, 55),
    *range(61, 66),
    71,
)


def citizen_number(region: str, born: date, order: int = 1) -> str:
    return written_with_check(f"{region}{born.isoformat().replace('-', '')}{order:03d}")


def written_with_check(body: str) -> str:
    """Complete 17 digits whose date need not exist."""
    return body + str(ric.calc_check_digit(f"{body}0"))


def uscc_number(first17: str) -> str:
    return first17 + str(uscc.calc_check_digit(first17))


regions = st.one_of(
    st.builds(
        lambda province, rest: f"{province}{rest:04d}", st.sampled_from(PROVINCES), st.integers(0, 9999)
    ),
    st.sampled_from(("810000", "820000", "830000")),
    st.integers(900000, 999999).map(str),
)
births = st.dates(min_value=date(1900, 1, 1), max_value=date(2026, 1, 1))
citizen_numbers = st.builds(citizen_number, regions, births, st.integers(0, 999))

usccs = st.builds(
    lambda front, region, rest: uscc_number(f"{front}{region:06d}{rest}"),
    st.text(USCC_ALPHABET, min_size=2, max_size=2),
    st.integers(0, 999999),
    st.text(USCC_ALPHABET, min_size=9, max_size=9),
)
