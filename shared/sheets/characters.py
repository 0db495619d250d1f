"""Which characters a cell may hold, and which ones only look like what was meant."""

import unicodedata

_FIRST_RARE, _LAST_RARE = 0x20000, 0x3FFFD  # CJK extensions may be younger than Python's tables
_SEPARATORS = ("Zl", "Zp")


def stray_in_text(text: str) -> str | None:
    """The first character no text may hold: controls and separators but line breaks, invisible, private, unassigned."""
    if text.isprintable():
        return None
    return next((char for char in text if _stray(char)), None)


def stray_in_code(text: str) -> str | None:
    """The first character no identifier holds: all but visible ASCII and Chinese ideographs."""
    if text.isascii() and text.isprintable() and " " not in text:
        return None
    return next((char for char in text if not _fits_code(char)), None)


def named(char: str) -> str:
    """A character as a reader can find it, such as `「２」(U+FF12 FULLWIDTH DIGIT TWO)`."""
    point = f"U+{ord(char):04X} {unicodedata.name(char, '')}".rstrip()
    return f"「{char}」({point})" if char.isprintable() else f"({point})"


def _stray(char: str) -> bool:
    if char == "\n" or char.isprintable():
        return False
    category = unicodedata.category(char)
    rare = category == "Cn" and _FIRST_RARE <= ord(char) <= _LAST_RARE
    return category in _SEPARATORS or (category.startswith("C") and not rare)


def _fits_code(char: str) -> bool:
    return "!" <= char <= "~" or unicodedata.name(char, "").startswith("CJK UNIFIED IDEOGRAPH")
