"""Acts that were taken before the exchange was whole: their digests are with nulls until a copy tells what stood there."""

from hashlib import sha256

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.province import ProvinceEnvelope, canonical, payload_digest
from shared.province.received import Known, Record

# Another message about the same act may have been issued on another day.
_PUT_RIGHT = text("""
    UPDATE exchange_received
    SET digest = :digest, organ = :organ, nulls = false,
        issued_at = CASE WHEN message_id = :message_id THEN :issued_at ELSE issued_at END,
        lane = CASE WHEN message_id = :message_id THEN :lane ELSE lane END,
        sequence = CASE WHEN message_id = :message_id THEN :sequence ELSE sequence END
    WHERE code = :code AND business_key = :business_key AND state <> 'refused' AND nulls
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
    names = ("digest", "organ", "message_id", "issued_at", "lane", "sequence", "code", "business_key")
    await connection.execute(_PUT_RIGHT, {name: getattr(copy, name) for name in names})
