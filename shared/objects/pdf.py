"""Whether a PDF is only paper. It is searched within bounds, not interpreted."""

import re
import zlib
from collections.abc import Iterator

from shared.objects.limits import Limits
from shared.objects.refusals import ActivePdf, EncryptedPdf, Polyglot, TooMuchInside, UnreadablePdf

_HEADER = re.compile(rb"%PDF-[12]\.\d")
_BLANK = b"\x00 \t\r\n\f"
_STREAM = re.compile(rb"(?<!end)stream(?:\r\n|\n|\r)")
_TRAILER = re.compile(rb"startxref[\x00\s]+\d+[\x00\s]+\Z")
_TRAILER_REACH = 64
_MOST_STREAMS = 20_000
_DICTIONARY_REACH = 8192
_STRING = re.compile(rb"\((?:[^()\\]|\\.)*\)", re.DOTALL)
_DICTIONARY = re.compile(rb"\d\s+\d+\s+obj\s*(<<[^()%]*>>)\s*\Z")
_PLAIN_FLATE = re.compile(rb"/Filter\s*(?:\[\s*)?/FlateDecode\b")


def _spelled(*names: str) -> re.Pattern[bytes]:
    """Finds a name however its letters are written: `/JavaScript` may be spelled `/J#61vaScript`."""
    ways = ("".join(f"(?:{letter}|#{ord(letter):02x}|#{ord(letter):02X})" for letter in it) for it in names)
    return re.compile(rb"/(?:" + "|".join(ways).encode() + rb")(?=[\x00\t\n\f\r ()<>\[\]{}/%]|\Z)")


_ENCRYPTED = _spelled("Encrypt")
# Every action that runs, opens or sends something, and everything that carries another file. A script needs the name
# JavaScript or Rendition; `/JS` alone turns up in compressed pictures by chance.
_ACTIVE = _spelled(
    "JavaScript",
    "Rendition",
    "Launch",
    "EmbeddedFile",
    "EmbeddedFiles",
    "RichMedia",
    "XFA",
    "SubmitForm",
    "ImportData",
    "GoToE",
)
_HOLDS_OBJECTS = _spelled("ObjStm", "First")


def check(content: bytes, limits: Limits) -> None:
    """Raises UnreadablePdf, Polyglot, EncryptedPdf, ActivePdf or TooMuchInside."""
    _check_frame(content)
    if _ENCRYPTED.search(content):
        raise EncryptedPdf
    _refuse_actions(content)
    for unpacked in _object_streams(content, limits):
        _refuse_actions(unpacked)


def _check_frame(content: bytes) -> None:
    end = content.rfind(b"%%EOF")
    if _HEADER.match(content) is None or end < 0:
        raise UnreadablePdf
    if content[end + len(b"%%EOF") :].strip(_BLANK):
        raise Polyglot("文件尾之后还有内容 · something follows its end")
    if _TRAILER.search(content, max(0, end - _TRAILER_REACH), end) is None:
        raise UnreadablePdf("没有文件尾 · it has no end")


def _refuse_actions(part: bytes) -> None:
    if _ACTIVE.search(part):
        raise ActivePdf


def _object_streams(content: bytes, limits: Limits) -> Iterator[bytes]:
    """The objects that are kept packed, where names hide from a plain search."""
    left_in, left_out = 2 * len(content), limits.most_unpacked_bytes
    for number, found in enumerate(_STREAM.finditer(content)):
        if number > _MOST_STREAMS:
            raise UnreadablePdf("流过多 · too many streams")
        described = _dictionary(content[max(0, found.start() - _DICTIONARY_REACH) : found.start()])
        if _HOLDS_OBJECTS.search(described) is None:
            continue
        end = content.find(b"endstream", found.end())
        left_in -= end - found.end()
        if end < 0 or left_in < 0:
            raise UnreadablePdf("对象流不完整 · an object stream is incomplete")
        unpacked = _unpacked(
            described, content[found.end() : end], most=min(left_out, limits.most_part_bytes)
        )
        left_out -= len(unpacked)
        yield unpacked


def _dictionary(before: bytes) -> bytes:
    """The dictionary that a stream follows; one that cannot be told from a comment or a text is refused.

    It reaches from the last `obj` to the stream, on lines that hold no comment, with as many openings as closings. What
    is written otherwise could show us one dictionary and a reader another.
    """
    begins = before.rfind(b"obj")
    line = max(before.rfind(b"\n", 0, max(begins, 0)), before.rfind(b"\r", 0, max(begins, 0))) + 1
    found = _DICTIONARY.search(_STRING.sub(b"", before[line:]))
    if begins < 0 or b"%" in before[line:begins] or found is None:
        raise UnreadablePdf("流的写法异常 · a stream is written in an unusual way")
    dictionary = found[1]
    if dictionary.count(b"<<") != dictionary.count(b">>"):
        raise UnreadablePdf("流的写法异常 · a stream is written in an unusual way")
    return dictionary


def _unpacked(described: bytes, packed: bytes, *, most: int) -> bytes:
    if b"/Filter" not in described and b"#" not in described:
        return packed
    # A second filter or its parameters (`DecodeParms`) would count.
    plain = _PLAIN_FLATE.search(described) and described.count(b"Decode") == 1
    if not plain or b"#" in described:
        raise UnreadablePdf("对象流的压缩方式不受支持 · an object stream is packed in an unusual way")
    machine = zlib.decompressobj()
    try:
        unpacked = machine.decompress(packed, most + 1)
    except zlib.error as problem:
        raise UnreadablePdf("对象流已损坏 · an object stream is damaged") from problem
    if len(unpacked) > most:
        raise TooMuchInside
    if not machine.eof:
        raise UnreadablePdf("对象流不完整 · an object stream is incomplete")
    return unpacked
