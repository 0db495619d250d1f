"""Steps 1–4: who is filed by whom, and who is told so."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from cli.demo.assessment import assessed, settled
from cli.demo.cast import (
    CENTRAL,
    CITY,
    DISTRICT,
    LATHE_OPERATOR,
    LEADER,
    MUNICIPAL,
    ROBOT_MAINTAINER,
    SCHOOL,
    Body,
    materials,
    paper,
    scope,
)
from cli.demo.portal import Answer, Portal
from cli.demo.stage import Stage
from cli.demo.telling import Step
from shared.clock import SHANGHAI
from shared.contracts.province import InstitutionFiled, MessageCode
from shared.contracts.scope import scope_out
from shared.observability import current_traceparent
from shared.policy import Audience, Category
from shared.values import StationCode

_SCOPE = scope((LATHE_OPERATOR, 4), (LATHE_OPERATOR, 3), (ROBOT_MAINTAINER, 3))


async def recognised_province_wide(stage: Stage, step: Step) -> None:
    """The province files a central enterprise; its district opens the account without assessing again (N2.1)."""
    filed = filed_by_province()
    sent = await stage.province.send(
        "filing",
        MessageCode.INSTITUTION_FILED,
        business_key=filed.provincial_number,
        lane=CENTRAL.uscc,
        payload=filed,
        traceparent=current_traceparent(),
    )
    receipt = await stage.province.concluded(sent)
    step.tell(
        "省人社厅",
        "下发备案 INSTITUTION_FILED（已签名）",
        "市级验签、办结回执" if receipt.ok else receipt.reason,
    )
    step.check("省级备案被办结", receipt.ok)
    officer = stage.portals["demo-district-officer"]
    account = await _account_of(stage, officer, CENTRAL)
    step.check("区开通账号", account is not None)
    if account is None:
        return
    step.tell(officer.name, "开通账号，不再评估", account["state"], basis=account["basis"])
    step.check("依据 N2.1", account["basis"] == ["N2.1"])
    step.check("评价对象为本企业职工（含劳务派遣）", account["audience"] == "own_staff")
    filings = await officer.get("filing", "/v1/filings")
    step.check("区没有再次评估：没有备案申请", filings.ok and filings.body["items"] == [])
    told = await stage.province.heard(MessageCode.ACCOUNT_OPENED, lambda report: report.uscc == CENTRAL.uscc)
    step.tell("市级系统", "上报 ACCOUNT_OPENED", "省级已收")
    done = await _concluded(stage, "accounts", told.envelope.business_key)
    step.tell("省人社厅", "回执", "办结" if done else "未到")
    step.check("省级回执已到", done)


def filed_by_province() -> InstitutionFiled:
    return InstitutionFiled(
        provincial_number="苏人社评备〔2024〕演示001号",
        name=CENTRAL.name,
        uscc=CENTRAL.uscc,
        category=Category.CENTRAL_ENTERPRISE,
        audience=Audience.OWN_STAFF,
        organ=DISTRICT,
        scope=_SCOPE,
        station_codes=(StationCode("Y000032000009"),),
        valid_from=date(2024, 3, 1),
        valid_until=date(2027, 2, 28),
    )


async def municipal_enterprise(stage: Stage, step: Step) -> None:
    """A municipal enterprise that trained apprentices is taken first, assessed, publicised, registered."""
    leader = stage.portals[LEADER.client_id]
    other = await _drafted(leader, LEADER, Category.LEADING_ENTERPRISE, Audience.OWN_STAFF)
    other = await _handed_in(
        stage, leader, other, category=Category.LEADING_ENTERPRISE, audience=Audience.OWN_STAFF
    )
    step.tell(leader.name, "先提交备案申请（未开展培训）", other.body["state"])
    applicant = stage.portals[MUNICIPAL.client_id]
    filing = await _drafted(
        applicant,
        MUNICIPAL,
        Category.MUNICIPAL_ENTERPRISE,
        Audience.OWN_STAFF,
        training=["new_apprenticeship"],
    )
    incomplete = await applicant.change("filing", f"{_path(filing)}/submission", seen=filing)
    step.tell(applicant.name, "材料未齐即提交", incomplete.body["title"], basis=incomplete.body["basis"])
    step.check("缺材料被一次性告知", incomplete.status == 409 and incomplete.body["extra"]["missing"])  # noqa: PLR2004 — Conflict
    filing = await _handed_in(
        stage, applicant, filing, category=Category.MUNICIPAL_ENTERPRISE, audience=Audience.OWN_STAFF
    )
    step.tell(applicant.name, "开展过新型学徒制，后提交", filing.body["state"], basis=["N1.1"])
    officer = stage.portals["demo-district-officer"]
    queue = await officer.get("filing", "/v1/filings?state=submitted")
    names = [item["applicant"]["name"] for item in queue.body["items"]]
    step.tell(officer.name, "查看办件队列", f"首件：{names[0]}", basis=["N1.1"])
    step.check("开展过新型学徒制的企业排在首位", names[0] == MUNICIPAL.name)
    filing = await _registered(stage, step, filing)
    step.check("依据 N2.2", filing.body["basis"] == ["N2.2"])
    await _opened(stage, step, MUNICIPAL, filing, clause="N2.2")


async def vocational_school(stage: Stage, step: Step) -> None:
    """A vocational school may evaluate its own students only (N2.3)."""
    applicant = stage.portals[SCHOOL.client_id]
    refused = await _drafted(applicant, SCHOOL, Category.VOCATIONAL_SCHOOL, Audience.PUBLIC)
    step.tell(applicant.name, "申请面向社会评价", refused.body["title"], basis=refused.body["basis"])
    step.check("面向社会被拒，依据 N2.3", refused.status == 409 and refused.body["basis"] == ["N2.3"])  # noqa: PLR2004 — Conflict
    alternatives = refused.body["extra"].get("alternatives", [])
    step.check("告知可改为本校学生", any(each["audience"] == "own_students" for each in alternatives))
    filing = await _drafted(applicant, SCHOOL, Category.VOCATIONAL_SCHOOL, Audience.OWN_STUDENTS)
    filing = await _handed_in(
        stage, applicant, filing, category=Category.VOCATIONAL_SCHOOL, audience=Audience.OWN_STUDENTS
    )
    step.tell(applicant.name, "改为评价本校学生", filing.body["state"], basis=filing.body["basis"])
    filing = await _registered(stage, step, filing)
    await _opened(stage, step, SCHOOL, filing, clause="N2.3")


async def leading_enterprise(stage: Stage, step: Step) -> None:
    """Social evaluation is a second, district filing on top of a first one in force, copied to the city (N2.4)."""
    applicant = stage.portals[LEADER.client_id]
    early = await _drafted(applicant, LEADER, Category.LEADING_ENTERPRISE, Audience.PUBLIC)
    step.tell(applicant.name, "首次备案前申请社会评价", early.body["title"], basis=early.body["basis"])
    step.check("没有首次备案则不受理，依据 N2.4", early.status == 409 and early.body["basis"] == ["N2.4"])  # noqa: PLR2004 — Conflict
    officer = stage.portals["demo-district-officer"]
    queue = await officer.get("filing", "/v1/filings?state=submitted")
    first = await officer.get("filing", f"/v1/filings/{queue.body['items'][0]['id']}")
    first = await _registered(stage, step, first)
    step.tell(
        officer.name, "首次备案（本企业职工）登记", first.body["filing_number"], basis=first.body["basis"]
    )
    filing = await _drafted(applicant, LEADER, Category.LEADING_ENTERPRISE, Audience.PUBLIC)
    step.check("首次备案在效后可申请", filing.ok)
    filing = await _handed_in(
        stage, applicant, filing, category=Category.LEADING_ENTERPRISE, audience=Audience.PUBLIC
    )
    filing = await _registered(stage, step, filing)
    step.check("依据 N2.4", filing.body["basis"] == ["N2.4"])
    city = stage.portals["demo-city-officer"]
    copied = await city.get("filing", _path(filing))
    owed = [each for each in copied.body["obligations"] if each["kind"] == "be_copied"]
    step.tell("区人社局", "抄报市人社局", f"限 {owed[0]['due_at'][:10]}" if owed else "", basis=["N2.4"])
    step.check("抄报市级且待确认", owed and owed[0]["owner"] == CITY and owed[0]["state"] == "open")
    known = await settled(city, filing, "be_copied", "市人社部门已收悉抄报")
    step.tell(city.name, "确认抄报", "已确认" if known.ok else known.body["title"], basis=["N2.4"])
    step.check("抄报已确认", known.ok)
    await _opened(stage, step, LEADER, filing, clause="N2.4")


def _path(filing: Answer) -> str:
    return f"/v1/filings/{filing.body['id']}"


async def _drafted(
    applicant: Portal, body: Body, category: Category, audience: Audience, **more: Any
) -> Answer:
    wanted = {
        "applicant": {"name": body.name, "uscc": body.uscc},
        "organ": DISTRICT,
        "category": category.value,
        "audience": audience.value,
        "scope": scope_out(_SCOPE),
        **more,
    }
    return await applicant.create("filing", "/v1/filings", wanted)


async def _handed_in(
    stage: Stage, applicant: Portal, filing: Answer, *, category: Category, audience: Audience
) -> Answer:
    today = stage.clock.now().astimezone(SHANGHAI).date()
    for kind in materials(stage.policy, category, audience):
        place = f"{_path(filing)}/materials/{kind}"
        filing = await applicant.hand_in(place, f"{kind}.pdf", paper(kind), on=today, seen=filing)
    return await applicant.change("filing", f"{_path(filing)}/submission", seen=filing)


async def _registered(stage: Stage, step: Step, filing: Answer) -> Answer:
    """Accept, assess, publicise, let the publicity period pass, register; told line by line."""
    officer, path = stage.portals["demo-district-officer"], _path(filing)
    filing = await officer.change("filing", f"{path}/acceptance", seen=filing)
    filing = await assessed(stage, step, filing)
    filing = await officer.change("filing", f"{path}/publicity", seen=filing)
    early = await officer.change("filing", f"{path}/registration", seen=filing)
    step.check("公示期未满不能登记", early.status == 409)  # noqa: PLR2004 — Conflict
    until = datetime.fromisoformat(filing.body["publicity_until"]).astimezone(SHANGHAI)
    step.tell(officer.name, "公示", f"至 {until:%Y-%m-%d}（工作日，假设值）")
    stage.clock.set(_morning_after(until))
    filing = await officer.change("filing", f"{path}/registration", seen=filing)
    step.check("登记成功", filing.ok)
    return filing


def _morning_after(moment: datetime) -> datetime:
    """Nine o'clock in the morning after a deadline."""
    day = date.fromordinal(moment.date().toordinal() + 1)
    return datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI)


