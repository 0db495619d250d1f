"""Evidence in PostgreSQL."""

from typing import Any

from sqlalchemy import RowMapping, select

from services.subsidy import tables
from services.subsidy.domain.evidence import Checked, Document, Evidence, EvidenceState, UnknownEvidence
from services.subsidy.domain.fact import FactKind
from shared.paging import Page, decode_cursor, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.values import Uscc, parse_certificate_number

_PLAIN = ("id", "organ", "holder_index", "value", "about", "by", "at")


class SqlEvidences(SqlAggregates[Evidence]):
    """Evidence, awaiting its check or checked."""

    table = tables.evidence
    missing = UnknownEvidence

    def to_row(self, aggregate: Evidence) -> dict[str, Any]:
        evidence, document, checked = aggregate, aggregate.document, aggregate.checked
        return {
            **{name: getattr(evidence, name) for name in _PLAIN},
            "uscc": str(evidence.uscc),
            "certificate_number": str(evidence.certificate_number),
            "kind": evidence.kind.value,
            "sha256": document.sha256,
            "media_type": document.media_type,
            "extension": document.extension,
            "size": document.size,
            "state": evidence.state.value,
            "checked_by": checked.by if checked else None,
            "checked_at": checked.at if checked else None,
            "checked_organ": checked.organ if checked else None,
            "check_reason": checked.reason if checked else None,
        }

    def to_aggregate(self, row: RowMapping) -> Evidence:
        checked = Checked(
            by=row["checked_by"],
            at=row["checked_at"],
            organ=row["checked_organ"],
            reason=row["check_reason"],
        )
        return Evidence(
            **{name: row[name] for name in (*_PLAIN, "version")},
            uscc=Uscc(row["uscc"]),
            certificate_number=parse_certificate_number(row["certificate_number"]),
            kind=FactKind(row["kind"]),
            document=Document(
                sha256=row["sha256"],
                media_type=row["media_type"],
                extension=row["extension"],
                size=row["size"],
            ),
            state=EvidenceState(row["state"]),
            checked=checked if row["checked_at"] else None,
        )

    async def page(self, *, state: EvidenceState | None, cursor: str | None, size: int) -> Page[Evidence]:
        """In the order in which it came in."""
        columns = self.table.c
        statement = select(self.table).order_by(columns.id)
        if state is not None:
            statement = statement.where(columns.state == state.value)
        if cursor is not None:
            statement = statement.where(columns.id > uuid_in(*decode_cursor(cursor, parts=1)))
        found = await self._fetch(statement.limit(size + 1))
        return page_of(found, size=size, position=lambda each: (each.id,))
