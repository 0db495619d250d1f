"""Acts that were taken before the exchange was whole: their digests are with nulls until a copy tells what stood there."""

from hashlib import sha256

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.province import ProvinceEnvelope, canonical, payload_digest
from shared.province.received import Known, Record

# The message itself: another about the same act may have been issued on another day.
_PUT_RIGHT = text("""
    UPDATE exchange_received
    SET digest = :digest, organ = :organ, nulls = false, issued_at = :issued_at, lane = :lane, sequence = :sequence
    WHERE message_id = :message_id AND state <> 'refused' AND nulls
""")


def same_act(known: Known, envelope: ProvinceEnvelope) -> bool:
    """Whether it is the same act with the same content, of which the digest may have been taken with nulls."""
    digests = payload_digest(envelope.payload), sha256(canonical(envelope.payload)).digest()
    return (known.code, known.business_key) == (
        envelope.code,
        envelope.business_key,
    ) and known.digest in digests


async def put_right(connection: AsyncConnection, copy: Record) -> None:
    """Keep of an earlier act what its copy tells, so that a reconciliation counts it; later acts stay as they are."""
    names = ("digest", "organ", "message_id", "issued_at", "lane", "sequence")
    await connection.execute(_PUT_RIGHT, {name: getattr(copy, name) for name in names})
