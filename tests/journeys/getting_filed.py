"""How an institution comes on record: from its first question to the last thing that is owed on its case."""

from typing import Any

from shared.policy import Policy
from tests.builders import AT, DISTRICT, new_filing
from tests.filing.casework import PAPER
from tests.filing.panelwork import marks_of, score, scorer
from tests.filing.pledgework import STAFF, signed
from tests.journeys.life import LATHE_3, LATHE_4, LATHE_5, Life
from tests.shared.province.exchange import until

NARROW, WHOLE = [LATHE_4], [LATHE_5, LATHE_4, LATHE_3]
OFFICE = {
    "organ": DISTRICT,
    "name": "江宁区经办点",
    "working_group": "职业技能等级认定工作组",
    "address": "演示路1号",
    "phone": "025-00000000",
    "hours": "工作日 9:00–17:00",
    "channels": ["online", "door_to_door"],
    "valid_from": "2024-01-01",
}
LOGIN = "expert-of-the-life"


async def routed(life: Life) -> None:
    """It asks who would have to do what, before it hands anything in."""
    asked = {"category": "municipal_enterprise", "audience": "own_staff", "organ": DISTRICT, "scope": NARROW}
    headers = life.own | {"Idempotency-Key": "a-question"}
    answer = await life.interfaces.filing.post("/v1/routing-decisions", headers=headers, json=asked)
    life.kept["routing"] = answer.json()


async def handed_in(life: Life) -> None:
    """A draft that is saved, left, taken up again, completed with documents and one pledge, and submitted."""
    body = new_filing(life.case.uscc, training=["new_apprenticeship"])
    drafted = await life.make("/v1/filings", body, life.case.applicant)
    life.case.id, life.case.tag = drafted["id"], f'"{drafted["version"]}"'
    first = await life.case.revise({"scope": NARROW})
    assert first.json()["state"] == "draft"
    resumed = await life.case.read(life.case.applicant)
    life.case.tag = resumed.headers["etag"]
    early = await life.case.ask("submission", life.case.applicant)
    life.kept["missing"] = early.json()["extra"]["missing"]
    await life.case.hand_in_everything()
    pledged = await signed(life.case, STAFF)
    assert pledged.status_code == 200, pledged.text
    life.kept["submitted"] = await life.case.done("submission", life.case.applicant)


async def assigned(life: Life) -> None:
    """The district has an office and two officers, of whom one keeps away from this applicant."""
    office = await life.make("/v1/offices", OFFICE)
    officers = []
    for name in ("测试员甲", "测试员乙"):
        new = {"office_id": office["id"], "name": name, "subject": f"login-{name}".encode().hex()}
        officers.append(await life.make("/v1/officers", new))
    related, free = officers
    recusal = {"uscc": life.case.uscc, "reason": "亲属在该单位任职"}
    await life.change(f"/v1/officers/{related['id']}/recusals", related, recusal)
    path = f"/v1/filings/{life.case.id}"
    case = await life.shows(path, officer_id=free["id"])
    life.case.tag = f'"{case["version"]}"'
    life.kept["officer"] = free["id"]


async def corrected(life: Life) -> None:
    """The officer names everything that has to be corrected, once; the clock stands still; only that may change."""
    notice = {
        "items": [
            {"field": "scope", "reason": "请补充五级、三级"},
            {"field": "materials.management_rules", "reason": "扫描件不清晰"},
        ]
    }
    asked = await life.case.done("correction-notice", life.officer, notice)
    assert (asked["state"], asked["deadline"]["paused_at"] is not None) == ("correcting", True)
    elsewhere = await life.case.revise({"training": []})
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (409, "NJT-FIL-1020")
    answer = await life.case.revise({"scope": WHOLE})
    assert answer.status_code == 200, answer.text
    answer = await life.case.hand_in("management_rules", PAPER + b"\n", name="管理制度.pdf")
    assert answer.status_code == 200, answer.text
    back = await life.case.done("correction", life.case.applicant)
    assert (back["state"], back["deadline"]["paused_at"]) == ("submitted", None)
    await life.case.done("acceptance", life.officer)


async def assessed(life: Life) -> None:
    """One expert is recused and not called; scores are hidden until all are in; mended, it passes a second panel."""
    experts = [await _expert(life, f"测试专家{place}") for place in range(3)]
    related = await _expert(life, "测试专家回避", recused_from=[life.case.uscc])
    path = f"/v1/filings/{life.case.id}/panel"
    refused = await life.interfaces.filing.post(
        path,
        headers=life.officer | {"Idempotency-Key": "with-a-relative"},
        json={"members": [{"expert_id": each["id"]} for each in (*experts[:2], related)]},
    )
    life.kept["recused"] = refused.json()
    life.kept["experts"] = [{"expert_id": each["id"]} for each in experts]
    first = await assess(life, 70)
    assert (first["outcome"], first["tally"]["average"]) == ("mending", 70)
    await life.case.done("mending", life.case.applicant)
    life.kept["panel"] = await assess(life, 90)


