"""Every query of filing; rows are mapped by hand, named constraints become refusals."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, insert, not_, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.filing import tables
from services.filing.domain.filing import Filing
from services.filing.domain.institution import Institution, Standing
from services.filing.domain.refusals import AlreadyOnRecord, UnknownFiling, UnknownInstitution
from services.filing.domain.terms import Applicant, FilingState, Material, Obligation, Score, Training
from services.filing.handlers import Work
from shared.contracts.scope import scope_in, scope_out
from shared.paging import BadCursor, Page, decode_cursor, moment_in, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.persistence.pages import after
from shared.persistence.unit_of_work import Transaction
from shared.policy import Attribute, Audience, Category, DutyKind, Policy
from shared.values import OccupationCode, StationCode, Uscc


def bind(transaction: Transaction, policy: Policy) -> Work:
    """A unit of work of filing on a transaction."""
    filings = SqlFilings(transaction.connection, transaction.ledger)
    institutions = SqlInstitutions(transaction.connection, transaction.ledger)
    transaction.keep(institutions)
    transaction.keep(filings)
    return Work(
        at=transaction.at,
        new_id=transaction.new_id,
        policy=policy,
        filings=filings,
        institutions=institutions,
        outbox=transaction.outbox,
    )


class SqlFilings(SqlAggregates[Filing]):
    """Filings in PostgreSQL."""

    table = tables.filing
    missing = UnknownFiling

    def to_row(self, aggregate: Filing) -> dict[str, Any]:
        filing = aggregate
        return {
            "id": filing.id,
            "organ": filing.organ,
            "handled_by": filing.handled_by,
            "name": filing.applicant.name,
            "uscc": str(filing.applicant.uscc),
            "category": filing.category.value,
            "audience": filing.audience.value,
            "scope": scope_out(filing.scope),
            "basis": list(filing.basis),
            "training": sorted(each.value for each in filing.training),
            "evidence": sorted(each.value for each in filing.evidence),
            "materials": [asdict(each) for each in filing.materials],
            "state": filing.state.value,
            "priority": filing.priority,
            "scores": [asdict(each) for each in filing.scores],
            "obligations": [_obligation_out(each) for each in filing.obligations],
            "drafted_at": filing.drafted_at,
            "submitted_at": filing.submitted_at,
            "publicity_until": filing.publicity_until,
            "registered_at": filing.registered_at,
            "filing_number": filing.filing_number,
            "institution_id": filing.institution_id,
        }

    def to_aggregate(self, row: RowMapping) -> Filing:
        return Filing(
            id=row["id"],
            version=row["version"],
            organ=row["organ"],
            handled_by=row["handled_by"],
            applicant=Applicant(name=row["name"], uscc=Uscc(row["uscc"])),
            category=Category(row["category"]),
            audience=Audience(row["audience"]),
            scope=scope_in(row["scope"]),
            basis=tuple(row["basis"]),
            training=frozenset(Training(each) for each in row["training"]),
            evidence=frozenset(Attribute(each) for each in row["evidence"]),
            materials=tuple(Material(**each) for each in row["materials"]),
            state=FilingState(row["state"]),
            scores=tuple(Score(**each) for each in row["scores"]),
            obligations=tuple(_obligation_in(each) for each in row["obligations"]),
            drafted_at=row["drafted_at"],
            submitted_at=row["submitted_at"],
            publicity_until=row["publicity_until"],
            registered_at=row["registered_at"],
            filing_number=row["filing_number"],
            institution_id=row["institution_id"],
        )

    async def of_institution(self, institution_id: UUID) -> Filing | None:
        return await self._first(self.table.c.institution_id == institution_id)

    async def queue(self, *, state: FilingState | None, cursor: str | None, size: int) -> Page[Filing]:
        """Filings in the order in which they are taken; `cursor` is the last page's."""
        columns = self.table.c
        statement = select(self.table).order_by(columns.priority.desc(), columns.drafted_at, columns.id)
        if state is not None:
            statement = statement.where(columns.state == state.value)
        if cursor is not None:
            statement = statement.where(_after_in_queue(cursor))
        rows = await self._fetch(statement.limit(size + 1))
        return page_of(
            rows, size=size, position=lambda each: (each.priority, each.drafted_at.isoformat(), each.id)
        )

    async def next_serial(self, *, organ: str, year: int) -> int:
        """The next number of an organ in a year, without gaps: a rolled-back registration gives its number back."""
        serial = tables.filing_serial
        statement = upsert(serial).values(organ=organ, year=year, last=1)
        statement = statement.on_conflict_do_update(
            index_elements=[serial.c.organ, serial.c.year], set_={"last": serial.c.last + 1}
        )
        return int((await self._connection.execute(statement.returning(serial.c.last))).scalar_one())


