"""What the province has the organs do: inspect by a day and report (省级督导任务), suspend, lift or revoke (省级责令)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from services.supervision.domain.inspection import Visit
from services.supervision.domain.institution import SupervisedInstitution
from services.supervision.domain.provincial import (
    JOINT,
    Measure,
    NothingOrdered,
    NotInspected,
    ProvincialOrder,
    ProvincialTask,
    meant,
)
from services.supervision.domain.refusals import NoLongerOnRecord
from services.supervision.domain.sanction import BASIS, Sanction
from services.supervision.domain.terms import Standing
from services.supervision.handlers import RecordInspection, Work, facts_of, record_inspection
from shared.contracts.instructions import SanctionOrdered, SupervisionTask
from shared.contracts.supervision import (
    InstitutionSanctioned,
    OrderCarriedOut,
    RevocationOrdered,
    SanctionLifted,
    TaskReported,
)

_DONE = {Measure.SUSPEND: "suspended", Measure.LIFT: "lifted", Measure.REVOKE: "revoked"}


async def take_task(told: SupervisionTask, work: Work) -> ProvincialTask:
    """The responsible organ has to inspect by that day; raises UnknownInstitution, WhichFiling or NumberTaken."""
    institution = meant(await work.institutions.of_uscc(told.uscc), told.uscc, told.filing_number)
    task = ProvincialTask(
        id=work.new_id(),
        organ=institution.organ,
        institution_id=institution.id,
        institution_uscc=institution.uscc,
        number=told.number,
        title=told.title,
        demand=told.demand,
        due_on=told.due_on,
        received_at=work.at,
    )
    work.tasks.add(task)
    return task


@dataclass(frozen=True, kw_only=True)
class OnTask:
    """Names the task, the version the officer saw, the officer and its organ."""

    task_id: UUID
    seen: int
    by: str
    organ: str


async def inspect_task(command: OnTask, inspection: UUID | Visit, work: Work) -> ProvincialTask:
    """Link an inspection there is, or enter the visit of a new one.

    Raises what `record_inspection` raises, UnknownTask, TaskDone, UnknownInspection or AnotherInstitution.
    """
    task = await work.tasks.get(command.task_id, seen=command.seen)
    task.check_may_be_inspected(work.policy, officer=command.organ)
    if isinstance(inspection, UUID):
        found = await work.inspections.get(inspection)
    else:
        visit = RecordInspection(institution_id=task.institution_id, organ=command.organ, visit=inspection)
        found = await record_inspection(visit, work)
    task.inspect(found)
    return task


async def report_task(command: OnTask, report: str, work: Work) -> ProvincialTask:
    """Tell the province what came of it, under its number; raises UnknownTask, TaskDone or NotInspected."""
    task = await work.tasks.get(command.task_id, seen=command.seen)
    task.check_may_be_inspected(work.policy, officer=command.organ)
    if task.inspection_id is None:
        raise NotInspected(task.number, basis=JOINT)
    inspection = await work.inspections.get(task.inspection_id)
    task.conclude(report, inspection, by=command.by, at=work.at)
    work.outbox.add(
        TaskReported(
            institution_id=task.institution_id,
            uscc=task.institution_uscc,
            organ=task.organ,
            basis=JOINT,
            task_id=task.id,
            number=task.number,
            inspection_id=inspection.id,
            findings=facts_of(inspection.findings),
            reason=report,
        )
    )
    return task


async def note_overdue(task_id: UUID, work: Work) -> ProvincialTask:
    """Its day is over and nothing was reported."""
    task = await work.tasks.get(task_id)
    task.fall_overdue(at=work.at)
    return task


async def take_order(told: SanctionOrdered, work: Work) -> ProvincialOrder:
    """Do what is ordered; it is reported as carried out once the register has it.

    Raises UnknownInstitution, WhichFiling, NumberTaken, NoLongerOnRecord, NothingOrdered or AlreadyRevoked.
    """
    institution = meant(await work.institutions.of_uscc(told.uscc), told.uscc, told.filing_number)
    order = ProvincialOrder(
        id=work.new_id(),
        organ=institution.organ,
        institution_id=institution.id,
        institution_uscc=institution.uscc,
        number=told.number,
        measure=Measure(told.measure.value),
        document=told.document,
        reason=told.reason,
        received_at=work.at,
    )
    work.orders.add(order)
    await _ACTS[order.measure](order, institution, work)
    return order


async def _suspend(order: ProvincialOrder, institution: SupervisedInstitution, work: Work) -> None:
    """At once, whatever else suspends it; carried out already where the register has it so."""
    if institution.standing.final:
        raise NoLongerOnRecord(institution.standing.value, basis=BASIS)
    sanction = await work.sanctions.in_force(institution.id)
    if sanction is not None:
        sanction.join(order.id)
    else:
        work.sanctions.add(_imposed(order, work))
        work.outbox.add(
            InstitutionSanctioned(
                institution_id=order.institution_id,
                uscc=order.institution_uscc,
                organ=order.organ,
                basis=BASIS,
                rectification_id=order.id,
                reason=order.grounds,
                order=order.number,
            )
        )
    if institution.standing is Standing.SUSPENDED:
        _carry_out(order, work)


async def _lift(order: ProvincialOrder, institution: SupervisedInstitution, work: Work) -> None:
    """Every suspension the province ordered is taken back; what the organs found stays overdue."""
    sanction = await work.sanctions.in_force(institution.id)
    taken_back = await work.orders.suspending(institution.id)
    if sanction is None or not taken_back:
        raise NothingOrdered(institution.number, basis=BASIS)
    lifted = False
    for each in taken_back:
        each.lifted_at = work.at
        lifted = sanction.settle(each.id, at=work.at)
    if lifted:
        work.outbox.add(
            SanctionLifted(
                institution_id=order.institution_id,
                uscc=order.institution_uscc,
                organ=order.organ,
                basis=sanction.basis,
                rectification_id=sanction.rectification_id,
            )
        )
    _carry_out(order, work)


async def _revoke(order: ProvincialOrder, institution: SupervisedInstitution, work: Work) -> None:
    """Filing takes it off the record; meanwhile nothing is planned."""
    if institution.standing.final:
        _carry_out(order, work)
        return
    sanction = await work.sanctions.in_force(institution.id)
    if sanction is None:
        sanction = _imposed(order, work)
        work.sanctions.add(sanction)
    sanction.revoke_by_order(order.grounds, at=work.at)
    work.outbox.add(
        RevocationOrdered(
            institution_id=order.institution_id,
            uscc=order.institution_uscc,
            organ=order.organ,
            basis=BASIS,
            rectification_id=order.id,
            reason=order.grounds,
            order=order.number,
        )
    )


def _imposed(order: ProvincialOrder, work: Work) -> Sanction:
    return Sanction(
        id=work.new_id(),
        institution_id=order.institution_id,
        organ=order.organ,
        uscc=order.institution_uscc,
        rectification_id=order.id,
        reason=order.grounds,
        basis=BASIS,
        imposed_at=work.at,
        open=(order.id,),
    )


async def carry_out_orders(institution: SupervisedInstitution, work: Work) -> None:
    """The register has changed: what was ordered and is so now is carried out, and the province is told."""
    for order in await work.orders.waiting(institution.id):
        suspended = order.measure is Measure.SUSPEND and institution.standing is Standing.SUSPENDED
        if not (suspended or institution.standing.final):
            continue
        if order.lifted_at is None:
            _carry_out(order, work)
        else:  # the province was told since that it is lifted
            order.carried_out_at = work.at


def _carry_out(order: ProvincialOrder, work: Work) -> None:
    order.carried_out_at = work.at
    work.outbox.add(
        OrderCarriedOut.model_validate(
            {
                "institution_id": order.institution_id,
                "uscc": order.institution_uscc,
                "organ": order.organ,
                "basis": BASIS,
                "order_id": order.id,
                "number": order.number,
                "measure": _DONE[order.measure],
                "reason": order.grounds,
            }
        )
    )


_Act = Callable[[ProvincialOrder, SupervisedInstitution, Work], Awaitable[None]]
_ACTS: dict[Measure, _Act] = {Measure.SUSPEND: _suspend, Measure.LIFT: _lift, Measure.REVOKE: _revoke}
