"""Batch files: whatever was done to one, it is refused with a reason, or says nothing else than it did."""

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.contracts.batches import MANIFEST, Form
from shared.contracts.dialect import Algorithm
from shared.errors import Refusal
from shared.province.batches.refusals import BatchAltered, ManifestNotSigned, NotABatch, OtherReceiver
from shared.province.keys.signing import KeyRing
from shared.sheets.refusals import SheetRefused, UnpacksTooLarge
from tests.shared.province.letters import PROVINCE, START, Province
from tests.shared.province.parcels import (
    FORMS,
    LETTERS,
    PARCELS,
    PROVINCE_PEN,
    entries,
    opened,
    parcel,
    refusal_of,
    resigned,
    zipped,
)

SCRAPS = st.sampled_from(
    [b"", b"\x00", b"<", b">", b'"', b",", b"\r\n", b"<c", b"</row>", b"&#xFFFFFFFF;", b"\xff"]
)
"""What a file may have been changed by; the more so where markup is cut in two."""
Change = Callable[[dict[str, Any]], None]


@pytest.mark.parametrize("form", FORMS)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_a_changed_byte_is_refused_or_says_nothing(
    form: Form, place: float, bit: int, tmp_path: Path
) -> None:
    content = bytearray(PARCELS[form])
    content[int(place * len(content))] ^= 1 << bit
    refusal_of(bytes(content), tmp_path)


@pytest.mark.parametrize("form", FORMS)
@given(place=st.floats(0, 1, exclude_max=True))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_a_truncated_file_is_refused(form: Form, place: float, tmp_path: Path) -> None:
    content = PARCELS[form]
    assert refusal_of(content[: int(place * len(content))], tmp_path) is not None


@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06" + bytes(18)]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_refused_with_a_reason(tmp_path: Path, content: bytes, start: bytes) -> None:
    assert refusal_of(start + content, tmp_path) is not None