class SqlInstitutions(SqlAggregates[Institution]):
    """The register in PostgreSQL."""

    table = tables.institution
    missing = UnknownInstitution
    refusals = {  # noqa: RUF012 — ClassVar in the base class
        "uq_institution_uscc_audience": AlreadyOnRecord,
        "uq_institution_number": AlreadyOnRecord,
    }

    def to_row(self, aggregate: Institution) -> dict[str, Any]:
        institution = aggregate
        return {
            "id": institution.id,
            "organ": institution.organ,
            "name": institution.name,
            "uscc": str(institution.uscc),
            "category": institution.category.value,
            "audience": institution.audience.value,
            "scope": scope_out(institution.scope),
            "number": institution.number,
            "plaque_number": institution.plaque_number,
            "certificate_number": institution.certificate_number,
            "station_codes": [str(each) for each in institution.station_codes],
            "valid_from": institution.valid_from,
            "valid_until": institution.valid_until,
            "basis": list(institution.basis),
            "filed_by": str(institution.filed_by),
            "standing": institution.standing.value,
            "suspended_for": institution.suspended_for,
        }

    def to_aggregate(self, row: RowMapping) -> Institution:
        values = dict(row)
        typed = {
            "uscc": Uscc(row["uscc"]),
            "category": Category(row["category"]),
            "audience": Audience(row["audience"]),
            "scope": scope_in(row["scope"]),
            "basis": tuple(row["basis"]),
            "station_codes": tuple(StationCode(each) for each in row["station_codes"]),
            "standing": Standing(row["standing"]),
        }
        return Institution(**{**values, **typed})

    async def save(self) -> None:
        added = list(self._added)
        await super().save()
        rows = [
            {"occupation": code, "institution_id": each.id, "valid_until": each.valid_until}
            for each in added
            for code in sorted({str(item.occupation) for item in each.scope})
        ]
        if rows:
            await self._connection.execute(insert(tables.coverage), rows)

    async def has_first_filing(self, uscc: Uscc, *, on: date) -> bool:
        """Whether it is on record for its own staff, in force on the day (N2.4)."""
        columns = self.table.c
        found = await self._first(
            columns.uscc == str(uscc),
            columns.audience == Audience.OWN_STAFF.value,
            columns.standing == Standing.ACTIVE.value,
            columns.valid_from <= on,
            columns.valid_until >= on,
        )
        return found is not None

    async def any_covers(self, occupations: Iterable[OccupationCode], *, on: date) -> bool:
        """Whether anybody in the city evaluates one of these (N2.7)."""
        wanted = [str(code) for code in occupations]
        found = await self._connection.execute(
            select(tables.coverage.c.occupation)
            .where(tables.coverage.c.occupation.in_(wanted), tables.coverage.c.valid_until >= on)
            .limit(1)
        )
        return found.first() is not None

    async def page(self, *, cursor: str | None, size: int) -> Page[Institution]:
        """The register by name."""
        columns = self.table.c
        statement = select(self.table).order_by(columns.name, columns.id).limit(size + 1)
        if cursor is not None:
            name, key = decode_cursor(cursor, parts=2)
            statement = statement.where(after([columns.name, columns.id], [name, uuid_in(key)]))
        rows = await self._fetch(statement)
        return page_of(rows, size=size, position=lambda each: (each.name, each.id))


def _after_in_queue(cursor: str) -> ColumnElement[bool]:
    priority, drafted, key = decode_cursor(cursor, parts=3)
    columns = tables.filing.c
    if priority not in (str(True), str(False)):
        raise BadCursor
    later = after([columns.drafted_at, columns.id], [moment_in(drafted), uuid_in(key)])
    if priority == str(True):
        return or_(not_(columns.priority), and_(columns.priority, later))
    return and_(not_(columns.priority), later)


def _obligation_out(obligation: Obligation) -> dict[str, Any]:
    return {
        "kind": obligation.kind.value,
        "organ": obligation.organ,
        "due_at": obligation.due_at.isoformat(),
        "done_at": obligation.done_at.isoformat() if obligation.done_at else None,
    }


def _obligation_in(stored: dict[str, Any]) -> Obligation:
    return Obligation(
        kind=DutyKind(stored["kind"]),
        organ=stored["organ"],
        due_at=datetime.fromisoformat(stored["due_at"]),
        done_at=datetime.fromisoformat(stored["done_at"]) if stored["done_at"] else None,
    )
