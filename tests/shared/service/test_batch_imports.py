"""Importing batch files: each row on its own, by the way the line goes; a file that is not right, not at all."""

import asyncio
import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from shared.contracts.batches import MANIFEST, Form
from shared.contracts.province import ProvinceEnvelope
from tests.builders import institution_filed
from tests.shared.province.letters import ACCEPTED, DONE, Province, dispatch
from tests.shared.province.parcels import FORMS, batch_id_of, entries, parcel, resigned, zipped
from tests.shared.service.carrying import export, file_of, hand_in, letters_in, outcomes, taken_in
from tests.shared.service.desk import WHY, Desk, codes

REFUSED_FILES = (
    "SELECT reason_code, transport, direction, body, sha256 FROM exchange_message WHERE outcome = 'refused'"
)


async def on_record(desk: Desk) -> int:
    (row,) = await desk.rows("SELECT count(*) AS found FROM institution")
    return int(row["found"])


@pytest.mark.parametrize("form", FORMS)
async def test_every_row_is_carried_out_and_answered(desk: Desk, form: Form) -> None:
    letters = [desk.province.write() for _ in range(3)]
    taken = await taken_in(desk, parcel(desk.province, letters, form))
    assert outcomes(taken) == ["done"] * 3
    assert (taken["outcomes"], taken["rows"], taken["name"], taken["before"]) == (
        {"done": 3},
        3,
        "省厅.zip",
        None,
    )
    told = [(line["number"], line["message_id"], line["business_key"]) for line in taken["lines"]]
    assert told == [(at, str(it.message_id), it.business_key) for at, it in enumerate(letters, 1)]
    assert await on_record(desk) == 3
    answers = letters_in(desk, await file_of(desk, await export(desk)))
    assert [answer.in_reply_to for answer in answers] == [it.message_id for it in letters for _ in range(2)]


async def test_receipts_for_what_was_exported_are_taken_in(desk: Desk) -> None:
    (owed,) = await desk.owe(dispatch())
    await export(desk)
    receipts = [desk.province.receipt(owed, each) for each in (ACCEPTED, DONE)]
    assert outcomes(await taken_in(desk, parcel(desk.province, receipts))) == ["done", "done"]
    assert await desk.states() == [("备案:1", "done")]


async def test_a_row_that_is_not_right_harms_only_itself(desk: Desk) -> None:
    good, late = desk.province.write(), desk.province.write(sequence=2, lane="缺一")
    forged = desk.province.write().model_copy(update={"lane": "另一条"})
    unruly = desk.province.write(institution_filed(category="municipal_enterprise"))
    broken = desk.province.write({"name": "没有别的"})
    letters = [forged, late, broken, unruly, good]
    taken = await taken_in(desk, parcel(desk.province, letters))
    assert outcomes(taken) == ["refused", "waiting", "refused", "rejected", "done"]
    assert taken["outcomes"] == {"refused": 2, "waiting": 1, "rejected": 1, "done": 1}
    lines = taken["lines"]
    assert [line["reason_code"] for line in lines[:3]] == ["SIGNATURE", "NJT-MSG-1002", "PAYLOAD"]
    assert all(" · " in line["reason"] for line in lines[:4])
    assert lines[4]["reason"] == ""
    assert await desk.seen(f"/batches/{taken['id']}") == {
        name: taken[name] for name in taken if name != "before"
    }


async def test_what_nobody_can_read_waits_for_a_person(desk: Desk) -> None:
    good = desk.province.write()
    content = parcel(desk.province, [good, good])
    files = entries(content)
    table = files["messages.csv"].decode("utf-8-sig").splitlines()
    table[1] = "1,,,,,,,不是报文"
    files["messages.csv"] = "\r\n".join([*table, ""]).encode("utf-8-sig")
    digest = sha256(files["messages.csv"]).hexdigest()
    taken = await taken_in(
        desk, resigned(zipped(files), desk.province, lambda fields: fields.update(sha256=digest))
    )
    assert outcomes(taken) == ["parked", "done"]
    first = taken["lines"][0]
    assert (first["message_id"], first["code"]) == (None, "")
    assert " · " in first["reason"]


async def test_rows_in_the_wrong_order_find_theirs(desk: Desk) -> None:
    letters = [desk.province.write(institution_filed(), lane="一条") for _ in range(4)]
    taken = await taken_in(desk, parcel(desk.province, letters[::-1]))
    assert outcomes(taken) == ["done"] * 4
    assert (await desk.seen(f"/batches/{taken['id']}"))["outcomes"] == {"done": 4}


async def test_the_same_file_again_is_told_so_and_nothing_happens_twice(desk: Desk) -> None:
    content = parcel(desk.province, [desk.province.write() for _ in range(3)])
    first = await taken_in(desk, content)
    desk.forward(hours=1)
    second = await taken_in(desk, content)
    assert outcomes(second) == ["duplicate"] * 3
    assert second["before"] == first["at"]
    assert await on_record(desk) == 3
    (kept,) = (await desk.seen("/batches"))["items"]
    assert kept["outcomes"] == {"done": 3}


async def test_the_same_message_twice_in_a_file_is_carried_out_once(desk: Desk) -> None:
    letter = desk.province.write()
    taken = await taken_in(desk, parcel(desk.province, [letter, letter]))
    assert outcomes(taken) == ["done", "duplicate"]
    assert await on_record(desk) == 1


