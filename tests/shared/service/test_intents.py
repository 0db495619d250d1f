"""What the city owes, followed and repaired by operators: refused ones in place, given up ones voided."""

from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.province import MessageCode
from shared.identity import Permission
from tests.builders import DISTRICT, OTHER_DISTRICT, a_uscc
from tests.shared.province.exchange import report
from tests.shared.province.letters import ACCEPTED, DONE, REPORTED, refused, rejected
from tests.shared.service.desk import OPERATE, READ, WHY, Desk

LANE = a_uscc()
RENAMED = [{"field": "name", "to": "更名后的测试公司"}]


async def test_a_walk_leads_from_what_was_sent_to_the_result(desk: Desk) -> None:
    (intent,) = await desk.owe(report("备案1号", uscc=LANE))
    await desk.send()
    await desk.answer(intent, ACCEPTED, DONE)
    walk = await desk.seen(f"/intents/{intent}")
    assert (walk["state"], walk["sequence"], walk["lane"]) == ("done", 1, str(LANE))
    assert [(line["direction"], line["code"], line["outcome"]) for line in walk["lines"]] == [
        ("out", REPORTED, "sent"),
        ("in", MessageCode.RECEIPT, "done"),
        ("in", MessageCode.RECEIPT, "done"),
    ]
    places = [line["place"] for line in walk["lines"]]
    assert places == sorted(places)
    assert "备案1号" in walk["lines"][0]["refs"]
    assert walk["payload"]["name"] == "测试甲公司"
    assert ("测试员甲", "read_intent", None) in await desk.entries()


async def test_who_only_watches_sees_the_walk_without_its_content(desk: Desk) -> None:
    (intent,) = await desk.owe(report("备案1号"))
    assert (await desk.seen(f"/intents/{intent}", desk.watcher))["payload"] is None
    assert await desk.entries() == []


async def test_messages_are_listed_newest_first_by_what_is_asked(desk: Desk) -> None:
    ids = [(await desk.owe(report(f"备案{number}号", uscc=LANE)))[0] for number in range(5)]
    first = await desk.seen("/intents", size=3)
    second = await desk.seen("/intents", size=3, cursor=first["next"])
    assert [each["id"] for each in first["items"] + second["items"]] == [str(each) for each in ids[::-1]]
    assert second["next"] is None
    assert len((await desk.seen("/intents", lane=str(LANE), code=REPORTED, state="owed"))["items"]) == 5
    nobodys: list[dict[str, Any]] = [
        {"state": "done"},
        {"code": "VOID"},
        {"organ": OTHER_DISTRICT},
        {"lane": "甲"},
    ]
    for asked in nobodys:
        assert (await desk.seen("/intents", **asked))["items"] == []


async def test_a_cursor_of_something_else_is_refused(desk: Desk) -> None:
    for path in ("/intents", "/messages", "/parked", "/rejections/VOID/-"):  # whether there are any or not
        answer = await desk.get(path, cursor="bm9wZQ")
        assert (answer.status_code, answer.json()["code"]) == (422, "NJT-GEN-1002"), path


async def test_a_refused_message_is_mended_in_place_and_its_lane_goes_on(desk: Desk) -> None:
    first, second = await desk.owe(report("备案1号", uscc=LANE), report("备案2号", uscc=LANE))
    (sent, _) = await desk.send()
    await desk.answer(first, refused("PAYLOAD"))
    (third,) = await desk.owe(report("备案3号", uscc=LANE))
    assert await desk.send() == []
    assert (await desk.seen(f"/intents/{third}"))["waits_for"] == 1
    tried = await desk.acted(f"/intents/{first}/mend", {"changes": RENAMED, "reason": WHY, "dry_run": True})
    assert tried == {
        "id": str(first),
        "changes": [{"field": "name", "before": "测试甲公司", "after": "更名后的测试公司"}],
        "done": False,
    }
    assert await desk.send() == []
    await desk.acted(f"/intents/{first}/mend", {"changes": RENAMED, "reason": WHY})
    again, behind = await desk.send()
    assert (again.message_id, again.sequence) == (sent.message_id, 1)
    assert (again.payload["name"], behind.message_id) == ("更名后的测试公司", third)
    await desk.answer(first, ACCEPTED, DONE)
    assert (await desk.seen(f"/intents/{first}"))["state"] == "done"
    assert (await desk.seen(f"/intents/{second}"))["state"] == "delivered"
    assert ("测试员甲", "mend_intent", WHY) in await desk.entries()


