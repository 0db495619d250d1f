"""What a ZIP archive must be before any library opens it: plain, bounded, and what it says it is."""

import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

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

_LOCAL = struct.Struct("<4s5H3I2H")
_END = struct.Struct("<4s4H2IH")
_LOCATOR_BYTES = 20  # of a ZIP64 directory, right before the end record
_PIECE = 1 << 20
# A central directory needs 46 bytes and a name for each file; more than this per file is not a directory.
_DIRECTORY_BYTES = 1024
# Deflate reaches 1032:1. Small parts of one repeated character are honest, so only big ones are judged.
_RATIO_FROM = 8 << 20
_ENCRYPTED = 0x1 | 0x40
_ARCHIVES = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b\x08",
    b"BZh",
    b"\xfd7zXZ",
)
_ARCHIVE_NAMES = (".zip", ".xlsx", ".xlsm", ".xlsb", ".docx", ".pptx", ".jar", ".rar", ".7z", ".gz", ".tar")


@dataclass(frozen=True, kw_only=True)
class ArchiveLimits:
    """How much an upload may weigh, packed and unpacked; sizes in bytes.

    `inner` names files in it that are archives themselves, which whoever opens them inspects in their turn.
    """

    max_bytes: int = 20 << 20
    max_unpacked: int = 256 << 20
    max_entries: int = 256
    max_ratio: int = 250
    inner: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class ArchivePart:
    """One file in an inspected archive; its sizes are the real ones."""

    name: str
    size: int
    packed: int


def inspect_zip(content: bytes | Path, limits: ArchiveLimits) -> tuple[ArchivePart, ...]:
    """The files in an archive after every one was unpacked once and measured; refuses anything doubtful.

    Refuses what two ZIP readers could understand differently (bytes before the parts or after the directory,
    repeated names, ZIP64), so that the library that opens the archive next sees what was inspected.
    """
    try:
        with BytesIO(content) if isinstance(content, bytes) else content.open("rb") as stream:
            return _inspected(stream, limits)
    except SheetRefused:
        raise
    # zipfile meets hostile bytes with a dozen kinds of exception.
    except Exception as fault:
        raise DamagedArchive(f"{DamagedArchive().title} ({type(fault).__name__})") from fault


def require_size(size: int, limits: ArchiveLimits) -> None:
    """Refuses an empty upload and one over `max_bytes`."""
    if size == 0:
        raise EmptyFile
    if size > limits.max_bytes:
        allowed = limits.max_bytes
        raise FileTooLarge(
            f"文件 {size:,} 字节，上限 {allowed:,} 字节 · The file has {size:,} bytes, the limit is {allowed:,}"
        )


def _inspected(stream: BinaryIO, limits: ArchiveLimits) -> tuple[ArchivePart, ...]:
    size = stream.seek(0, 2)
    require_size(size, limits)
    directory, count = _directory(stream, size, limits)
    with zipfile.ZipFile(stream) as archive:
        entries = archive.infolist()
        if len(entries) != count:
            raise DamagedArchive  # one entry hides in the name or comment of another
        _check_names([entry.orig_filename for entry in entries])
        _check_declared(entries, limits)
        starts = _data_starts(stream, entries, directory)
        return tuple(
            ArchivePart(
                name=entry.filename,
                size=_real_size(stream, entry, start, nested=entry.filename in limits.inner),
                packed=entry.compress_size,
            )
            for entry, start in zip(entries, starts, strict=True)
        )


def _directory(stream: BinaryIO, size: int, limits: ArchiveLimits) -> tuple[int, int]:
    """Where the directory begins and how many files it lists; an end record without comment must follow it."""
    if size < _END.size:
        raise DamagedArchive
    stream.seek(0)
    first = stream.read(4)
    stream.seek(max(size - _END.size - _LOCATOR_BYTES, 0))
    zip64 = stream.read(4) == b"PK\x06\x07"
    stream.seek(size - _END.size)
    mark, disk, of, here, count, length, start, comment = _END.unpack(stream.read(_END.size))
    plain = mark == b"PK\x05\x06" and disk == of == 0 and here == count and comment == 0
    if not plain or zip64 or first != b"PK\x03\x04" or start + length != size - _END.size:
        raise DamagedArchive
    if count > limits.max_entries or length > limits.max_entries * _DIRECTORY_BYTES:
        most = limits.max_entries
        raise TooManyEntries(
            f"压缩包内有 {count} 个文件，上限 {most} 个 · The archive holds {count} files, the limit is {most}"
        )
    return start, count


