"""Filings in PostgreSQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, false, func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from services.filing import tables
from services.filing.domain.filing import Filing
from services.filing.domain.queue import Overview, Wanted
from services.filing.domain.refusals import BeingHandled, UnknownFiling
from services.filing.domain.stages import IN_HAND_STATES, FilingState
from services.filing.domain.terms import Applicant, Training
from services.filing.repository import stored
from services.filing.repository.queue import (
    after_in_queue,
    breached,
    conditions,
    in_hand,
    running,
)
from services.filing.repository.watching import wants_watching
from shared.contracts.scope import scope_in, scope_out
from shared.paging import Page, page_of
from shared.persistence.aggregates import SqlAggregates
from shared.policy import Attribute, Audience, Category, Channel, FilingKind
from shared.values import Uscc

_WATCHED_AT_ONCE = 200


class SqlFilings(SqlAggregates[Filing]):
    """Filings in PostgreSQL."""

    table = tables.filing
    missing = UnknownFiling
    refusals = {"uq_filing_in_hand": BeingHandled}  # noqa: RUF012 — ClassVar in the base class

    def to_row(self, aggregate: Filing) -> dict[str, Any]:
        filing = aggregate
        return {
            "id": filing.id,
            "kind": filing.kind.value,
            "channel": filing.channel.value,
            "organ": filing.organ,
            "handled_by": filing.handled_by,
            "officer_id": filing.officer_id,
            "name": filing.applicant.name,
            "uscc": str(filing.applicant.uscc),
            "legal_representative": filing.applicant.legal_representative,
            "address": filing.applicant.address,
            "category": filing.category.value,
            "audience": filing.audience.value,
            "scope": scope_out(filing.scope),
            "particulars": stored.out(stored.particulars, filing.particulars),
            "basis": list(filing.basis),
            "training": sorted(each.value for each in filing.training),
            "evidence": sorted(each.value for each in filing.evidence),
            "materials": stored.out(stored.materials, filing.materials),
            "state": filing.state.value,
            "priority": filing.priority,
            "drafted_at": filing.drafted_at,
            "submitted_at": filing.submitted_at,
            **stored.deadline_out(filing.deadline),
            "applicant_due_at": filing.applicant_due_at,
            "correction": stored.out(stored.correction, filing.correction),
            "rounds": filing.rounds,
            "publicity_until": filing.publicity_until,
            "objections_open": filing.objections_open,
            "decided_at": filing.decided_at,
            "refused_for": filing.refused_for,
            "filing_number": filing.filing_number,
            "institution_id": filing.institution_id,
        }

    def to_aggregate(self, row: RowMapping) -> Filing:
        return Filing(
            id=row["id"],
            version=row["version"],
            kind=FilingKind(row["kind"]),
            channel=Channel(row["channel"]),
            organ=row["organ"],
            handled_by=row["handled_by"],
            officer_id=row["officer_id"],
            applicant=Applicant(
                name=row["name"],
                uscc=Uscc(row["uscc"]),
                legal_representative=row["legal_representative"],
                address=row["address"],
            ),
            category=Category(row["category"]),
            audience=Audience(row["audience"]),
            scope=scope_in(row["scope"]),
            particulars=stored.particulars.validate_python(row["particulars"]),
            basis=tuple(row["basis"]),
            training=frozenset(Training(each) for each in row["training"]),
            evidence=frozenset(Attribute(each) for each in row["evidence"]),
            materials=stored.materials.validate_python(row["materials"]),
            state=FilingState(row["state"]),
            drafted_at=row["drafted_at"],
            submitted_at=row["submitted_at"],
            deadline=stored.deadline_in(row),
            correction=stored.correction.validate_python(row["correction"]),
            rounds=row["rounds"],
            publicity_until=row["publicity_until"],
            objections_open=row["objections_open"],
            decided_at=row["decided_at"],
            refused_for=row["refused_for"],
            filing_number=row["filing_number"],
            institution_id=row["institution_id"],
        )

    async def of_institution(self, institution_id: UUID) -> Filing | None:
        """The case that put an institution on record."""
        columns = self.table.c
        return await self._first(
            columns.institution_id == institution_id, columns.kind == FilingKind.INITIAL.value
        )

    async def queue(self, wanted: Wanted, *, cursor: str | None, size: int) -> Page[Filing]:
        """Filings in the order in which they are taken; `cursor` is the last page's."""
        columns = self.table.c
        statement = select(self.table).order_by(columns.priority.desc(), columns.drafted_at, columns.id)
        statement = statement.where(*conditions(wanted))
        if wanted.text:
            # Whether a name is rare or common decides the plan, so a plan for any name will not do.
            await self._connection.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
        if cursor is not None:
            statement = statement.where(after_in_queue(cursor))
        rows = await self._fetch(statement.limit(size + 1))
        return page_of(
            rows, size=size, position=lambda each: (each.priority, each.drafted_at.isoformat(), each.id)
        )

    async def are_more_than(self, most: int, wanted: Wanted) -> bool:
        """Whether more than so many are looked for."""
        return await self._exists(select(self.table.c.id).where(*conditions(wanted)).offset(most))

    async def overview(
        self, wanted: Wanted, *, at: datetime, tonight: datetime, mine: UUID | None
    ) -> Overview:
        """The cases in hand counted, each figure in the same look at them."""
        columns = self.table.c
        figures = {
            **{state.value: columns.state == state.value for state in IN_HAND_STATES},
            "due_today": running(at) & (columns.due_at < tonight),
            "overdue": breached(at),
            "escalated": columns.escalated_at.is_not(None),
            "unassigned": columns.officer_id.is_(None),
            "mine": columns.officer_id == mine if mine else false(),
        }
        counts = [func.count().filter(condition).label(name) for name, condition in figures.items()]
        statement = select(*counts).select_from(self.table).where(in_hand(columns.state), *conditions(wanted))
        row = (await self._connection.execute(statement)).mappings().one()
        states = {state: row[state.value] for state in FilingState if state in IN_HAND_STATES}
        return Overview(states=states, **{name: row[name] for name in row if name not in states})

    async def next_serial(self, *, organ: str, year: int) -> int:
        """The next number of an organ in a year, without gaps: a rolled-back registration gives its number back."""
        serial = tables.filing_serial
        statement = upsert(serial).values(organ=organ, year=year, last=1)
        statement = statement.on_conflict_do_update(
            index_elements=[serial.c.organ, serial.c.year], set_={"last": serial.c.last + 1}
        )
        return int((await self._connection.execute(statement.returning(serial.c.last))).scalar_one())

    async def lapsed(self, *, at: datetime) -> list[UUID]:
        """Cases whose applicant let the term for correcting or mending pass."""
        return await self._ids(self.table.c.applicant_due_at < at)

    async def late(self, *, at: datetime, soon: datetime) -> list[UUID]:
        """Cases whose clock ends by `soon` without a warning, or ended before `at` without escalation."""
        columns = self.table.c
        return await self._ids(columns.paused_at.is_(None), wants_watching(self.table, at=at, soon=soon))

    async def _ids(self, *conditions: ColumnElement[bool]) -> list[UUID]:
        statement = select(self.table.c.id).where(*conditions).order_by(self.table.c.id)
        return list((await self._connection.execute(statement.limit(_WATCHED_AT_ONCE))).scalars())
