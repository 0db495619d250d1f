import io
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.sheets.refusals import (
    DamagedArchive,
    EmptyFile,
    FileTooLarge,
    NestedArchive,
    OverlappingEntries,
    SheetRefused,
    SizesDisagree,
    TooManyEntries,
    UnpacksTooLarge,
    UnreadableEntry,
    UnsafeEntryName,
)
from shared.sheets.safety import ArchiveLimits, ArchivePart, inspect_zip
from tests.shared.sheets.samples import exported, forged, zipped

LIMITS = ArchiveLimits()
SMALL = zipped({"a.txt": b"a" * 100, "dir/b.txt": b"b"})


def deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def repeated(mebibytes: int) -> bytes:
    """Deflated zeros, made without making the zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packer.compress(bytes(1 << 20))
    packer.flush(zlib.Z_FULL_FLUSH)
    one = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return one * mebibytes + b"\x03\x00"


def test_the_files_of_a_plain_archive_are_told_with_their_real_sizes(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(SMALL)
    parts = inspect_zip(path, LIMITS)
    assert [(part.name, part.size) for part in parts] == [("a.txt", 100), ("dir/b.txt", 1)]
    assert parts == inspect_zip(SMALL, LIMITS)
    assert parts[0] == ArchivePart(name="a.txt", size=100, packed=parts[0].packed)


def test_it_can_be_imported_without_a_spreadsheet_library() -> None:
    said = "import shared.sheets.safety, sys; print({'xlsxwriter', 'python_calamine'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


def test_a_megabyte_that_unpacks_to_a_gigabyte_is_refused() -> None:
    bomb = forged([("xl/worksheets/sheet1.xml", 0, repeated(1024), 1 << 30, -1)])
    assert len(bomb) < 2 << 20
    with pytest.raises(UnpacksTooLarge):
        inspect_zip(bomb, LIMITS)


def test_kilobytes_that_unpack_to_a_gigabyte_by_sharing_bytes_are_refused() -> None:
    kernel = deflated(bytes(7 << 20))
    name = "00000.xml"
    checksum = zlib.crc32(bytes(7 << 20))
    shared = [
        (name, checksum, kernel, 7 << 20, -1),
        *[(f"{i:05d}.xml", checksum, kernel, 7 << 20, 0) for i in range(1, 147)],
    ]
    bomb = forged(shared)
    assert len(bomb) < 20_000
    assert sum(size for *_, size, _ in shared) > 10**9
    with pytest.raises(UnpacksTooLarge):
        inspect_zip(bomb, LIMITS)
    with pytest.raises(SheetRefused):
        inspect_zip(bomb, ArchiveLimits(max_unpacked=1 << 34, max_ratio=1 << 20))


def test_files_that_overlap_are_refused() -> None:
    inner = forged([("b.txt", zlib.crc32(b"b"), deflated(b"b"), 1, -1)])
    quoting = b"\x00" + len(inner).to_bytes(2, "little") + (len(inner) ^ 0xFFFF).to_bytes(2, "little") + inner
    packed = quoting + deflated(b"")
    start = 30 + len("a.txt") + 5
    overlapping = forged(
        [
            ("a.txt", zlib.crc32(inner), packed, len(inner), -1),
            ("b.txt", zlib.crc32(b"b"), deflated(b"b"), 1, start),
        ]
    )
    with pytest.raises(OverlappingEntries):
        inspect_zip(overlapping, LIMITS)


def test_an_archive_that_declares_less_than_it_holds_is_refused() -> None:
    lying = forged([("a.xml", 0, repeated(64), 100, -1)])
    with pytest.raises(SizesDisagree):
        inspect_zip(lying, LIMITS)


def test_bytes_after_the_end_of_a_deflated_file_are_refused() -> None:
    trailing = forged([("a.xml", zlib.crc32(b"a"), deflated(b"a") + b"more", 1, -1)])
    with pytest.raises(SizesDisagree):
        inspect_zip(trailing, LIMITS)


def test_a_part_packed_too_well_is_refused_though_the_whole_is_not_too_large() -> None:
    with pytest.raises(UnpacksTooLarge, match="250"):
        inspect_zip(zipped({"a.xml": bytes(16 << 20)}), LIMITS)


def test_too_many_files_are_refused_with_the_limit_named() -> None:
    with pytest.raises(TooManyEntries, match="256"):
        inspect_zip(zipped({str(i): b"" for i in range(257)}), LIMITS)


@pytest.mark.parametrize(
    "name", ["../a", "a/../../b", "/etc/a", "C:/a", "a\\b", "a//b", "./a", "a\x01b", "a\u202eb"]
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(UnsafeEntryName):
        inspect_zip(zipped({name: b"a"}), LIMITS)


def test_two_files_of_one_name_are_refused() -> None:
    with pytest.raises(UnsafeEntryName):
        inspect_zip(zipped({"a.xml": b"a", "A.XML": b"b"}), LIMITS)


@pytest.mark.parametrize("name", ["inner.zip", "inner.xlsx", "picture.png"])
def test_an_archive_within_is_refused_whatever_its_name(name: str) -> None:
    with pytest.raises(NestedArchive):
        inspect_zip(zipped({name: SMALL}), LIMITS)


def test_another_way_of_packing_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a", b"a")
    with pytest.raises(UnreadableEntry):
        inspect_zip(content.getvalue(), LIMITS)


def test_an_encrypted_file_is_refused() -> None:
    marked = bytearray(SMALL)
    marked[marked.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(UnreadableEntry):
        inspect_zip(bytes(marked), LIMITS)


@pytest.mark.parametrize(
    "content",
    [
        b"MZ" + SMALL,
        SMALL + b"\x00",
        SMALL[:-1],
        SMALL[: len(SMALL) // 2],
        b"PK\x03\x04",
        b"PK\x05\x06" + bytes(18),
        SMALL.replace(b"a.txt", b"c.txt", 1),
        SMALL.replace(zlib.crc32(b"b").to_bytes(4, "little"), b"\x00" * 4),
    ],
    ids=["before", "after", "cut", "half", "mark", "nothing", "two names", "checksum"],
)
def test_an_archive_put_together_otherwise_is_refused(content: bytes) -> None:
    with pytest.raises(DamagedArchive):
        inspect_zip(content, LIMITS)


def test_a_zip64_directory_is_refused() -> None:
    end = SMALL[-22:]
    locator = b"PK\x06\x07" + bytes(16)
    with pytest.raises(DamagedArchive):
        inspect_zip(SMALL[:-22] + locator + end, LIMITS)


def test_sizes_have_limits_that_are_named() -> None:
    with pytest.raises(FileTooLarge, match="100"):
        inspect_zip(SMALL, ArchiveLimits(max_bytes=100))
    with pytest.raises(EmptyFile):
        inspect_zip(b"", LIMITS)


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_and_nothing_else_happens(content: bytes) -> None:
    for candidate in (content, b"PK\x03\x04" + content):
        with pytest.raises(SheetRefused):
            inspect_zip(candidate, LIMITS)


@given(st.integers(0, len(SMALL) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_changes_nothing_that_counts(place: int, change: int) -> None:
    damaged = bytearray(SMALL)
    damaged[place] ^= change
    try:
        parts = inspect_zip(bytes(damaged), LIMITS)
    except SheetRefused:
        return
    assert [part.size for part in parts] == [100, 1]


def test_our_own_files_pass() -> None:
    names = {part.name for part in inspect_zip(exported([]), LIMITS)}
    assert "xl/workbook.xml" in names


def test_an_archive_within_is_taken_only_under_the_name_it_was_announced_with() -> None:
    packed = zipped({"book.xlsx": SMALL, "b.txt": b"b"})
    parts = inspect_zip(packed, ArchiveLimits(inner=frozenset({"book.xlsx"})))
    assert [(part.name, part.size) for part in parts] == [("book.xlsx", len(SMALL)), ("b.txt", 1)]
    for limits in (LIMITS, ArchiveLimits(inner=frozenset({"b.txt"}))):
        with pytest.raises(NestedArchive):
            inspect_zip(packed, limits)