async def test_a_rejected_message_is_mended_as_a_new_one_once(desk: Desk) -> None:
    (old,) = await desk.owe(report("备案1号", uscc=LANE))
    await desk.send()
    await desk.answer(old, ACCEPTED, rejected())
    await desk.acted(f"/intents/{old}/mend", {"changes": RENAMED, "reason": WHY})
    (anew,) = await desk.send()
    assert (anew.business_key, anew.sequence) == ("filing:备案1号~2", 2)
    walk = await desk.seen(f"/intents/{old}")
    assert (walk["mended"], walk["followed_by"]) == (True, str(anew.message_id))
    assert (await desk.seen(f"/intents/{anew.message_id}"))["mends"] == str(old)
    for path, body in (
        (f"/intents/{old}/mend", {"changes": RENAMED, "reason": WHY}),
        ("/intents/resend", {"ids": [str(old)], "reason": WHY}),
    ):
        answer = await desk.post(path, body)
        assert (answer.status_code, answer.json()["code"]) == (409, "NJT-EXC-1011")


async def test_refused_messages_are_sent_again_or_given_up(desk: Desk) -> None:
    first, second = await desk.owe(report("备案1号", uscc=LANE), report("备案2号", uscc=LANE))
    await desk.send()
    await desk.answer(first, refused())
    await desk.answer(second, refused())
    (shown,) = await desk.acted("/intents/void", {"ids": [str(first)], "reason": "另案办理"})
    assert shown["state"] == "voided"
    (shown,) = await desk.acted("/intents/resend", {"ids": [str(second)], "reason": "对方已恢复"})
    assert shown["state"] == "owed"
    assert [(each.code, each.sequence) for each in await desk.send()] == [("VOID", 1), (REPORTED, 2)]
    walk = await desk.seen(f"/intents/{first}")
    assert (await desk.seen(f"/intents/{walk['followed_by']}"))["code"] == "VOID"
    done = [(act, why) for _, act, why in await desk.entries() if act != "read_intent"]
    assert ("resend_intents", "对方已恢复") in done
    assert ("void_intents", "另案办理") in done


async def test_what_cannot_be_done_to_a_message_is_refused(desk: Desk) -> None:
    (intent,) = await desk.owe(report("备案1号"))
    body = {"ids": [str(intent)], "reason": WHY}
    answers = [
        await desk.post("/intents/void", body),
        await desk.post(f"/intents/{intent}/mend", {"changes": RENAMED, "reason": WHY}),
    ]
    assert {(each.status_code, each.json()["code"]) for each in answers} == {(409, "NJT-EXC-1010")}
    await desk.send()
    await desk.answer(intent, refused())
    unfit = {"changes": [{"field": "valid_from", "to": "昨天"}], "reason": WHY}
    answer = await desk.post(f"/intents/{intent}/mend", unfit)
    assert (answer.status_code, answer.json()["code"]) == (422, "NJT-EXC-1008")
    assert "昨天" not in answer.text


async def test_a_message_that_is_not_there_is_not_found(desk: Desk) -> None:
    nobody = uuid4()
    answers = [
        await desk.get(f"/intents/{nobody}"),
        await desk.post(f"/intents/{nobody}/mend", {"changes": RENAMED, "reason": WHY}),
        await desk.post("/intents/resend", {"ids": [str(nobody)], "reason": WHY}),
        await desk.post("/intents/void", {"ids": [str(nobody)], "reason": WHY}),
    ]
    assert {(each.status_code, each.json()["code"]) for each in answers} == {(404, "NJT-EXC-1009")}


async def test_another_district_finds_nothing_to_see_or_to_repair(desk: Desk) -> None:
    (intent,) = await desk.owe(report("备案1号"))
    await desk.send()
    await desk.answer(intent, refused())
    stranger = desk.other_district
    answers = [
        await desk.get(f"/intents/{intent}", stranger),
        await desk.post("/intents/resend", {"ids": [str(intent)], "reason": WHY}, stranger),
        await desk.post("/intents/void", {"ids": [str(intent)], "reason": WHY}, stranger),
        await desk.post(f"/intents/{intent}/mend", {"changes": RENAMED, "reason": WHY}, stranger),
    ]
    assert {(each.status_code, each.json()["code"]) for each in answers} == {(404, "NJT-EXC-1009")}
    assert (await desk.seen("/intents", stranger))["items"] == []
    await desk.acted(f"/intents/{intent}/mend", {"changes": RENAMED, "reason": WHY}, desk.district)
    assert len(await desk.send()) == 1


