"""Whether a message outside the lanes came before: no number says so, and two may be handed the same one at once."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.province.journal import Journal

_TAKE_TURNS = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.heard.' || CAST(:id AS text), 0))"
)


async def heard_before(journal: Journal, connection: AsyncConnection, message_id: UUID) -> bool:
    """Whether this very message was acted on; who asks after somebody who is at it waits until that one has committed."""
    await connection.execute(_TAKE_TURNS, {"id": str(message_id)})
    return await journal.heard(connection, message_id)
