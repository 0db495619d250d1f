"""`njt exchange status|search|show|read|parked`: what an operator is told."""

from uuid import uuid4

from rich.cells import cell_len

from cli.suite.database import SERVICES
from shared.messaging.consumer import Incoming
from tests.builders import DISTRICT, a_uscc
from tests.cli.exchange.conftest import Terminal
from tests.shared.province.exchange import report
from tests.shared.province.letters import ACCEPTED, DONE, REPORTED, refused, rejected


async def test_status_counts_what_is_how_far_in_every_service(terminal: Terminal) -> None:
    desk = terminal.desk
    intent, _ = await desk.owe(*sorted([report("备案1号"), report("备案2号")], key=lambda it: it.lane))
    await desk.send()
    await desk.answer(intent, ACCEPTED, rejected())
    lane = a_uscc()
    await desk.take(desk.province.write(sequence=3, lane=lane))
    desk.forward(minutes=6)
    await desk.worker.chaser.ask_missing()
    await desk.acted("/pause")
    found = await terminal.json("status")
    assert set(found) == set(SERVICES)
    (kind,) = found["filing"]["kinds"]
    assert (kind["code"], kind["delivered"], kind["rejected"]) == (REPORTED, 1, 1)
    said = await terminal.said("status", "--service", "filing")
    for each in (
        "filing → 320000",
        REPORTED,
        DISTRICT,
        f"缺号 · missing\u3000{lane}\u30001–2，已催 1 次",
        "已暂停 · paused\u3000测试员甲：夜班处理",
    ):
        assert each in said


async def test_nothing_is_cut_off_at_a_hundred_columns(terminal: Terminal) -> None:
    desk, lane = terminal.desk, a_uscc()
    (intent,) = await desk.owe(report("备案1号" * 20, uscc=lane))
    await desk.send()
    await desk.answer(intent, ACCEPTED, rejected("NAME", "名称与登记不符" * 9))
    narrow = Terminal(base=terminal.base, secrets=terminal.secrets, desk=desk, columns=100)
    for command in (("status",), ("messages",), ("search", lane), ("rejections",)):
        said = await narrow.said(*command, "--service", "filing")
        assert ("…" in said, REPORTED in said) == (False, True), said
        assert max(map(cell_len, said.splitlines())) <= 100
    assert str(intent) in await narrow.said("messages", "--service", "filing")


async def test_what_was_mended_is_no_row_of_the_counts(terminal: Terminal) -> None:
    desk = terminal.desk
    (intent,) = await desk.owe(report("备案1号"))
    await desk.send()
    await desk.answer(intent, ACCEPTED, rejected("NAME", "名称与登记不符"))
    assert REPORTED in await terminal.said("status", "--service", "filing")
    change = {"changes": [{"field": "name", "to": "南京测试甲公司"}], "reason": "更名"}
    await desk.change("UPDATE exchange_intent SET organ = 'elsewhere'")
    await desk.acted(f"/intents/{intent}/mend", change)
    said = await terminal.said("status", "--service", "filing")
    assert (DISTRICT in said, "elsewhere" in said) == (True, False)


async def test_a_message_is_found_by_a_number_and_its_walk_is_drawn(terminal: Terminal) -> None:
    desk, lane = terminal.desk, a_uscc()
    (intent,) = await desk.owe(report("备案1号", uscc=lane))
    await desk.send()
    await desk.answer(intent, ACCEPTED, DONE)
    said = await terminal.said("search", "备案1号")
    assert (REPORTED in said, "→ 省" in said, f"{lane} #1" in said) == (True, True, True)
    found = await terminal.json("search", "--id", intent)
    assert [line["code"] for line in found["filing"]] == ["RECEIPT", "RECEIPT", REPORTED]
    assert found["subsidy"] == []
    walk = await terminal.said("show", intent)
    places = [line["place"] for line in found["filing"]]
    for each in (
        "已办结",
        "应报 · owed",
        "事项 · case",
        "备案1号",
        *(f"台账号 · place {place}" for place in places),
    ):
        assert each in walk
    assert (await terminal.json("show", intent))["filing"]["state"] == "done"


async def test_a_walk_says_what_keeps_a_message_and_what_followed_it(terminal: Terminal) -> None:
    desk, lane = terminal.desk, a_uscc()
    first, _ = await desk.owe(report("备案1号", uscc=lane), report("备案2号", uscc=lane))
    await desk.send()
    await desk.answer(first, refused("PAYLOAD", "字段有误"))
    (behind,) = await desk.owe(report("备案3号", uscc=lane))
    assert "被同通道 #1 阻塞" in await terminal.said("show", behind)
    await desk.acted("/intents/void", {"ids": [str(first)], "reason": "另案办理"})
    walk = await terminal.said("show", first)
    assert "已作废" in walk
    assert "后继 · followed by" in walk


async def test_a_message_that_no_service_owes_is_not_found(terminal: Terminal) -> None:
    assert "NJT-EXC-1009" in await terminal.refused("show", uuid4())


async def test_what_crossed_is_read_masked_or_with_a_reason(terminal: Terminal) -> None:
    await terminal.desk.take(terminal.desk.province.write())
    (line,) = (await terminal.json("search"))["filing"]
    masked = await terminal.said("read", line["place"], "--service", "filing")
    plain = await terminal.said("read", line["place"], "--service", "filing", "--reason", "核对")
    assert ('"raw": null' in masked, '"raw": null' in plain) == (True, False)


async def test_parked_messages_are_listed_and_given_up(terminal: Terminal) -> None:
    await terminal.desk.worker.exchange.process([Incoming(body=b"no message")])
    for _ in range(8):
        terminal.desk.forward(hours=2)
        await terminal.desk.retry()
    (waiting,) = (await terminal.json("parked"))["filing"]
    assert waiting["id"] in await terminal.said("parked")
    masked = await terminal.said("read", waiting["id"], "--service", "filing")
    assert ("no message" in masked, "--reason" in masked) == (False, True)
    assert '"raw": "no message"' in await terminal.said(
        "read", waiting["id"], "--service", "filing", "--reason", "核对"
    )
    chosen = (waiting["id"], "--service", "filing", "--reason", "不是报文")
    assert "将立即重试" in await terminal.said("replay", *chosen)
    assert "NJT-EXC-1053" in await terminal.refused("discard", *chosen), "it is not parked any more"
    for _ in range(8):
        terminal.desk.forward(hours=2)
        await terminal.desk.retry()
    assert "已弃置" in await terminal.said("discard", *chosen)
    assert (await terminal.json("parked"))["filing"] == []


async def test_who_may_not_is_told_so_and_who_is_nobody_too(terminal: Terminal) -> None:
    assert "NJT-IDN-0001" in await terminal.refused("search", "备案1号", client="night-watcher")
    assert await terminal.said("status", "--json", client="night-watcher")
    stranger = await terminal.refused("status", client="nobody-at-all")
    assert stranger == "invalid_client 客户端凭据有误 · The client credentials are wrong\n"


async def test_what_there_is_not_is_not_asked_for(terminal: Terminal) -> None:
    assert "没有服务 payroll" in await terminal.refused("status", "--service", "payroll")
    away = await terminal.refused("--base", "accounts=http://127.0.0.1:9", "status", "--service", "accounts")
    assert "NJT-GEN-0502" in away or "127.0.0.1:9" in away
    nowhere = await terminal.refused(
        "--base", f"accounts={terminal.base}/accounts", "status", "--service", "filing"
    )
    assert "没有 filing 的地址" in nowhere
