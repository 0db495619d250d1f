"""A message of ours that was given up, and whose business the other side has concluded all the same."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_GIVEN_UP = text("""
    SELECT lane, sequence FROM exchange_intent
    WHERE id = :id AND state = 'voided' AND code <> 'VOID' FOR UPDATE
""")
# The number is the message's own after all; what was to stand in its place is not sent any more.
_TAKE_BACK = text("""
    UPDATE exchange_intent SET state = 'voided', due_at = NULL, query_at = NULL
    WHERE lane = :lane AND sequence = :sequence AND code = 'VOID' AND state <> 'voided'
""")


async def take_back(connection: AsyncConnection, intent: UUID) -> bool:
    """Give a voided message its number back, so that it may be concluded; False when it was not voided."""
    given_up = (await connection.execute(_GIVEN_UP, {"id": intent})).first()
    if given_up is None:
        return False
    await connection.execute(_TAKE_BACK, given_up._asdict())
    return True
