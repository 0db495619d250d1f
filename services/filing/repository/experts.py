"""Experts in PostgreSQL."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from sqlalchemy import RowMapping, select

from services.filing import tables
from services.filing.domain.expert import Expert, LoginTaken, UnknownExpert
from shared.errors import Refusal
from shared.paging import Page, decode_cursor, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.persistence.pages import after
from shared.values import Edition, Occupation, OccupationCode, Uscc


class SqlExperts(SqlAggregates[Expert]):
    """Experts in PostgreSQL; an occupation stands in its column as edition/code."""

    table = tables.expert
    missing = UnknownExpert
    refusals: ClassVar[Mapping[str, Callable[[], Refusal]]] = {"uq_expert_subject": LoginTaken}

    def to_row(self, aggregate: Expert) -> dict[str, Any]:
        expert = aggregate
        return {
            "id": expert.id,
            "organ": expert.organ,
            "name": expert.name,
            "employer": expert.employer,
            "employer_uscc": str(expert.employer_uscc) if expert.employer_uscc else None,
            "subject": expert.subject,
            "occupations": sorted(f"{each.edition.value}/{each.code}" for each in expert.occupations),
            "recused_from": sorted(map(str, expert.recused_from)),
            "active": expert.active,
        }

    def to_aggregate(self, row: RowMapping) -> Expert:
        typed = {
            "employer_uscc": Uscc(row["employer_uscc"]) if row["employer_uscc"] else None,
            "occupations": frozenset(map(_occupation, row["occupations"])),
            "recused_from": frozenset(map(Uscc, row["recused_from"])),
        }
        return Expert(**{**row, **typed})

    async def page(self, *, active: bool | None, cursor: str | None, size: int) -> Page[Expert]:
        """Experts by name; only those in service, or only those who are not, when `active` says so."""
        columns = self.table.c
        statement = select(self.table).order_by(columns.name, columns.id)
        if active is not None:
            statement = statement.where(columns.active.is_(active))
        if cursor is not None:
            name, key = decode_cursor(cursor, parts=2)
            statement = statement.where(after([columns.name, columns.id], [name, uuid_in(key)]))
        rows = await self._fetch(statement.limit(size + 1))
        return page_of(rows, size=size, position=lambda each: (each.name, each.id))


def _occupation(stored: str) -> Occupation:
    edition, _, code = stored.partition("/")
    return Occupation(Edition(edition), OccupationCode(code))
