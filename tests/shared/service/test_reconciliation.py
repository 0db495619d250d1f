"""Days held against the province's record over HTTP; what differs is mended by two persons, each of them on record."""

from copy import copy
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.province import MessageCode
from shared.service.correspondence import Correspondence
from tests.builders import CITY, DISTRICT
from tests.interfaces import Headers
from tests.shared.province.letters import ACCEPTED, DONE, refused
from tests.shared.service.desk import OPERATE, READ, Desk
from tests.shared.service.differing import DAY, OVER, answered, lost_there, reported

PROPOSAL = {"repair": "tell_again", "reason": "省级数据库恢复后缺失"}
CARRY_OUT = {"decision": "carry_out"}


def second(desk: Desk, organ: str = CITY) -> Headers:
    """Another person."""
    return desk.interfaces.bearer(READ, OPERATE, organ=organ, subject="测试员乙")


async def code_of(desk: Desk, path: str, body: dict[str, Any], who: Headers | None = None) -> str:
    """The code under which this is refused."""
    answer = await desk.post(path, body, who)
    assert answer.status_code >= 400, answer.text
    return str(answer.json()["code"])


async def test_a_day_is_reconciled_when_somebody_asks_for_it(desk: Desk) -> None:
    await reported(desk, 1)
    begun = await desk.acted("/reconciliations", OVER)
    assert (begun["day"], begun["by"], begun["concluded_at"], begun["ours"]) == (DAY, "测试员甲", None, None)
    assert (await desk.acted("/reconciliations", OVER))["id"] == begun["id"]
    await answered(desk)
    concluded = await desk.seen(f"/reconciliations/{begun['id']}")
    assert [concluded[name] for name in ("asked", "differing", "ours", "theirs")] == [2, 1, 1, 0]
    again = await desk.acted("/reconciliations", OVER)
    page = await desk.seen("/reconciliations", day=DAY, size=1)
    rest = await desk.seen("/reconciliations", day=DAY, size=1, cursor=page["next"])
    assert [it["id"] for it in [*page["items"], *rest["items"]]] == [again["id"], begun["id"]]
    assert (await desk.seen("/reconciliations", day="2024-03-01"))["items"] == []


async def test_a_day_that_stays_unanswered_is_given_up_after_as_many_questions_as_are_set(
    desk: Desk,
) -> None:
    await reported(desk, 1)
    begun = await desk.acted("/reconciliations", OVER)
    runtime = copy(desk.runtime)
    province = runtime.settings.province.model_copy(update={"give_up_after": 2})
    runtime.settings = runtime.settings.model_copy(update={"province": province})
    daily, asked = Correspondence(runtime).daily(), []
    for _ in range(3):
        desk.forward(hours=2)
        asked.append(await daily.ask_again())
    assert asked == [1, 1, 0]
    failed = await desk.seen(f"/reconciliations/{begun['id']}")
    assert failed["failure"].startswith("多次询问无答复")


async def test_a_day_that_is_not_over_is_not_reconciled(desk: Desk) -> None:
    assert await code_of(desk, "/reconciliations", OVER) == "NJT-EXC-1060"


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_a_day_that_never_was_or_is_far_away_is_refused(desk: Desk, day: str) -> None:
    assert (await desk.post("/reconciliations", {"day": day})).status_code == 422


async def test_a_reconciliation_nobody_began_is_not_found(desk: Desk) -> None:
    answer = await desk.get(f"/reconciliations/{uuid4()}")
    assert (answer.status_code, answer.json()["code"]) == (404, "NJT-EXC-1061")


async def test_what_differs_tells_why_and_what_would_mend_it(desk: Desk) -> None:
    (found,) = await lost_there(desk, 1)
    assert [
        found[name] for name in ("teller", "code", "organ", "kind", "cause", "repair", "state", "theirs")
    ] == [
        "city",
        "FILING_REPORTED",
        DISTRICT,
        "missing_there",
        "lost_there",
        "tell_again",
        "open",
        "",
    ]


