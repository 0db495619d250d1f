"""A case from acceptance to the verdict of its experts over HTTP, and what they score by."""

from typing import Any

import pytest

from services.filing.domain.stages import FilingState
from shared.policy import Policy
from tests.builders import AT
from tests.filing.panelwork import accepted, appointed, call, convened, marks_of, officer, scored
from tests.interfaces import Interfaces


@pytest.fixture
def sheets(policy: Policy) -> Any:
    """Makes the body of a sheet with a total."""
    rubric = policy.rubric(AT.date())

    def body(total: int = 86, **more: Any) -> dict[str, Any]:
        return {"marks": marks_of(total, rubric), **more}

    return body


async def test_from_acceptance_over_mending_to_passed(interfaces: Interfaces, sheets: Any) -> None:
    case = await accepted(interfaces)
    panel = await scored(interfaces, await convened(case), sheets(70), sheets(75), sheets(71))
    assert (panel["outcome"], panel["tally"]["average"]) == ("mending", 72.0)
    case.tag = (await case.read(case.applicant)).headers["etag"]
    early = await call(case, [await appointed(interfaces) for _ in range(3)])
    assert (early.status_code, early.json()["code"]) == (409, "NJT-FIL-1006")
    mended = await case.done("mending", case.applicant)
    assert (mended["state"], mended["rounds"]) == ("accepted", 1)

    experts = [{"id": each["expert_id"]} for each in panel["members"]]
    second = (await call(case, experts)).json()
    assert second["round"] == 2
    again = await scored(interfaces, second, sheets(85), sheets(88), sheets(90))
    assert again["outcome"] == "passed"
    listed = await interfaces.filing.get(f"/v1/filings/{case.id}/panels", headers=case.applicant)
    assert [(each["round"], each["outcome"]) for each in listed.json()["items"]] == [
        (1, "mending"),
        (2, "passed"),
    ]
    assert (await case.read(case.applicant)).json()["state"] == FilingState.PASSED


async def test_from_acceptance_to_vetoed(interfaces: Interfaces, sheets: Any) -> None:
    case = await accepted(interfaces)
    veto = {"item": "truthful_materials", "reason": "设备发票系伪造"}
    panel = await scored(
        interfaces, await convened(case), sheets(100), sheets(100, vetoes=[veto]), sheets(100)
    )
    assert (panel["outcome"], panel["tally"]["total"]) == ("failed", 300)
    assert panel["tally"]["vetoes"] == ["申报材料真实，无虚假"]
    filing = (await case.read(case.applicant)).json()
    assert filing["state"] == "failed"
    assert "申报材料真实，无虚假" in filing["refused_for"]
    listed = await interfaces.filing.get(f"/v1/filings/{case.id}/panels", headers=case.applicant)
    assert "设备发票系伪造" in listed.json()["items"][0]["report"]


async def test_the_rubric_shows_of_each_value_that_it_is_assumed(interfaces: Interfaces) -> None:
    answer = await interfaces.filing.get("/v1/rubric?on=2024-03-04", headers=officer(interfaces))
    rubric = answer.json()
    items = [item for block in rubric["blocks"] for item in block["items"]]
    assert sum(item["points"] for item in items) == 100
    assert {item["status"] for item in items} == {"assumed"}
    values = {each["key"]: (each["value"], each["status"]) for each in rubric["parameters"]}
    assert values["expert.min_count"] == (3, "assumed")
    assert values["expert.pass_score"] == (80, "assumed")
    assert all(each["document"] for each in rubric["parameters"])
    before = await interfaces.filing.get("/v1/rubric?on=2000-01-01", headers=officer(interfaces))
    assert before.status_code == 404