@given(st.sampled_from([MANIFEST, "messages.csv"]), st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_in_place_of_a_part_are_refused_with_a_reason(
    tmp_path: Path, name: str, content: bytes
) -> None:
    files = entries(PARCELS[Form.CSV]) | {name: content}
    assert refusal_of(zipped(files), tmp_path) is not None


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_manifest_is_refused_with_a_reason(tmp_path: Path, value: Any, data: st.DataObject) -> None:
    files = entries(PARCELS[Form.CSV])
    fields = json.loads(files[MANIFEST])
    name = data.draw(st.sampled_from(sorted(fields)))
    if fields[name] != value:
        files[MANIFEST] = json.dumps(fields | {name: value}).encode()
        assert refusal_of(zipped(files), tmp_path) is not None


@given(st.binary(max_size=400))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("form", FORMS)
def test_whatever_the_counterpart_signed_is_rows_or_a_refusal(
    form: Form, tmp_path: Path, content: bytes
) -> None:
    """Even the counterpart's own signature vouches for no form."""
    files = entries(PARCELS[form])
    files[f"messages.{form}"] = content
    digest = sha256(content).hexdigest()
    hostile = resigned(zipped(files), PROVINCE_PEN, lambda fields: fields.update(sha256=digest))
    with pytest.raises(Refusal, match=" · "):
        list(opened(hostile, tmp_path, PROVINCE_PEN).rows)


def told(**fields: Any) -> Change:
    return lambda manifest: manifest.update(fields)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (told(receiver="320100/accounts"), OtherReceiver),
        (told(receiver="320000"), OtherReceiver),
        (told(sender="330000"), ManifestNotSigned),
        (told(key_id="0" * 16), ManifestNotSigned),
        (told(rows=2), BatchAltered),
        (told(rows=4), BatchAltered),
        (told(rows=10_001), NotABatch),
        (told(sha256="0" * 64), BatchAltered),
        (told(file="messages.xlsx"), BatchAltered),
        (told(file="../messages.csv"), NotABatch),
        (told(format_version="2"), NotABatch),
        (told(more="x"), NotABatch),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(
    change: Change, refusal: type[Refusal], tmp_path: Path
) -> None:
    content = resigned(PARCELS[Form.CSV], PROVINCE_PEN, change)
    assert isinstance(refusal_of(content, tmp_path), refusal)


def test_a_manifest_that_was_changed_after_it_was_signed_is_refused(tmp_path: Path) -> None:
    files = entries(PARCELS[Form.CSV])
    files[MANIFEST] = files[MANIFEST].replace(b"2024-03-04", b"2024-03-05")
    assert isinstance(refusal_of(zipped(files), tmp_path), ManifestNotSigned)


@pytest.mark.parametrize(("window", "days"), [("from", 1), ("until", -1)])
def test_a_key_that_was_not_valid_when_the_file_was_made_signs_nothing(
    window: str, days: int, tmp_path: Path
) -> None:
    ((key_id, raw),) = PROVINCE_PEN.signer.public().items()
    told, other = ({"key": raw, window: (START + timedelta(days=it)).isoformat()} for it in (days, -days))
    with pytest.raises(ManifestNotSigned, match="制作时无效"):
        opened(PARCELS[Form.CSV], tmp_path, PROVINCE_PEN, peers={PROVINCE: KeyRing({key_id: told})})
    batch = opened(PARCELS[Form.CSV], tmp_path, PROVINCE_PEN, peers={PROVINCE: KeyRing({key_id: other})})
    assert batch.manifest.rows == len(LETTERS)


def test_a_key_of_another_algorithm_signs_nothing(tmp_path: Path) -> None:
    with pytest.raises(ManifestNotSigned):
        opened(PARCELS[Form.CSV], tmp_path, PROVINCE_PEN, algorithm=Algorithm.SM2_SM3)


def test_somebody_elses_file_is_refused(tmp_path: Path) -> None:
    stranger = Province()
    assert isinstance(refusal_of(parcel(stranger, LETTERS), tmp_path), ManifestNotSigned)


@pytest.mark.parametrize(
    "change",
    [
        lambda files: files.pop(MANIFEST),
        lambda files: files.pop("messages.csv"),
        lambda files: files.update({"messages.xlsx": b"PK"}),
        lambda files: files.update({"readme.txt": b"x"}),
        lambda files: files.update({"../manifest.json": b"{}"}),
        lambda files: files.update({MANIFEST: b"{" + b" " * 70_000 + b"}"}),
        lambda files: files.update({MANIFEST: b"[" * 60_000}),
        lambda files: files.update({MANIFEST: b"[]"}),
        lambda files: files.clear(),
    ],
)
def test_other_things_in_the_archive_are_refused(
    change: Callable[[dict[str, bytes]], object], tmp_path: Path
) -> None:
    files = entries(PARCELS[Form.CSV])
    change(files)
    assert isinstance(refusal_of(zipped(files), tmp_path), NotABatch | SheetRefused)


def test_a_bomb_is_refused_before_anything_of_it_is_kept(tmp_path: Path) -> None:
    files = entries(PARCELS[Form.CSV]) | {"messages.csv": bytes(97 << 20)}
    assert isinstance(refusal_of(zipped(files), tmp_path), UnpacksTooLarge)
    assert list(tmp_path.iterdir()) == []


def test_a_size_that_is_not_the_real_one_is_refused(tmp_path: Path) -> None:
    files = entries(PARCELS[Form.CSV])
    size = len(files["messages.csv"]).to_bytes(4, "little")
    content = zipped(files)
    assert content.count(size) == 2
    assert isinstance(refusal_of(content.replace(size, b"\x10\x00\x00\x00"), tmp_path), SheetRefused)


def test_an_archive_within_the_workbook_is_refused(tmp_path: Path) -> None:
    book = entries(PARCELS[Form.XLSX])["messages.xlsx"]
    inner = zipped(entries(book) | {"xl/more.zip": b"PK\x03\x04"})
    digest = sha256(inner).hexdigest()
    files = entries(PARCELS[Form.XLSX]) | {"messages.xlsx": inner}
    hostile = resigned(zipped(files), PROVINCE_PEN, lambda fields: fields.update(sha256=digest))
    assert isinstance(refusal_of(hostile, tmp_path), SheetRefused)


def signed_again(form: Form, table: bytes) -> bytes:
    """A file with other messages, and the counterpart's own signature over them."""
    files = entries(PARCELS[form]) | {form.file: table}
    digest = sha256(table).hexdigest()
    return resigned(zipped(files), PROVINCE_PEN, lambda fields: fields.update(sha256=digest))


@given(
    place=st.floats(0, 1, exclude_max=True), scrap=SCRAPS | st.binary(max_size=3), length=st.integers(0, 8)
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@pytest.mark.parametrize("form", FORMS)
def test_a_table_that_was_spoilt_before_it_was_signed_is_rows_or_a_refusal(
    *, form: Form, place: float, scrap: bytes, length: int, tmp_path: Path
) -> None:
    table = entries(PARCELS[form])[form.file]
    inner = entries(table) if form is Form.XLSX else {"": table}
    name = "xl/worksheets/sheet1.xml" if form is Form.XLSX else ""
    at = int(place * len(inner[name]))
    inner[name] = inner[name][:at] + scrap + inner[name][at + length :]
    said, rows = "", 0
    try:
        rows = len(
            list(
                opened(
                    signed_again(form, inner[""] if "" in inner else zipped(inner)), tmp_path, PROVINCE_PEN
                ).rows
            )
        )
    except Refusal as refusal:
        said = refusal.detail
    assert (rows == len(LETTERS)) or " · " in said
