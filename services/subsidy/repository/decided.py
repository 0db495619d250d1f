"""What was decided in all claims, in PostgreSQL; read only."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy import tables
from services.subsidy.domain.impact import Considered
from services.subsidy.domain.item import Item, ItemState
from services.subsidy.domain.terms import AnyNumber
from services.subsidy.repository.items import HALVES, ITEMS, WHOLE, SqlItems, inputs_in
from shared.policy import MoneyLine
from shared.values import Level, parse_certificate_number

_ROW = tables.claim_item.c
_OPEN = (
    ItemState.PENDING,
    ItemState.PAYABLE,
    ItemState.OBJECTED,
    ItemState.ORDERED,
    ItemState.RETURNED,
)


class SqlDecided:
    """Reads the items of all claims that the caller reaches."""

    def __init__(self, connection: AsyncConnection, items: SqlItems) -> None:
        self._connection = connection
        self._items = items

    async def of_certificate(self, number: AnyNumber) -> list[Item]:
        """Its items, the one decided last first."""
        statement = ITEMS.where(_ROW.certificate_number == str(number))
        rows = await self._connection.execute(
            statement.order_by(_ROW.decided_at.desc().nulls_last(), _ROW.id.desc())
        )
        return [self._items.to_aggregate(row) for row in rows.mappings()]

    async def considered(
        self, *, since: datetime, after: UUID | None, until: UUID | None = None, most: int
    ) -> Sequence[Considered]:
        """Items that are open, or were decided since then, by their ids: those after one, up to another."""
        statement = select(*_READ, *marks_of_rows()).select_from(WHOLE).where(*looked_at(since))
        if after is not None:
            statement = statement.where(_ROW.id > after)
        if until is not None:
            statement = statement.where(_ROW.id <= until)
        rows = await self._connection.execute(statement.order_by(_ROW.id).limit(most))
        return [
            Considered(
                id=row["id"],
                claim_id=row["claim_id"],
                certificate_id=row["certificate_id"],
                certificate_number=parse_certificate_number(row["certificate_number"]),
                organ=row["organ"],
                line=MoneyLine(row["line"]),
                family=row["family"],
                level=Level(row["level"]),
                inputs=inputs_in(row).decode(),
                marks=(row["mark_0"], row["mark_1"]),
            )
            for row in rows.mappings()
        ]

    async def state_of_data(self, *, since: datetime) -> str:
        """How many these are, and a checksum of their versions, states and inputs in whatever order they are read."""
        sums = [func.bit_xor(mark) for mark in marks_of_rows()]
        row = (await self._connection.execute(select(func.count(), *sums).where(*looked_at(since)))).one()
        return ":".join(str(value or 0) for value in row)

    async def count_considered(self, *, since: datetime) -> int:
        statement = select(func.count()).select_from(tables.claim_item).where(*looked_at(since))
        return int((await self._connection.execute(statement)).scalar_one())

    async def undecided(self) -> int:
        """Items nobody has decided about yet: what a release does to them is not known."""
        waiting = _ROW.decided_at.is_(None) & (_ROW.state == ItemState.PENDING.value)
        statement = select(func.count()).select_from(tables.claim_item).where(waiting)
        return int((await self._connection.execute(statement)).scalar_one())


_READ = (
    _ROW.id,
    _ROW.claim_id,
    _ROW.certificate_id,
    _ROW.certificate_number,
    _ROW.organ,
    _ROW.line,
    _ROW.family,
    _ROW.level,
    *HALVES,
)


def marks_of_rows() -> list[ColumnElement[int]]:
    """A checksum of an item's version, state, amount and inputs, in two halves."""
    told = func.concat_ws("/", _ROW.id, _ROW.version, _ROW.state, _ROW.amount_fen, _ROW.asked, _ROW.known)
    return [func.hashtextextended(told, seed).label(f"mark_{seed}") for seed in (0, 1)]


def looked_at(since: datetime) -> tuple[ColumnElement[bool], ...]:
    is_open = _ROW.state.in_([state.value for state in _OPEN])
    return _ROW.asked.is_not(None), or_(is_open, _ROW.decided_at >= since)
