"""An expert of a panel declines before it has scored; the sheet of one found recused afterwards counts no more."""

import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.filing.domain.materials import NotHandedIn
from services.filing.domain.panel import (
    AlreadyScored,
    Declined,
    ExpertRecused,
    Member,
    NothingToVoid,
    NotOnPanel,
    Panel,
    PanelConcluded,
)
from services.filing.domain.stages import Act, FilingState, outcome
from shared.objects import key_of
from shared.policy import Policy, load_policy
from shared.settings import PolicySettings
from tests.builders import AT, a_material, a_verdict
from tests.filing.casework import PAPER
from tests.filing.panelwork import (
    a_panel,
    a_sheet,
    accepted,
    an_accepted,
    an_expert,
    appointed,
    convened,
    marks_of,
    officer,
    score,
    scorer,
)
from tests.filing.works import EVERYTHING
from tests.interfaces import Headers, Interfaces

MARK = '{ key = "expert.pass_score", value = 80, unit = "score", source = "assumption",'
RAISED = date(2024, 3, 11)


@pytest.fixture
def raised(tmp_path: Path) -> Policy:
    """The city's policy, were the mark to pass raised a week later."""
    folder = tmp_path / "raised"
    shutil.copytree(PolicySettings().folder, folder)
    parameters = folder / "parameters.toml"
    text = parameters.read_text(encoding="utf-8")
    assert MARK in text
    later = (
        MARK.replace("80", "90").removesuffix(",")
        + f', effective_from = {RAISED}, note = "评估合格分" }},\n  '
    )
    before = MARK + " effective_to = 2024-03-10,"
    parameters.write_text(text.replace(MARK, later + before), encoding="utf-8")
    return load_policy(folder)


def given(panel: Panel, policy: Policy, *totals: int) -> None:
    rubric = policy.rubric(panel.rubric_on)
    for member, total in zip(panel.members, totals, strict=False):
        panel.enter(a_sheet(member.expert_id, marks_of(total, rubric)), policy)


def another() -> Member:
    return Member(expert_id=uuid4(), name="测试专家乙", subject=None, statement="未申报回避关系")


def test_n1_2_a_panel_is_held_to_the_marks_of_the_day_whose_rubric_it_scores_by(raised: Policy) -> None:
    verdict = a_verdict(255)
    later = AT + timedelta(days=14)
    assert outcome(verdict, raised, rounds=0, day=AT.date()) is Act.PASS
    assert outcome(verdict, raised, rounds=0, day=later.date()) is Act.ASK_MENDING
    for at, state in ((AT, FilingState.PASSED), (later, FilingState.MENDING)):
        filing = an_accepted()
        panel = a_panel(filing, raised, at=at)
        given(panel, raised, 85, 85, 85)
        panel.conclude(filing, raised, at=later)
        assert panel.outcome is state


def test_who_declines_scores_no_more_and_the_panel_waits_for_another(policy: Policy) -> None:
    filing = an_accepted()
    panel = a_panel(filing, policy, [an_expert(subject=f"login-{each}") for each in range(3)])
    panel.decline("login-2", "时间冲突")
    with pytest.raises(Declined):
        panel.decline("login-2", "时间冲突")
    with pytest.raises(Declined):
        given(panel, policy, 85, 85, 85)
    assert len(panel.sheets) == 2
    assert not panel.complete
    with pytest.raises(NotOnPanel):
        panel.decline("login-9", "时间冲突")
    with pytest.raises(AlreadyScored):
        panel.decline("login-0", "时间冲突")
    gone = panel.members[2]
    panel.exchange(gone.expert_id, another(), "谢绝", at=AT)
    assert [each.declined for each in panel.members] == ["", "", ""]


def test_a_voided_sheet_counts_no_more_and_its_expert_comes_back_never(policy: Policy) -> None:
    filing = an_accepted()
    panel = a_panel(filing, policy)
    given(panel, policy, 100, 70)
    first, _, last = panel.members
    with pytest.raises(NothingToVoid):
        panel.void(last.expert_id, another(), "近亲属", at=AT)
    with pytest.raises(NotOnPanel):
        panel.void(uuid4(), another(), "近亲属", at=AT)
    panel.void(first.expert_id, entering := another(), "近亲属", at=AT)
    assert panel.members[0] == entering
    assert [each.total for each in panel.sheets] == [70]
    assert [(each.expert_id, each.voided) for each in panel.withdrawn] == [(first.expert_id, True)]
    with pytest.raises(ExpertRecused):
        panel.exchange(last.expert_id, first, "出差", at=AT)
    rubric = policy.rubric(panel.rubric_on)
    for member in (entering, last):
        panel.enter(a_sheet(member.expert_id, marks_of(70, rubric)), policy)
    panel.conclude(filing, policy, at=AT)
    assert panel.tally is not None
    assert panel.tally.total == 210
    with pytest.raises(PanelConcluded):
        panel.void(last.expert_id, another(), "近亲属", at=AT)
    with pytest.raises(NotOnPanel):
        panel.decline("nobody", "时间冲突")