async def test_only_the_city_moves_a_message_to_another_organ(desk: Desk) -> None:
    (intent,) = await desk.owe(report("备案1号"))
    await desk.send()
    await desk.answer(intent, refused())
    moved = {"changes": [{"field": "organ", "mapping": {DISTRICT: OTHER_DISTRICT}}], "reason": WHY}
    answer = await desk.post(f"/intents/{intent}/mend", moved, desk.district)
    assert (answer.status_code, answer.json()["code"]) == (403, "NJT-IDN-0001")
    await desk.acted(f"/intents/{intent}/mend", moved)
    (sent,) = await desk.send()
    assert sent.payload["organ"] == OTHER_DISTRICT
    assert (await desk.seen("/intents", desk.district))["items"] == []
    assert len((await desk.seen("/intents", desk.other_district))["items"]) == 1


@pytest.mark.parametrize(
    "changes",
    [
        [],
        [{"field": "name"}],
        [{"field": "name", "to": "甲", "mapping": {"乙": "丙"}}],
        [{"field": "../name", "to": "甲"}],
        [{"field": "name", "to": "甲", "by": "乙"}],
    ],
)
async def test_a_patch_says_for_each_field_either_what_it_becomes_or_how_it_is_mapped(
    desk: Desk, changes: list[dict[str, object]]
) -> None:
    answer = await desk.post(f"/intents/{uuid4()}/mend", {"changes": changes, "reason": WHY})
    assert (answer.status_code, answer.json()["code"]) == (422, "NJT-GEN-0422")


READS = ("/status", "/intents", f"/intents/{uuid4()}", "/messages", "/rejections", "/parked")
ACTS = (
    "/pause",
    "/resume",
    "/intents/resend",
    "/intents/void",
    f"/intents/{uuid4()}/mend",
    "/rejections/mend",
    f"/parked/{uuid4()}/replay",
    f"/parked/{uuid4()}/discard",
)
CITY_ONLY_READS = ("/messages", "/parked")
CITY_ONLY_ACTS = ("/pause", f"/parked/{uuid4()}/replay", f"/parked/{uuid4()}/discard")


async def test_nobody_is_let_in_without_a_token_or_the_permission(desk: Desk) -> None:
    wrong = desk.officer(*set(Permission) - {READ, OPERATE}, organ="320100")
    for who, status in ((desk.interfaces.stranger(), 403), (wrong, 403), ({"X-Nobody": "1"}, 401)):
        answers = [await desk.get(path, who) for path in (*READS, "/messages/1", "/rejections/A/B")]
        answers += [await desk.post(path, who=who) for path in ACTS]
        assert {each.status_code for each in answers} == {status}


async def test_reading_and_acting_are_two_permissions(desk: Desk) -> None:
    reader, actor = desk.officer(READ, organ="320100"), desk.officer(OPERATE, organ="320100")
    answers = [await desk.post(path, who=reader) for path in ACTS]
    answers += [await desk.get("/messages/1", reader)]
    answers += [await desk.get(path, actor) for path in READS]
    assert {(each.status_code, each.json()["code"]) for each in answers} == {(403, "NJT-IDN-0403")}


async def test_for_whoever_belongs_to_no_organ_there_is_nothing_to_look_after(desk: Desk) -> None:
    (intent,) = await desk.owe(report("备案1号"))
    nobody = desk.officer(READ, OPERATE, organ=None)
    assert (await desk.seen("/status", nobody))["kinds"] == []
    assert (await desk.seen("/intents", nobody))["items"] == []
    assert (await desk.get(f"/intents/{intent}", nobody)).json()["code"] == "NJT-EXC-1009"
    answers = [await desk.get(path, nobody) for path in CITY_ONLY_READS]
    answers += [await desk.post(path, who=nobody) for path in CITY_ONLY_ACTS]
    assert {(each.status_code, each.json()["code"]) for each in answers} == {(403, "NJT-IDN-0001")}


async def test_the_line_its_ledger_and_what_is_parked_are_the_citys_alone(desk: Desk) -> None:
    answers = [await desk.get(path, desk.district) for path in (*CITY_ONLY_READS, "/messages/1")]
    answers += [await desk.post(path, who=desk.district) for path in CITY_ONLY_ACTS]
    answers += [await desk.post("/resume", {"rate_per_second": 1}, desk.district)]
    assert {(each.status_code, each.json()["code"]) for each in answers} == {(403, "NJT-IDN-0001")}


async def test_every_service_has_the_same_routes(desk: Desk) -> None:
    for client in desk.interfaces.clients.values():
        answer = await client.get("/v1/exchange/status", headers=desk.city)
        assert (answer.status_code, answer.json()["counterpart"]) == (200, "320000")
