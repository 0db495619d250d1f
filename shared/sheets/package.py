"""What an XLSX file must be made of: a plain workbook without macros, objects or ties to other files."""

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from posixpath import normpath
from xml.etree import ElementTree as ET

from shared.sheets.refusals import ActiveContent, DamagedWorkbook, ExternalContent, NotAWorkbook
from shared.sheets.safety import ArchivePart

_MAIN = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_ACTIVE_TYPES = re.compile(rb"macroEnabled|vbaProject|macrosheet|activeX|oleObject", re.IGNORECASE)
_ACTIVE_PARTS = re.compile(
    r"vbaproject|vbadata|(?:^|/)(?:macrosheets|dialogsheets|activex|embeddings)/", re.IGNORECASE
)
_TIED_PARTS = re.compile(
    r"(?:^|/)(?:externallinks|querytables|model)/|connections\.xml|customdata/", re.IGNORECASE
)
_TIED = re.compile(rb"<(?:[^\s<>/:]+:)?(?:ddeLink|oleLink|externalReference|webPublish\w*)[\s/>]")
_EXTERNAL = re.compile(rb"<[^<>]*?TargetMode\s*=\s*[\"']External[\"'][^<>]*>", re.IGNORECASE)
_UNSAFE_XML = re.compile(
    rb"<!(?:DOCTYPE|ENTITY)|\x00|<\?xml[^<>]*?encoding\s*=\s*[\"'](?!utf-?8|us-ascii)", re.IGNORECASE
)
# A comment takes hundreds of bytes to draw; of the parts that are parsed whole, none needs so many.
_LARGEST_PART, _LARGEST_PARSED = 64 << 20, 1 << 20
_PARSED = ("[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels")
_TEXTS = "xl/sharedStrings.xml"


@dataclass(frozen=True, kw_only=True)
class SheetPart:
    """One sheet of a workbook: the name on its tab, and the file in the archive that holds it."""

    name: str
    part: str


def sheets_of(archive: zipfile.ZipFile, parts: Sequence[ArchivePart]) -> list[SheetPart]:
    """The workbook's sheets, in order; refuses what is not a plain XLSX workbook."""
    names = {part.name for part in parts}
    if not names.issuperset(_PARSED):
        raise NotAWorkbook
    for part in parts:
        _check_name(part.name)
        if part.name.endswith((".xml", ".rels", ".vml")):
            _check_xml(archive, part)
    types = archive.read("[Content_Types].xml")
    if _ACTIVE_TYPES.search(types):
        raise ActiveContent
    if _MAIN not in types:
        raise NotAWorkbook
    return _sheets(archive, names)


def is_sheet(name: str) -> bool:
    return name.startswith("xl/worksheets/") and name.endswith(".xml")


def _check_name(name: str) -> None:
    if _ACTIVE_PARTS.search(name):
        raise ActiveContent(f"{ActiveContent().title}: {name[:80]}")
    if _TIED_PARTS.search(name):
        raise ExternalContent(f"{ExternalContent().title}: {name[:80]}")


def _check_xml(archive: zipfile.ZipFile, part: ArchivePart) -> None:
    if is_sheet(part.name) or part.name == _TEXTS:
        with archive.open(part.name) as stream:
            if _UNSAFE_XML.search(stream.read(1 << 16)):
                raise DamagedWorkbook
        return
    if part.size > (_LARGEST_PARSED if part.name in _PARSED else _LARGEST_PART):
        raise DamagedWorkbook(f"{part.name} 过大 · {part.name} is too large")
    content = archive.read(part.name)
    if _UNSAFE_XML.search(content) or b"sheetData>" in content:
        raise DamagedWorkbook
    if _TIED.search(content):
        raise ExternalContent
    for tie in _EXTERNAL.findall(content):
        if b"/hyperlink" not in tie:  # mail addresses become links as they are typed
            raise ExternalContent


def _sheets(archive: zipfile.ZipFile, names: set[str]) -> list[SheetPart]:
    targets = {
        attributes.get("Id", ""): attributes.get("Target", "")
        for attributes in _elements(archive, "xl/_rels/workbook.xml.rels", "Relationship")
    }
    sheets = []
    for attributes in _elements(archive, "xl/workbook.xml", "sheet"):
        target = targets.get(attributes.get("id", ""), "")
        part = target.lstrip("/") if target.startswith("/") else normpath(f"xl/{target}")
        if not is_sheet(part) or part not in names:
            raise DamagedWorkbook
        sheets.append(SheetPart(name=attributes.get("name", ""), part=part))
    for same in ([sheet.name.casefold() for sheet in sheets], [sheet.part for sheet in sheets]):
        if not same or len(set(same)) < len(same):
            raise DamagedWorkbook
    return sheets


def _elements(archive: zipfile.ZipFile, part: str, name: str) -> list[Mapping[str, str]]:
    """The attributes, by name without namespace, of every element of a name in a small part."""
    try:
        root = ET.fromstring(archive.read(part))  # noqa: S314 — parts with a DTD were refused before
    except ET.ParseError as fault:
        raise DamagedWorkbook from fault
    return [
        {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
        for element in root.iter()
        if element.tag.rpartition("}")[2] == name
    ]
