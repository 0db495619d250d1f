"""What is taken in is what it says it is; what is not plainly paper is refused, by name."""

import struct
import zlib
from hashlib import sha256

import pytest

from shared.errors import Invalid, Refusal
from shared.http.problems import status_of
from shared.objects import Limits, examine, refusals
from shared.objects.office import DOCX, XLSX
from shared.objects.refusals import (
    ActiveOfficeFile,
    ActivePdf,
    Archive,
    BadFileName,
    DamagedImage,
    DamagedOfficeFile,
    EmptyFile,
    EncryptedPdf,
    Executable,
    FileTooLarge,
    Mislabelled,
    OldOfficeFile,
    Polyglot,
    TooManyPixels,
    TooMuchInside,
    TypeNotAllowed,
    UnreadablePdf,
)
from shared.sheets.refusals import NestedArchive, UnpacksTooLarge
from tests.shared.objects.papers import (
    EOF,
    a_docx,
    a_jpeg,
    a_pdf,
    a_png,
    a_workbook_and_document,
    an_xlsx,
    chunk,
    object_stream,
    pdf_of,
    segment,
    zip_of,
)

LIMITS = Limits()
SMALL = Limits(most_bytes=100_000, most_pixels=1_000_000, most_unpacked_bytes=200_000, most_part_bytes=50_000)
SCRIPT = b"<< /S /JavaScript /JS (app.alert(1)) >>"


@pytest.mark.parametrize(
    ("content", "name", "media_type", "extension"),
    [
        (a_pdf(), "申报表.pdf", "application/pdf", "pdf"),
        (pdf_of(b"1 0 obj << >> endobj"), "scan.PDF", "application/pdf", "pdf"),
        (a_png(), "a.b.png", "image/png", "png"),
        (a_jpeg(), "照片.jpg", "image/jpeg", "jpg"),
        (a_jpeg(), "photo.JPEG", "image/jpeg", "jpg"),
        (a_jpeg() + b"a preview the camera appended", "photo.jpg", "image/jpeg", "jpg"),
        (an_xlsx(), "名单.xlsx", XLSX, "xlsx"),
        (a_docx(), "制度.docx", DOCX, "docx"),
    ],
)
def test_paper_is_taken_in_by_its_content(content: bytes, name: str, media_type: str, extension: str) -> None:
    found = examine(content, file_name=name, limits=LIMITS)
    assert (found.media_type, found.extension) == (media_type, extension)
    assert (found.size, found.sha256) == (len(content), sha256(content).hexdigest())