def _check_names(names: Sequence[str]) -> None:
    for name in names:
        steps = name.removesuffix("/").split("/")
        if "\\" in name or ":" in name or not name.isprintable() or {"", ".", ".."} & set(steps):
            raise UnsafeEntryName(f"{UnsafeEntryName().title}: {ascii(name)[:80]}")
    if len({name.casefold() for name in names}) < len(names):
        raise UnsafeEntryName("压缩包内有同名文件 · Two files in the archive have one name")


def _check_declared(entries: Sequence[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    for entry in entries:
        stored = entry.compress_type == zipfile.ZIP_STORED
        if entry.flag_bits & _ENCRYPTED or not (stored or entry.compress_type == zipfile.ZIP_DEFLATED):
            raise UnreadableEntry(f"{UnreadableEntry().title}: {entry.filename[:80]}")
        if entry.filename.lower().endswith(_ARCHIVE_NAMES) and entry.filename not in limits.inner:
            raise NestedArchive(f"{NestedArchive().title}: {entry.filename[:80]}")
        if entry.file_size > max(_RATIO_FROM, limits.max_ratio * entry.compress_size):
            ratio = limits.max_ratio
            raise UnpacksTooLarge(
                f"{entry.filename[:80]} 压缩比超过 {ratio} 倍 · is packed more than {ratio} to one"
            )
    total = sum(entry.file_size for entry in entries)
    if total > limits.max_unpacked:
        most = limits.max_unpacked
        raise UnpacksTooLarge(
            f"解开后 {total:,} 字节，上限 {most:,} 字节 · Unpacks to {total:,} bytes, the limit is {most:,}"
        )


def _data_starts(stream: BinaryIO, entries: Sequence[zipfile.ZipInfo], directory: int) -> list[int]:
    """Where each file's bytes begin; refuses files that share bytes or whose two headers disagree."""
    starts: dict[int, int] = {}
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        stream.seek(entry.header_offset)
        mark, _, flags, method, *_, name_length, extra_length = _LOCAL.unpack(stream.read(_LOCAL.size))
        named = stream.read(name_length).decode("utf-8" if flags & 0x800 else "cp437")
        if mark != b"PK\x03\x04" or method != entry.compress_type or named != entry.orig_filename:
            raise DamagedArchive
        if entry.header_offset < end:
            raise OverlappingEntries
        starts[entry.header_offset] = entry.header_offset + _LOCAL.size + name_length + extra_length
        end = starts[entry.header_offset] + entry.compress_size
        if end > directory:
            raise OverlappingEntries
    return [starts[entry.header_offset] for entry in entries]


def _real_size(stream: BinaryIO, entry: zipfile.ZipInfo, start: int, *, nested: bool) -> int:
    """Unpacks one file without keeping it; its size, name and checksum must be the declared ones.

    Only where it is `nested` it may be an archive itself.
    """
    size = checksum = 0
    for piece in _unpacked(stream, entry, start):
        if size == 0 and not nested and piece.startswith(_ARCHIVES):
            raise NestedArchive(f"{NestedArchive().title}: {entry.filename[:80]}")
        size += len(piece)
        checksum = zlib.crc32(piece, checksum)
        if size > entry.file_size:
            break
    if size != entry.file_size:
        raise SizesDisagree(f"{SizesDisagree().title}: {entry.filename[:80]}")
    if checksum != entry.CRC:
        raise DamagedArchive
    return size


def _unpacked(stream: BinaryIO, entry: zipfile.ZipInfo, start: int) -> Iterator[bytes]:
    stream.seek(start)
    left = entry.compress_size
    inflate = zlib.decompressobj(-15)
    while left:
        packed = stream.read(min(_PIECE, left))
        if not packed:
            raise DamagedArchive
        left -= len(packed)
        if entry.compress_type == zipfile.ZIP_STORED:
            yield packed
            continue
        while packed:
            yield inflate.decompress(packed, _PIECE)
            packed = inflate.unconsumed_tail
    if entry.compress_type == zipfile.ZIP_DEFLATED and (not inflate.eof or inflate.unused_data):
        raise SizesDisagree(f"{SizesDisagree().title}: {entry.filename[:80]}")
