"""The register in PostgreSQL, with what of it is public: who is on record, and which occupations somebody covers."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Column, ColumnElement, RowMapping, and_, bindparam, delete, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.filing import tables
from services.filing.domain.coverage import covered_by
from services.filing.domain.institution import ON_RECORD, Institution, Standing
from services.filing.domain.refusals import AlreadyCovered, AlreadyOnRecord, UnknownInstitution
from services.filing.domain.register import EVERYBODY, Sought
from services.filing.repository import search, stored, turns
from services.filing.repository.search import begins
from shared.contracts.scope import scope_out
from shared.ledger.entries import Ledger
from shared.paging import Page, decode_cursor, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.persistence.pages import after
from shared.policy import Audience, Category, DutyOwner, Policy
from shared.values import Occupation, StationCode, Uscc

_AT_ONCE = 200
_ON_RECORD = sorted(each.value for each in ON_RECORD)
_JSON: dict[str, TypeAdapter[Any]] = {
    "sites": stored.sites,
    "versions": stored.versions,
    "standings": stored.standings,
    "post_levels": stored.post_levels,
    "lapses": stored.lapses,
}


class SqlInstitutions(SqlAggregates[Institution]):
    """The register in PostgreSQL."""

    table = tables.institution
    missing = UnknownInstitution
    refusals = {  # noqa: RUF012 — ClassVar in the base class
        "uq_institution_uscc_audience": AlreadyOnRecord,
        "uq_institution_number": AlreadyOnRecord,
        "uq_coverage_sole": AlreadyCovered,
    }

    def __init__(self, connection: AsyncConnection, ledger: Ledger, policy: Policy, *, today: date) -> None:
        super().__init__(connection, ledger)
        self._policy = policy
        self._today = today
        self._to_publish: dict[UUID, Institution] = {}

    def to_row(self, aggregate: Institution) -> dict[str, Any]:
        institution = aggregate
        return {
            "id": institution.id,
            "organ": institution.organ,
            "name": institution.name,
            "uscc": str(institution.uscc),
            "legal_representative": institution.legal_representative,
            "address": institution.address,
            "category": institution.category.value,
            "audience": institution.audience.value,
            "number": institution.number,
            "plaque_number": institution.plaque_number,
            "certificate_number": institution.certificate_number,
            "station_codes": [str(each) for each in institution.station_codes],
            "valid_from": institution.valid_from,
            "valid_until": institution.valid_until,
            "basis": list(institution.basis),
            "filed_by": str(institution.filed_by),
            "verification": institution.verification,
            "standing": institution.standing.value,
            "last_evaluated_on": institution.last_evaluated_on,
            "batches": institution.batches,
            **{name: stored.out(kind, getattr(institution, name)) for name, kind in _JSON.items()},
        }

    def to_aggregate(self, row: RowMapping) -> Institution:
        values = {name: value for name, value in row.items() if name != "standing"}
        typed = {
            "uscc": Uscc(row["uscc"]),
            "category": Category(row["category"]),
            "audience": Audience(row["audience"]),
            "basis": tuple(row["basis"]),
            "station_codes": tuple(StationCode(each) for each in row["station_codes"]),
            **{name: kind.validate_python(row[name]) for name, kind in _JSON.items()},
        }
        return Institution(**{**values, **typed})

    def note_changed(self, aggregate: Institution) -> None:
        self._to_publish[aggregate.id] = aggregate

    async def write(self) -> None:
        """New rows, then what is public of everything that is new or has changed."""
        await super().write()
        if not self._to_publish:
            return
        changed, self._to_publish = list(self._to_publish.values()), {}
        with self._refusing():
            await self._connection.at_once(_PUBLISH, [_published(each) for each in changed])
            await self._cover(changed)

    async def _cover(self, changed: Sequence[Institution]) -> None:
        """Note which occupations these cover from now on; raises AlreadyCovered (N2.7)."""
        covered = tables.coverage.c
        await self._connection.at_once(
            delete(tables.coverage).where(covered.institution_id.in_([each.id for each in changed])), None
        )
        rows = [row for each in changed for row in self._coverage(each)]
        sole = [(row["edition"], row["occupation"]) for row in rows if row["sole"]]
        if sole:  # what is over stays until somebody takes it
            gone = [covered.sole, covered.valid_until < self._today]
            gone.append(tuple_(covered.edition, covered.occupation).in_(sole))
            await self._connection.at_once(delete(tables.coverage).where(*gone), None)
        if rows:
            places = turns.places_of((row["edition"], row["occupation"]) for row in rows)
            await self._connection.at_once(turns.WITH_OTHERS, {"places": places})
            await self._connection.insert_at_once(tables.coverage, rows)

    def _coverage(self, institution: Institution) -> Iterator[dict[str, Any]]:
        sole = institution.category is Category.MUNICIPAL_ASSOCIATION
        until: dict[tuple[str, str], date] = {}
        for occupation, last in covered_by(institution, on=self._today).items():
            family = self._family(occupation)
            until[family] = max(last, until.get(family, last))
        for edition, code in sorted(until):
            yield {
                "edition": edition,
                "occupation": code,
                "institution_id": institution.id,
                "valid_until": until[edition, code],
                "sole": sole,
            }

    def _families(self, occupations: Iterable[Occupation]) -> list[tuple[str, str]]:
        """Occupations under the code they have had from the beginning: editions renumber them."""
        families = {self._policy.family(each) for each in occupations}
        return sorted((each.edition.value, str(each.code)) for each in families)

    async def of_ids(self, keys: Sequence[UUID]) -> dict[UUID, Institution]:
        found = await self._fetch(select(self.table).where(self.table.c.id.in_(keys)))
        return {each.id: each for each in found}

    async def of_number(self, number: str) -> Institution | None:
        return await self._first(self.table.c.number == number)

    async def has_first_filing(self, uscc: Uscc, *, on: date) -> bool:
        """Whether it is on record for its own staff anywhere in the city, in force on the day (N2.4)."""
        found = await self._connection.execute(_FIRST_FILING, {"uscc": str(uscc), "day": on})
        return found.first() is not None

    async def take_turn(self, occupations: Sequence[Occupation]) -> None:
        """Nobody begins to cover these until the unit of work ends; called before `any_covers` is relied on (N2.7)."""
        places = turns.places_of(self._families(occupations))
        await self._connection.execute(turns.ALONE, {"places": places})

    async def any_covers(
        self, occupations: Sequence[Occupation], *, on: date, apart_from: UUID | None = None
    ) -> bool:
        """Whether anybody in the city, apart from one institution, evaluates one of these (N2.7)."""
        asked = {"families": self._families(occupations), "day": on, "apart_from": apart_from}
        return (await self._connection.execute(_COVERED, asked)).first() is not None

    async def page(self, sought: Sought = EVERYBODY, *, cursor: str | None, size: int) -> Page[Institution]:
        """The register by name, or by the number or USCC whose beginning is told; raises BadCursor."""
        by, conditions = await self._looked_for(sought)
        statement = select(self.table).where(*conditions).order_by(by, self.table.c.id)
        if cursor is not None:
            position, key = decode_cursor(cursor, parts=2)
            statement = statement.where(after([by, self.table.c.id], [position, uuid_in(key)]))
        rows = await self._fetch(statement.limit(size + 1))
        return page_of(rows, size=size, position=lambda each: (getattr(each, by.name), each.id))

    async def are_more_than(self, most: int, sought: Sought) -> bool:
        """Whether more than so many are found."""
        _, conditions = await self._looked_for(sought)
        return await self._exists(select(self.table.c.id).where(*conditions).offset(most))

    async def _looked_for(self, sought: Sought) -> tuple[Column[str], list[ColumnElement[bool]]]:
        """What is asked of an institution, and by which column its beginning was told."""
        by = self.table.c.name
        wanted = list(search.conditions(sought, self._family, today=self._today))
        for number in (self.table.c.uscc, self.table.c.number):
            asked = select(self.table.c.id).where(*wanted, *begins(number, sought.text))
            if sought.text and await self._exists(asked):
                by = number
        return by, [*wanted, *begins(by, sought.text)]

    async def expired(self, *, on: date) -> list[UUID]:
        """Past their validity on a day, and no renewal handed in within it is undecided."""
        waits = select(tables.filing.c.id).where(*search.renewal_in_hand())
        columns = self.table.c
        late = (columns.standing.in_(_ON_RECORD), columns.valid_until < on, ~waits.exists())
        return await self._ids(*late)

    async def idle(self, *, since: date) -> list[UUID]:
        """In force, without an evaluation since a day, not the province's, and not looked into since then."""
        columns = self.table.c
        waits = select(tables.obligation.c.id).where(*search.looked_into(since))
        late = or_(
            columns.last_evaluated_on < since,
            and_(columns.last_evaluated_on.is_(None), columns.valid_from < since),
        )
        ours = (columns.standing == Standing.ACTIVE.value, columns.filed_by != DutyOwner.PROVINCE.value)
        return await self._ids(*ours, late, ~waits.exists())

    async def _ids(self, *conditions: ColumnElement[bool]) -> list[UUID]:
        statement = select(self.table.c.id).where(*conditions).order_by(self.table.c.id)
        return list((await self._connection.execute(statement.limit(_AT_ONCE))).scalars())

    def _family(self, occupation: Occupation) -> tuple[str, str]:
        return self._families([occupation])[0]


