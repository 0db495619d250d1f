"""`njt exchange reconcile|differences|propose|carry-out|send-back`: what two operators do from their terminals."""

import asyncio
import json
from uuid import uuid4

from tests.cli.exchange.conftest import Terminal
from tests.shared.province.letters import ACCEPTED, DONE, refused
from tests.shared.service.differing import DAY, answered, lost_there, reported

FILING = ("--service", "filing")
WHY = ("--reason", "省级数据库恢复后缺失")


async def test_a_day_is_reconciled_and_the_exit_code_says_what_came_of_it(terminal: Terminal) -> None:
    await reported(terminal.desk, 1)
    code, said = await terminal.run("reconcile", DAY, *FILING, "--wait", 0)
    assert (code, DAY in said) == (3, True)
    assert "NJT-EXC-1060" in await terminal.refused("reconcile", "2024-03-05", *FILING)


async def test_the_answers_are_waited_for_and_the_exit_code_says_that_acts_differ(terminal: Terminal) -> None:
    await reported(terminal.desk, 1)
    waiting = asyncio.create_task(terminal.run("reconcile", DAY, *FILING, "--wait", 20, "--json"))
    while not waiting.done():
        await answered(terminal.desk)
        await asyncio.sleep(0.02)
    code, said = await waiting
    assert code == 1
    assert json.loads(said)["filing"]["differing"] == 1
    listed = await terminal.said("differences", *FILING, "--state", "open")
    assert ("省级缺失" in listed, "重报" in listed, "待处理" in listed) == (True, True, True)


async def test_a_day_the_province_refuses_ends_with_why(terminal: Terminal) -> None:
    await reported(terminal.desk, 1)
    waiting = asyncio.create_task(terminal.run("reconcile", DAY, *FILING, "--wait", 20))
    while not waiting.done():
        for letter in await terminal.desk.send():
            await terminal.desk.answer(letter.message_id, refused("CODE", "不受理"))
        await asyncio.sleep(0.02)
    code, said = await waiting
    assert (code, "CODE" in said) == (1, True)


async def test_one_proposes_for_a_whole_day_and_cause_and_another_carries_it_out(terminal: Terminal) -> None:
    found = await lost_there(terminal.desk, 1, 2)
    ids = [each["id"] for each in found]
    none = await terminal.json("propose", *FILING, "--day", DAY, "--cause", "conflict", *WHY)
    assert none == {"filing": []}
    proposed = await terminal.json("propose", *FILING, "--day", DAY, "--cause", "lost_there", *WHY)
    assert [(it["id"], it["state"]) for it in proposed["filing"]] == [(each, "proposed") for each in ids]
    assert "NJT-EXC-1022" in await terminal.refused("carry-out", *ids, *FILING)
    done = await terminal.said("carry-out", *FILING, "--day", DAY, client="day-operator")
    assert done.count("已执行") == 2
    for letter in await terminal.desk.send():
        await terminal.desk.answer(letter.message_id, ACCEPTED, DONE)
    assert [row["state"] for row in await terminal.desk.intents() if row["code"] != "VOID"] == ["done"] * 2


async def test_a_proposal_goes_back_with_a_reason(terminal: Terminal) -> None:
    (found,) = await lost_there(terminal.desk, 1)
    await terminal.said("propose", found["id"], *FILING, "--repair", "by_hand", *WHY)
    back = await terminal.said("send-back", found["id"], *FILING, "--reason", "应重报", client="day-operator")
    assert ("待处理" in back, "重报" in back) == (True, True)


async def test_what_fits_nothing_or_names_nothing_is_refused(terminal: Terminal) -> None:
    (found,) = await lost_there(terminal.desk, 1)
    assert "NJT-EXC-1023" in await terminal.refused(
        "propose", found["id"], *FILING, "--repair", "ask_again", *WHY
    )
    assert "--day" in await terminal.refused("propose", *FILING, *WHY)


async def test_what_was_done_of_a_whole_day_is_told_though_some_of_it_was_refused(terminal: Terminal) -> None:
    first, second, third = [each["id"] for each in await lost_there(terminal.desk, 1, 2, 3)]
    unknown = uuid4()
    code, said = await terminal.run("propose", first, unknown, second, *FILING, *WHY)
    assert (code, said.count("已提出"), f"{unknown}\u3000NJT-EXC-1020" in said) == (1, 2, True)
    await terminal.said("propose", third, *FILING, *WHY, client="day-operator")
    code, said = await terminal.run("send-back", unknown, second, *FILING, *WHY, client="day-operator")
    assert (code, "待处理" in said, f"{unknown}\u3000NJT-EXC-1020" in said) == (1, True, True)
    code, said = await terminal.run("carry-out", *FILING, "--day", DAY, client="day-operator")
    assert (code, said.count("已执行"), f"{third}\u3000NJT-EXC-1022" in said) == (1, 1, True)
