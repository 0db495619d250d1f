"""Exporting batch files: what is due leaves in one file as it would over the line, and the file can be had again."""

from typing import Any

import pytest

from shared.contracts.batches import Form
from shared.contracts.province import MessageCode
from shared.province.batches.rows import MOST_MESSAGE
from tests.builders import a_uscc
from tests.shared.province.exchange import report
from tests.shared.province.letters import ACCEPTED, DONE, dispatch, refused
from tests.shared.province.parcels import FORMS, manifest_of
from tests.shared.service.carrying import export, file_of, letters_in
from tests.shared.service.desk import WHY, Desk, codes


@pytest.mark.parametrize("form", FORMS)
async def test_what_is_due_leaves_in_one_signed_file(desk: Desk, form: Form) -> None:
    owed = await desk.owe(*(dispatch(f"备案:{place}", lane="甲乙"[place % 2]) for place in range(6)))
    made = await export(desk, form)
    content = await file_of(desk, made)
    letters = letters_in(desk, content)
    assert sorted(letter.message_id for letter in letters) == sorted(owed)
    for lane in "甲乙":
        assert [letter.sequence for letter in letters if letter.lane == lane] == [1, 2, 3]
    manifest = manifest_of(content)
    assert (str(manifest.batch_id), manifest.rows, manifest.form) == (made["id"], 6, form)
    assert (made["direction"], made["format"], made["outcomes"]) == ("out", form, {"sent": 6})
    assert (made["sha256"], made["more"]) == (manifest.sha256, False)
    assert made["name"].startswith("njt-filing-20240304-0900")


async def test_it_leaves_in_the_order_of_the_line_and_counts_as_delivered(desk: Desk) -> None:
    told = [dispatch(f"备案:{place}", lane="甲乙丙"[place % 3]) for place in range(30)]
    for each in told:
        await desk.owe(each)
        desk.forward(seconds=1)
    letters = letters_in(desk, await file_of(desk, await export(desk)))
    assert [letter.business_key for letter in letters] == [each.business_key for each in told]
    assert {(row["state"], row["attempts"], row["due_at"]) for row in await desk.intents()} == {
        ("delivered", 1, None)
    }
    assert all(row["query_at"] is not None for row in await desk.intents())


async def test_what_a_line_that_is_down_put_off_leaves_by_file_at_once(desk: Desk) -> None:
    told = [dispatch(f"备案:{place}", lane="甲乙"[place]) for place in range(2)]
    for each in told:
        await desk.owe(each)
        desk.forward(seconds=1)
    await desk.change(
        "UPDATE exchange_intent SET due_at = at + interval '1 minute' * (100 - extract(second FROM at))"
    )
    made = await export(desk)
    letters = letters_in(desk, await file_of(desk, made))
    assert [letter.business_key for letter in letters] == [each.business_key for each in told]
    assert made["more"] is False


async def test_the_exchange_ledger_says_that_it_went_by_file(desk: Desk) -> None:
    await desk.owe(dispatch())
    await export(desk)
    (line,) = await desk.rows("SELECT direction, transport, outcome, business_key FROM exchange_message")
    assert line == {"direction": "out", "transport": "file", "outcome": "sent", "business_key": "备案:1"}


async def test_receipts_leave_with_the_next_file(desk: Desk) -> None:
    letter = desk.province.write()
    await desk.take(letter)
    letters = letters_in(desk, await file_of(desk, await export(desk)))
    assert [(each.code, each.in_reply_to) for each in letters] == [
        (MessageCode.RECEIPT, letter.message_id)
    ] * 2


async def test_nothing_leaves_twice_and_an_empty_file_is_not_made(desk: Desk) -> None:
    await desk.owe(dispatch())
    await export(desk)
    answer = await desk.post("/batches", {"format": "csv"})
    assert codes([answer]) == [(409, "NJT-EXC-1040")]
    assert await desk.send() == []
    assert len((await desk.seen("/batches"))["items"]) == 1


async def test_while_it_is_paused_nothing_leaves_in_a_file_either(desk: Desk) -> None:
    await desk.owe(dispatch())
    await desk.acted("/pause")
    answer = await desk.post("/batches", {"format": "xlsx"})
    assert codes([answer]) == [(409, "NJT-EXC-1040")]
    assert "暂停" in answer.json()["detail"]
    assert await desk.states() == [("备案:1", "owed")]
    await desk.acted("/resume", {"rate_per_second": 10})
    desk.forward(seconds=1)
    assert (await export(desk))["rows"] == 1


