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
from services.subsidy.repository.items import SqlItems
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
        statement = select(tables.claim_item).where(_ROW.certificate_number == str(number))
        rows = await self._connection.execute(
            statement.order_by(_ROW.decided_at.desc().nulls_last(), _ROW.id.desc())
        )
        return [self._items.to_aggregate(row) for row in rows.mappings()]

    async def considered(self, *, since: datetime, after: UUID | None, most: int) -> Sequence[Considered]:
        """Items that are open, or were decided since then, by their ids."""
        statement = select(tables.claim_item).where(*_looked_at(since))
        if after is not None:
            statement = statement.where(_ROW.id > after)
        rows = await self._connection.execute(statement.order_by(_ROW.id).limit(most))
        return [
            Considered(
                id=row.id,
                claim_id=row.claim_id,
                certificate_id=row.certificate_id,
                certificate_number=parse_certificate_number(row.certificate_number),
                organ=row.organ,
                line=MoneyLine(row.line),
                family=row.family,
                level=Level(row.level),
                inputs=row.inputs,
            )
            for row in rows
        ]

    async def state_of_data(self, *, since: datetime) -> str:
        """How many these are, and a checksum of their versions, states and inputs in whatever order they are read."""
        told = func.concat_ws("/", _ROW.id, _ROW.version, _ROW.state, _ROW.amount_fen, _ROW.inputs_digest)
        sums = [func.bit_xor(func.hashtextextended(told, seed)) for seed in (0, 1)]
        row = (await self._connection.execute(select(func.count(), *sums).where(*_looked_at(since)))).one()
        return ":".join(str(value or 0) for value in row)

    async def undecided(self) -> int:
        """Items nobody has decided about yet: what a release does to them is not known."""
        waiting = _ROW.decided_at.is_(None) & (_ROW.state == ItemState.PENDING.value)
        statement = select(func.count()).select_from(tables.claim_item).where(waiting)
        return int((await self._connection.execute(statement)).scalar_one())


def _looked_at(since: datetime) -> tuple[ColumnElement[bool], ...]:
    is_open = _ROW.state.in_([state.value for state in _OPEN])
    return _ROW.inputs.is_not(None), or_(is_open, _ROW.decided_at >= since)
