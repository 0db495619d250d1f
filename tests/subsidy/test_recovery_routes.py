"""Recoveries over HTTP: who may do what, what each of them sees, and what the province is told."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from shared.clock import StoryClock
from shared.contracts.province import MessageCode, SubsidyRecoveredReport
from shared.identity import Permission
from shared.persistence.security import enter_everywhere
from shared.province.intents import payload_of
from tests.interfaces import Headers, fresh_key
from tests.shared.documents.pdf import Pdf
from tests.subsidy.builders import lathe
from tests.subsidy.claiming import ORGAN
from tests.subsidy.desk import ACCOUNT, Desk, approved, opened
from tests.subsidy.registry import job

PATH = "/v1/recoveries"


async def paid(desk: Desk, story: StoryClock) -> dict[str, Any]:
    """A claim of two certificates, 4,100 yuan, paid by the bank; its organ's recoveries begin here."""
    await desk.make(f"/v1/payees/{desk.employer.key}", desk.own, ACCOUNT)
    claim = await approved(desk, story, await opened(desk))
    desk.employer.works.at = story.now()
    await desk.employer.settled(await desk.employer.released())
    made: dict[str, Any] = await desk.read(f"/v1/claims/{claim['id']}", desk.officer())
    assert made["state"] == "paid"
    return made


def asked(claim: dict[str, Any], **changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "cause": "error",
        "items": [{"item_id": each["id"]} for each in claim["items"]],
        "reason": "核查发现发放有误",
        "evidence": ["核查记录 2024-001"],
    }
    return body | changes


async def told_the_province(desk: Desk, uscc: str) -> list[SubsidyRecoveredReport]:
    runtime = desk.interfaces.suite.runtimes["subsidy"]
    async with runtime.engine.connect() as connection, connection.begin():
        await enter_everywhere(connection)
        rows = await connection.execute(
            text("SELECT payload FROM exchange_intent WHERE code = :code AND lane = :lane ORDER BY sequence"),
            {"code": MessageCode.SUBSIDY_RECOVERED.value, "lane": uscc},
        )
        return [SubsidyRecoveredReport.model_validate(payload_of(row.payload)) for row in rows]


async def noticed(desk: Desk, claim: dict[str, Any]) -> dict[str, Any]:
    recovery = await desk.make(PATH, desk.officer(), asked(claim))
    return await desk.act(f"{PATH}/{recovery['id']}/notice", desk.accountant(), recovery)


async def test_a_proposal_over_http_is_previewed_opened_noticed_and_answered(
    desk: Desk, story: StoryClock
) -> None:
    claim = await paid(desk, story)
    body = {"items": [{"item_id": each["id"]} for each in claim["items"]]}
    preview = await desk.client.post(f"{PATH}/preview", headers=desk.officer(), json=body)
    (prospect,) = preview.json()["recoveries"]
    assert (prospect["due_fen"], prospect["uscc"]) == (410_000, desk.employer.uscc)
    assert {(each["effect"], each["remaining_fen"] == each["asked_fen"]) for each in prospect["items"]} == {
        ("recover", True)
    }
    recovery = await desk.make(PATH, desk.officer(), asked(claim))
    path = f"{PATH}/{recovery['id']}"
    assert (recovery["state"], recovery["due_fen"], recovery["version"]) == ("proposed", 410_000, 1)
    notice = await desk.act(f"{path}/notice", desk.accountant(), recovery)
    assert notice["notice"]["amount_fen"] == 410_000
    said = await desk.act(f"{path}/statement", desk.own, notice, {"text": "材料齐全，请复核"})
    answer = {"upheld": False, "answer": "复核后维持"}
    final = await desk.act(f"{path}/answer", desk.officer(), said, answer)
    assert (final["state"], final["statement"]["text"]) == ("due", "材料齐全，请复核")


