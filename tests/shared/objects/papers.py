"""Files as people hand them in, made from nothing, and ways to make each of them dangerous."""

import struct
import zlib
from functools import cache
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import typst
import xlsxwriter

from shared.objects.office import DOCX, XLSX

EOF = b"\n%%EOF\n"


@cache
def a_pdf() -> bytes:
    """A page of text with its objects packed, as a word processor makes it; the moment of its making stands in it."""
    made: bytes = typst.compile(b"= Material\nPage one.\n#pagebreak()\nPage two.")
    return made


def pdf_of(*parts: bytes) -> bytes:
    """The frame of a PDF around some objects."""
    return b"%PDF-1.7\n" + b"\n".join(parts) + b"\ntrailer << /Root 1 0 R >>\nstartxref\n9" + EOF


def object_stream(
    inside: bytes, *, words: bytes = b"/Type /ObjStm /N 1 /First 4", packed: bool = True
) -> bytes:
    data = zlib.compress(inside) if packed else inside
    filtered = b" /Filter /FlateDecode" if packed else b""
    return b"7 0 obj << " + words + filtered + b" >>\nstream\n" + data + b"\nendstream endobj"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def a_png(width: int = 2, height: int = 2, *more: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\x00\x00\x00" * 2))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + pixels + chunk(b"IEND", b"")


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def a_jpeg(width: int = 2, height: int = 2, *more: bytes) -> bytes:
    app = segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
    frame = segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00")
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
    return b"\xff\xd8" + app + b"".join(more) + frame + scan + b"\x7f\xa0\xff\xd9"


def an_xlsx() -> bytes:
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        book.add_worksheet("名单").write(0, 0, "张三")
    return made.getvalue()


def zip_of(parts: dict[str, bytes]) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return made.getvalue()


def types_of(*kinds: str) -> bytes:
    overrides = "".join(f'<Override PartName="/main.xml" ContentType="{it}.main+xml"/>' for it in kinds)
    return f"<Types>{overrides}</Types>".encode()


def a_docx(more: dict[str, bytes] | None = None) -> bytes:
    """A document, with further parts."""
    parts = {"[Content_Types].xml": types_of(DOCX), "word/document.xml": b"<document/>"}
    return zip_of(parts | (more or {}))


def a_workbook_and_document() -> bytes:
    return zip_of({"[Content_Types].xml": types_of(XLSX, DOCX)})
