"""Steps 6 and 7: quality supervision and what follows from it everywhere; every step one trace."""

from datetime import datetime, timedelta

from cli.demo.cast import LATHE_OPERATOR, MUNICIPAL, scope
from cli.demo.money import CERTIFICATES
from cli.demo.portal import Answer, Portal
from cli.demo.stage import Stage
from cli.demo.telling import Step, Tale
from cli.suite.database import SERVICES
from shared.clock import SHANGHAI
from shared.contracts.province import MessageCode
from shared.contracts.scope import scope_out

_CONFLICT = 409


async def suspended_and_resumed(stage: Stage, step: Step, tale: Tale) -> None:
    """A rectification is not done by its deadline: suspended everywhere; rectified: everything resumes (N3.3)."""
    employer, officer = stage.portals[MUNICIPAL.client_id], stage.portals["demo-district-officer"]
    institution = await _institution(officer)
    number = str(CERTIFICATES[3].number)
    wanted = {"institution_id": institution, "certificate_numbers": [number]}
    claim = await employer.create("subsidy", "/v1/claims", wanted)
    step.tell(employer.name, "另申领一笔，待审核", claim.body["state"])
    order = await _rectification_ordered(stage, step, institution)
    due = datetime.fromisoformat(order.body["due_at"]).astimezone(SHANGHAI)
    stage.clock.set(due + timedelta(hours=9))
    step.tell("时钟", f"整改期限 {due:%Y-%m-%d} 已过（15 个工作日，假设值）")
    account = await _account(stage, officer, institution, "suspended")
    step.check("账号已暂停", account)
    tale.suspended = 1 if account else 0
    step.tell("督导 → 备案 → 账号", "逾期未整改，暂停", "suspended", basis=["N3.3"])
    await _nothing_new(stage, step, claim, employer)
    result = await stage.province.heard(MessageCode.SUPERVISION_RESULT)
    change = await stage.province.heard(MessageCode.ACCOUNT_CHANGED)
    step.tell("市级系统", "上报 SUPERVISION_RESULT、ACCOUNT_CHANGED", "省级已收")
    step.check("省级已知督导结果", result.envelope.payload["measure"] == "suspended")
    step.check("省级已知账号暂停", change.envelope.payload["state"] == "suspended")
    await _rectified(stage, step, order)
    step.check("账号已恢复", await _account(stage, officer, institution, "open"))
    step.check("申领已解冻，回到待审核", await _claim(stage, employer, claim, "submitted"))
    plan = await _plan(stage, employer, institution)
    step.check("可提交新的评价计划", plan.ok)
    step.tell("督导 → 备案 → 账号、补贴", "恢复", "账号启用、申领解冻、可再评价", basis=["N3.3"])


async def one_trace_a_step(stage: Stage, step: Step, tale: Tale) -> None:
    """Every step so far is one trace, and no span of it lacks its parent."""
    traces = {told.trace_id for told in tale.steps[:-1]}

    async def all_arrived() -> bool | None:
        spans = [span for span in stage.collector.spans() if span.trace_id in traces]
        known = {span.span_id for span in spans} | {""}
        return all(span.parent_id in known for span in spans) or None

    await stage.until(all_arrived)
    for told in tale.steps[:-1]:
        spans = [span for span in stage.collector.spans() if span.trace_id == told.trace_id]
        known = {span.span_id for span in spans} | {""}
        roots = [span for span in spans if not span.parent_id]
        services = [name.removeprefix("njt-") for name in stage.collector.services_of(told.trace_id)]
        told.services = [name for name in services if name in SERVICES]
        step.check(f"第 {told.id} 步只有一个根", len(roots) == 1)
        step.check(f"第 {told.id} 步的每个跨度都有上级", all(span.parent_id in known for span in spans))
        step.check(f"第 {told.id} 步经过至少两个服务", len(told.services) > 1)
        step.tell(f"第 {told.id} 步", f"{len(spans)} 个跨度", " → ".join(told.services))
    step.services = list(SERVICES)