async def test_money_over_http_comes_in_once_and_what_is_given_up_takes_two_and_the_province_is_told(
    desk: Desk, story: StoryClock
) -> None:
    notice = await noticed(desk, await paid(desk, story))
    path = f"{PATH}/{notice['id']}"
    planned = await planned_in_two(desk, story, path, notice)
    money = {"amount_fen": 200_000, "received_on": str(story.now().date()), "reference": f"R-{path[-12:]}"}
    first = await desk.act(f"{path}/repayments", desk.accountant(), planned, money)
    again = await desk.act(f"{path}/repayments", desk.accountant(), planned, money)
    assert (again["version"], again["remaining_fen"]) == (first["version"], 210_000)
    over = {**money, "amount_fen": 210_001, "reference": "R-over"}
    refused = await desk.ask(f"{path}/repayments", desk.accountant(), first["version"], over)
    assert (refused.status_code, refused.json()["code"]) == (409, "NJT-SUB-1812")
    asked_for = await desk.act(f"{path}/write-off", desk.accountant(), first, {"reason": "无可供执行财产"})
    same = await desk.ask(f"{path}/write-off/confirmation", desk.accountant(), asked_for["version"])
    assert (same.status_code, same.json()["code"]) == (403, "NJT-SUB-1010")
    gone = await desk.act(f"{path}/write-off/confirmation", desk.accountant("accountant-b"), asked_for)
    assert (gone["state"], gone["recovered_fen"], gone["written_off_fen"]) == (
        "written_off",
        200_000,
        210_000,
    )
    entries = [(each["kind"], each["amount_fen"]) for each in (await desk.read(path, desk.own))["entries"]]
    assert entries == [("repaid", 200_000), ("written_off", 210_000)]
    reports = await told_the_province(desk, desk.employer.uscc)
    assert [(each.how, each.amount_fen, each.remaining_fen) for each in reports] == [
        ("repaid", 200_000, 210_000),
        ("written_off", 210_000, 0),
    ]
    assert {each.recovery_id for each in reports} == {UUID(notice["id"])}


async def planned_in_two(desk: Desk, story: StoryClock, path: str, notice: dict[str, Any]) -> dict[str, Any]:
    day = story.now().date() + timedelta(days=30)
    parts = [
        {"due_on": str(day), "amount_fen": 200_000},
        {"due_on": str(day + timedelta(days=30)), "amount_fen": 210_000},
    ]
    return await desk.act(f"{path}/plan", desk.accountant(), notice, {"instalments": parts})


async def test_the_debtor_sees_nothing_before_the_notice_and_everything_after_it(
    desk: Desk, story: StoryClock
) -> None:
    claim = await paid(desk, story)
    recovery = await desk.make(PATH, desk.officer(), asked(claim, cause="fraud"))
    path = f"{PATH}/{recovery['id']}"
    assert (await desk.client.get(path, headers=desk.own)).status_code == 404
    assert (await desk.client.get(f"{path}/notice", headers=desk.own)).status_code == 404
    assert (await desk.read(PATH, desk.own))["items"] == []
    early = await desk.ask(f"{path}/statement", desk.own, 1, {"text": "没有收到通知"})
    assert early.status_code == 404
    none_yet = await desk.client.get(f"{path}/notice.pdf", headers=desk.officer())
    assert (none_yet.status_code, none_yet.json()["code"]) == (409, "NJT-SUB-1816")
    await desk.act(f"{path}/notice", desk.accountant(), recovery)
    assert [each["id"] for each in (await desk.read(PATH, desk.own))["items"]] == [recovery["id"]]
    document = await desk.read(f"{path}/notice", desk.own)
    paper = await desk.client.get(f"{path}/notice.pdf", headers=desk.own)
    assert paper.headers["content-type"] == "application/pdf"
    assert document["number"] in Pdf(paper.content).text
    stranger = desk.interfaces.bearer(Permission.CLAIM, Permission.READ_REGISTER, holder="91320106MA0000002W")
    assert (await desk.client.get(path, headers=stranger)).status_code == 404


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("notice", None),
        ("plan", {"instalments": [{"due_on": "2024-12-31", "amount_fen": 1}]}),
        ("repayments", {"amount_fen": 1, "received_on": "2024-06-03", "reference": "R"}),
        ("write-off", {"reason": "无"}),
        ("write-off/confirmation", None),
        ("write-off/refusal", {"reason": "无"}),
    ],
)
async def test_money_is_for_accountants(desk: Desk, act: str, body: Any) -> None:
    for who in (desk.own, desk.officer()):
        refused = await desk.ask(f"{PATH}/{UUID(int=1)}/{act}", who, 1, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "NJT-IDN-0403")


@pytest.mark.parametrize("act", ["cancellation", "answer", "received-statement"])
async def test_looking_into_it_is_for_officers(desk: Desk, act: str) -> None:
    bodies = {
        "cancellation": {"reason": "无"},
        "answer": {"upheld": False, "answer": "无"},
        "received-statement": {"text": "无", "of": "无"},
    }
    for who in (desk.own, desk.accountant()):
        refused = await desk.ask(f"{PATH}/{UUID(int=1)}/{act}", who, 1, bodies[act])
        assert (refused.status_code, refused.json()["code"]) == (403, "NJT-IDN-0403")


async def test_another_district_does_not_see_it_and_the_city_does(desk: Desk, story: StoryClock) -> None:
    notice = await noticed(desk, await paid(desk, story))
    path = f"{PATH}/{notice['id']}"

    def of(organ: str) -> Headers:
        return desk.interfaces.bearer(Permission.READ_REGISTER, Permission.PAY_CLAIMS, organ=organ)

    assert (await desk.client.get(path, headers=of("320106"))).status_code == 404
    assert (await desk.read(path, of("320100")))["organ"] == ORGAN


