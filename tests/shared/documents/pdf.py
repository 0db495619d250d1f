"""Reads back the PDFs that papers are: pages, their text and the fonts, as far as typst writes them."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

_OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_IN_BRACKETS = rb"(?:\\.|[^\\()])*"
for _ in range(3):  # brackets that come in pairs stand unescaped
    _IN_BRACKETS = rb"(?:\\.|[^\\()]|\(" + _IN_BRACKETS + rb"\))*"
_STRING = rb"\(" + _IN_BRACKETS + rb"\)|<[0-9A-Fa-f]*>"
_SHOWN = re.compile(
    rb"/(f\d+) [\d.]+ Tf|\[((?:" + _STRING + rb"|[-\d. ])*)\]TJ|(" + _STRING + rb")Tj", re.DOTALL
)
_STRINGS = re.compile(_STRING, re.DOTALL)
_MAPPED = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_NOTDEF = 0


@dataclass(frozen=True)
class Pdf:
    """One file, uncompressed where it is asked for something."""

    data: bytes

    @cached_property
    def _objects(self) -> dict[int, bytes]:
        return {int(match[1]): match[2] for match in _OBJECT.finditer(self.data)}

    def _referred(self, body: bytes, key: bytes) -> bytes:
        found = re.search(rb"/" + key + rb" (\d+) 0 R", body)
        assert found, key
        return self._objects[int(found[1])]

    @property
    def _pages(self) -> list[bytes]:
        kids = re.search(rb"/Type/Pages/Count \d+/Kids\[([^]]*)\]", self.data)
        assert kids
        return [self._objects[int(number)] for number in re.findall(rb"(\d+) 0 R", kids[1])]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the first page in millimetres."""
        box = re.search(rb"/MediaBox\[0 0 ([\d.]+) ([\d.]+)\]", self._pages[0])
        assert box
        return round(float(box[1]) / 72 * 25.4), round(float(box[2]) / 72 * 25.4)

    @property
    def metadata(self) -> bytes:
        """The XMP packet."""
        (found,) = [body for body in self._objects.values() if b"/Type/Metadata" in body]
        return _stream(found)

    @property
    def fonts(self) -> list[bytes]:
        """The font descriptors."""
        return [body for body in self._objects.values() if b"/Type/FontDescriptor" in body]

    @cached_property
    def pages(self) -> list[str]:
        """The text of each page, without the breaks between lines; a box for a missing glyph fails."""
        return ["".join(self._text(page)) for page in self._pages]

    @property
    def text(self) -> str:
        return "".join(self.pages)

    def _text(self, page: bytes) -> Iterator[str]:
        fonts = dict(re.findall(rb"/(f\d+) (\d+) 0 R", self._referred(page, b"Resources")))
        known = {name: self._characters(self._objects[int(number)]) for name, number in fonts.items()}
        characters: dict[int, str] = {}
        for font, several, one in _SHOWN.findall(_stream(self._referred(page, b"Contents"))):
            characters = known[font] if font else characters
            for glyph in _glyphs(several or one):
                assert glyph != _NOTDEF
                yield characters[glyph]

    def _characters(self, font: bytes) -> dict[int, str]:
        mapped = _MAPPED.findall(_stream(self._referred(font, b"ToUnicode")).partition(b"beginbfchar")[2])
        return {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in mapped}


def _stream(body: bytes) -> bytes:
    head, _, rest = body.partition(b"stream\n")
    content = rest[: rest.rindex(b"\nendstream")]
    return zlib.decompress(content) if b"/FlateDecode" in head else content


def _glyphs(strings: bytes) -> Iterator[int]:
    """The glyph numbers, of two bytes each, of everything in brackets."""
    for string in _STRINGS.findall(strings):
        inner = string[1:-1]
        glyphs = _ESCAPED.sub(_plain, inner) if string.startswith(b"(") else bytes.fromhex(inner.decode())
        for place in range(0, len(glyphs), 2):
            yield int.from_bytes(glyphs[place : place + 2], "big")


def _plain(match: re.Match[bytes]) -> bytes:
    what = match[1]
    return bytes([int(what, 8)]) if what.isdigit() else _CONTROLS.get(what, what)
