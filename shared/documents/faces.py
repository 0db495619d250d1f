"""Which fonts papers are set in, and which characters those fonts have."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from struct import Struct
from typing import Any
from unicodedata import category

import typst

from shared.errors import Conflict

SHIPPED = Path(__file__).parent / "fonts"
NOTO_CJK = Path("/usr/share/fonts/opentype/noto")
"""Where Debian's fonts-noto-cjk puts its files."""

_FAMILIES = ("Ningjitong Serif", "Noto Serif CJK SC")
"""The first is a subset of the second, so that a line set in both looks like one."""
_REGULAR = 400
_LINE_BREAK = "\n"
_UNSEEN = "CMZ"
"""Unicode's marks, separators and controls."""
_EVERY_CHARACTER = 12
"""The `cmap` format that reaches beyond U+FFFF."""

_U16, _U32 = Struct(">H"), Struct(">I")
_TABLE, _SUBTABLE, _GROUP = Struct(">4sIII"), Struct(">HHI"), Struct(">III")


class GlyphMissing(Conflict):
    """字体没有所需的字，不能打印 · No font has these characters; they cannot be printed."""

    code = "NJT-DOC-1001"


@dataclass(frozen=True, kw_only=True)
class Faces:
    """Fonts as typst takes them, their families in the order they are tried, and the characters they have."""

    fonts: typst.Fonts
    families: tuple[str, ...]
    characters: frozenset[int]

    def missing(self, text: str) -> list[str]:
        return [
            char for char in sorted(set(text)) if char != _LINE_BREAK and ord(char) not in self.characters
        ]


def faces_for(text: str, further: Path) -> Faces:
    """Find fonts for all of a text; raises `GlyphMissing` and lists what neither has.

    The shipped font is tried alone first: it is small, and papers come out alike on every machine. The fonts of
    the folder `further` step in for characters beyond it.
    """
    shipped = _faces(SHIPPED)
    if not shipped.missing(text):
        return shipped
    both = _faces(SHIPPED, further)
    if missing := both.missing(text):
        listed = "、".join(map(_named, missing))
        raise GlyphMissing(
            f"字体没有：{listed}；安装 fonts-noto-cjk 或可补齐 · No font has {listed}; fonts-noto-cjk may have them",
            extra={"characters": list(map(_code_point, missing))},
        )
    return both


def _named(char: str) -> str:
    """龍(U+9F8D); only the number of what shows nothing by itself."""
    return f"{'' if category(char)[0] in _UNSEEN else char}({_code_point(char)})"


def _code_point(char: str) -> str:
    return f"U+{ord(char):04X}"


@cache
def _faces(*folders: Path) -> Faces:
    """Read once per process; Debian's files are large."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(folders))
    used = [font for font in fonts.fonts() if font.family in _FAMILIES and font.weight == _REGULAR]
    return Faces(
        fonts=fonts,
        families=tuple(family for family in _FAMILIES if any(font.family == family for font in used)),
        characters=frozenset(chain.from_iterable(_characters(font) for font in used)),
    )


def _characters(font: typst.FontInfo) -> Iterator[int]:
    """The code points a font maps to glyphs, from its OpenType `cmap`."""
    data = Path(font.path or "").read_bytes()
    start = _U32.unpack_from(data, 12 + 4 * font.index)[0] if data.startswith(b"ttcf") else 0
    tables = _listed(data, _TABLE, at=start + 12, count=_U16.unpack_from(data, start + 4)[0])
    cmap = next(offset for tag, _, offset, _ in tables if tag == b"cmap")
    subtables = _listed(data, _SUBTABLE, at=cmap + 4, count=_U16.unpack_from(data, cmap + 2)[0])
    starts = (cmap + offset for _, _, offset in subtables)
    full = next(start for start in starts if _U16.unpack_from(data, start)[0] == _EVERY_CHARACTER)
    for first, last, _ in _listed(data, _GROUP, at=full + 16, count=_U32.unpack_from(data, full + 12)[0]):
        yield from range(first, last + 1)


def _listed(data: bytes, record: Struct, *, at: int, count: int) -> Iterator[tuple[Any, ...]]:
    return record.iter_unpack(data[at : at + record.size * count])
