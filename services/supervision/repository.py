"""Every query of supervision; rows are mapped by hand, named constraints become refusals."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, select

from services.supervision import tables
from services.supervision.domain.inspection import Inspection, Visit
from services.supervision.domain.institution import SupervisedInstitution
from services.supervision.domain.plan import EvaluationPlan
from services.supervision.domain.rectification import Rectification
from services.supervision.domain.refusals import (
    SanctionInForce,
    UnknownInspection,
    UnknownInstitution,
    UnknownPlan,
    UnknownRectification,
    UnknownSanction,
)
from services.supervision.domain.sanction import Sanction
from services.supervision.domain.terms import (
    Finding,
    FindingCategory,
    InspectionKind,
    RectificationState,
    Severity,
    Standing,
)
from services.supervision.handlers import Work
from shared.contracts.scope import DatedScope, ScopeItem, scope_in, scope_out
from shared.paging import BadCursor, Page, decode_cursor, moment_in, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.persistence.pages import after
from shared.persistence.unit_of_work import Transaction
from shared.policy import Audience, Policy
from shared.values import Uscc

_DUE_AT_ONCE = 200
_VERSIONS = TypeAdapter(tuple[DatedScope, ...])


def bind(transaction: Transaction, policy: Policy) -> Work:
    """A unit of work of supervision on a transaction."""
    using = (transaction.connection, transaction.ledger)
    institutions, plans = SqlInstitutions(*using), SqlPlans(*using)
    inspections, rectifications = SqlInspections(*using), SqlRectifications(*using)
    sanctions = SqlSanctions(*using)
    kept: tuple[SqlAggregates[Any], ...] = (institutions, plans, inspections, rectifications, sanctions)
    for each in kept:
        transaction.keep(each)
    return Work(
        at=transaction.at,
        new_id=transaction.new_id,
        policy=policy,
        institutions=institutions,
        plans=plans,
        inspections=inspections,
        rectifications=rectifications,
        sanctions=sanctions,
        outbox=transaction.outbox,
    )


class SqlInstitutions(SqlAggregates[SupervisedInstitution]):
    """The local copy of the register in PostgreSQL."""

    table = tables.supervised_institution
    missing = UnknownInstitution

    def to_row(self, aggregate: SupervisedInstitution) -> dict[str, Any]:
        institution = aggregate
        return {
            "id": institution.id,
            "organ": institution.organ,
            "name": institution.name,
            "uscc": str(institution.uscc),
            "audience": institution.audience.value,
            "scope": scope_out(institution.scope),
            "valid_from": institution.valid_from,
            "valid_until": institution.valid_until,
            "standing": institution.standing.value,
            "paid_certificates": institution.paid_certificates,
            "paid_fen": institution.paid_fen,
            "revoked_certificates": institution.revoked_certificates,
            "versions": _VERSIONS.dump_python(institution.versions, mode="json"),
        }

    def to_aggregate(self, row: RowMapping) -> SupervisedInstitution:
        typed = {
            "uscc": Uscc(row["uscc"]),
            "audience": Audience(row["audience"]),
            "scope": scope_in(row["scope"]),
            "standing": Standing(row["standing"]),
            "versions": _VERSIONS.validate_python(row["versions"]),
        }
        return SupervisedInstitution(**{**row, **typed})

    async def in_force(self, *, on: date) -> Sequence[SupervisedInstitution]:
        """Every institution that may evaluate on the day."""
        columns = self.table.c
        return await self._fetch(
            select(self.table).where(
                columns.standing == Standing.ACTIVE.value,
                columns.valid_from <= on,
                columns.valid_until >= on,
            )
        )


class SqlPlans(SqlAggregates[EvaluationPlan]):
    """Evaluation plans in PostgreSQL."""

    table = tables.evaluation_plan
    missing = UnknownPlan

    def to_row(self, aggregate: EvaluationPlan) -> dict[str, Any]:
        plan = aggregate
        return {
            "id": plan.id,
            "organ": plan.organ,
            "uscc": str(plan.uscc),
            "institution_id": plan.institution_id,
            "item": plan.item.model_dump(mode="json"),
            "audience": plan.audience.value,
            "planned_on": plan.planned_on,
            "submitted_at": plan.submitted_at,
            "held_on": plan.held_on,
            "candidates": plan.candidates,
        }

    def to_aggregate(self, row: RowMapping) -> EvaluationPlan:
        typed = {
            "uscc": Uscc(row["uscc"]),
            "item": ScopeItem.model_validate(row["item"]),
            "audience": Audience(row["audience"]),
        }
        return EvaluationPlan(**{**row, **typed})

    async def page(self, *, cursor: str | None, size: int) -> Page[EvaluationPlan]:
        """Plans by their day."""
        columns = self.table.c
        statement = select(self.table).order_by(columns.planned_on, columns.id).limit(size + 1)
        if cursor is not None:
            planned, key = decode_cursor(cursor, parts=2)
            position = [_day_in(planned), uuid_in(key)]
            statement = statement.where(after([columns.planned_on, columns.id], position))
        rows = await self._fetch(statement)
        return page_of(rows, size=size, position=lambda each: (each.planned_on.isoformat(), each.id))


class SqlInspections(SqlAggregates[Inspection]):
    """Inspections in PostgreSQL."""

    table = tables.inspection
    missing = UnknownInspection

    def to_row(self, aggregate: Inspection) -> dict[str, Any]:
        inspection = aggregate
        return {
            "id": inspection.id,
            "organ": inspection.organ,
            "uscc": str(inspection.uscc),
            "institution_id": inspection.institution_id,
            "inspected_by": inspection.inspected_by,
            "kind": inspection.visit.kind.value,
            "supervisors": list(inspection.visit.supervisors),
            "visited_on": inspection.visit.visited_on,
            "findings": [asdict(each) for each in inspection.findings],
            "rectification_id": inspection.rectification_id,
        }

    def to_aggregate(self, row: RowMapping) -> Inspection:
        return Inspection(
            id=row["id"],
            version=row["version"],
            organ=row["organ"],
            uscc=Uscc(row["uscc"]),
            institution_id=row["institution_id"],
            inspected_by=row["inspected_by"],
            visit=Visit(
                kind=InspectionKind(row["kind"]),
                supervisors=tuple(row["supervisors"]),
                visited_on=row["visited_on"],
            ),
            findings=tuple(_findings_in(row["findings"])),
            rectification_id=row["rectification_id"],
        )


class SqlRectifications(SqlAggregates[Rectification]):
    """Rectifications in PostgreSQL."""

    table = tables.rectification
    missing = UnknownRectification

    def to_row(self, aggregate: Rectification) -> dict[str, Any]:
        rectification = aggregate
        return {
            "id": rectification.id,
            "organ": rectification.organ,
            "uscc": str(rectification.uscc),
            "institution_id": rectification.institution_id,
            "inspection_id": rectification.inspection_id,
            "ordered_at": rectification.ordered_at,
            "due_at": rectification.due_at,
            "state": rectification.state.value,
            "report": rectification.report,
            "completed_at": rectification.completed_at,
            "overdue_at": rectification.overdue_at,
            "opinion": rectification.opinion,
            "verified_at": rectification.verified_at,
            "traceparent": rectification.traceparent,
        }

    def to_aggregate(self, row: RowMapping) -> Rectification:
        typed = {"uscc": Uscc(row["uscc"]), "state": RectificationState(row["state"])}
        return Rectification(**{**row, **typed})

    async def page(
        self, *, state: RectificationState | None, cursor: str | None, size: int
    ) -> Page[Rectification]:
        """Rectifications by their deadline."""
        columns = self.table.c
        statement = select(self.table).order_by(columns.due_at, columns.id).limit(size + 1)
        if state is not None:
            statement = statement.where(columns.state == state.value)
        if cursor is not None:
            due, key = decode_cursor(cursor, parts=2)
            statement = statement.where(after([columns.due_at, columns.id], [moment_in(due), uuid_in(key)]))
        rows = await self._fetch(statement)
        return page_of(rows, size=size, position=lambda each: (each.due_at.isoformat(), each.id))

    async def overdue(self, *, at: datetime) -> Sequence[Rectification]:
        """Those whose deadline has passed without a report, the longest first; what is left waits for the next look."""
        columns = self.table.c
        return await self._fetch(
            select(self.table)
            .where(columns.state == RectificationState.ORDERED.value, columns.due_at < at)
            .order_by(columns.due_at, columns.id)
            .limit(_DUE_AT_ONCE)
        )


class SqlSanctions(SqlAggregates[Sanction]):
    """Sanctions in PostgreSQL."""

    table = tables.sanction
    missing = UnknownSanction
    refusals = {"uq_sanction_in_force": SanctionInForce}  # noqa: RUF012 — ClassVar in the base class

    def to_row(self, aggregate: Sanction) -> dict[str, Any]:
        sanction = aggregate
        return {
            "id": sanction.id,
            "organ": sanction.organ,
            "uscc": str(sanction.uscc),
            "institution_id": sanction.institution_id,
            "rectification_id": sanction.rectification_id,
            "reason": sanction.reason,
            "basis": list(sanction.basis),
            "imposed_at": sanction.imposed_at,
            "open": list(sanction.open),
            "lifted_at": sanction.lifted_at,
            "revoked_at": sanction.revoked_at,
            "revoked_for": sanction.revoked_for,
        }

    def to_aggregate(self, row: RowMapping) -> Sanction:
        typed = {"uscc": Uscc(row["uscc"]), "basis": tuple(row["basis"]), "open": tuple(row["open"])}
        return Sanction(**{**row, **typed})

    async def in_force(self, institution_id: UUID) -> Sanction | None:
        """The institution's present sanction."""
        columns = self.table.c
        return await self._first(columns.institution_id == institution_id, columns.lifted_at.is_(None))


def _findings_in(stored: Iterable[dict[str, Any]]) -> Iterable[Finding]:
    for each in stored:
        yield Finding(
            category=FindingCategory(each["category"]),
            severity=Severity(each["severity"]),
            text=each["text"],
        )


def _day_in(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadCursor from None