async def test_a_stale_version_changes_nothing_and_none_is_asked_for(desk: Desk, story: StoryClock) -> None:
    notice = await noticed(desk, await paid(desk, story))
    path = f"{PATH}/{notice['id']}/repayments"
    money = {"amount_fen": 1, "received_on": "2024-06-03", "reference": f"S-{notice['id']}"}
    stale = await desk.ask(path, desk.accountant(), 1, money)
    assert (stale.status_code, stale.json()["code"]) == (412, "NJT-GEN-0412")
    missing = await desk.client.post(path, headers=desk.accountant(), json=money)
    assert missing.status_code == 428


async def test_opening_twice_with_one_key_opens_once(desk: Desk, story: StoryClock) -> None:
    claim = await paid(desk, story)
    headers = desk.officer() | fresh_key()

    async def sent(body: dict[str, Any]) -> httpx.Response:
        return await desk.client.post(PATH, headers=headers, json=body)

    first, again = await sent(asked(claim)), await sent(asked(claim))
    assert (first.status_code, again.json()) == (201, first.json())
    assert (await sent(asked(claim, reason="另一事由"))).status_code == 409


async def test_lists_are_filtered_paged_and_show_what_is_overdue(desk: Desk, story: StoryClock) -> None:
    notice = await noticed(desk, await paid(desk, story))
    worker = desk.interfaces.suite.workers["subsidy"]
    until = datetime.fromisoformat(notice["notice"]["statement_until"])
    story.set(until + timedelta(days=1))
    await worker.do_job(job("make-notices-final"))
    mine = {each["id"] for each in await listed(desk, state="due", cause="error")}
    assert notice["id"] in mine
    assert notice["id"] not in {each["id"] for each in await listed(desk, overdue="true")}
    story.set(until + timedelta(days=90))
    await worker.do_job(next(each for each in worker.jobs if each.name == "watch-instalments"))
    (late,) = [each for each in await listed(desk, overdue="true") if each["id"] == notice["id"]]
    assert late["overdue_since"] is not None


async def listed(desk: Desk, **wanted: str) -> list[dict[str, Any]]:
    """Every page of the officers' list."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        params = {**wanted, "size": "2", **({"cursor": cursor} if cursor else {})}
        page = (await desk.client.get(PATH, headers=desk.officer(), params=params)).json()
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


async def test_balances_show_what_is_due_back(desk: Desk, story: StoryClock) -> None:
    def due(view: dict[str, Any]) -> int:
        return sum(each["balance_fen"] for each in view["items"] if each["account"] == "due_back")

    before = due(await desk.read(f"/v1/ledger/balances?organ={ORGAN}", desk.accountant()))
    await noticed(desk, await paid(desk, story))
    after = await desk.read(f"/v1/ledger/balances?organ={ORGAN}", desk.accountant())
    assert due(after) - before == 410_000
    assert after["debits_fen"] == after["credits_fen"]


async def test_a_revoked_institution_is_listed_for_the_officer(desk: Desk, story: StoryClock) -> None:
    await paid(desk, story)
    async with desk.employer.works() as work:
        institution = await work.institutions.get(desk.employer.key)
        institution.standing = type(institution.standing)("revoked")
    shown = await desk.read(f"{PATH}/sanctioned", desk.officer())
    (own,) = [each for each in shown["items"] if each["institution_id"] == str(desk.employer.key)]
    assert (own["amount_fen"], own["certificates"]) == (410_000, 2)
    preview = await desk.read(f"{PATH}/sanctioned/{desk.employer.key}?since=2024-01-01", desk.officer())
    assert [each["due_fen"] for each in preview["recoveries"]] == [410_000]


async def test_an_order_shows_what_it_keeps_back(desk: Desk, story: StoryClock) -> None:
    notice = await noticed(desk, await paid(desk, story))
    story.set(datetime.fromisoformat(notice["notice"]["statement_until"]) + timedelta(days=1))
    await desk.interfaces.suite.workers["subsidy"].do_job(job("make-notices-final"))
    numbers = [str(each) for each in await desk.employer.certified(lathe(4))]
    wanted = {"institution_id": str(desk.employer.key), "certificate_numbers": numbers}
    await approved(desk, story, await desk.make("/v1/claims", desk.own, wanted))
    batch = await desk.make("/v1/payment-batches", desk.accountant(), {})
    orders = (await desk.read(f"/v1/payment-batches/{batch['id']}/orders", desk.accountant()))["items"]
    (own,) = [each for each in orders if each["uscc"] == desk.employer.uscc]
    assert (own["amount_fen"], own["offset_fen"]) == (0, 150_000)
    assert own["offsets"] == [{"recovery_id": notice["id"], "amount_fen": 150_000}]
    assert batch["offset_fen"] >= 150_000
