"""`njt exchange rejections|mend|resend|void|pause|resume`: what an operator does from a terminal."""

from uuid import UUID

from tests.builders import a_uscc
from tests.cli.exchange.conftest import Terminal
from tests.shared.province.exchange import report
from tests.shared.province.letters import ACCEPTED, DONE, REPORTED, refused, rejected

FILING = ("--service", "filing")
PATCH = (REPORTED, "NAME", *FILING, "--map", "name:测试甲公司=南京测试甲公司")
WHY = ("--reason", "更名")


async def came_back(terminal: Terminal, count: int) -> list[UUID]:
    desk = terminal.desk
    ids = [(await desk.owe(report(f"备案{number}号")))[0] for number in range(count)]
    await desk.send()
    for each in ids:
        await desk.answer(each, ACCEPTED, rejected("NAME", "名称与登记不符"))
    return ids


async def carried_out(terminal: Terminal) -> list[str]:
    sent = await terminal.desk.send()
    for letter in sent:
        await terminal.desk.answer(letter.message_id, ACCEPTED, DONE)
    return sorted(letter.business_key for letter in sent)


async def test_a_cause_is_looked_at_tried_on_one_and_mended_for_all(terminal: Terminal) -> None:
    ids = await came_back(terminal, 3)
    causes = await terminal.said("rejections", *FILING)
    assert ("名称与登记不符" in causes, "NAME" in causes) == (True, True)
    assert str(ids[1]) in await terminal.said("rejections", REPORTED, "NAME", *FILING)
    looked = await terminal.said("mend", *PATCH)
    assert "仅预览" in looked
    assert '"南京测试甲公司"' in looked
    assert "NJT-EXC-1050" in await terminal.refused("mend", *PATCH, "--how", "all", *WHY)
    assert "已重报" in await terminal.said("mend", *PATCH, "--how", "one", "--id", ids[0], *WHY)
    assert await carried_out(terminal) == ["filing:备案0号~2"]
    done = await terminal.json("mend", *PATCH, "--how", "all", *WHY)
    assert (done["filing"]["mended"], done["filing"]["proven"]) == (2, True)
    assert await carried_out(terminal) == ["filing:备案1号~2", "filing:备案2号~2"]
    assert (await terminal.json("rejections"))["filing"] == []


async def test_the_messages_of_a_cause_are_found_in_whichever_service_has_them(terminal: Terminal) -> None:
    (came,) = await came_back(terminal, 1)
    assert str(came) in await terminal.said("rejections", REPORTED, "NAME")
    assert list(await terminal.json("rejections", REPORTED, "NAME")) == ["filing"]
    assert "名称与登记不符" in await terminal.said("rejections", REPORTED)
    assert (await terminal.json("rejections", "VOID"))["filing"] == []
    nowhere = await terminal.refused("rejections", REPORTED, "OTHER")
    assert nowhere.count("NJT-EXC-1051") == 1


async def test_values_are_set_as_text_or_as_json(terminal: Terminal) -> None:
    await came_back(terminal, 1)
    cause = (REPORTED, "NAME", *FILING)
    found = await terminal.json("mend", *cause, "--set", "organ=320102", "--set", "scope.*.level:=3")
    (message,) = found["filing"]["messages"]
    assert {change["field"]: change["after"] for change in message["changes"]} == {
        "organ": "320102",
        "scope.0.level": 3,
    }
    for wrong in (
        ("--set", "organ"),
        ("--set", "organ:=三"),
        ("--map", "organ=320102"),
        ("--map", "organ:1"),
    ):
        assert wrong[0] in await terminal.refused("mend", *cause, *wrong)
    assert "NJT-GEN-0422" in await terminal.refused("mend", *cause, "--set", "name=乙", "--how", "one")


async def test_refused_messages_are_sent_again_and_given_up(terminal: Terminal) -> None:
    desk, lane = terminal.desk, a_uscc()
    first, second = await desk.owe(report("备案1号", uscc=lane), report("备案2号", uscc=lane))
    await desk.send()
    for each in (first, second):
        await desk.answer(each, refused(""))
    assert str(second) in await terminal.said("rejections", REPORTED, "-", *FILING)
    assert "已作废" in await terminal.said("void", first, *FILING, *WHY)
    (again,) = (await terminal.json("resend", second, *FILING, *WHY))["filing"]
    assert again["state"] == "owed"
    assert [letter.code for letter in await desk.send()] == ["VOID", REPORTED]
    assert "NJT-EXC-1010" in await terminal.refused("void", first, *FILING, *WHY)


async def test_the_exchange_is_paused_and_resumed_in_the_services_that_are_named(terminal: Terminal) -> None:
    desk = terminal.desk
    assert "filing\u3000已暂停" in await terminal.said("pause", *FILING, *WHY)
    await desk.owe(report("备案1号"))
    assert await desk.send() == []
    assert "NJT-EXC-1005" in await terminal.refused("pause", *FILING, *WHY)
    resumed = await terminal.said("resume", "--rate", "50", *FILING)
    assert "filing\u3000恢复，每秒 50 条" in resumed
    assert "恢复中，每秒 50 条" in await terminal.said("status", *FILING)
    desk.forward(seconds=1)
    assert len(await desk.send()) == 1
    again = await terminal.json("pause", *FILING, *WHY)
    assert again["filing"]["reason"] == "更名"
