"""Hypothesis strategies for identifiers with right check digits, computed here and nowhere else."""

from datetime import date

from hypothesis import strategies as st

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def citizen_check(first17: str) -> str:
    """The last character of a citizen id, GB 11643 (ISO 7064 MOD 11-2)."""
    return "10X98765432"[sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(first17)) % 11]


def uscc_check(first17: str) -> str:
    """The last character of a unified social credit code, GB 32100."""
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    total = sum(USCC_ALPHABET.index(char) * weight for char, weight in zip(first17, weights, strict=True))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def luhn_check(digits: str) -> str:
    """The last digit of a bank card number."""
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits))]
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def is_uscc(code: str) -> bool:
    """Whether a code has a credit code's length and check character."""
    return len(code) == 18 and uscc_check(code[:17]) == code[17]


def is_citizen_id(code: str) -> bool:
    """Whether an 18-character code has a citizen id's form and check digit."""
    return code[:17].isdigit() and citizen_check(code[:17]) == code[17]


citizen_ids = st.builds(
    lambda region, born, order: f"{region}{born:%Y%m%d}{order:03}",
    st.one_of(st.sampled_from(["320102", "320103", "320124", "810000"]), st.integers(110000, 999999)),
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.integers(0, 999),
).map(lambda first17: first17 + citizen_check(first17))

usccs = (
    st.one_of(
        st.text(USCC_ALPHABET, min_size=17, max_size=17),
        st.text("0123456789", min_size=17, max_size=17),
        st.text("0123456789", min_size=8, max_size=8).map(lambda digits: "9132010667" + digits[:7]),
    )
    .map(lambda first17: first17 + uscc_check(first17))
    .filter(lambda code: not is_citizen_id(code))
)

certificate_numbers = st.builds(
    lambda kind, evaluator, province, rest, level, serial: (
        f"{kind}{evaluator:04}{province}{rest:08}{level}{serial:06}"
    ),
    st.sampled_from("YS"),
    st.integers(0, 9999),
    st.sampled_from([32, 11, 23, 37, 44, 54, 65]),
    st.integers(0, 99_999_999),
    st.sampled_from("12345T"),
    st.integers(1, 999999),
)

bank_cards = (
    st.builds(
        lambda issuer, digits, length: (issuer + digits)[: length - 1],
        st.sampled_from(["622848", "621700", "356889", "438088", "552599", "955880"]),
        st.text("0123456789", min_size=13, max_size=13),
        st.integers(13, 19),
    )
    .map(lambda digits: digits + luhn_check(digits))
    .filter(lambda number: not is_uscc(number))
)

phones = st.builds("1{}{:09}".format, st.integers(3, 9), st.integers(0, 999_999_999))
