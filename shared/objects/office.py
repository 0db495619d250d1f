"""Whether a zip is a plain XLSX or DOCX."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import ZipFile

from shared.objects.limits import Limits
from shared.objects.refusals import ActiveOfficeFile, Archive, DamagedOfficeFile, Polyglot, TooMuchInside
from shared.sheets.safety import ArchiveLimits, inspect_zip

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MAIN = {f"{XLSX}.main+xml".encode(): XLSX, f"{DOCX}.main+xml".encode(): DOCX}
_TYPES = "[Content_Types].xml"
_ACTIVE_PARTS = ("vbaproject", "vbadata", "oleobject", "activex")
_ACTIVE_FOLDERS = frozenset({"embeddings", "activex", "macrosheets", "dialogsheets", "ctrlprops"})
_TEXTS = frozenset({".xml", ".rels", ".vml"})


def kind_of(content: bytes, limits: Limits) -> str:
    """XLSX or DOCX; raises Archive for any other zip, and a named refusal for one that is not harmless."""
    inspect_zip(content, ArchiveLimits(max_bytes=limits.most_bytes, max_unpacked=limits.most_unpacked_bytes))
    kinds: set[str] = set()
    for name, part in _parts(content, limits):
        _check(name, part)
        if name == _TYPES:
            kinds = {kind for main, kind in _MAIN.items() if main in part}
    if not kinds:
        raise Archive
    if len(kinds) > 1:
        raise Polyglot("同时是表格与文档 · a workbook and a document at the same time")
    return kinds.pop()


def _parts(content: bytes, limits: Limits) -> Iterator[tuple[str, bytes]]:
    """Each part of an inspected archive in turn; of pictures and the like the name alone."""
    with ZipFile(BytesIO(content)) as archive:
        for entry in archive.infolist():
            is_text = PurePosixPath(entry.filename.lower()).suffix in _TEXTS
            if is_text and entry.file_size > limits.most_part_bytes:
                raise TooMuchInside(entry.filename[:80])
            yield entry.filename, archive.read(entry) if is_text else b""


def _check(name: str, part: bytes) -> None:
    """Macros hide in a part, in what the types say of one, and in a template that is fetched when the file is opened."""
    path = PurePosixPath(name.lower())
    if path.name.startswith(_ACTIVE_PARTS) or _ACTIVE_FOLDERS & set(path.parts[:-1]):
        raise ActiveOfficeFile(name[:80])
    # No such part has a document type or is written in UTF-16; either would hide what is looked for below.
    if b"\x00" in part or b"<!DOCTYPE" in part:
        raise DamagedOfficeFile(name[:80])
    fetched = path.suffix == ".rels" and b"attachedTemplate" in part and b"External" in part
    if fetched or (name == _TYPES and (b"macroEnabled" in part or b"vbaProject" in part)):
        raise ActiveOfficeFile(name[:80])
