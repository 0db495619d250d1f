"""What is public of claims and objections: these columns, of these rows, and nothing else.

Who does not log in reaches no row, so these are read with the reach of the service itself. What keeps the rest of the
rows in is here: each query names the columns and the states in which they are public.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy import tables
from services.subsidy.domain.certificate import SealedHolder
from services.subsidy.domain.claim import ClaimState
from services.subsidy.domain.item import ItemState, UnknownItem
from services.subsidy.domain.objection import Answer, ObjectionState, Publicised, UnknownObjection
from shared.paging import Page, decode_cursor, moment_in, page_of, uuid_in
from shared.persistence.pages import after
from shared.values import Fen, Level, parse_certificate_number

_claim = tables.claim.c
_item = tables.claim_item.c
_certificate = tables.certificate.c
_objection = tables.claim_objection.c
_SHOWN = (ItemState.PAYABLE.value, ItemState.OBJECTED.value)


class SqlPublicity:
    """What is public, in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def running(self, *, at: datetime, cursor: str | None, size: int) -> Page[Publicised]:
        """What is publicised now, what ends first first."""
        statement = _running(at).order_by(_claim.publicity_until, _item.id)
        if cursor is not None:
            until, key = decode_cursor(cursor, parts=2)
            statement = statement.where(
                after([_claim.publicity_until, _item.id], [moment_in(until), uuid_in(key)])
            )
        found = await self._connection.execute(statement.limit(size + 1))
        rows = [_publicised(row) for row in found.mappings()]
        return page_of(rows, size=size, position=lambda each: (each.until.isoformat(), each.id))

    async def of_item(self, item_id: UUID, *, at: datetime) -> Publicised:
        """One that is publicised now; raises UnknownItem for every other."""
        found = await self._connection.execute(_running(at).where(_item.id == item_id))
        row = found.mappings().first()
        if row is None:
            raise UnknownItem(str(item_id))
        return _publicised(row)

    async def answer(self, reference: str) -> Answer:
        """What became of an objection; raises UnknownObjection for a reference nobody was given."""
        statement = select(_objection.state, _objection.finding).where(_objection.reference == reference)
        row = (await self._connection.execute(statement)).mappings().first()
        if row is None:
            raise UnknownObjection
        return Answer(state=ObjectionState(row["state"]), finding=row["finding"])


def _running(at: datetime) -> Select[Any]:
    joined = (
        tables.claim.join(tables.claim_item, _item.claim_id == _claim.id)
        .join(tables.certificate, _certificate.id == _item.certificate_id)
        .outerjoin(tables.institution, tables.institution.c.id == _claim.institution_id)
    )
    return (
        select(
            _item.id,
            _item.claim_id,
            _item.organ,
            tables.institution.c.name,
            _item.certificate_id,
            _item.certificate_number,
            _certificate.holder_name,
            _certificate.holder_id,
            _certificate.holder_index,
            _certificate.occupation,
            _item.level,
            _item.amount_fen,
            _certificate.issued_on,
            _claim.publicity_until,
        )
        .select_from(joined)
        .where(
            _claim.state == ClaimState.PUBLICITY.value,
            _claim.publicity_until >= at,
            _item.state.in_(_SHOWN),
        )
    )


def _publicised(row: RowMapping) -> Publicised:
    return Publicised(
        id=row["id"],
        claim_id=row["claim_id"],
        organ=row["organ"],
        institution=row["name"],
        certificate_id=row["certificate_id"],
        certificate_number=parse_certificate_number(row["certificate_number"]),
        holder=SealedHolder(name=row["holder_name"], id=row["holder_id"], index=row["holder_index"]),
        occupation=row["occupation"],
        level=Level(row["level"]),
        amount=Fen(row["amount_fen"]),
        issued_on=row["issued_on"],
        until=row["publicity_until"],
    )