async def test_one_proposes_another_carries_out_and_it_is_mended_at_the_next_reconciliation(
    desk: Desk,
) -> None:
    (found,) = await lost_there(desk, 1)
    path = f"/differences/{found['id']}"
    proposed = await desk.acted(f"{path}/proposal", PROPOSAL)
    assert (proposed["state"], proposed["proposed_by"]) == ("proposed", "测试员甲")
    applied = await desk.acted(f"{path}/decision", CARRY_OUT, second(desk))
    assert (applied["state"], applied["decided_by"]) == ("applied", "测试员乙")
    (letter,) = await desk.send()
    assert (letter.code, letter.business_key, letter.sequence) == (
        MessageCode.FILING_REPORTED,
        found["business_key"],
        2,
    )
    await desk.answer(letter.message_id, ACCEPTED, DONE)
    desk.forward(hours=1)
    await desk.acted("/reconciliations", OVER)
    (question,) = await desk.send()
    await desk.take(
        desk.province.write(
            question.payload, code=MessageCode.RECONCILED, lane="", sequence=0, issued_at=desk.clock.now()
        )
    )
    (healed,) = (await desk.seen("/differences"))["items"]
    assert (healed["state"], healed["healed_at"] is not None) == ("healed", True)
    query = """
        SELECT act, actor, reason FROM ledger_entry
        WHERE subject_kind = 'exchange_difference' ORDER BY id
    """
    assert [tuple(row.values()) for row in await desk.rows(query)] == [
        ("exchange.propose-repair", "测试员甲", PROPOSAL["reason"]),
        ("exchange.carry-out-repair", "测试员乙", PROPOSAL["reason"]),
    ]
    begun = await desk.rows("SELECT actor FROM ledger_entry WHERE act = 'exchange.reconcile'")
    assert [row["actor"] for row in begun] == ["测试员甲"] * 2


async def test_whoever_proposed_does_not_carry_out(desk: Desk) -> None:
    (found,) = await lost_there(desk, 1)
    path = f"/differences/{found['id']}"
    await desk.acted(f"{path}/proposal", PROPOSAL)
    assert await code_of(desk, f"{path}/decision", CARRY_OUT) == "NJT-EXC-1022"
    assert (await desk.intents())[0]["state"] == "done"


def behind(desk: Desk, portal: str, officer: str) -> Headers:
    """An officer whom a portal speaks for."""
    return desk.interfaces.bearer(READ, OPERATE, organ=CITY, subject=portal, act_for=officer)


async def test_two_officers_behind_one_portal_are_two_persons(desk: Desk) -> None:
    (found,) = await lost_there(desk, 1)
    path = f"/differences/{found['id']}"
    proposed = await desk.acted(f"{path}/proposal", PROPOSAL, behind(desk, "portal", "测试员甲"))
    decided = await desk.acted(f"{path}/decision", CARRY_OUT, behind(desk, "portal", "测试员乙"))
    assert (proposed["proposed_by"], decided["decided_by"]) == ("测试员甲", "测试员乙")


async def test_one_officer_through_two_clients_is_one_person(desk: Desk) -> None:
    (found,) = await lost_there(desk, 1)
    path = f"/differences/{found['id']}"
    await desk.acted(f"{path}/proposal", PROPOSAL, behind(desk, "portal", "测试员甲"))
    for who in (behind(desk, "portal", "测试员甲"), behind(desk, "another", "测试员甲"), desk.city):
        assert await code_of(desk, f"{path}/decision", CARRY_OUT, who) == "NJT-EXC-1022"


async def test_a_day_whose_question_is_refused_says_why_and_is_begun_anew(desk: Desk) -> None:
    await reported(desk, 1)
    begun = await desk.acted("/reconciliations", OVER, behind(desk, "portal", "测试员丙"))
    assert (begun["by"], begun["failure"]) == ("测试员丙", "")
    (question,) = [each for each in await desk.send() if each.code == MessageCode.RECONCILE]
    await desk.answer(question.message_id, refused("CODE", "不受理"))
    failed = await desk.seen(f"/reconciliations/{begun['id']}")
    assert (failed["failure"], failed["concluded_at"] is not None) == ("CODE 不受理", True)
    assert (await desk.acted("/reconciliations", OVER))["id"] != begun["id"]


async def test_a_proposal_is_sent_back_and_another_is_made(desk: Desk) -> None:
    (found,) = await lost_there(desk, 1)
    path = f"/differences/{found['id']}"
    await desk.acted(f"{path}/proposal", {"repair": "by_hand", "reason": "电话核实"})
    back = await desk.acted(f"{path}/decision", {"decision": "send_back", "reason": "应重报"}, second(desk))
    assert (back["state"], back["repair"], back["proposed_by"]) == ("open", "tell_again", None)
    assert (await desk.acted(f"{path}/proposal", PROPOSAL))["state"] == "proposed"
    refused = await desk.post(f"{path}/decision", {"decision": "send_back"})
    assert refused.status_code == 422


@pytest.mark.parametrize("repair", ["take_their_word", "ask_again", "answer_again"])
async def test_a_repair_that_does_not_fit_is_refused(desk: Desk, repair: str) -> None:
    (found,) = await lost_there(desk, 1)
    proposal = PROPOSAL | {"repair": repair}
    assert await code_of(desk, f"/differences/{found['id']}/proposal", proposal) == "NJT-EXC-1023"