async def _institution(officer: Portal) -> str:
    register = await officer.get("filing", "/v1/institutions")
    return next(str(each["id"]) for each in register.body["items"] if each["uscc"] == MUNICIPAL.uscc)


async def _rectification_ordered(stage: Stage, step: Step, institution: str) -> Answer:
    officer = stage.portals["demo-district-officer"]
    visit = {
        "institution_id": institution,
        "kind": "on_site",
        "supervisors": ["测试督导甲", "测试督导乙"],
        "visited_on": stage.clock.now().astimezone(SHANGHAI).date().isoformat(),
    }
    found = {
        "findings": [
            {"category": "process_irregular", "severity": "serious", "text": "监控视频未覆盖全部考位"}
        ]
    }
    inspection = await officer.create("supervision", "/v1/inspections", visit)
    path = f"/v1/inspections/{inspection.body['id']}"
    inspection = await officer.change("supervision", f"{path}/findings", found, seen=inspection)
    step.tell(officer.name, "现场督导，发现问题", "认定过程不规范", basis=["N3.3"])
    order = await officer.change("supervision", f"{path}/rectification", seen=inspection)
    step.check("已下达限期整改", order.ok)
    step.tell(officer.name, "下达限期整改", f"限 {order.body['due_at'][:10]}", basis=["N3.3"])
    return order


async def _nothing_new(stage: Stage, step: Step, claim: Answer, employer: Portal) -> None:
    """While it is suspended: no new evaluation, nothing unpaid is paid."""
    refused = await _plan(stage, employer, claim.body["institution_id"])
    step.tell(employer.name, "提交新的评价计划", refused.body["title"], basis=refused.body.get("basis", ()))
    step.check("暂停期间不得新增评价", refused.status == _CONFLICT and refused.body["basis"] == ["N3.3"])
    frozen = await _claim(stage, employer, claim, "frozen")
    step.tell("补贴服务", "冻结未发放的申领", "frozen" if frozen else "", basis=["N3.3"])
    step.check("未发放的申领已冻结", frozen)


async def _rectified(stage: Stage, step: Step, order: Answer) -> None:
    employer, officer = stage.portals[MUNICIPAL.client_id], stage.portals["demo-district-officer"]
    path = f"/v1/rectifications/{order.body['id']}"
    overdue = await employer.get("supervision", path)
    report = {"report": "已加装摄像机，覆盖全部考位，并附验收记录"}
    reported = await employer.change("supervision", f"{path}/completion", report, seen=overdue)
    step.tell(employer.name, "提交整改报告", reported.body.get("state", ""))
    verified = await officer.change("supervision", f"{path}/verification", {"passed": True}, seen=reported)
    step.tell(officer.name, "复查通过", verified.body.get("state", ""), basis=["N3.3"])
    step.check("整改已验收", verified.ok and verified.body["state"] == "verified")


async def _plan(stage: Stage, employer: Portal, institution: str) -> Answer:
    day = stage.clock.now().astimezone(SHANGHAI).date() + timedelta(days=40)
    plan = {
        "institution_id": institution,
        "item": scope_out(scope((LATHE_OPERATOR, 4)))[0],
        "audience": "own_staff",
        "planned_on": day.isoformat(),
    }
    return await employer.create("supervision", "/v1/evaluation-plans", plan)


async def _account(stage: Stage, officer: Portal, institution: str, state: str) -> bool:
    async def look() -> bool | None:
        account = await officer.get("accounts", f"/v1/accounts/of-institution/{institution}")
        return account.body.get("state") == state or None

    return bool(await stage.until(look))


async def _claim(stage: Stage, employer: Portal, claim: Answer, state: str) -> bool:
    async def look() -> bool | None:
        now = await employer.get("subsidy", f"/v1/claims/{claim.body['id']}")
        return now.body.get("state") == state or None

    return bool(await stage.until(look))
