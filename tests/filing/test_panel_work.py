"""A panel in its database and over HTTP: convened, completed, scored at the same moment, from acceptance to verdict."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.filing.domain.panel import AlreadyConvened
from services.filing.domain.sheet import Marks
from services.filing.domain.stages import FilingState
from services.filing.handlers.panels import OnPanel, enter_paper_sheet
from shared.policy import Policy
from tests.builders import AT, CITY, DISTRICT, OTHER_DISTRICT
from tests.filing.panelwork import (
    a_panel,
    a_sheet,
    a_veto,
    accepted,
    an_accepted,
    an_expert,
    appointed,
    call,
    convened,
    marks_of,
    officer,
    score,
    scorer,
)
from tests.filing.works import EVERYTHING, FilingWorks, keep
from tests.interfaces import Headers, Interfaces, fresh_key


@pytest.fixture
def sheets(policy: Policy) -> Any:
    """Makes the body of a sheet with a total."""
    rubric = policy.rubric(AT.date())

    def body(total: int = 86, **more: Any) -> dict[str, Any]:
        return {"marks": marks_of(total, rubric), **more}

    return body


async def test_what_is_kept_of_a_panel_comes_back(works: FilingWorks, policy: Policy) -> None:
    filing = an_accepted()
    panel = a_panel(filing, policy, [an_expert(subject=f"expert-{uuid4()}") for _ in range(3)])
    marks = marks_of(80, policy.rubric(AT.date()))
    for member in panel.members:
        panel.enter(a_sheet(member.expert_id, marks, vetoes=(a_veto(),), comment="可"), policy)
    panel.conclude(filing, policy, at=AT)
    async with works(EVERYTHING) as work:
        work.panels.add(panel)
    async with works(EVERYTHING) as work:
        found = await work.panels.get(panel.id)
        mine = await work.panels.of_subject(panel.members[0].subject or "", cursor=None, size=10)
    assert vars(found) == vars(panel)
    assert [each.id for each in mine.items] == [panel.id]


async def test_of_two_panels_convened_for_one_round_at_the_same_moment_one_stays(
    works: FilingWorks, policy: Policy
) -> None:
    filing = an_accepted()
    await keep(works, filing)

    async def convene() -> None:
        async with works(EVERYTHING) as work:
            work.panels.add(a_panel(filing, policy))

    ended = await asyncio.gather(*(convene() for _ in range(4)), return_exceptions=True)
    assert [type(each) for each in ended if each] == [AlreadyConvened] * 3
    async with works(EVERYTHING) as work:
        assert len(await work.panels.of_filing(filing.id)) == 1


async def test_an_officer_convenes_a_panel_once_in_a_round(interfaces: Interfaces) -> None:
    case = await accepted(interfaces)
    panel = await convened(case)
    assert (panel["round"], panel["convened_by"], panel["outcome"]) == (1, DISTRICT, None)
    assert panel["recusal_relations"] == ["任职", "近亲属", "师生", "师徒", "同事"]
    again = await call(case, [await appointed(interfaces) for _ in range(3)])
    assert (again.status_code, again.json()["code"]) == (409, "NJT-FIL-1210")


async def test_the_same_call_under_the_same_key_convenes_once(interfaces: Interfaces) -> None:
    case, other = await accepted(interfaces), await accepted(interfaces)
    body = {"members": [{"expert_id": (await appointed(interfaces))["id"]} for _ in range(3)]}
    headers = officer(interfaces) | fresh_key()
    path = f"/v1/filings/{case.id}/panel"
    first, again = [await interfaces.filing.post(path, headers=headers, json=body) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    elsewhere = await interfaces.filing.post(f"/v1/filings/{other.id}/panel", headers=headers, json=body)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (409, "NJT-GEN-1001")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"employer": "测试甲公司"}, "NJT-FIL-1207"),
        ({"recused_from": "own"}, "NJT-FIL-1207"),
        ({"organ": OTHER_DISTRICT}, "NJT-FIL-1201"),
    ],
)
async def test_who_may_not_assess_is_refused_over_http(
    interfaces: Interfaces, changes: dict[str, Any], code: str
) -> None:
    case = await accepted(interfaces)
    more = changes | ({"recused_from": [case.uscc]} if "recused_from" in changes else {})
    experts = [await appointed(interfaces), await appointed(interfaces), await appointed(interfaces, **more)]
    answer = await call(case, experts)
    assert answer.json()["code"] == code


async def test_a_district_calls_experts_of_the_city(interfaces: Interfaces) -> None:
    case = await accepted(interfaces)
    experts = [await appointed(interfaces, organ=organ) for organ in (CITY, CITY, DISTRICT)]
    assert (await call(case, experts)).status_code == 201


async def test_only_the_handling_organ_convenes_completes_and_enters(
    interfaces: Interfaces, sheets: Any
) -> None:
    case = await accepted(interfaces)
    refused = await call(case, [await appointed(interfaces) for _ in range(3)], organ=CITY)
    assert (refused.status_code, refused.json()["code"]) == (403, "NJT-FIL-1007")
    panel = await convened(case)
    expert_id = panel["members"][0]["expert_id"]
    answer = await score(interfaces, panel, officer(interfaces, CITY), sheets(expert_id=expert_id))
    assert (answer.status_code, answer.json()["code"]) == (403, "NJT-FIL-1007")


async def test_a_member_steps_aside_before_it_has_scored(interfaces: Interfaces, sheets: Any) -> None:
    panel = await convened(await accepted(interfaces))
    leaving, other = panel["members"][0]["expert_id"], panel["members"][1]["expert_id"]
    entering = await appointed(interfaces, name="测试专家丁")
    body = {"leaving": leaving, "reason": "临时出差", "entering": {"expert_id": entering["id"]}}

    async def ask(seen: int, **changes: Any) -> Any:
        return await interfaces.filing.post(
            f"/v1/panels/{panel['id']}/replacement",
            headers=officer(interfaces) | {"If-Match": f'"{seen}"'},
            json=body | changes,
        )

    replaced = await ask(1)
    assert replaced.json()["members"][0]["expert_id"] == entering["id"]
    assert replaced.json()["withdrawn"][0]["expert_id"] == leaving
    assert (await ask(1)).status_code == 412
    answer = await score(interfaces, replaced.json(), officer(interfaces), sheets(expert_id=other))
    refused = await ask(answer.json()["version"], leaving=other)
    assert (refused.status_code, refused.json()["code"]) == (409, "NJT-FIL-1214")


async def test_an_expert_enters_its_own_sheet_and_nobody_elses(interfaces: Interfaces, sheets: Any) -> None:
    subject = f"expert-{uuid4()}"
    panel = await convened(await accepted(interfaces), subject, None, None)
    stranger = await score(interfaces, panel, scorer(interfaces, "expert-unknown"), sheets())
    assert (stranger.status_code, stranger.json()["code"]) == (403, "NJT-FIL-1211")
    paper = sheets(expert_id=panel["members"][1]["expert_id"])
    assert (await score(interfaces, panel, scorer(interfaces, subject), paper)).status_code == 403
    own = await score(interfaces, panel, scorer(interfaces, subject), sheets())
    assert [each["entered_by"] for each in own.json()["sheets"]] == [subject]
    twice = await score(interfaces, own.json(), scorer(interfaces, subject), sheets())
    assert (twice.status_code, twice.json()["code"]) == (409, "NJT-FIL-1214")


async def test_a_wrong_sheet_is_refused_naming_what_is_wrong(interfaces: Interfaces, sheets: Any) -> None:
    panel = await convened(await accepted(interfaces))
    body = sheets(expert_id=panel["members"][0]["expert_id"])
    body["marks"] |= {"credit": 99, "charm": 3}
    answer = await score(interfaces, panel, officer(interfaces), body)
    assert (answer.status_code, answer.json()["code"]) == (422, "NJT-FIL-1212")
    assert answer.json()["extra"] == {"missing": [], "unknown": ["charm"], "out_of_range": ["credit 0–4"]}
    body = sheets(expert_id=body["expert_id"], vetoes=[{"item": "examiners", "reason": "不足"}])
    answer = await score(interfaces, panel, officer(interfaces), body)
    assert (answer.status_code, answer.json()["code"]) == (422, "NJT-FIL-1213")


async def test_a_case_that_was_withdrawn_is_not_scored_any_more(interfaces: Interfaces, sheets: Any) -> None:
    case = await accepted(interfaces)
    panel = await convened(case)
    await case.done("withdrawal", case.applicant)
    body = sheets(expert_id=panel["members"][0]["expert_id"])
    answer = await score(interfaces, panel, officer(interfaces), body)
    assert (answer.status_code, answer.json()["code"]) == (409, "NJT-FIL-1006")


async def test_when_the_last_two_sheets_come_at_the_same_moment_one_concludes_and_none_is_lost(
    interfaces: Interfaces, sheets: Any
) -> None:
    for _ in range(3):
        case = await accepted(interfaces)
        panel = await convened(case)
        first, *others = (sheets(expert_id=each["expert_id"]) for each in panel["members"])
        panel = (await score(interfaces, panel, officer(interfaces), first)).json()

        at_once = await asyncio.gather(
            *(score(interfaces, panel, officer(interfaces), each) for each in others)
        )
        assert sorted(each.status_code for each in at_once) == [200, 412]
        assert {each.json().get("outcome") for each in at_once} == {None}

        answers = await asyncio.gather(
            *(_insisted(interfaces, panel["id"], officer(interfaces), each) for each in others)
        )
        assert sorted(each["outcome"] or "" for each in answers) == ["", "passed"]
        latest = await _read(interfaces, panel["id"])
        assert len(latest["sheets"]) == 3
        assert latest["tally"]["total"] == 258
        filing = (await case.read(case.applicant)).json()
        assert (filing["state"], filing["rounds"]) == ("passed", 1)


async def _insisted(interfaces: Interfaces, panel_id: str, who: Headers, body: dict[str, Any]) -> Any:
    """Read and enter until it is in, as a client does that was told somebody else was quicker."""
    while True:
        panel = await _read(interfaces, panel_id)
        if any(each["expert_id"] == body["expert_id"] and each["scored"] for each in panel["members"]):
            return {"outcome": None}
        answer = await score(interfaces, panel, who, body)
        if answer.status_code != 412:
            assert answer.status_code == 200, answer.text
            return answer.json()


async def _read(interfaces: Interfaces, panel_id: str) -> dict[str, Any]:
    answer = await interfaces.filing.get(f"/v1/panels/{panel_id}", headers=officer(interfaces))
    panel: dict[str, Any] = answer.json()
    return panel


async def test_the_last_sheet_and_the_verdict_are_written_together_or_not_at_all(
    works: FilingWorks, policy: Policy
) -> None:
    filing = an_accepted()
    panel = a_panel(filing, policy)
    marks = marks_of(90, policy.rubric(AT.date()))
    for member in panel.members[:2]:
        panel.enter(a_sheet(member.expert_id, marks), policy)
    async with works(EVERYTHING) as work:
        work.filings.add(filing)
        work.panels.add(panel)

    command = OnPanel(panel_id=panel.id, seen=1, actor="officer", organ=DISTRICT)

    async def enter_and_fail() -> None:
        async with works(EVERYTHING) as work:
            await enter_paper_sheet(command, panel.members[2].expert_id, Marks(marks=marks), work)
            raise RuntimeError("the power went out")

    with pytest.raises(RuntimeError, match="power"):
        await enter_and_fail()
    async with works(EVERYTHING) as work:
        assert len((await work.panels.get(panel.id)).sheets) == 2
        assert (await work.filings.get(filing.id)).state is FilingState.ACCEPTED


async def test_a_panel_nobody_knows_is_not_there(interfaces: Interfaces) -> None:
    answer = await interfaces.filing.get(f"/v1/panels/{UUID(int=7)}", headers=officer(interfaces))
    assert (answer.status_code, answer.json()["code"]) == (404, "NJT-FIL-1204")
