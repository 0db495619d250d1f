"""What befalls an institution on record, until it leaves it."""

from datetime import date, timedelta
from typing import Any

from tests.builders import MILLER, TURNER
from tests.journeys.getting_filed import assess
from tests.journeys.life import LATHE_3, LATHE_4, LATHE_5, Life

MILLING = {"edition": "2015", "occupation": MILLER, "level": 4}
VISIT = {"kind": "on_site", "supervisors": ["测试督导甲", "测试督导乙"]}
FINDINGS = {
    "findings": [{"category": "process_irregular", "severity": "serious", "text": "监控视频未覆盖全部考位"}]
}
ANOTHER_NAME = "测试乙公司"


async def graded(life: Life) -> None:
    """It sets its own post levels against the state's (N1.5)."""
    turner = {"edition": "2015", "code": TURNER}
    levels = [
        {"occupation": turner, "name": "车工技术员", "held_as": 3},
        {"occupation": turner, "name": "班组带头人"},
    ]
    life.kept["graded"] = await life.decide("post-levels", {"levels": levels}, who=life.own, method="PUT")


async def extended(life: Life) -> None:
    """增量: another occupation, which experts assess and the public sees before it counts."""
    await life.amend("extension", scope=[MILLING])
    assert (await assess(life, 85))["outcome"] == "passed"
    case = await life.case.done("publicity", life.officer)
    life.after(case["publicity_until"])
    life.case.tag = (await life.case.read(life.officer)).headers["etag"]
    await life.case.done("registration", life.officer)


async def suspended_and_resumed(life: Life) -> None:
    """A rectification is late: supervision has it suspended everywhere, and resumed once it is put right (N3.3)."""
    on = {"institution_id": life.institution, "visited_on": life.today.isoformat(), **VISIT}
    inspection = await life.make("/v1/inspections", on, of="supervision")
    path = f"/v1/inspections/{inspection['id']}"
    inspection = await life.change(f"{path}/findings", inspection, FINDINGS, of="supervision")
    order = await life.change(f"{path}/rectification", inspection, of="supervision")
    life.after(order["due_at"])
    account = await life.account(state="suspended")
    report = await life.province_heard("suspended")
    life.kept["suspended"] = (await life.record(), account, report, await _planned(life))
    place = f"/v1/rectifications/{order['id']}"
    late = await life.get(place, of="supervision")
    done = await life.change(
        f"{place}/completion", late, {"report": "已加装摄像机"}, who=life.own, of="supervision"
    )
    await life.change(f"{place}/verification", done, {"passed": True}, of="supervision")
    await life.account(state="open")
    await life.province_heard("resumed")
    await life.shows(f"/v1/supervised-institutions/{life.institution}", of="supervision", standing="active")


async def _planned(life: Life, *, in_days: int = 40) -> tuple[int, dict[str, Any]]:
    """What it is answered when it hands in the plan of an evaluation."""
    plan = {
        "institution_id": life.institution,
        "item": LATHE_4,
        "audience": "own_staff",
        "planned_on": (life.today + timedelta(days=in_days)).isoformat(),
    }
    headers = life.own | {"Idempotency-Key": f"plan-of-{life.today}"}
    answer = await life.interfaces.clients["supervision"].post(
        "/v1/evaluation-plans", headers=headers, json=plan
    )
    return answer.status_code, answer.json()


async def narrowed(life: Life) -> None:
    """The city has all of them gone through again; the district takes a level away from a day on (N3.6)."""
    effective = life.today + timedelta(days=60)
    campaign = {"title": "全市重新核定", "effective_on": effective.isoformat()}
    opened = await life.make("/v1/campaigns", campaign, life.city)
    place = f"/v1/campaigns/{opened['id']}"
    await life.shows(place, state="open")
    (review,) = (await life.get(f"{place}/reviews"))["items"]
    path = f"/v1/reviews/{review['id']}"
    said = await life.change(f"{path}/opinion", review, {"opinion": "同意核减五级"}, who=life.own)
    ruling = {
        "confirmed": [LATHE_4, LATHE_3, MILLING],
        "withdrawn": [{"item": LATHE_5, "reason": "不再开展五级评价"}],
    }
    decided = await life.change(f"{path}/decision", said, ruling)
    closed = await life.change(f"{place}/closing", await life.get(place, life.city), {}, who=life.city)
    assert closed["progress"]["narrowed"] == 1
    days = (effective - timedelta(days=1), effective)
    scopes = [await life.get(f"/v1/institutions/{life.institution}/scope?on={day}") for day in days]
    life.kept["narrowed"] = (decided, scopes)
    life.on(effective)


async def renamed(life: Life) -> None:
    """变更: other particulars, which the organ decides on without experts."""
    await life.amend("change", particulars={"name": ANOTHER_NAME})
    await life.case.done("registration", life.officer)
    await life.account(name=ANOTHER_NAME)
    await life.province_heard("amended")


async def renewed(life: Life) -> None:
    """It has evaluated, explains why no more often, and is renewed before its validity ends."""
    status, plan = await _planned(life)
    assert status == 201, plan
    life.on(date.fromisoformat(plan["planned_on"]))
    held = {"held_on": life.today.isoformat(), "candidates": 12}
    path = f"/v1/evaluation-plans/{plan['id']}/evaluation"
    await life.change(path, plan, held, who=life.own, of="supervision")
    before = await life.shows(f"/v1/institutions/{life.institution}", batches=1)
    life.on(date.fromisoformat(before["valid_until"]) - timedelta(days=60))
    await life.amend("renewal")
    await life.case.done("registration", life.officer)
    life.kept["renewed"] = (before, await life.record(), await life.province_heard("renewed"))


async def cancelled(life: Life) -> None:
    """注销: at its own request."""
    life.kept["cancelled"] = await life.decide("cancellation", {"reason": "不再开展评价"}, who=life.own)
    await life.account(state="closed")
    await life.province_heard("ended")
    await life.suite.at_rest()


LIVED = (graded, extended, suspended_and_resumed, narrowed, renamed, renewed, cancelled)
"""All of it, in its order."""
