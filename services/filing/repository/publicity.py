"""What is public of filings, objections and commendations: these columns, of these rows, and nothing else.

Who does not log in reaches no row, so these are read with the reach of the service itself. What keeps the rest of the
rows in is here: each query names the columns and the state in which they are public.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import RowMapping, Select, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.filing import tables
from services.filing.domain.institution import Standing
from services.filing.domain.objection import ObjectionState, UnknownObjection
from services.filing.domain.publicity import Answer, Outstanding, Publicised
from services.filing.domain.refusals import UnknownFiling
from services.filing.domain.stages import FilingState
from shared.contracts.scope import scope_in
from shared.paging import BadCursor, Page, decode_cursor, moment_in, page_of, uuid_in
from shared.persistence.pages import after
from shared.policy import Audience, Category

_filing = tables.filing.c
_objection = tables.objection.c
_commendation = tables.commendation.c
_register = tables.public_register.c


class SqlPublicity:
    """What is public, in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def running(self, *, at: datetime, cursor: str | None, size: int) -> Page[Publicised]:
        """What is publicised now, what ends first first."""
        statement = _running(at).order_by(_filing.publicity_until, _filing.id)
        if cursor is not None:
            until, key = decode_cursor(cursor, parts=2)
            statement = statement.where(
                after([_filing.publicity_until, _filing.id], [moment_in(until), uuid_in(key)])
            )
        found = await self._connection.execute(statement.limit(size + 1))
        rows = [_publicised(row) for row in found.mappings()]
        return page_of(rows, size=size, position=lambda each: (each.until.isoformat(), each.id))

    async def of_filing(self, filing_id: UUID, *, at: datetime) -> Publicised:
        """One that is publicised now; raises UnknownFiling for every other."""
        found = await self._connection.execute(_running(at).where(_filing.id == filing_id))
        row = found.mappings().first()
        if row is None:
            raise UnknownFiling(str(filing_id))
        return _publicised(row)

    async def answer(self, reference: str) -> Answer:
        """What became of an objection; raises UnknownObjection for a reference nobody was given."""
        statement = select(_objection.state, _objection.finding).where(_objection.reference == reference)
        row = (await self._connection.execute(statement)).mappings().first()
        if row is None:
            raise UnknownObjection
        return Answer(state=ObjectionState(row["state"]), finding=row["finding"])

    async def outstanding(self, *, on: date, cursor: str | None, size: int) -> Page[Outstanding]:
        """Whoever is held up on a day and in force then, the latest published first; raises BadCursor."""
        statement = _held_up(on).order_by(_commendation.published_from.desc(), _commendation.id.desc())
        if cursor is not None:
            since, key = decode_cursor(cursor, parts=2)
            place = tuple_(literal(_day_in(since)), literal(uuid_in(key)))
            statement = statement.where(tuple_(_commendation.published_from, _commendation.id) < place)
        found = await self._connection.execute(statement.limit(size + 1))
        rows = [_outstanding(row) for row in found.mappings()]
        return page_of(rows, size=size, position=lambda each: (each.published_from.isoformat(), each.id))


def _running(at: datetime) -> Select[tuple[object, ...]]:
    return select(
        _filing.id,
        _filing.name,
        _filing.category,
        _filing.audience,
        _filing.scope,
        _filing.organ,
        _filing.handled_by,
        _filing.publicity_until,
    ).where(_filing.state == FilingState.PUBLICITY.value, _filing.publicity_until >= at)


def _publicised(row: RowMapping) -> Publicised:
    return Publicised(
        id=row["id"],
        name=row["name"],
        category=Category(row["category"]),
        audience=Audience(row["audience"]),
        scope=scope_in(row["scope"]),
        organ=row["organ"],
        handled_by=row["handled_by"],
        until=row["publicity_until"],
    )


def _held_up(on: date) -> Select[tuple[object, ...]]:
    register, held = tables.public_register, tables.commendation
    until = or_(_commendation.published_until.is_(None), _commendation.published_until >= on)
    return (
        select(
            _commendation.id,
            _register.name,
            _register.number,
            _register.category,
            _register.audience,
            _commendation.named_by,
            _commendation.title,
            _commendation.experience,
            _commendation.basis,
            _commendation.published_from,
        )
        .join_from(held, register, _register.institution_id == _commendation.institution_id)
        .where(
            _commendation.withdrawn_at.is_(None),
            _commendation.published_from <= on,
            until,
            _register.standing == Standing.ACTIVE.value,
            _register.valid_until >= on,
        )
    )


def _outstanding(row: RowMapping) -> Outstanding:
    typed = {
        "category": Category(row["category"]),
        "audience": Audience(row["audience"]),
        "basis": tuple(row["basis"]),
    }
    return Outstanding(**{**row, **typed})


def _day_in(told: str) -> date:
    try:
        return date.fromisoformat(told)
    except ValueError as broken:
        raise BadCursor from broken
