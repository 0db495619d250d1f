"""Which of our concluded messages another one takes up again: the last that was told of its act, and only once."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.errors import Conflict

# Read whole before it is changed: of two who take the same one up, the second finds it mended.
_LAST = text("""
    WITH RECURSIVE told AS (
        SELECT id, 1 AS place FROM exchange_intent
        WHERE code = :code AND business_key = :business_key AND sequence > 0
        UNION ALL
        SELECT anew.id, told.place + 1 FROM told JOIN exchange_intent AS anew ON anew.mends = told.id
    )
    SELECT id FROM told ORDER BY place DESC LIMIT 1
""")
_TAKE_UP = text("""
    UPDATE exchange_intent SET mended = true
    WHERE id = CAST(:id AS uuid) AND NOT mended AND state IN ('rejected', 'voided') RETURNING id
""")


class NotRejected(Conflict):
    """原报送未被退回，或已由他人更正重报 · What this takes up was not rejected, or somebody took it up before."""

    code = "NJT-EXC-1012"


async def take_up(connection: AsyncConnection, act: Mapping[str, Any]) -> UUID:
    """Mark the last message told of an act (`code`, `business_key`) as mended; which one it is. Raises NotRejected."""
    last = (await connection.execute(_LAST, act)).scalar_one_or_none()
    taken: UUID | None = (await connection.execute(_TAKE_UP, {"id": last})).scalar_one_or_none()
    if taken is None:
        raise NotRejected(str(act["business_key"]))
    return taken
