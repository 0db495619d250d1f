"""Inspections in PostgreSQL."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from services.supervision import tables
from services.supervision.domain.inspection import Inspection, Visit
from services.supervision.domain.refusals import UnknownInspection
from services.supervision.domain.terms import Finding, FindingCategory, InspectionKind, Severity
from shared.persistence.aggregates import SqlAggregates
from shared.values import Uscc


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

    async def known(self, key: UUID) -> Inspection | None:
        """It if it is on record here."""
        return await self._first(self.table.c.id == key)


def _findings_in(stored: Iterable[dict[str, Any]]) -> Iterable[Finding]:
    for each in stored:
        yield Finding(
            category=FindingCategory(each["category"]),
            severity=Severity(each["severity"]),
            text=each["text"],
        )
