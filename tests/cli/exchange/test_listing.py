"""`njt exchange messages`: from the counts of `status` to the messages that are counted there."""

from cli.suite.database import SERVICES
from tests.builders import DISTRICT, OTHER_DISTRICT
from tests.cli.exchange.conftest import Terminal
from tests.shared.province.exchange import report
from tests.shared.province.letters import ACCEPTED, REPORTED, rejected


async def test_messages_are_listed_by_state_kind_and_organ_with_their_ids(terminal: Terminal) -> None:
    desk = terminal.desk
    (first,) = await desk.owe(report("备案1号"))
    (second,) = await desk.owe(report("备案2号"))
    await desk.send()
    await desk.answer(first, ACCEPTED, rejected("NAME", "名称与登记不符"))
    found = await terminal.json("messages", "--state", "rejected")
    assert set(found) == set(SERVICES)
    assert [each["id"] for each in found["filing"]] == [str(first)]
    said = await terminal.said("messages", "--state", "delivered", "--code", REPORTED, "--organ", DISTRICT)
    assert (str(second) in said, "已送达" in said, str(first) in said) == (True, True, False)
    assert (await terminal.json("messages", "--organ", OTHER_DISTRICT))["filing"] == []
    assert "NAME 名称与登记不符" in await terminal.said("messages")
    one = await terminal.said("messages", "--most", 1)
    assert (str(first) in one, "filing\u3000还有更多" in one) == (False, True)


async def test_overdue_messages_are_listed_apart(terminal: Terminal) -> None:
    desk = terminal.desk
    (late,) = await desk.owe(report("备案1号"))
    await desk.send()
    for _ in range(3):
        desk.forward(hours=2)
        await desk.worker.chaser.ask_fates()
    await desk.owe(report("备案2号"))
    assert [each["id"] for each in (await terminal.json("messages", "--overdue"))["filing"]] == [str(late)]
    assert "已送达，逾期" in await terminal.said("messages", "--overdue")
    assert [each["state"] for each in (await terminal.json("messages", "--not-overdue"))["filing"]] == [
        "owed"
    ]
