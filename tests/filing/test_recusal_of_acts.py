"""Who keeps away from a body has no hand in anything that its organ decides about it, not only in its cases."""

from typing import Any

import pytest

from services.filing.domain.obligation import ObligationKind
from services.filing.domain.officer import Recusal
from shared.clock import StoryClock
from shared.identity import Permission
from tests.builders import AT, DISTRICT
from tests.filing.campaign.play import Play
from tests.filing.network import appointed
from tests.filing.recordwork import Record, kept, on_record, owed
from tests.filing.works import EVERYTHING, FilingWorks
from tests.interfaces import Headers, Interfaces, fresh_key

RECUSED = (403, "NJT-FIL-1409")
WHY = {"reason": "不再具备条件"}


@pytest.fixture
async def record(interfaces: Interfaces, story: StoryClock) -> Record:
    story.set(AT)
    return await on_record(interfaces)


@pytest.fixture
async def recused(works: FilingWorks, record: Record) -> Headers:
    """An officer of the organ that filed it, who keeps away from it."""
    recusal = Recusal(uscc=record.institution.uscc, reason="近亲属任职")
    officer = await appointed(works, DISTRICT, recusals=(recusal,))
    granted = (Permission.ASSESS, Permission.READ_REGISTER, Permission.ACKNOWLEDGE)
    return record.interfaces.bearer(*granted, organ=DISTRICT, subject=officer.subject)


@pytest.mark.parametrize("step", ["suspension", "revocation", "removal", "cancellation"])
async def test_n3_2_it_decides_nothing_about_the_record(record: Record, recused: Headers, step: str) -> None:
    answer = await record.ask(step, WHY, who=recused)
    assert (answer.status_code, answer.json()["code"]) == RECUSED
    assert (await kept(record.interfaces, record.institution.id)).version == 1


async def test_n3_2_it_resumes_nothing(record: Record, recused: Headers) -> None:
    await record.done("suspension", WHY)
    answer = await record.ask("resumption", {}, who=recused)
    assert (answer.status_code, answer.json()["code"]) == RECUSED


async def test_n3_2_it_enters_no_integrity_record(record: Record, recused: Headers) -> None:
    body = {"uscc": record.institution.uscc, "name": record.institution.name, "reason": "提交虚假材料"}
    http = record.interfaces.filing
    answer = await http.post("/v1/integrity-records", headers=recused | fresh_key(), json=body)
    assert (answer.status_code, answer.json()["code"]) == RECUSED


async def test_n3_2_it_reports_nothing_as_done(record: Record, recused: Headers) -> None:
    async with record.interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        due = owed(record.institution, ObligationKind.HAND_OVER, work)
        work.obligations.add(due)
    path = f"/v1/obligations/{due.id}/settlement"
    answer = await record.interfaces.filing.post(
        path, headers=recused | {"If-Match": '"1"'}, json={"note": "已发放"}
    )
    assert (answer.status_code, answer.json()["code"]) == RECUSED


async def test_n3_6_it_re_determines_no_scope_alone_or_among_many(
    record: Record, recused: Headers, works: FilingWorks
) -> None:
    play = Play(interfaces=record.interfaces, works=works)
    key = await play.open()
    review = await play.review_of(key, record.institution)
    ruling: dict[str, Any] = {"confirmed": review["items"]}
    for step, body in (("decision", ruling), ("refresh", None)):
        answer = await play.step(review, step, recused, body)
        assert (answer.status_code, answer.json()["code"]) == RECUSED
    many = (await play.confirm(key, [review["id"]], recused)).json()
    assert [each["code"] for each in many["rows"]] == ["NJT-FIL-1409"]
    assert (await play.decide(review, **ruling)).status_code == 200
    closed = await play.http.post(
        f"/v1/campaigns/{key}/closing",
        headers=play.city | {"If-Match": f'"{(await play.campaign(key))["version"]}"'},
        json={"forced_because": "测试结束"},
    )
    assert closed.status_code == 200
