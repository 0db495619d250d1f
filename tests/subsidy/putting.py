"""Puts what chance made on record, and whatever the columns need besides."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Table, insert
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy import tables
from tests.subsidy.counting import AUDIENCES, DAYS, MOMENTS, Claimed, World


async def put(world: World, connection: AsyncConnection) -> None:
    """Nothing but this is on record."""
    everything = "institution, certificate, claim, claim_item, posting, payment_order"
    await connection.exec_driver_sql(f"TRUNCATE {everything}")
    institutions = {audience: uuid4() for audience in AUDIENCES}
    for audience, key in institutions.items():
        await _add(connection, tables.institution, id=key, audience=audience)
    for each in world.certificates:
        await _add(
            connection,
            tables.certificate,
            id=each.id,
            institution_id=institutions[each.audience],
            organ=each.organ,
            number=str(each.id),
            holder_index=_index(each.person),
            edition=each.occupation[0],
            occupation=each.occupation[1],
            level=each.level,
            issued_on=each.issued_on,
            state=each.state,
        )
    for claim in world.claims:
        await _put_claim(claim, world, connection)


async def _put_claim(claim: Claimed, world: World, connection: AsyncConnection) -> None:
    at: dict[str, Any] = {"organ": claim.organ, "line": claim.line, "claim_id": claim.id}
    paid = sum(each.amount for each in claim.items if each.state in ("paid", "recovered"))
    await _add(
        connection,
        tables.claim,
        id=claim.id,
        organ=claim.organ,
        line=claim.line,
        state=claim.state,
        uscc="测",
        institution_id=uuid4(),
        paid_at=claim.paid_at,
        total_fen=paid,
    )
    if claim.paid_at is not None:
        await _add(connection, tables.posting, **at, debit="ordered", credit="paid", amount_fen=paid)
    for place, item in enumerate(claim.items):
        each = world.certificates[item.certificate]
        await _add(
            connection,
            tables.claim_item,
            **at,
            id=item.id,
            place=place,
            certificate_id=each.id,
            certificate_number=str(each.id),
            holder_index=_index(each.person),
            state=item.state,
            base_fen=item.base,
            amount_fen=item.amount,
            uplift=30 if item.uplifted else None,
        )
        for month, fen in item.back:
            back = {"debit": "due_back", "credit": "recovered", "amount_fen": fen, "item_id": item.id}
            await _add(connection, tables.posting, **at, **back, month=f"{month // 100}-{month % 100:02d}")


def _index(person: int) -> bytes:
    return bytes([person]) * 32


async def _add(connection: AsyncConnection, table: Table, **values: Any) -> None:
    """A row; what is not said is whatever its column may hold."""
    needed = {each.name: _something(each.type) for each in table.c if not each.nullable}
    await connection.execute(insert(table), [needed | values])


def _something(kind: Any) -> Any:
    if isinstance(kind, ARRAY | JSONB):
        return []
    python = kind.python_type
    if python is date:
        return DAYS[0]
    return {UUID: uuid4, datetime: lambda: MOMENTS[0]}.get(python, python)()