_REGISTER, _COVERAGE = tables.public_register.c, tables.coverage.c

# Asked with every draft, so made once.
_FIRST_FILING = (
    select(_REGISTER.institution_id)
    .where(
        _REGISTER.uscc == bindparam("uscc"),
        _REGISTER.audience == Audience.OWN_STAFF.value,
        _REGISTER.standing == Standing.ACTIVE.value,
        _REGISTER.valid_from <= bindparam("day"),
        _REGISTER.valid_until >= bindparam("day"),
    )
    .limit(1)
)
_COVERED = (
    select(_COVERAGE.occupation)
    .where(
        tuple_(_COVERAGE.edition, _COVERAGE.occupation).in_(bindparam("families", expanding=True)),
        _COVERAGE.valid_until >= bindparam("day"),
        _COVERAGE.institution_id.is_distinct_from(bindparam("apart_from")),
    )
    .limit(1)
)
_INSERT_PUBLIC = upsert(tables.public_register)
_PUBLISH = _INSERT_PUBLIC.on_conflict_do_update(
    index_elements=[tables.public_register.c.institution_id],
    set_={each.name: _INSERT_PUBLIC.excluded[each.name] for each in tables.public_register.c},
)


def _published(institution: Institution) -> dict[str, Any]:
    """What anybody may know of an institution; nobody's name, no address."""
    return {
        "institution_id": institution.id,
        "verification": institution.verification,
        "name": institution.name,
        "uscc": str(institution.uscc),
        "organ": institution.organ,
        "category": institution.category.value,
        "audience": institution.audience.value,
        "number": institution.number,
        "plaque_number": institution.plaque_number,
        "certificate_number": institution.certificate_number,
        "versions": [
            {"valid_from": each.valid_from.isoformat(), "items": scope_out(each.items)}
            for each in institution.versions
        ],
        "standing": institution.standing.value,
        "ended_on": institution.ended_on,
        "valid_from": institution.valid_from,
        "valid_until": institution.valid_until,
    }