async def test_what_nobody_proposed_is_not_carried_out_and_what_was_carried_out_not_proposed(
    desk: Desk,
) -> None:
    (found,) = await lost_there(desk, 1)
    path = f"/differences/{found['id']}"
    assert await code_of(desk, f"{path}/decision", CARRY_OUT) == "NJT-EXC-1021"
    await desk.acted(f"{path}/proposal", PROPOSAL)
    await desk.acted(f"{path}/decision", CARRY_OUT, second(desk))
    assert await code_of(desk, f"{path}/decision", CARRY_OUT, second(desk)) == "NJT-EXC-1021"
    assert await code_of(desk, f"{path}/proposal", PROPOSAL) == "NJT-EXC-1021"


async def test_what_was_mended_since_it_was_proposed_is_not_mended_twice(desk: Desk) -> None:
    (found,) = await lost_there(desk, 1)
    path = f"/differences/{found['id']}"
    await desk.acted(f"{path}/proposal", PROPOSAL)
    await desk.rows("UPDATE exchange_intent SET state = 'delivered' WHERE sequence > 0 RETURNING id")
    assert await code_of(desk, f"{path}/decision", CARRY_OUT, second(desk)) == "NJT-EXC-1021"


async def test_what_is_left_to_people_is_closed_and_stays_so_while_it_differs_as_it_did(desk: Desk) -> None:
    (found,) = await lost_there(desk, 1)
    path = f"/differences/{found['id']}"
    await desk.acted(f"{path}/proposal", {"repair": "by_hand", "reason": "省级自行补录"})
    closed = await desk.acted(f"{path}/decision", CARRY_OUT, second(desk))
    assert closed["state"] == "closed"
    assert await desk.send() == []
    await desk.acted("/reconciliations", OVER)
    await answered(desk)
    assert [it["state"] for it in (await desk.seen("/differences"))["items"]] == ["closed"]


async def test_what_was_applied_and_still_differs_is_open_again(desk: Desk) -> None:
    (found,) = await lost_there(desk, 1)
    path = f"/differences/{found['id']}"
    await desk.acted(f"{path}/proposal", PROPOSAL)
    await desk.acted(f"{path}/decision", CARRY_OUT, second(desk))
    (letter,) = await desk.send()
    await desk.answer(letter.message_id, ACCEPTED, DONE)
    desk.forward(hours=1)
    await desk.acted("/reconciliations", OVER)
    await answered(desk)
    (again,) = (await desk.seen("/differences"))["items"]
    assert (again["id"], again["state"], again["proposed_by"], again["decided_by"]) == (
        found["id"],
        "open",
        None,
        None,
    )


async def test_a_proposal_stands_while_the_act_differs_as_it_did(desk: Desk) -> None:
    (found,) = await lost_there(desk, 1)
    await desk.acted(f"/differences/{found['id']}/proposal", PROPOSAL)
    await desk.acted("/reconciliations", OVER)
    await answered(desk)
    (again,) = (await desk.seen("/differences"))["items"]
    assert (again["state"], again["proposed_by"]) == ("proposed", "测试员甲")
    assert again["reconciliation_id"] != found["reconciliation_id"]


async def test_an_officer_sees_and_mends_what_is_about_his_own_organ(desk: Desk) -> None:
    (found,) = await lost_there(desk, 1)
    path = f"/differences/{found['id']}"
    assert [it["id"] for it in (await desk.seen("/differences", desk.district))["items"]] == [found["id"]]
    assert (await desk.seen("/differences", desk.other_district))["items"] == []
    assert await code_of(desk, f"{path}/proposal", PROPOSAL, desk.other_district) == "NJT-EXC-1020"
    await desk.acted(f"{path}/proposal", PROPOSAL, desk.district)
    decided = await desk.acted(f"{path}/decision", CARRY_OUT, second(desk, DISTRICT))
    assert decided["state"] == "applied"
    assert len(await desk.send()) == 1


async def test_only_the_city_reconciles_and_only_who_may_operate_mends(desk: Desk) -> None:
    (found,) = await lost_there(desk, 1)
    assert await code_of(desk, "/reconciliations", OVER, desk.district) == "NJT-IDN-0001"
    for path, body in (("/reconciliations", OVER), (f"/differences/{found['id']}/proposal", PROPOSAL)):
        assert await code_of(desk, path, body, desk.watcher) == "NJT-IDN-0403"


async def test_differences_are_listed_in_the_order_in_which_they_were_found(desk: Desk) -> None:
    found = await lost_there(desk, 1, 2, 3)
    page = await desk.seen("/differences", size=2)
    rest = await desk.seen("/differences", size=2, cursor=page["next"])
    assert [it["id"] for it in [*page["items"], *rest["items"]]] == [it["id"] for it in found]
    assert (await desk.seen("/differences", day="2024-03-03"))["items"] == []
    assert (await desk.seen("/differences", state="healed"))["items"] == []
