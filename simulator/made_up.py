"""Numbers of nobody: with right check characters, another one for each place in a count."""

from datetime import date, timedelta

from shared.values import uscc_check_character

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_FREE_CHARACTERS = 7
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_FIRST_BIRTH, _BIRTH_DAYS = date(1960, 1, 1), 14_000


def uscc(number: int) -> str:
    """A credit code of Jiangsu."""
    digits = ""
    for _ in range(_FREE_CHARACTERS):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    first17 = f"91320000MA{digits}"
    return first17 + uscc_check_character(first17)


def station_code(letter: str, number: int) -> str:
    """The code of a station first filed with the province."""
    return f"{letter}000032{number % 1_000_000:06d}"


def citizen_number(number: int) -> str:
    """Somebody's who never was."""
    order, day = divmod(number, _BIRTH_DAYS)
    body = f"320102{_FIRST_BIRTH + timedelta(days=day):%Y%m%d}{order % 1000:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + _CHECKS[total % 11]
