"""Going over the services: what each said is told, and what failed is named, whatever comes first."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from typer import Exit

from cli.exchange.calling import CallRefused, Calls, ServiceAway
from cli.exchange.rounds import go_over
from cli.suite.server import served
from tests.cli.exchange.conftest import Terminal
from tests.cli.exchange.test_batches import files_in
from tests.shared.province.exchange import report
from tests.shared.service.desk import Desk
from tests.shared.service.differing import DAY

NOWHERE = "http://127.0.0.1:9"
LOOKING = ("status", "search", "parked", "messages", "rejections", "differences")
WHY = ("--reason", "夜班处理")


def without(terminal: Terminal, service: str) -> tuple[str, ...]:
    return "--base", f"{terminal.base}/{{service}}", "--base", f"{service}={NOWHERE}"


def answering(**answers: Exception | str) -> Callable[[str], Awaitable[str]]:
    async def ask(name: str) -> str:
        answer = answers[name]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return ask


@pytest.mark.parametrize("command", LOOKING)
async def test_a_service_that_is_away_hides_none_of_the_others(terminal: Terminal, command: str) -> None:
    code, said = await terminal.run(*without(terminal, "filing"), command, "--json")
    assert code == 1
    assert all(f'"{name}":' in said for name in ("accounts", "subsidy", "supervision"))
    assert '"filing":' not in said
    assert (
        f"filing\u3000本市 filing 服务无法连接 · our own service filing cannot be reached（GET {NOWHERE}"
        in said
    )


async def test_without_accounts_it_says_that_our_own_service_is_away(terminal: Terminal) -> None:
    said = await terminal.refused(*without(terminal, "accounts"), "status", "--service", "filing")
    assert "取不到令牌，一事未办 · no token, and nothing was done" in said
    assert "our own service accounts cannot be reached" in said
    assert "other system" not in said


async def test_what_a_gateway_says_for_a_service_means_that_it_is_away(terminal: Terminal) -> None:
    async def bad(_: Request) -> PlainTextResponse:
        return PlainTextResponse("Bad Gateway", status_code=502)

    async with served(Starlette(routes=[Route("/{path:path}", bad, methods=["GET", "POST"])])) as gateway:
        there = ("--base", f"{terminal.base}/{{service}}")
        said = await terminal.refused(*there, "--base", f"subsidy={gateway}", "status")
        assert "our own service subsidy cannot be reached（HTTP 502）" in said
        said = await terminal.refused(*there, "--base", f"accounts={gateway}", "status")
        assert "no token, and nothing was done: 本市 accounts" in said


async def test_a_message_is_shown_though_another_service_is_away(terminal: Terminal) -> None:
    (intent,) = await terminal.desk.owe(report("备案1号"))
    assert "备案1号" in await terminal.said(*without(terminal, "subsidy"), "show", intent)
    said = await terminal.refused(*without(terminal, "filing"), "show", intent)
    assert "our own service filing" in said, "it may be there"


async def test_a_pause_is_ended_wherever_it_is_though_others_refuse(terminal: Terminal, office: Desk) -> None:
    assert office.service == "subsidy"
    await terminal.said("pause", "--service", "subsidy", *WHY)
    code, said = await terminal.run("pause", "--service", "subsidy", "--service", "filing", *WHY)
    assert (code, "filing\u3000已暂停" in said, "subsidy\u3000NJT-EXC-1005" in said) == (1, True, True)
    await terminal.said("resume", "--rate", 50, "--service", "filing")
    terminal.desk.forward(seconds=1)
    code, said = await terminal.run("resume", "--rate", 50)
    assert (code, "subsidy\u3000恢复，每秒 50 条" in said) == (1, True)
    assert "accounts\u3000NJT-EXC-1006" in said


async def test_a_day_is_begun_wherever_it_can_be(terminal: Terminal) -> None:
    terminal.desk.forward(days=1)
    code, said = await terminal.run(
        *without(terminal, "subsidy"),
        "reconcile",
        DAY,
        "--service",
        "subsidy",
        "--service",
        "filing",
        "--wait",
        0,
    )
    assert (code, DAY in said, "our own service subsidy" in said) == (1, True, True)


async def test_an_export_saves_what_was_made_though_another_service_is_away(
    terminal: Terminal, tmp_path: Path
) -> None:
    await terminal.desk.owe(report("备案1号"))
    code, said = await terminal.run(*without(terminal, "subsidy"), "export", "--out", tmp_path)
    assert (code, "our own service subsidy" in said) == (1, True)
    assert len(files_in(tmp_path)) == 1


async def test_a_batch_that_was_made_and_could_not_be_fetched_is_told_with_its_id(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, reason: str | None = None) -> bytes:
        raise ServiceAway(f"away: {reason}")

    await terminal.desk.owe(report("备案1号"))
    command = ("export", "--service", "filing", "--out", tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(Calls, "fetch", away)
        code, said = await terminal.run(*command)
    assert (code, "not saved: --again" in said, "filing\u3000away" in said) == (1, True, True)
    (batch,) = (await terminal.json("batches", "--service", "filing"))["filing"]
    assert batch["id"] in said
    await terminal.said(*command, "--again", batch["id"], "--reason", "未取回")
    assert len(files_in(tmp_path)) == 1


async def test_a_service_without_an_address_is_told_before_anything_is_done(terminal: Terminal) -> None:
    partly = ("--base", f"accounts={terminal.base}/accounts", "--base", f"filing={terminal.base}/filing")
    assert "没有 subsidy 的地址" in await terminal.refused(*partly, "pause", *WHY)
    assert (await terminal.json("status"))["filing"]["pause"] is None


async def test_a_service_that_is_away_is_not_asked_for_every_message_of_a_day(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ask = answering(a="done", b=CallRefused({"code": "NJT-EXC-1022"}), c=ServiceAway("away"), d="done")
    found = await go_over("abcd", ask, of_one=True)
    assert (found.said, list(found.failed), found.untried) == ({"a": "done"}, ["b", "c"], ["d"])
    with pytest.raises(Exit):
        found.end()
    assert "d\u3000未执行 · not tried" in capsys.readouterr().err


async def test_having_no_such_thing_is_a_failure_only_where_nobody_has_it() -> None:
    none = CallRefused({"code": "NJT-EXC-1051", "detail": "none"})
    found = await go_over("ab", answering(a=none, b="one"), none="NJT-EXC-1051")
    found.end()
    assert (found.said, list(found.without), found.failed) == ({"b": "one"}, ["a"], {})
    nowhere = await go_over("ab", answering(a=none, b=none), none="NJT-EXC-1051")
    with pytest.raises(Exit) as ended:
        nowhere.end()
    assert ended.value.exit_code == 1
