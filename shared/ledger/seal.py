"""Links committed entries into a chain: each link's digest covers the link before it and the whole entry.

Entries are appended without touching the chain, so that writers never wait for each other; one sealer at a time,
under an advisory lock, links what was committed since.
"""

from hashlib import sha256
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

GENESIS = sha256(b"ningjitong ledger").digest()
FIELDS = (
    "id",
    "at",
    "actor",
    "on_behalf_of",
    "act",
    "subject_kind",
    "subject_id",
    "before_digest",
    "after_digest",
    "basis",
    "reason",
    "trace_id",
)
_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtext(current_schema() || '.ledger'))")
_TIP = text("SELECT position, digest FROM ledger_link ORDER BY position DESC LIMIT 1")
_UNSEALED = text("SELECT * FROM ledger_entry WHERE NOT sealed ORDER BY id LIMIT :most")
_SEALED = text("UPDATE ledger_entry SET sealed = true WHERE id = ANY (CAST(:entries AS bigint[]))")
_LINK = text("""
    INSERT INTO ledger_link (position, entry_id, digest)
    SELECT * FROM unnest(CAST(:positions AS bigint[]), CAST(:entries AS bigint[]), CAST(:digests AS bytea[]))
""")


def link_digest(previous: bytes, entry: RowMapping | dict[str, Any]) -> bytes:
    """SHA-256 over the previous link and each field, length-prefixed so that fields cannot run into each other."""
    chain = sha256(previous)
    for name in FIELDS:
        value = _bytes(entry[name])
        chain.update(len(value).to_bytes(8, "big"))
        chain.update(value)
    return chain.digest()


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, list):
        return "\x1f".join(str(part) for part in value).encode()
    if value is None:
        return b"\x00"
    return str(value).encode()


async def seal(connection: AsyncConnection, *, most: int = 2000) -> int:
    """Link up to `most` entries; 0 when there is nothing to link or another sealer is at work."""
    if not (await connection.execute(_LOCK)).scalar_one():
        return 0
    tip = (await connection.execute(_TIP)).first()
    position, digest = (tip.position, tip.digest) if tip else (0, GENESIS)
    entries = (await connection.execute(_UNSEALED, {"most": most})).mappings().all()
    positions, digests = [], []
    for entry in entries:
        position += 1
        digest = link_digest(digest, entry)
        positions.append(position)
        digests.append(digest)
    if entries:
        ids = [entry["id"] for entry in entries]
        await connection.execute(_LINK, {"positions": positions, "entries": ids, "digests": digests})
        await connection.execute(_SEALED, {"entries": ids})
    return len(entries)
