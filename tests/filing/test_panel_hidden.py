"""What an expert gave is seen by itself alone until all have given theirs, whoever asks over HTTP."""

from typing import Any
from uuid import uuid4

import pytest

from shared.identity import Permission
from shared.policy import Policy
from tests.builders import AT, CITY, DISTRICT, OTHER_DISTRICT, a_uscc
from tests.filing.casework import Case
from tests.filing.panelwork import accepted, appointed, convened, marks_of, officer, score, scorer
from tests.interfaces import Headers, Interfaces

SECRET = "只有本人知道的意见"


def marked(policy: Policy, **more: Any) -> dict[str, Any]:
    return {"marks": marks_of(87, policy.rubric(AT.date())), "comment": SECRET, **more}


def everybody(case: Case) -> dict[str, Headers]:
    """Every role that reaches the case at all, and some that do not."""
    of = case.interfaces.bearer
    return {
        "officer": officer(case.interfaces),
        "city": officer(case.interfaces, CITY),
        "accountant": of(Permission.PAY_CLAIMS, Permission.READ_REGISTER, organ=DISTRICT, subject="acc"),
        "everything": of(organ=CITY, subject="admin"),
        "applicant": case.applicant,
        "other district": officer(case.interfaces, OTHER_DISTRICT),
        "other applicant": of(Permission.APPLY, Permission.READ_REGISTER, holder=a_uscc()),
    }


async def told(case: Case, panel: dict[str, Any], who: Headers) -> str:
    """Everything this caller can read around the panel."""
    paths = (
        f"/v1/filings/{case.id}",
        f"/v1/filings/{case.id}/panels",
        f"/v1/panels/{panel['id']}",
        "/v1/panels/mine",
        "/v1/filings?size=200",
    )
    answers = [await case.interfaces.filing.get(path, headers=who) for path in paths]
    return "\n".join(each.text for each in answers)


async def test_before_the_last_sheet_no_role_reads_any_sheet_or_total(
    interfaces: Interfaces, policy: Policy
) -> None:
    case = await accepted(interfaces)
    names = [f"expert-{uuid4()}" for _ in range(3)]
    panel = await convened(case, *names)
    for entered in range(2):
        answer = await score(interfaces, panel, scorer(interfaces, names[entered]), marked(policy))
        panel = answer.json()
        assert [each["total"] for each in panel["sheets"]] == [87]  # its own, and no other
        assert panel["tally"] is None
        for role, who in everybody(case).items():
            text = await told(case, panel, who)
            assert SECRET not in text, role
            assert '"total"' not in text, role
        for place, name in enumerate(names):
            mine = await interfaces.filing.get("/v1/panels/mine", headers=scorer(interfaces, name))
            assert mine.text.count(SECRET) == (1 if place <= entered else 0)


async def test_the_officer_who_enters_paper_sheets_is_not_shown_them_either(
    interfaces: Interfaces, policy: Policy
) -> None:
    case = await accepted(interfaces)
    panel = await convened(case)
    for member in panel["members"][:2]:
        paper = marked(policy, expert_id=member["expert_id"])
        answer = await score(interfaces, panel, officer(interfaces), paper)
        panel = answer.json()
        assert panel["sheets"] == []
        assert SECRET not in answer.text
    assert [each["scored"] for each in panel["members"]] == [True, True, False]


async def test_after_the_last_sheet_officers_and_experts_see_all_and_the_applicant_the_result(
    interfaces: Interfaces, policy: Policy
) -> None:
    case = await accepted(interfaces)
    names = [f"expert-{uuid4()}" for _ in range(3)]
    panel = await convened(case, *names)
    for name in names:
        panel = (await score(interfaces, panel, scorer(interfaces, name), marked(policy))).json()
    assert len(panel["sheets"]) == 3
    seen = await interfaces.filing.get(f"/v1/panels/{panel['id']}", headers=officer(interfaces))
    assert len(seen.json()["sheets"]) == 3
    for who in (case.applicant, everybody(case)["accountant"]):
        view = (await interfaces.filing.get(f"/v1/panels/{panel['id']}", headers=who)).json()
        assert view["sheets"] == []
        assert view["tally"] == {"total": 261, "experts": 3, "average": 87.0, "vetoes": []}
        assert view["outcome"] == "passed"


