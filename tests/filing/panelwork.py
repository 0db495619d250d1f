"""Experts, panels and sheets, as objects and over HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.filing.domain.expert import Expert
from services.filing.domain.filing import Filing
from services.filing.domain.panel import Panel
from services.filing.domain.seating import Candidate, convene
from services.filing.domain.sheet import Sheet, Veto
from services.filing.domain.stages import FilingState
from shared.identity import Permission
from shared.policy import Policy, Rubric
from tests.builders import AT, DISTRICT, a_filing
from tests.filing.casework import Case
from tests.filing.works import keep
from tests.interfaces import Headers, Interfaces, fresh_key


def an_expert(**changes: Any) -> Expert:
    """An expert of the district that has nothing to do with anybody."""
    return replace(Expert(id=uuid4(), organ=DISTRICT, name="测试专家甲"), **changes)


def an_accepted(**changes: Any) -> Filing:
    return a_filing(**{"state": FilingState.ACCEPTED, "submitted_at": AT} | changes)


def a_panel(
    filing: Filing, policy: Policy, experts: Sequence[Expert] | None = None, *, at: datetime = AT
) -> Panel:
    """Three experts, or those who are named, convened by the organ that handles the case."""
    called = [Candidate(expert=each) for each in experts or [an_expert() for _ in range(3)]]
    return convene(filing, called, policy, key=uuid4(), organ=filing.handled_by, at=at)


def marks_of(total: int, rubric: Rubric) -> dict[str, int]:
    """Marks for every item that make up this total."""
    given, left = {}, total
    for item in rubric.items():
        given[item.id] = min(item.points, left)
        left -= given[item.id]
    return given


def a_sheet(expert_id: UUID, marks: Mapping[str, int], **changes: Any) -> Sheet:
    return replace(Sheet(expert_id=expert_id, marks=marks, entered_by="tester", entered_at=AT), **changes)


def a_veto(item: str = "credit", reason: str = "有违法失信记录") -> Veto:
    return Veto(item=item, reason=reason)


def officer(interfaces: Interfaces, organ: str = DISTRICT) -> Headers:
    return interfaces.bearer(
        Permission.ASSESS, Permission.READ_REGISTER, organ=organ, subject=f"officer-{organ}"
    )


def scorer(interfaces: Interfaces, subject: str, organ: str = DISTRICT) -> Headers:
    """An expert's own token: the organ that appointed it, and leave to score."""
    return interfaces.bearer(Permission.SCORE, organ=organ, subject=subject)


async def appointed(interfaces: Interfaces, *, organ: str = DISTRICT, **more: Any) -> dict[str, Any]:
    """An expert on the roster of an organ."""
    answer = await interfaces.filing.post(
        "/v1/experts",
        headers=officer(interfaces, organ) | fresh_key(),
        json={"organ": organ, "name": "测试专家甲", **more},
    )
    assert answer.status_code == 201, answer.text
    view: dict[str, Any] = answer.json()
    return view


async def accepted(interfaces: Interfaces, **changes: Any) -> Case:
    """A case that was taken on."""
    filing = an_accepted(**changes)
    await keep(interfaces.suite.runtimes["filing"].works, filing)
    return Case(interfaces=interfaces, uscc=filing.applicant.uscc, id=str(filing.id), tag='"1"')


async def call(case: Case, experts: Sequence[dict[str, Any]], *, organ: str = DISTRICT) -> httpx.Response:
    """Convene a panel of these experts."""
    return await case.interfaces.filing.post(
        f"/v1/filings/{case.id}/panel",
        headers=officer(case.interfaces, organ) | fresh_key(),
        json={"members": [{"expert_id": each["id"]} for each in experts]},
    )


async def convened(case: Case, *subjects: str | None) -> dict[str, Any]:
    """A panel of newly appointed experts with these logins, three without one when none is named."""
    experts = [
        await appointed(case.interfaces, name=f"测试专家{place}", subject=subject)
        for place, subject in enumerate(subjects or (None, None, None), start=1)
    ]
    answer = await call(case, experts)
    assert answer.status_code == 201, answer.text
    view: dict[str, Any] = answer.json()
    return view


async def score(
    interfaces: Interfaces, panel: dict[str, Any], who: Headers, body: dict[str, Any]
) -> httpx.Response:
    """Enter a sheet on the panel as last seen; on paper when the body names an expert."""
    kind = "paper-sheets" if "expert_id" in body else "sheets"
    return await interfaces.filing.post(
        f"/v1/panels/{panel['id']}/{kind}", headers=who | {"If-Match": f'"{panel["version"]}"'}, json=body
    )


async def scored(interfaces: Interfaces, panel: dict[str, Any], *bodies: dict[str, Any]) -> dict[str, Any]:
    """The panel after an officer has entered a paper sheet for each member in turn."""
    for member, body in zip(panel["members"], bodies, strict=True):
        paper = body | {"expert_id": member["expert_id"]}
        answer = await score(interfaces, panel, officer(interfaces), paper)
        assert answer.status_code == 200, answer.text
        panel = answer.json()
    return panel
