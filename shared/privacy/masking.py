"""How personal data is shown to people who need not see all of it."""


def mask_name(name: str) -> str:
    """The family name's first character, the rest starred: 测试员甲 → 测***."""
    return name[:1] + "*" * max(1, len(name) - 1)


def mask_number(number: str) -> str:
    """The first three and last two characters; short numbers are starred whole."""
    if len(number) <= 7:  # noqa: PLR2004 — less than that would show most of it
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 5) + number[-2:]