async def act(
    interfaces: Interfaces, panel: dict[str, Any], step: str, *, who: Headers, body: dict[str, Any]
) -> httpx.Response:
    return await interfaces.filing.post(
        f"/v1/panels/{panel['id']}/{step}", headers=who | {"If-Match": f'"{panel["version"]}"'}, json=body
    )


async def test_over_http_one_declines_and_another_whose_sheet_is_voided_is_replaced(
    interfaces: Interfaces, policy: Policy
) -> None:
    logins = [f"expert-{uuid4()}" for _ in range(3)]
    panel = await convened(await accepted(interfaces), *logins)
    answer = await act(
        interfaces, panel, "declining", who=scorer(interfaces, logins[0]), body={"reason": "时间冲突"}
    )
    assert answer.status_code == 200, answer.text
    panel = answer.json()
    assert [each["declined"] for each in panel["members"]] == ["时间冲突", "", ""]
    sheet = {"marks": marks_of(86, policy.rubric(AT.date()))}
    refused = await score(interfaces, panel, scorer(interfaces, logins[0]), sheet)
    assert (refused.status_code, refused.json()["code"]) == (409, "NJT-FIL-1216")
    panel = (await score(interfaces, panel, scorer(interfaces, logins[1]), sheet)).json()
    new = await appointed(interfaces, name="测试专家乙")
    body = {"reason": "近亲属在申请单位任职", "entering": {"expert_id": new["id"]}}
    leaving = {each["name"]: each["expert_id"] for each in panel["members"]}
    refused = await act(
        interfaces, panel, "voiding", who=officer(interfaces), body=body | {"leaving": leaving["测试专家3"]}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "NJT-FIL-1217")
    answer = await act(
        interfaces, panel, "voiding", who=officer(interfaces), body=body | {"leaving": leaving["测试专家2"]}
    )
    assert answer.status_code == 200, answer.text
    panel = answer.json()
    assert [(each["name"], each["scored"]) for each in panel["members"]] == [
        ("测试专家1", False),
        ("测试专家乙", False),
        ("测试专家3", False),
    ]
    assert [(each["name"], each["voided"]) for each in panel["withdrawn"]] == [("测试专家2", True)]


async def test_an_expert_opens_the_documents_of_the_case_while_its_panel_is_open(
    interfaces: Interfaces,
) -> None:
    await interfaces.suite.apps["filing"].state.objects.put(key_of(PAPER), PAPER)
    paper = replace(a_material("management_rules"), sha256=key_of(PAPER))
    pledged = a_material("application_form", pledged=True)
    case = await accepted(interfaces, materials=(paper, pledged))
    logins = [f"expert-{uuid4()}" for _ in range(3)]
    panel = await convened(case, *logins)

    async def opened(login: str, kind: str = "management_rules") -> httpx.Response:
        path = f"/v1/panels/{panel['id']}/materials/{kind}"
        return await interfaces.filing.get(path, headers=scorer(interfaces, login))

    answer = await opened(logins[0])
    assert (answer.status_code, answer.content) == (200, PAPER)
    assert answer.headers["content-disposition"].startswith("attachment")
    for login, kind, code in (
        (f"expert-{uuid4()}", "management_rules", "NJT-FIL-1211"),
        (logins[0], "application_form", NotHandedIn.code),
        (logins[0], "premises_and_equipment", NotHandedIn.code),
    ):
        assert (await opened(login, kind)).json()["code"] == code
    panel = (
        await act(interfaces, panel, "declining", who=scorer(interfaces, logins[2]), body={"reason": "冲突"})
    ).json()
    assert (await opened(logins[2])).json()["code"] == "NJT-FIL-1211"
    async with interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        kept = await work.panels.get(UUID(panel["id"]))
        kept.concluded_at = AT
    assert (await opened(logins[0])).json()["code"] == "NJT-FIL-1215"
