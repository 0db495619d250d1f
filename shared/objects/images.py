"""Whether a picture is whole, and how large it says it is; no pixel is unpacked."""

import re
import struct
import zlib

from shared.objects.limits import Limits
from shared.objects.refusals import DamagedImage, Polyglot, TooManyPixels, TypeNotAllowed

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_HEADER_BYTES = 13
_MOST_CHUNKS = 100_000
_FILL = re.compile(rb"\xff+")
_END_OF_IMAGE, _START_OF_SCAN = 0xD9, 0xDA
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_MOST_SEGMENTS = 10_000


def check_png(content: bytes, limits: Limits) -> None:
    """Raises DamagedImage, TooManyPixels, Polyglot, or TypeNotAllowed for an animation."""
    if not content.startswith(_PNG_SIGNATURE):
        raise DamagedImage
    place, pictured = len(_PNG_SIGNATURE), False
    for number in range(_MOST_CHUNKS):
        kind, data, after = _chunk(content, place)
        if (number == 0) is not (kind == b"IHDR"):
            raise DamagedImage
        if kind == b"IHDR":
            _check_png_header(data, limits)
        if kind == b"acTL":
            raise TypeNotAllowed("不接受动画 · animations are not accepted")
        if kind == b"IEND":
            _check_png_end(pictured=pictured, rest=len(content) - after)
            return
        pictured = pictured or kind == b"IDAT"
        place = after
    raise DamagedImage


def _chunk(content: bytes, place: int) -> tuple[bytes, bytes, int]:
    """A chunk's kind and data, and where the next begins."""
    if place + 12 > len(content):
        raise DamagedImage
    (length,) = struct.unpack_from(">I", content, place)
    after = place + 12 + length
    if after > len(content):
        raise DamagedImage
    kind, data = content[place + 4 : place + 8], content[place + 8 : after - 4]
    (checksum,) = struct.unpack_from(">I", content, after - 4)
    if zlib.crc32(data, zlib.crc32(kind)) != checksum:
        raise DamagedImage
    return kind, data, after


def _check_png_header(data: bytes, limits: Limits) -> None:
    if len(data) != _PNG_HEADER_BYTES:
        raise DamagedImage
    width, height = struct.unpack_from(">II", data)
    _check_size(width, height, limits)


def _check_png_end(*, pictured: bool, rest: int) -> None:
    if not pictured:
        raise DamagedImage
    if rest:
        raise Polyglot("图片之后还有内容 · something follows the picture")


def check_jpeg(content: bytes, limits: Limits) -> None:
    """Raises DamagedImage or TooManyPixels. Cameras append previews, so what follows the picture is let pass."""
    if not content.startswith(b"\xff\xd8"):
        raise DamagedImage
    place, framed = 2, False
    for _ in range(_MOST_SEGMENTS):
        marker, start, place = _segment(content, place)
        if marker in _FRAMES:
            height, width = _frame(content, start, place)
            _check_size(width, height, limits)
            framed = True
        if marker == _START_OF_SCAN:
            if not framed or content.find(b"\xff\xd9", place) < 0:
                raise DamagedImage
            return
    raise DamagedImage


def _segment(content: bytes, place: int) -> tuple[int, int, int]:
    """A segment's marker, where its data begins, and where the next begins."""
    fill = _FILL.match(content, place)
    if fill is None or fill.end() >= len(content):
        raise DamagedImage
    marker, start = content[fill.end()], fill.end() + 1
    if marker in _STANDALONE:
        return marker, start, start
    if marker == _END_OF_IMAGE or start + 2 > len(content):
        raise DamagedImage
    (length,) = struct.unpack_from(">H", content, start)
    if length < 2 or start + length > len(content):  # noqa: PLR2004 — a length counts its own two bytes
        raise DamagedImage
    return marker, start + 2, start + length


def _frame(content: bytes, start: int, end: int) -> tuple[int, int]:
    """Height and width; a height of zero would be told only after the picture."""
    if end - start < 5:  # noqa: PLR2004 — precision, height, width
        raise DamagedImage
    height, width = struct.unpack_from(">HH", content, start + 1)
    return height, width


def _check_size(width: int, height: int, limits: Limits) -> None:
    if not width or not height:
        raise DamagedImage
    if width * height > limits.most_pixels:
        raise TooManyPixels(f"{width} × {height} > {limits.most_pixels}")
