"""Panels in PostgreSQL."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, select

from services.filing import tables
from services.filing.domain.panel import AlreadyConvened, Member, Panel, UnknownPanel, Withdrawal
from services.filing.domain.sheet import Sheet
from services.filing.domain.stages import FilingState
from services.filing.repository import stored
from shared.errors import Refusal
from shared.paging import Page, decode_cursor, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.persistence.pages import after
from shared.values import Uscc

_members = TypeAdapter(tuple[Member, ...])
_withdrawn = TypeAdapter(tuple[Withdrawal, ...])
_sheets = TypeAdapter(tuple[Sheet, ...])


class SqlPanels(SqlAggregates[Panel]):
    """Panels in PostgreSQL; `subjects` are the logins of the members, for finding an expert's own."""

    table = tables.panel
    missing = UnknownPanel
    refusals: ClassVar[Mapping[str, Callable[[], Refusal]]] = {"uq_panel_filing_round": AlreadyConvened}

    def to_row(self, aggregate: Panel) -> dict[str, Any]:
        panel = aggregate
        return {
            "id": panel.id,
            "filing_id": panel.filing_id,
            "organ": panel.organ,
            "convened_by": panel.convened_by,
            "uscc": str(panel.uscc),
            "round": panel.round,
            "members": stored.out(_members, panel.members),
            "subjects": sorted(each.subject for each in panel.members if each.subject),
            "withdrawn": stored.out(_withdrawn, panel.withdrawn),
            "rubric_on": panel.rubric_on,
            "sheets": stored.out(_sheets, panel.sheets),
            "convened_at": panel.convened_at,
            "concluded_at": panel.concluded_at,
            "outcome": panel.outcome.value if panel.outcome else None,
            "vetoes": list(panel.vetoes),
            "report": panel.report,
        }

    def to_aggregate(self, row: RowMapping) -> Panel:
        values = {name: value for name, value in row.items() if name != "subjects"}
        typed = {
            "uscc": Uscc(row["uscc"]),
            "members": _members.validate_python(row["members"]),
            "withdrawn": _withdrawn.validate_python(row["withdrawn"]),
            "sheets": _sheets.validate_python(row["sheets"]),
            "outcome": FilingState(row["outcome"]) if row["outcome"] else None,
            "vetoes": tuple(row["vetoes"]),
        }
        return Panel(**{**values, **typed})

    async def of_filing(self, filing_id: UUID) -> list[Panel]:
        """The panels of a case, round by round."""
        columns = self.table.c
        statement = select(self.table).where(columns.filing_id == filing_id)
        return await self._fetch(statement.order_by(columns.round))

    async def of_subject(self, subject: str, *, cursor: str | None, size: int) -> Page[Panel]:
        """The panels that one who logs in so is on, in the order in which they were convened."""
        columns = self.table.c
        mine = columns.subjects.bool_op("@>")([subject])
        statement = select(self.table).where(mine).order_by(columns.id)
        if cursor is not None:
            (key,) = decode_cursor(cursor, parts=1)
            statement = statement.where(after([columns.id], [uuid_in(key)]))
        rows = await self._fetch(statement.limit(size + 1))
        return page_of(rows, size=size, position=lambda each: (each.id,))