async def _opened(stage: Stage, step: Step, body: Body, filing: Answer, *, clause: str) -> None:
    """Plaque, certificate and account came of the registration."""
    officer = stage.portals["demo-district-officer"]
    institution = await officer.get("filing", f"/v1/institutions/{filing.body['institution_id']}")
    plaque, paper = institution.body["plaque_number"], institution.body["certificate_number"]
    step.tell(officer.name, "一牌一证", f"{plaque} · {paper}", basis=["N2.8"])
    step.check("牌匾与证书编号同时产生", plaque and paper)
    handed = await settled(officer, filing, "hand_over", "挂牌授证仪式上一并发放")
    step.tell(officer.name, "发放一牌一证", "已办结" if handed.ok else handed.body["title"], basis=["N2.8"])
    step.check("一牌一证已发放", handed.ok)
    account = await _account_of(stage, officer, body, institution=filing.body["institution_id"])
    step.check("账号已开通", account is not None and account["basis"] == [clause])
    step.tell("账号服务", "开通账号", account["state"] if account else "", basis=[clause])

    async def case_complete() -> bool | None:
        case = await officer.get("filing", _path(filing))
        return case.body["complete"] or None

    step.check("办件所欠事项全部完成", await stage.until(case_complete))


async def _account_of(
    stage: Stage, officer: Portal, body: Body, *, institution: UUID | None = None
) -> dict[str, Any] | None:
    async def look() -> dict[str, Any] | None:
        accounts = await officer.get("accounts", "/v1/accounts")
        mine = (each for each in accounts.body["items"] if each["uscc"] == body.uscc)
        return next((each for each in mine if institution in (None, each["institution_id"])), None)

    return await stage.until(look)


async def _concluded(stage: Stage, service: str, business_key: str) -> bool:
    query = f"SELECT count(*) FROM exchange_intent WHERE business_key = '{business_key}' AND state = 'done'"  # noqa: S608 — our own key

    async def look() -> bool | None:
        return await stage.count(service, query) > 0 or None

    return bool(await stage.until(look))