async def _expert(life: Life, name: str, **more: Any) -> dict[str, Any]:
    subject = LOGIN if name.endswith("0") else None
    return await life.make("/v1/experts", {"organ": DISTRICT, "name": name, "subject": subject, **more})


async def assess(life: Life, total: int) -> dict[str, Any]:
    """A panel of the three on the case in hand, each of whom gives as many points."""
    members = {"members": life.kept["experts"]}
    panel = await _scored(life, await life.make(f"/v1/filings/{life.case.id}/panel", members), total)
    life.case.tag = (await life.case.read(life.officer)).headers["etag"]
    return panel


async def _scored(life: Life, panel: dict[str, Any], total: int) -> dict[str, Any]:
    """One expert scores with its own login, the others on paper; nobody sees a mark before the last of them."""
    policy: Policy = life.interfaces.suite.apps["filing"].state.policy
    body = {"marks": marks_of(total, policy.rubric(AT.date()))}
    for member in panel["members"]:
        own = member["name"].endswith("0")
        who = scorer(life.interfaces, LOGIN) if own else life.officer
        answer = await score(
            life.interfaces, panel, who, body if own else {**body, "expert_id": member["expert_id"]}
        )
        assert answer.status_code == 200, answer.text
        panel = await life.get(f"/v1/panels/{panel['id']}")
        waiting = [each for each in panel["members"] if not each["scored"]]
        assert not waiting or (panel["sheets"], panel["tally"], panel["outcome"]) == ([], None, None)
    return panel


async def publicised(life: Life) -> None:
    """Somebody objects without a login; the district looks into it and dismisses it; nothing is decided before."""
    case = await life.case.done("publicity", life.officer)
    listed = await life.get("/v1/public/publicity", {})
    assert life.case.id in [each["id"] for each in listed["items"]]
    objection = {"text": "场地疑似租用"}
    made = await life.interfaces.filing.post(f"/v1/public/filings/{life.case.id}/objections", json=objection)
    reference = made.json()["reference"]
    life.after(case["publicity_until"])
    life.case.tag = (await life.case.read(life.officer)).headers["etag"]
    life.kept["early"] = (await life.case.ask("registration", life.officer)).json()
    (open_one,) = (await life.get(f"/v1/filings/{life.case.id}/objections"))["items"]
    finding = {"outcome": "dismissed", "finding": "经核查，场地为自有"}
    await life.change(f"/v1/objections/{open_one['id']}/resolution", open_one, finding)
    life.kept["answer"] = await life.get(f"/v1/public/objections/{reference}", {})
    life.case.tag = (await life.case.read(life.officer)).headers["etag"]


async def registered(life: Life) -> None:
    """It is on record: filing number, plaque and certificate, and what is owed from now on."""
    case = await life.case.done("registration", life.officer)
    life.institution = case["institution_id"]
    life.kept["registered"] = case
    for paper in ("plaque", "certificate"):
        path = f"/v1/institutions/{life.institution}/{paper}.pdf"
        answer = await life.interfaces.filing.get(path, headers=life.own)
        assert answer.status_code == 200, answer.text
        life.kept[paper] = answer.content


async def settled(life: Life) -> None:
    """Account and province by themselves, plaque and pledge by the officer: then the case is complete."""
    report = await life.province_heard("registered")
    await life.account(state="open", basis=["N2.2"])
    await _done(life, "hand_over", "settlement", {"note": "挂牌授证仪式上发放"})
    assert not (await life.get(f"/v1/filings/{life.case.id}"))["complete"]
    await _done(life, "check_pledge", "pledge-check", {"kept": True, "finding": "社保记录属实"})
    case = await life.shows(f"/v1/filings/{life.case.id}", complete=True)
    life.kept["complete"], life.kept["report"] = case, report


async def _done(life: Life, kind: str, step: str, body: dict[str, Any]) -> None:
    """Settle what is owed; what changed meanwhile is looked at again."""

    async def gone_through() -> bool:
        owed = (await life.get(f"/v1/filings/{life.case.id}"))["obligations"]
        (one,) = [each for each in owed if each["kind"] == kind]
        answer = await life.ask(f"/v1/obligations/{one['id']}/{step}", one, body)
        assert answer.status_code in {200, 412}, answer.text
        return answer.status_code == 200

    await until(gone_through)


FILED = (routed, handed_in, assigned, corrected, assessed, publicised, registered, settled)
"""All of it, in its order."""