async def test_an_expert_reads_what_it_needs_of_its_own_panel(interfaces: Interfaces) -> None:
    case, other = await accepted(interfaces), await accepted(interfaces)
    subject = f"expert-{uuid4()}"
    panel = await convened(case, subject, None, None)
    await convened(other)
    answer = await interfaces.filing.get("/v1/panels/mine", headers=scorer(interfaces, subject))
    (mine,) = answer.json()["items"]
    assert (mine["id"], mine["version"], mine["case"]["id"]) == (panel["id"], panel["version"], case.id)
    assert mine["case"]["scope"][0]["occupation"] == "6-18-01-01"
    assert mine["case"]["materials"] == []
    assert mine["rubric"]["id"] == "sample-2021"


async def test_an_experts_panels_come_page_by_page(interfaces: Interfaces) -> None:
    experts = [f"expert-{uuid4()}", None, None]
    first = await convened(await accepted(interfaces), *experts)
    case = await accepted(interfaces)
    members = [{"expert_id": each["expert_id"]} for each in first["members"]]
    second = await interfaces.filing.post(
        f"/v1/filings/{case.id}/panel",
        headers=officer(interfaces) | {"Idempotency-Key": uuid4().hex},
        json={"members": members},
    )
    who = scorer(interfaces, experts[0] or "")
    page = (await interfaces.filing.get("/v1/panels/mine?size=1", headers=who)).json()
    rest = (await interfaces.filing.get(f"/v1/panels/mine?cursor={page['next']}", headers=who)).json()
    assert [each["id"] for each in (*page["items"], *rest["items"])] == [first["id"], second.json()["id"]]
    assert rest["next"] is None


@pytest.mark.parametrize(
    "path",
    [
        "/v1/filings",
        "/v1/filings/{filing}",
        "/v1/filings/{filing}/panels",
        "/v1/filings/{filing}/objections",
        "/v1/panels/{panel}",
        "/v1/experts",
        "/v1/institutions",
        "/v1/rubric",
    ],
)
async def test_an_experts_token_opens_nothing_else(interfaces: Interfaces, path: str) -> None:
    case = await accepted(interfaces)
    subject = f"expert-{uuid4()}"
    panel = await convened(case, subject, None, None)
    answer = await interfaces.filing.get(
        path.format(filing=case.id, panel=panel["id"]), headers=scorer(interfaces, subject)
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "NJT-IDN-0403")


async def test_an_experts_token_of_another_organ_does_not_reach_the_panel(
    interfaces: Interfaces, policy: Policy
) -> None:
    subject = f"expert-{uuid4()}"
    panel = await convened(await accepted(interfaces), subject, None, None)
    who = scorer(interfaces, subject, OTHER_DISTRICT)
    assert (await interfaces.filing.get("/v1/panels/mine", headers=who)).json()["items"] == []
    assert (await score(interfaces, panel, who, marked(policy))).status_code == 404


async def test_who_the_experts_are_and_why_one_left_is_not_the_applicants_before_the_end_and_why_never(
    interfaces: Interfaces, policy: Policy
) -> None:
    case = await accepted(interfaces)
    names = [f"expert-{uuid4()}" for _ in range(3)]
    panel = await convened(case, *names)
    gone = panel["members"][0]
    entering = await appointed(interfaces, name="测试专家4", subject=f"expert-{uuid4()}")
    body = {"leaving": gone["expert_id"], "reason": "近亲属任职", "entering": {"expert_id": entering["id"]}}
    answer = await interfaces.filing.post(
        f"/v1/panels/{panel['id']}/replacement",
        headers=officer(interfaces) | {"If-Match": f'"{panel["version"]}"'},
        json=body,
    )
    assert answer.status_code == 200, answer.text
    panel = answer.json()
    assert panel["withdrawn"][0]["reason"] == "近亲属任职"
    names = [*names[1:], entering["subject"]]
    before = (await told(case, panel, case.applicant)).replace(case.id, "")
    assert "近亲属任职" not in before
    assert not [
        each for each in (gone, *panel["members"]) if each["expert_id"] in before or each["name"] in before
    ]
    for name in names:
        panel = (await score(interfaces, panel, scorer(interfaces, name), marked(policy))).json()
    seen = await interfaces.filing.get(f"/v1/panels/{panel['id']}", headers=case.applicant)
    view = seen.json()
    assert "近亲属任职" not in seen.text
    assert [each["name"] for each in view["members"]] == [each["name"] for each in panel["members"]]
    assert {each["statement"] for each in view["members"]} == {None}
    assert (view["withdrawn"][0]["name"], view["withdrawn"][0]["reason"]) == (gone["name"], None)
