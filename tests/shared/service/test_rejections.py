"""The workbench of rejections: by cause, looked at, mended on one message, then on some or all, never twice."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.builders import DISTRICT, OTHER_DISTRICT
from tests.shared.province.exchange import report
from tests.shared.province.letters import ACCEPTED, DONE, REPORTED, refused, rejected
from tests.shared.service.desk import WHY, Desk

CAUSE = {"code": REPORTED, "reason_code": "NAME"}
PATCH = [{"field": "name", "mapping": {"测试甲公司": "南京测试甲公司"}}]
OTHER_PATCH = [{"field": "name", "to": "另一公司"}]


async def came_back(desk: Desk, count: int) -> list[UUID]:
    """So many messages that the province declined for the same reason."""
    ids = [(await desk.owe(report(f"备案{number}号")))[0] for number in range(count)]
    await desk.send()
    for each in ids:
        await desk.answer(each, ACCEPTED, rejected("NAME", "名称与登记不符"))
    return ids


async def mend(desk: Desk, how: str = "preview", **changes: Any) -> Any:
    asked = {**CAUSE, "changes": PATCH, "how": how, "reason": WHY} | changes
    return await desk.post("/rejections/mend", asked)


async def taken_by_the_province(desk: Desk) -> list[str]:
    """What leaves now, each carried out there."""
    sent = await desk.send()
    for letter in sent:
        await desk.answer(letter.message_id, ACCEPTED, DONE)
    return [letter.business_key for letter in sent]


async def test_what_came_back_is_grouped_by_its_cause(desk: Desk) -> None:
    await came_back(desk, 3)
    (other,) = await desk.owe(report("备案9号"))
    await desk.send()
    await desk.answer(other, refused("PAYLOAD", "字段有误"))
    groups = await desk.seen("/rejections", desk.district)
    assert [(it["code"], it["reason_code"], it["refused"], it["rejected"]) for it in groups] == [
        (REPORTED, "NAME", 0, 3),
        (REPORTED, "PAYLOAD", 1, 0),
    ]
    assert (groups[0]["reason"], groups[0]["organs"]) == ("名称与登记不符", [DISTRICT])
    listed = await desk.seen(f"/rejections/{REPORTED}/NAME", size=2)
    rest = await desk.seen(f"/rejections/{REPORTED}/NAME", size=2, cursor=listed["next"])
    assert [len(listed["items"]), len(rest["items"])] == [2, 1]
    assert await desk.seen("/rejections", desk.other_district) == []
    for nothing in (f"{REPORTED}/NAME", f"{REPORTED}/-", "VOID/NAME"):
        answer = await desk.get(f"/rejections/{nothing}", desk.other_district)
        assert (answer.status_code, answer.json()["code"]) == (404, "NJT-EXC-1051")


async def test_a_reason_without_a_code_is_asked_for_by_a_dash(desk: Desk) -> None:
    (intent,) = await desk.owe(report("备案1号"))
    await desk.send()
    await desk.answer(intent, refused(""))
    (group,) = await desk.seen("/rejections")
    assert group["reason_code"] == ""
    assert len((await desk.seen(f"/rejections/{REPORTED}/-"))["items"]) == 1


async def test_a_preview_shows_field_by_field_what_would_change_and_does_nothing(desk: Desk) -> None:
    await came_back(desk, 2)
    looked = (await mend(desk)).json()
    assert (looked["done"], looked["proven"], looked["mended"], looked["left"]) == (False, False, 2, 0)
    assert [each["changes"] for each in looked["messages"]] == [
        [{"field": "name", "before": "测试甲公司", "after": "南京测试甲公司"}]
    ] * 2
    broken = (await mend(desk, changes=[{"field": "valid_from", "to": "昨天"}])).json()
    assert [each["problem"] for each in broken["messages"]] == ["字段有误 · fields at fault: valid_from"] * 2
    same = (await mend(desk, changes=[{"field": "name", "mapping": {"乙": "丙"}}])).json()
    assert (same["mended"], same["left"]) == (0, 2)
    assert await desk.send() == []
    assert await desk.entries() == []


async def test_one_is_tried_then_some_then_all_and_none_twice(desk: Desk) -> None:
    ids = await came_back(desk, 5)
    for how, named in (("some", [str(ids[1])]), ("all", [])):
        answer = await mend(desk, how, ids=named)
        assert (answer.status_code, answer.json()["code"]) == (409, "NJT-EXC-1050")
    tried = (await mend(desk, "one", ids=[str(ids[0])])).json()
    assert (tried["done"], tried["mended"]) == (True, 1)
    (letter,) = await desk.send()
    assert (letter.business_key, letter.payload["name"]) == ("filing:备案0号~2", "南京测试甲公司")
    assert (await mend(desk, "all")).json()["code"] == "NJT-EXC-1050", "sent, and not carried out yet"
    await desk.answer(letter.message_id, ACCEPTED, DONE)
    assert (await mend(desk)).json()["proven"] is True
    some = await mend(desk, "some", ids=[str(ids[2]), str(ids[1])])
    assert some.json()["mended"] == 2
    assert sorted(await taken_by_the_province(desk)) == ["filing:备案1号~2", "filing:备案2号~2"]
    again = await mend(desk, "some", ids=[str(ids[1])])
    assert (again.status_code, again.json()["code"]) == (404, "NJT-EXC-1051")
    assert (await mend(desk, "all")).json()["mended"] == 2
    assert sorted(await taken_by_the_province(desk)) == ["filing:备案3号~2", "filing:备案4号~2"]
    assert (await mend(desk, "all")).json()["code"] == "NJT-EXC-1051"
    assert await desk.seen("/rejections") == []
    assert {(who, act, why) for who, act, why in await desk.entries()} == {
        ("测试员甲", "mend_rejections", WHY)
    }


async def test_two_operators_at_once_mend_each_message_once(desk: Desk) -> None:
    await came_back(desk, 6)
    await mend(desk, "one")
    await taken_by_the_province(desk)
    found = await asyncio.gather(*[mend(desk, "all") for _ in range(4)])
    assert sorted(answer.status_code for answer in found) == [200, 404, 404, 404]
    sent = [letter.business_key for letter in await desk.send()]
    assert (len(sent), len(set(sent))) == (5, 5)


async def test_what_proves_a_patch_proves_no_other(desk: Desk) -> None:
    await came_back(desk, 3)
    await mend(desk, "one")
    await taken_by_the_province(desk)
    assert (await mend(desk, "all", changes=OTHER_PATCH)).json()["code"] == "NJT-EXC-1050"
    assert (await mend(desk, "all")).status_code == 200


async def test_a_patch_whose_trial_came_back_and_was_mended_otherwise_is_not_proven(desk: Desk) -> None:
    await came_back(desk, 2)
    await mend(desk, "one")
    (trial,) = await desk.send()
    await desk.answer(trial.message_id, refused("LENGTH"))
    by_hand = {"changes": OTHER_PATCH, "reason": WHY}
    await desk.acted(f"/intents/{trial.message_id}/mend", by_hand)
    await taken_by_the_province(desk)
    assert (await mend(desk, "all")).json()["code"] == "NJT-EXC-1050"


async def test_refused_messages_are_mended_in_place_by_a_patch_too(desk: Desk) -> None:
    ids = [(await desk.owe(report(f"备案{number}号")))[0] for number in range(3)]
    await desk.send()
    for each in ids:
        await desk.answer(each, refused("NAME"))
    await mend(desk, "one")
    await taken_by_the_province(desk)
    assert (await mend(desk, "all")).json()["mended"] == 2
    await taken_by_the_province(desk)
    assert {state for _, state in await desk.states()} == {"done"}
    assert {row["id"] for row in await desk.intents()} == set(ids)


async def test_what_a_patch_does_not_fit_is_left_as_it_is(desk: Desk) -> None:
    ids = await came_back(desk, 3)
    renamed = {"changes": [{"field": "name", "to": "丙"}], "reason": WHY}
    await desk.acted(f"/intents/{ids[2]}/mend", renamed)
    (letter,) = await desk.send()
    await desk.answer(letter.message_id, ACCEPTED, rejected("NAME"))
    await mend(desk, "one", ids=[str(ids[0])])
    await taken_by_the_province(desk)
    done = (await mend(desk, "all")).json()
    assert (done["mended"], done["left"]) == (1, 1)
    (left,) = (await desk.seen(f"/rejections/{REPORTED}/NAME"))["items"]
    assert left["id"] == str(letter.message_id)
    nothing = await mend(desk, "one", ids=[left["id"]])
    assert (nothing.status_code, nothing.json()["code"]) == (422, "NJT-EXC-1052")


async def test_another_districts_rejections_are_out_of_reach(desk: Desk) -> None:
    await came_back(desk, 1)
    asked = {**CAUSE, "changes": PATCH, "how": "one", "reason": WHY}
    answer = await desk.post("/rejections/mend", asked, desk.other_district)
    assert (answer.status_code, answer.json()["code"]) == (404, "NJT-EXC-1051")
    moved = [{"field": "organ", "to": OTHER_DISTRICT}]
    answer = await desk.post("/rejections/mend", asked | {"changes": moved}, desk.district)
    assert (answer.status_code, answer.json()["code"]) == (403, "NJT-IDN-0001")
    await desk.acted("/rejections/mend", asked, desk.district)
    assert len(await desk.send()) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"how": "one", "reason": " "},
        {"how": "one", "ids": [str(uuid4()), str(uuid4())]},
        {"how": "some"},
        {"how": "all", "ids": [str(uuid4())]},
        {"how": "twice"},
        {"changes": []},
    ],
)
async def test_a_patch_that_does_not_say_which_or_why_is_refused(desk: Desk, wrong: dict[str, Any]) -> None:
    answer = await mend(desk, **wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "NJT-GEN-0422")
