"""What an uploaded file is, by its content; whatever is not plainly harmless paper is refused."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import is_zipfile

import filetype  # type: ignore[import-untyped]  # it ships no types

from shared.objects import images, office, pdf
from shared.objects.limits import Limits
from shared.objects.refusals import (
    Archive,
    BadFileName,
    EmptyFile,
    Executable,
    FileTooLarge,
    Mislabelled,
    OldOfficeFile,
    Polyglot,
    TypeNotAllowed,
)
from shared.objects.store import key_of

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
_EXTENSIONS = {
    PDF: ("pdf",),
    JPEG: ("jpg", "jpeg"),
    PNG: ("png",),
    office.XLSX: ("xlsx",),
    office.DOCX: ("docx",),
}
_CHECKS: dict[str, Callable[[bytes, Limits], None]] = {
    PDF: pdf.check,
    JPEG: images.check_jpeg,
    PNG: images.check_png,
}
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\x00asm", b"dex\n")
_ARCHIVES = frozenset(
    {"zip", "tar", "rar", "gz", "bz2", "7z", "cab", "xz", "lz4", "zst", "Z", "lzo", "lz", "br"}
)
# A PDF reader looks for its header this far into a file.
_PDF_HEADER_REACH = 1024
# Control characters and those that turn the writing direction, so that `exe.fdp` looks like a PDF.
_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f/\\\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_MOST_NAME = 200


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What a file was found to be; `size` in bytes, `sha256` in hex, `extension` without a dot."""

    media_type: str
    size: int
    sha256: str
    extension: str


def examine(content: bytes, *, file_name: str, limits: Limits) -> Examined:
    """What a document handed in is: PDF, JPEG, PNG, XLSX or DOCX. Every other content is refused by `NJT-OBJ-1xxx`.

    Reads and unpacks within the limits, which may take a second: call it in a thread.
    """
    _check_name(file_name)
    if not content:
        raise EmptyFile
    if len(content) > limits.most_bytes:
        raise FileTooLarge(f"{len(content)} > {limits.most_bytes} B")
    media_type = _media_type(content, limits)
    extension = PurePosixPath(file_name).suffix.lower().removeprefix(".")
    if extension not in _EXTENSIONS[media_type]:
        raise Mislabelled(f"内容为 {media_type} · the content is {media_type}")
    return Examined(
        media_type=media_type,
        size=len(content),
        sha256=key_of(content),
        extension=_EXTENSIONS[media_type][0],
    )


def _check_name(name: str) -> None:
    if not 0 < len(name) <= _MOST_NAME or name.strip(". ") == "" or _HIDDEN.search(name):
        raise BadFileName


def _media_type(content: bytes, limits: Limits) -> str:
    if content.startswith(b"PK\x03\x04"):
        return office.kind_of(content, limits)
    if content.startswith(_OLE2):
        raise OldOfficeFile
    if content.startswith(_PROGRAMS):
        raise Executable
    guess = filetype.guess(content)
    media_type = guess.mime if guess else ""
    if media_type not in _CHECKS:
        _refuse(content, guess.extension if guess else "")
    _CHECKS[media_type](content, limits)
    if is_zipfile(BytesIO(content)):
        raise Polyglot("也是压缩包 · it is an archive too")
    if media_type != PDF and b"%PDF-" in content[:_PDF_HEADER_REACH]:
        raise Polyglot("也是 PDF · it is a PDF too")
    return media_type


def _refuse(content: bytes, extension: str) -> None:
    """Say what it is instead."""
    if b"%PDF-" in content[:_PDF_HEADER_REACH]:
        raise Polyglot("PDF 文件头不在开头 · the PDF does not begin with its header")
    if extension in {"exe", "elf"}:
        raise Executable
    if extension in _ARCHIVES or content.startswith(b"PK"):
        raise Archive
    raise TypeNotAllowed
