"""A filing before its experts, and what is settled by hand once it is on record."""

from typing import Any

from cli.demo.cast import DISTRICT, EXPERT, EXPERTS
from cli.demo.portal import Answer, Portal
from cli.demo.stage import Stage
from cli.demo.telling import Step

_SHORT_OF_FULL = 14
_STALE = 412


async def assessed(stage: Stage, step: Step, filing: Answer) -> Answer:
    """Three experts score it: one with its own login, two on paper; hidden until all are in (N1.2)."""
    officer = stage.portals["demo-district-officer"]
    experts = await _roster(officer)
    wanted = {"members": [{"expert_id": each["id"]} for each in experts]}
    panel = await officer.create("filing", f"{_path(filing)}/panel", wanted)
    names = "、".join(each["name"] for each in panel.body["members"])
    step.tell(officer.name, "组建评估组（三名专家，已声明回避）", names, basis=["N1.2"])
    panel = await _scored_by_itself(stage, step, panel)
    for member in panel.body["members"]:
        if not member["scored"]:
            seen = await officer.get("filing", f"/v1/panels/{panel.body['id']}")
            step.check("评分未齐，经办也看不到任何分数", seen.body["sheets"] == [] and not seen.body["tally"])
            paper = {"expert_id": member["expert_id"], "marks": await _marks(officer)}
            panel = await officer.change(
                "filing", f"/v1/panels/{panel.body['id']}/paper-sheets", paper, seen=seen
            )
    step.check("三份评分齐后评估组作出结论", panel.body["outcome"] == "passed")
    average = f"{panel.body['tally']['average']:g}"
    step.tell(officer.name, "录入两份纸质评分表，评估结束", f"平均 {average} 分，通过", basis=["N1.2"])
    return await officer.get("filing", _path(filing))


async def _roster(officer: Portal) -> list[dict[str, Any]]:
    """The district's experts, appointed when there are none yet."""
    listed = await officer.get("filing", "/v1/experts?active=true")
    if listed.body["items"]:
        return list(listed.body["items"])
    made = []
    for name, subject in EXPERTS.items():
        body = {"organ": DISTRICT, "name": name, "employer": "演示职业培训研究会", "subject": subject}
        made.append((await officer.create("filing", "/v1/experts", body)).body)
    return made


async def _scored_by_itself(stage: Stage, step: Step, panel: Answer) -> Answer:
    """The expert with a login reads its own panel and scores; it sees its own sheet and no other."""
    expert = stage.portals[EXPERT]
    mine = await expert.get("filing", "/v1/panels/mine")
    own = next(each for each in mine.body["items"] if each["id"] == panel.body["id"])
    seen = Answer(status=mine.status, body=own, tag=f'"{own["version"]}"')
    body = {"marks": _all_but(own["rubric"], _SHORT_OF_FULL)}
    scored = await expert.change("filing", f"/v1/panels/{own['id']}/sheets", body, seen=seen)
    step.tell(expert.name, "登录评分", f"{scored.body['sheets'][0]['total']} 分（只有本人可见）")
    other = await expert.get("filing", "/v1/filings")
    step.check("专家的令牌看不到别的", other.status == 403)  # noqa: PLR2004 — Forbidden
    return scored


async def _marks(officer: Portal) -> dict[str, int]:
    rubric = await officer.get("filing", "/v1/rubric")
    return _all_but(rubric.body, _SHORT_OF_FULL)


def _all_but(rubric: dict[str, Any], short: int) -> dict[str, int]:
    """Full marks for every item but one point less for each of the first so many that have two or more."""
    marks = {item["id"]: int(item["points"]) for block in rubric["blocks"] for item in block["items"]}
    for name in [name for name, points in marks.items() if points > 1][:short]:
        marks[name] -= 1
    return marks


async def settled(portal: Portal, filing: Answer, kind: str, note: str) -> Answer:
    """Report as done what an organ owes on a case; looks again when it changed meanwhile."""
    while True:
        case = await portal.get("filing", _path(filing))
        owed = next(each for each in case.body["obligations"] if each["kind"] == kind)
        seen = Answer(status=case.status, body=owed, tag=f'"{owed["version"]}"')
        path = f"/v1/obligations/{owed['id']}/settlement"
        answer = await portal.change("filing", path, {"note": note}, seen=seen)
        if answer.status != _STALE:
            return answer


def _path(filing: Answer) -> str:
    return f"/v1/filings/{filing.body['id']}"
