"""Who has how many cases and which cases want an officer, in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, exists, func, not_, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.filing import tables
from services.filing.domain.assignment import Candidate
from services.filing.domain.officer import Officer
from services.filing.repository.officers import SqlOfficers
from services.filing.repository.queue import in_hand

_AT_ONCE = 200
_FILING, _OFFICER, _TURN = tables.filing.c, tables.officer, tables.officer_turn


class SqlAssignments:
    """Who has how many cases and which cases want an officer, in PostgreSQL."""

    def __init__(self, connection: AsyncConnection, officers: SqlOfficers) -> None:
        self._connection = connection
        self._officers = officers

    async def candidates(self, organ: str) -> list[Candidate]:
        """Every officer of an organ with its cases in hand.

        One transaction at a time looks at an organ's officers: another waits and counts what this one has given, so that
        two of them never take the same officer for the least laden. That no case is given twice is up to its version.
        """
        held = select(_OFFICER.c.id).where(_OFFICER.c.organ == organ).order_by(_OFFICER.c.id)
        ids = list((await self._connection.execute(held.with_for_update(key_share=True))).scalars())
        officers = await self._officers.of(ids)
        loads = await self.loads(ids)
        turns = select(_TURN.c.officer_id, _TURN.c.last_at).where(_TURN.c.officer_id.in_(ids))
        last = {row.officer_id: row.last_at for row in await self._connection.execute(turns)}
        return [
            Candidate(officer=each, open_cases=loads[each.id], last_at=last.get(each.id)) for each in officers
        ]

    async def took(self, officer: Officer, *, at: datetime) -> None:
        """It was this officer's turn."""
        statement = upsert(_TURN).values(officer_id=officer.id, organ=officer.organ, last_at=at)
        later = {"last_at": func.greatest(_TURN.c.last_at, statement.excluded.last_at)}
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=[_TURN.c.officer_id], set_=later)
        )

    async def due(self, *, day: date) -> list[UUID]:
        """Cases in hand that somebody can take and nobody has, or whose officer is away or recused."""
        orphans = select(_FILING.id).where(
            _FILING.officer_id.is_(None),
            in_hand(_FILING.state),
            exists().where(_OFFICER.c.organ == _FILING.handled_by, not_(_unfit(_OFFICER, day))),
        )
        left = select(_FILING.id).where(
            in_hand(_FILING.state), _FILING.officer_id == _OFFICER.c.id, _unfit(_OFFICER, day)
        )
        order = (_FILING.priority.desc(), _FILING.drafted_at, _FILING.id)
        found = [
            (await self._connection.execute(each.order_by(*order).limit(_AT_ONCE))).scalars()
            for each in (left, orphans)
        ]
        return list(chain.from_iterable(found))

    async def loads(self, officer_ids: Sequence[UUID]) -> Mapping[UUID, int]:
        """How many cases each of them has in hand, none included."""
        statement = (
            select(_FILING.officer_id, func.count().label("cases"))
            .where(_FILING.officer_id.in_(officer_ids), in_hand(_FILING.state))
            .group_by(_FILING.officer_id)
        )
        counted = {row.officer_id: row.cases for row in await self._connection.execute(statement)}
        return {each: counted.get(each, 0) for each in officer_ids}

    async def unassigned(self, organ: str | None) -> int:
        """How many cases in hand nobody has, of those an organ handles or of all within reach."""
        conditions = [_FILING.officer_id.is_(None), in_hand(_FILING.state)]
        if organ is not None:
            conditions.append(_FILING.handled_by == organ)
        statement = select(func.count()).select_from(tables.filing).where(*conditions)
        return int((await self._connection.execute(statement)).scalar_one())


def _unfit(officer: Table, day: date) -> ColumnElement[bool]:
    """`Officer.is_away` and `is_recused_from` of a case, as conditions."""
    columns = officer.c
    keeps_away = func.jsonb_build_array(func.jsonb_build_object("uscc", _FILING.uscc))
    return or_(
        not_(columns.active),
        and_(columns.leave_from.is_not(None), columns.leave_from <= day, columns.leave_until >= day),
        columns.recusals.contains(keeps_away),
    )