async def test_what_stands_behind_a_refused_message_stays(desk: Desk) -> None:
    first = (await desk.owe(dispatch("备案:1"), dispatch("备案:2", lane="乙")))[1]
    await export(desk)
    intents = {row["business_key"]: row["id"] for row in await desk.intents()}
    assert first in intents.values()
    await desk.answer(intents["备案:1"], refused())
    await desk.answer(intents["备案:2"], ACCEPTED, DONE)
    await desk.owe(dispatch("备案:3"), dispatch("备案:4", lane="乙"))
    letters = letters_in(desk, await file_of(desk, await export(desk)))
    assert [letter.business_key for letter in letters] == ["备案:4"]


async def test_a_lost_file_can_be_had_again_and_each_time_is_entered(desk: Desk) -> None:
    await desk.owe(dispatch())
    made = await export(desk)
    first, second = [await file_of(desk, made) for _ in range(2)]
    assert first == second
    acts = [(act, why) for _, act, why in await desk.entries()]
    assert [act for act, _ in acts] == ["export_exchange_batch", *["download_exchange_batch"] * 2]
    assert [why for _, why in acts[1:]] == [WHY] * 2


@pytest.mark.parametrize("asked", [{}, {"reason": ""}, {"reason": " "}])
async def test_without_a_reason_nobody_has_the_file(desk: Desk, asked: dict[str, Any]) -> None:
    await desk.owe(dispatch())
    made = await export(desk)
    answer = await desk.get(f"/batches/{made['id']}/file", **asked)
    assert answer.status_code == 422
    assert "download_exchange_batch" not in [act for _, act, _ in await desk.entries()]


async def test_the_file_is_kept_sealed(office: Desk) -> None:
    await office.owe(dispatch(name="测试甲公司"))
    made = await export(office, Form.XLSX)
    content = await file_of(office, made)
    (row,) = await office.rows("SELECT content FROM exchange_batch")
    assert len(row["content"]) > len(content)
    assert b"PK\x03\x04" not in row["content"]


async def test_files_are_listed_the_latest_first_page_by_page(desk: Desk) -> None:
    made = []
    for number in range(3):
        await desk.owe(report(f"备案{number}号", uscc=a_uscc()))
        made.append((await export(desk))["id"])
        desk.forward(minutes=1)
    page = await desk.seen("/batches", size=2)
    rest = await desk.seen("/batches", size=2, cursor=page["next"])
    assert [each["id"] for each in [*page["items"], *rest["items"]]] == made[::-1]
    assert rest["next"] is None


async def test_files_are_for_the_city_and_making_them_for_its_operators(desk: Desk) -> None:
    await desk.owe(dispatch())
    made = await export(desk)
    path = f"/batches/{made['id']}"
    assert (await desk.seen(path, desk.watcher))["lines"] == []
    refused_to_watchers = [
        await desk.post("/batches", {"format": "csv"}, desk.watcher),
        await desk.get(f"{path}/file", desk.watcher, reason=WHY),
    ]
    assert codes(refused_to_watchers) == [(403, "NJT-IDN-0403")] * 2
    refused_to_districts = [
        await desk.post("/batches", {"format": "csv"}, desk.district),
        await desk.get("/batches", desk.district),
        await desk.get(f"{path}/file", desk.district, reason=WHY),
    ]
    assert codes(refused_to_districts) == [(403, "NJT-IDN-0001")] * 3


async def test_a_batch_that_was_never_made_is_not_found(desk: Desk) -> None:
    path = f"/batches/{desk.province.write().message_id}"
    answers = [await desk.get(path), await desk.get(f"{path}/file", reason=WHY)]
    assert codes(answers) == [(404, "NJT-EXC-1047")] * 2


async def test_what_no_file_can_carry_is_refused_even_when_there_is_nothing_else(desk: Desk) -> None:
    await desk.owe(dispatch("备案:1", text="x" * MOST_MESSAGE))
    answer = await desk.post("/batches", {"format": "csv"})
    assert codes([answer]) == [(409, "NJT-EXC-1040")]
    await desk.owe(dispatch("备案:2"), dispatch("备案:3", lane="乙"))
    letters = letters_in(desk, await file_of(desk, await export(desk)))
    assert [letter.business_key for letter in letters] == ["备案:3"]
    found = {row["business_key"]: (row["state"], row["reason_code"]) for row in await desk.intents()}
    assert found == {
        "备案:1": ("refused", "UNFIT"),
        "备案:2": ("owed", None),
        "备案:3": ("delivered", None),
    }
