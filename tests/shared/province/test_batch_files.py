"""Batch files: what is written reads back as it was signed, in either form, and little memory is needed for it."""

import json
import re
import tracemalloc
import zipfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.contracts.batches import CHARACTERS, MANIFEST, TITLES, Form
from shared.contracts.province import ProvinceEnvelope, canonical
from shared.messaging.bus import Message, Outcome
from shared.province.adapter import CONTENT_TYPE, PROVINCE_EXCHANGE, TO_PROVINCE
from shared.province.batches.files import Addressed, FileLine, make_file
from shared.province.batches.rows import MOST_MESSAGE, Spool
from shared.province.keys.signing import KeyRing
from tests.shared.province.letters import CITY, PROVINCE, START
from tests.shared.province.parcels import (
    DIALECT,
    FORMS,
    LETTERS,
    PARCELS,
    PROVINCE_PEN,
    entries,
    manifest_of,
    opened,
    parcel,
    read_back,
)


@pytest.mark.parametrize("form", FORMS)
def test_what_was_written_is_read_as_it_was_signed(form: Form, tmp_path: Path) -> None:
    assert read_back(PARCELS[form], tmp_path) == LETTERS


@pytest.mark.parametrize("form", FORMS)
def test_a_message_longer_than_a_cell_goes_on_in_further_columns(form: Form, tmp_path: Path) -> None:
    long = PROVINCE_PEN.write({"text": "长🏛" * 40_000, "edge": " " * CHARACTERS + "='+" * CHARACTERS})
    content = parcel(PROVINCE_PEN, [LETTERS[0], long, LETTERS[1]], form)
    assert read_back(content, tmp_path) == [LETTERS[0], long, LETTERS[1]]


@pytest.mark.parametrize("form", FORMS)
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_any_characters_cross(form: Form, texts: list[str], tmp_path: Path) -> None:
    odd = [*texts, "\ufffe", "\uffff", "_x0041_", "\u2028", "\x85"]
    letter = PROVINCE_PEN.write({"texts": odd}, lane="乙")
    assert read_back(parcel(PROVINCE_PEN, [letter], form), tmp_path) == [letter]


@pytest.mark.parametrize(
    "key", ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "＝1", '=HYPERLINK("http://x")', "007"]
)
def test_what_looks_like_a_formula_is_text(key: str, tmp_path: Path) -> None:
    letter = PROVINCE_PEN.write({"n": 1}, business_key=key, lane=key)
    book = parcel(PROVINCE_PEN, [letter], Form.XLSX)
    with zipfile.ZipFile(BytesIO(entries(book)["messages.xlsx"])) as workbook:
        sheet = workbook.read("xl/worksheets/sheet1.xml")
    assert not re.search(rb"<f[\s>]|<v>", sheet)
    table = entries(parcel(PROVINCE_PEN, [letter], Form.CSV))["messages.csv"].decode("utf-8-sig")
    assert not re.search(r'(?:^|,|\n)"?[=+\-@＝]', table)
    assert read_back(book, tmp_path) == [letter]


def test_a_row_tells_a_person_what_it_carries() -> None:
    table = entries(PARCELS[Form.CSV])["messages.csv"].decode("utf-8-sig").splitlines()
    first = LETTERS[0]
    told = [
        first.message_id,
        first.code,
        first.business_key,
        "甲",
        first.sequence,
        first.issued_at.isoformat(),
    ]
    assert table[0] == ",".join(TITLES)
    assert table[1].startswith(",".join(map(str, [1, *told])) + ",")


def test_the_manifest_says_whose_it_is_and_what_is_in_it() -> None:
    manifest = manifest_of(PARCELS[Form.XLSX])
    assert (manifest.sender, manifest.receiver, manifest.made_at) == (PROVINCE, f"{CITY}/filing", START)
    assert (manifest.file, manifest.rows) == ("messages.xlsx", len(LETTERS))
    assert manifest.sha256 == sha256(entries(PARCELS[Form.XLSX])["messages.xlsx"]).hexdigest()
    fields = json.loads(entries(PARCELS[Form.XLSX])[MANIFEST])
    signature = fields.pop("signature")
    assert KeyRing(PROVINCE_PEN.signer.public()).holds(manifest.key_id, canonical(fields), signature)


def message_of(letter: ProvinceEnvelope) -> Message:
    body = letter.model_dump_json().encode()
    return Message(
        id=str(letter.message_id),
        exchange=PROVINCE_EXCHANGE,
        routing_key=TO_PROVINCE,
        body=body,
        content_type=CONTENT_TYPE,
    )


async def test_what_finds_no_room_in_a_file_is_not_taken(tmp_path: Path) -> None:
    huge = PROVINCE_PEN.write({"text": "x" * MOST_MESSAGE})
    half = PROVINCE_PEN.write({"text": "x" * (MOST_MESSAGE - 2000)})
    with Spool(tmp_path / "rows") as spool:
        line = FileLine(spool, DIALECT)
        assert await line.publish([message_of(huge), message_of(LETTERS[0])]) == [
            Outcome.UNFIT,
            Outcome.CONFIRMED,
        ]
        outcomes = await line.publish([message_of(half)] * 10)
    assert outcomes == [Outcome.CONFIRMED] * 8 + [Outcome.FAILED] * 2
    assert line.full
    assert spool.rows == 9


@pytest.mark.parametrize("form", FORMS)
def test_ten_thousand_rows_need_little_memory(form: Form, tmp_path: Path) -> None:
    letter = PROVINCE_PEN.write({"scope": ["6-18-02-04 焊工"] * 40}, lane="丁")
    text = letter.model_dump_json()
    tracemalloc.start()
    try:
        with Spool(tmp_path / "rows") as spool:
            for number in range(10_000):
                spool.add([str(number), str(letter.message_id), "X", "k", "丁", "1", "t"], text)
        addressed = Addressed(
            batch_id=letter.message_id, sender=PROVINCE, receiver=f"{CITY}/filing", made_at=START
        )
        _, content = make_file(spool, form, addressed, signer=PROVINCE_PEN.signer, folder=tmp_path)
        folder = tmp_path / "in"
        folder.mkdir()
        count = sum(row[-1] == text for row in opened(content, folder, PROVINCE_PEN).rows)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 10_000
    assert spool.written > 10 << 20
    assert peak < 24 << 20
