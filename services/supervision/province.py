"""Supervision's adapter to the provincial system: takes its tasks and orders, reports what was found and what was done."""

from collections.abc import Sequence

from services.supervision.handlers import Work
from services.supervision.provincial import take_order, take_task
from shared.contracts.instructions import SanctionOrdered, SupervisionTask
from shared.contracts.province import MessageCode, ReportedFinding, SupervisionReport
from shared.contracts.supervision import (
    FindingFact,
    InstitutionSanctioned,
    JointlySupervised,
    OrderCarriedOut,
    RevocationOrdered,
    SanctionFact,
    SanctionLifted,
    TaskReported,
)
from shared.province.adapter import ProvinceAdapter
from shared.province.intents import Dispatch

_LONGEST_REASON = 500


def _imposed(event: InstitutionSanctioned) -> Dispatch | None:
    """What the province ordered itself is reported when it is carried out."""
    if event.order:
        return None
    report = SupervisionReport(
        institution_id=event.institution_id, organ=event.organ, measure="suspended", reason=event.reason
    )
    return _dispatch(event, report, business_key=f"sanction:{event.rectification_id}:imposed")


def _lifted(event: SanctionLifted) -> Dispatch:
    report = SupervisionReport(institution_id=event.institution_id, organ=event.organ, measure="lifted")
    return _dispatch(event, report, business_key=f"sanction:{event.rectification_id}:lifted")


def _revoked(event: RevocationOrdered) -> Dispatch | None:
    if event.order:
        return None
    report = SupervisionReport(
        institution_id=event.institution_id,
        organ=event.organ,
        measure="revocation_ordered",
        reason=event.reason,
    )
    return _dispatch(event, report, business_key=f"sanction:{event.rectification_id}:revocation")


def _jointly(event: JointlySupervised) -> Dispatch:
    """联合督导 (N2.6)."""
    report = SupervisionReport(
        institution_id=event.institution_id,
        organ=event.organ,
        measure=event.step,
        reason=event.reason[:_LONGEST_REASON],
        inspection_id=event.inspection_id,
        findings=_findings(event.findings),
    )
    key = f"inspection:{event.inspection_id}:{event.step}:{event.nth}"
    return _dispatch(event, report, business_key=key)


def _task_reported(event: TaskReported) -> Dispatch:
    report = SupervisionReport(
        institution_id=event.institution_id,
        organ=event.organ,
        measure="inspected",
        reason=event.reason[:_LONGEST_REASON],
        number=event.number,
        inspection_id=event.inspection_id,
        findings=_findings(event.findings),
    )
    return _dispatch(event, report, business_key=f"task:{event.task_id}")


def _carried_out(event: OrderCarriedOut) -> Dispatch:
    report = SupervisionReport(
        institution_id=event.institution_id,
        organ=event.organ,
        measure=event.measure,
        reason=event.reason[:_LONGEST_REASON],
        number=event.number,
    )
    return _dispatch(event, report, business_key=f"order:{event.order_id}")


def _findings(found: Sequence[FindingFact]) -> tuple[ReportedFinding, ...]:
    return tuple(
        ReportedFinding(category=each.category, severity=each.severity, text=each.text) for each in found
    )


def _dispatch(event: SanctionFact, report: SupervisionReport, *, business_key: str) -> Dispatch:
    return Dispatch(
        code=MessageCode.SUPERVISION_RESULT,
        business_key=business_key,
        lane=event.uscc,
        payload=report.model_dump(mode="json"),
        organ=report.organ,
    )


province = ProvinceAdapter[Work]("supervision")
province.takes(MessageCode.SUPERVISION_TASK, SupervisionTask, take_task)
province.takes(MessageCode.SANCTION_ORDERED, SanctionOrdered, take_order)
province.tells(InstitutionSanctioned, _imposed)
province.tells(SanctionLifted, _lifted)
province.tells(RevocationOrdered, _revoked)
province.tells(JointlySupervised, _jointly)
province.tells(TaskReported, _task_reported)
province.tells(OrderCarriedOut, _carried_out)