REFUSED: dict[str, tuple[bytes, str, type[Refusal]]] = {
    "nothing": (b"", "a.pdf", EmptyFile),
    "too many bytes": (b"%PDF-1.7" + b"x" * 100_000, "a.pdf", FileTooLarge),
    "text": ("证明".encode(), "a.pdf", TypeNotAllowed),
    "html": (b"<html><script>alert(1)</script>", "a.pdf", TypeNotAllowed),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "a.png", TypeNotAllowed),
    "gif": (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "a.gif", TypeNotAllowed),
    "animation": (a_png(2, 2, chunk(b"acTL", b"\x00" * 8)), "a.png", TypeNotAllowed),
    "old office": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "a.docx", OldOfficeFile),
    "windows program": (b"MZ\x90\x00" + b"\x00" * 200, "a.pdf", Executable),
    "linux program": (b"\x7fELF\x02\x01\x01" + b"\x00" * 64, "a.png", Executable),
    "script": (b"#!/bin/sh\nrm -rf /\n", "a.pdf", Executable),
    "rar": (b"Rar!\x1a\x07\x01\x00" + b"\x00" * 64, "a.rar", Archive),
    "7z": (b"7z\xbc\xaf\x27\x1c\x00\x04" + b"\x00" * 64, "a.pdf", Archive),
    "gzip": (b"\x1f\x8b\x08" + b"\x00" * 64, "a.pdf", Archive),
    "zip of papers": (zip_of({"a.pdf": a_pdf()}), "a.xlsx", Archive),
    "empty zip": (zip_of({}), "a.docx", Archive),
    "png called pdf": (a_png(), "a.pdf", Mislabelled),
    "pdf called program": (pdf_of(), "a.pdf.exe", Mislabelled),
    "no extension": (pdf_of(), "pdf", Mislabelled),
    "workbook called document": (an_xlsx(), "a.docx", Mislabelled),
    "encrypted": (pdf_of(b"trailer << /Encrypt 5 0 R >>"), "a.pdf", EncryptedPdf),
    "encrypted, spelled": (pdf_of(b"trailer << /#45ncryp#74 5 0 R >>"), "a.pdf", EncryptedPdf),
    "script in pdf": (pdf_of(SCRIPT), "a.pdf", ActivePdf),
    "script, spelled": (pdf_of(b"<< /S /J#61va#53crip#74 >>"), "a.pdf", ActivePdf),
    "script, wholly spelled": (
        pdf_of(b"/" + b"".join(b"#%02X" % letter for letter in b"JavaScript") + b"("),
        "a.pdf",
        ActivePdf,
    ),
    "launch": (pdf_of(b"<< /S /Launch/F (cmd.exe) >>"), "a.pdf", ActivePdf),
    "attachment": (pdf_of(b"<</Type/EmbeddedFile>>"), "a.pdf", ActivePdf),
    "attachments": (pdf_of(b"<< /EmbeddedFiles 3 0 R >>"), "a.pdf", ActivePdf),
    "packed script": (pdf_of(object_stream(SCRIPT)), "a.pdf", ActivePdf),
    "packed, unnamed type": (pdf_of(object_stream(SCRIPT, words=b"/N 1 /First 4")), "a.pdf", ActivePdf),
    "packed, spelled": (
        pdf_of(object_stream(SCRIPT, words=b"/Type /#4fbjStm /N 1 /First 4")),
        "a.pdf",
        UnreadablePdf,
    ),
    "packed twice": (
        pdf_of(object_stream(zlib.compress(SCRIPT), words=b"/First 4 /Filter [/FlateDecode /FlateDecode]")),
        "a.pdf",
        UnreadablePdf,
    ),
    "packed with a predictor": (
        pdf_of(object_stream(SCRIPT, words=b"/First 4 /DecodeParms << /Predictor 12 >>")),
        "a.pdf",
        UnreadablePdf,
    ),
    "packed behind a feint": (
        pdf_of(b"<< /First 4 % stream\n/Filter /FlateDecode >> " + object_stream(SCRIPT, words=b"")),
        "a.pdf",
        UnreadablePdf,
    ),
    "packed behind a text": (
        pdf_of(
            b"7 0 obj << /First 4 (\n8 0 obj << ) /Filter /FlateDecode >> stream\n" + zlib.compress(SCRIPT)
        ),
        "a.pdf",
        UnreadablePdf,
    ),
    "packed behind a name": (
        pdf_of(
            b"7 0 obj << /First 4\n/8 0 obj<</A 1>> /Filter /FlateDecode >> stream\n" + zlib.compress(SCRIPT)
        ),
        "a.pdf",
        UnreadablePdf,
    ),
    "packed behind a comment": (
        pdf_of(
            b"7 0 obj << /First 4\n% 8 0 obj <<\n/Filter /FlateDecode >> stream\n" + zlib.compress(SCRIPT)
        ),
        "a.pdf",
        UnreadablePdf,
    ),
    "packed, cut short": (
        pdf_of(
            object_stream(zlib.compress(SCRIPT)[:-6], packed=False, words=b"/First 4 /Filter /FlateDecode")
        ),
        "a.pdf",
        UnreadablePdf,
    ),
    "packed, no end": (pdf_of(b"1 0 obj << /First 4 >> stream\nabc"), "a.pdf", UnreadablePdf),
    "pdf bomb": (pdf_of(object_stream(b" " * 60_000)), "a.pdf", TooMuchInside),
    "no version": (b"%PDF-x" + EOF, "a.pdf", UnreadablePdf),
    "no end": (b"%PDF-1.4\n1 0 obj", "a.pdf", UnreadablePdf),
    "something before a pdf": (b"\n" + pdf_of(), "a.pdf", Polyglot),
    "something after a pdf": (pdf_of() + b"<script>", "a.pdf", Polyglot),
    "zip after a pdf": (pdf_of() + an_xlsx(), "a.pdf", Polyglot),
    "zip in a pdf": (pdf_of(zip_of({"a": b"b"})), "a.pdf", Polyglot),
    "zip after a picture": (a_jpeg() + zip_of({"a": b"b"}), "a.jpg", Polyglot),
    "something after a png": (a_png() + b"x", "a.png", Polyglot),
    "pdf in a jpeg": (a_jpeg(2, 2, segment(0xFE, pdf_of())), "a.jpg", Polyglot),
    "workbook and document": (a_workbook_and_document(), "a.xlsx", Polyglot),
    "png bomb": (a_png(60_000, 60_000), "a.png", TooManyPixels),
    "jpeg bomb": (a_jpeg(60_000, 60_000), "a.jpg", TooManyPixels),
    "png of nothing": (a_png(0, 7), "a.png", DamagedImage),
    "png cut short": (a_png()[:-13], "a.png", DamagedImage),
    "png with a wrong sum": (a_png().replace(b"IDAT", b"IDAt"), "a.png", DamagedImage),
    "png without pixels": (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">II5x", 2, 2)) + chunk(b"IEND", b""),
        "a.png",
        DamagedImage,
    ),
    "jpeg of no height": (a_jpeg(9, 0), "a.jpg", DamagedImage),
    "jpeg cut short": (a_jpeg()[:-2], "a.jpg", DamagedImage),
    "jpeg without a frame": (b"\xff\xd8" + segment(0xDA, b"") + b"\xff\xd9", "a.jpg", DamagedImage),
    "jpeg of nothing": (b"\xff\xd8\xff\xd9", "a.jpg", DamagedImage),
    "macros": (a_docx({"word/vbaProject.bin": b""}), "a.docx", ActiveOfficeFile),
    "macro types": (
        zip_of({"[Content_Types].xml": b"application/vnd.ms-word.document.macroEnabled.main+xml"}),
        "a.docx",
        ActiveOfficeFile,
    ),
    "embedded object": (a_docx({"word/embeddings/thing": b""}), "a.docx", ActiveOfficeFile),
    "outside template": (
        zip_of({"a.rels": b'<R Type="x/attachedTemplate" TargetMode="External" Target="http://x.test/"/>'}),
        "a.docx",
        ActiveOfficeFile,
    ),
    "entities": (zip_of({"a.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'}), "a.docx", DamagedOfficeFile),
    "utf-16": (zip_of({"a.xml": "<a/>".encode("utf-16")}), "a.docx", DamagedOfficeFile),
    "zip bomb": (a_docx({"bomb": b"\x00" * 300_000}), "a.docx", UnpacksTooLarge),
    "one part too large": (a_docx({"word/a.xml": b"<a/>" * 15_000}), "a.docx", TooMuchInside),
    "zip in a document": (a_docx({"inner": an_xlsx()}), "a.docx", NestedArchive),
}


@pytest.mark.parametrize(("content", "name", "kind"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_plainly_paper_is_refused(content: bytes, name: str, kind: type[Refusal]) -> None:
    with pytest.raises(Refusal) as refusal:
        examine(content, file_name=name, limits=SMALL)
    assert type(refusal.value) is kind


@pytest.mark.parametrize(
    "name",
    ["", "a" * 200 + ".pdf", ".", "...", "../a.pdf", "a\\b.pdf", "a\x00.pdf", "a\n.pdf", "a\u202efdp.pdf"],
)
def test_a_name_that_deceives_is_refused(name: str) -> None:
    with pytest.raises(BadFileName):
        examine(a_png(), file_name=name, limits=LIMITS)


@pytest.mark.parametrize("name", ["Encryption", "LaunchPad", "JavaScripts", "Encrypt-ed", "EmbeddedFilesize"])
def test_a_name_that_only_begins_like_a_dangerous_one_is_no_reason(name: str) -> None:
    content = pdf_of(b"<< /" + name.encode() + b" 1 >>")
    assert examine(content, file_name="a.pdf", limits=LIMITS).extension == "pdf"


def test_a_date_in_a_stream_s_dictionary_is_no_reason() -> None:
    dated = object_stream(b"BT ET", words=b"/Subtype /Form /LastModified (D:20260901\\(x\\)) /Length 13")
    assert examine(pdf_of(dated), file_name="a.pdf", limits=LIMITS).extension == "pdf"


def test_objects_that_are_not_packed_at_all_are_read_as_they_are() -> None:
    harmless = pdf_of(object_stream(b"<< /Type /Catalog >>", packed=False))
    assert examine(harmless, file_name="a.pdf", limits=LIMITS).extension == "pdf"


def test_every_refusal_has_a_code_of_its_own_two_languages_and_is_provoked_here() -> None:
    kinds = [
        it
        for it in vars(refusals).values()
        if isinstance(it, type) and issubclass(it, Refusal) and it.__module__ == refusals.__name__
    ]
    codes = {it.code for it in kinds}
    assert len(codes) == len(kinds) == 17
    assert all(code.startswith("NJT-OBJ-1") for code in codes)
    assert all(" · " in it().title for it in kinds)
    assert {kind for _, _, kind in REFUSED.values()} | {BadFileName} >= set(kinds)
    assert {status_of(it) for it in kinds if issubclass(it, Invalid)} == {422}
    assert status_of(FileTooLarge) == 413