async def test_an_import_that_broke_off_is_gone_through_again(desk: Desk) -> None:
    content = parcel(desk.province, [desk.province.write() for _ in range(2)])
    taken = await taken_in(desk, content)
    await desk.change("UPDATE exchange_batch SET concluded_at = NULL")
    again = await taken_in(desk, content)
    assert (again["before"], outcomes(again)) == (None, ["duplicate"] * 2)
    assert again["concluded_at"] is not None
    assert again["at"] == taken["at"]


def without_manifest(content: bytes) -> bytes:
    files = entries(content)
    del files[MANIFEST]
    return zipped(files)


def with_a_changed_row(content: bytes) -> bytes:
    files = entries(content)
    files["messages.csv"] = files["messages.csv"].replace("甲".encode(), "乙".encode())
    return zipped(files)


def with_a_changed_manifest(content: bytes) -> bytes:
    files = entries(content)
    files[MANIFEST] = json.dumps(json.loads(files[MANIFEST]) | {"rows": 2}).encode()
    return zipped(files)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (without_manifest, 422, "NJT-EXC-1041"),
        (with_a_changed_row, 422, "NJT-EXC-1042"),
        (with_a_changed_manifest, 422, "NJT-EXC-1043"),
        (lambda content: content[:-10], 422, "NJT-SHT-1010"),
        (lambda content: content[:100] + b"\x00" + content[101:], 422, "NJT-SHT-"),
        (lambda _: b"not a file of ours", 422, "NJT-EXC-1041"),
        (lambda _: b"", 422, "NJT-SHT-1001"),
    ],
)
async def test_a_file_that_is_not_right_is_refused_whole_and_recorded(
    desk: Desk, change: Callable[[bytes], bytes], status: int, code: str
) -> None:
    letter = desk.province.write(institution_filed(name="测试甲公司"))
    content = change(parcel(desk.province, [letter]))
    answer = await hand_in(desk, content)
    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert problem["code"].startswith(code)
    assert " · " in problem["detail"]
    assert await on_record(desk) == 0
    (line,) = await desk.rows(REFUSED_FILES)
    assert line == {
        "reason_code": problem["code"],
        "transport": "file",
        "direction": "in",
        "body": None,
        "sha256": sha256(content).digest(),
    }
    assert (await desk.seen("/batches"))["items"] == []


async def test_a_strangers_file_and_one_for_another_service_are_refused_whole(desk: Desk) -> None:
    stranger = Province()
    answers = [
        await hand_in(desk, parcel(stranger, [stranger.write()])),
        await hand_in(desk, parcel(desk.province, [desk.province.write()], receiver="320100/accounts")),
    ]
    assert codes(answers) == [(422, "NJT-EXC-1043"), (422, "NJT-EXC-1044")]
    assert await on_record(desk) == 0
    assert len(await desk.rows(REFUSED_FILES)) == 2


async def test_a_batch_id_stands_for_one_content(desk: Desk) -> None:
    first = parcel(desk.province, [desk.province.write()])
    await taken_in(desk, first)
    other = parcel(desk.province, [desk.province.write()], batch_id=batch_id_of(first))
    assert codes([await hand_in(desk, other)]) == [(409, "NJT-EXC-1045")]
    assert await on_record(desk) == 1


async def test_one_import_at_a_time(desk: Desk) -> None:
    content = parcel(desk.province, [desk.province.write()])
    async with desk.runtime.engine.connect() as other, other.begin():
        await other.execute(text("SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.batches'))"))
        assert codes([await hand_in(desk, content)]) == [(409, "NJT-EXC-1046")]
    assert outcomes(await taken_in(desk, content)) == ["done"]


async def test_of_two_who_hand_in_one_file_at_once_nothing_happens_twice(desk: Desk) -> None:
    content = parcel(desk.province, [desk.province.write() for _ in range(5)])
    answers = await asyncio.gather(hand_in(desk, content), hand_in(desk, content))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses in ([201, 201], [201, 409])
    assert await on_record(desk) == 5


async def test_imported_files_are_not_kept(desk: Desk) -> None:
    taken = await taken_in(desk, parcel(desk.province, [desk.province.write()]))
    assert codes([await desk.get(f"/batches/{taken['id']}/file", reason=WHY)]) == [(404, "NJT-EXC-1048")]


async def test_importing_is_for_the_citys_operators(desk: Desk) -> None:
    content = parcel(desk.province, [desk.province.write()])
    answers = [await hand_in(desk, content, who) for who in (desk.watcher, desk.district)]
    assert codes(answers) == [(403, "NJT-IDN-0403"), (403, "NJT-IDN-0001")]
    assert await on_record(desk) == 0


async def test_an_import_is_entered_in_the_ledger(desk: Desk) -> None:
    await taken_in(desk, parcel(desk.province, [desk.province.write()]))
    acts = [act for _, act, _ in await desk.entries()]
    assert acts == ["import_exchange_batch", "import_exchange_batch"]


async def test_a_hundred_rows_of_one_lane_are_taken_in_order(desk: Desk) -> None:
    letters: list[ProvinceEnvelope] = [
        desk.province.write(institution_filed(), lane="一条", business_key=f"苏:{number}:{uuid4()}")
        for number in range(120)
    ]
    taken: dict[str, Any] = await taken_in(desk, parcel(desk.province, letters, Form.XLSX))
    assert taken["outcomes"] == {"done": 120}
