"""Links committed entries into a chain: each link's digest covers the link before it and the whole entry.

Entries are appended without touching the chain, so that writers never wait for each other; one sealer at a time,
under an advisory lock, links what was committed since.
"""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import RowMapping, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.ledger.chain import LEDGER, Chain

GENESIS, FIELDS = LEDGER.genesis, LEDGER.fields
_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtext(current_schema() || '.' || :name))")


def link_digest(
    previous: bytes, entry: RowMapping | dict[str, Any], *, fields: Sequence[str] = FIELDS
) -> bytes:
    """SHA-256 over the previous link and each field, length-prefixed so that fields cannot run into each other."""
    chain = sha256(previous)
    for name in fields:
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


async def seal(connection: AsyncConnection, *, most: int = 2000, chain: Chain = LEDGER) -> int:
    """Link up to `most` entries; 0 when there is nothing to link or another sealer is at work."""
    if not (await connection.execute(_LOCK, {"name": chain.name})).scalar_one():
        return 0
    tip_of, unsealed, link, mark = _statements(chain)
    tip = (await connection.execute(tip_of)).first()
    position, digest = (tip.position, tip.digest) if tip else (0, chain.genesis)
    entries = (await connection.execute(unsealed, {"most": most})).mappings().all()
    positions, digests = [], []
    for entry in entries:
        position += 1
        digest = link_digest(digest, entry, fields=chain.fields)
        positions.append(position)
        digests.append(digest)
    if entries:
        ids = [entry[chain.key] for entry in entries]
        await connection.execute(link, {"positions": positions, "entries": ids, "digests": digests})
        await connection.execute(mark, {"entries": ids})
    return len(entries)


@cache
def _statements(chain: Chain) -> tuple[TextClause, TextClause, TextClause, TextClause]:
    """The tip of a chain, what is not sealed yet, how it is linked, and how it is marked."""
    entries, links, key = chain.entries, chain.links, chain.key  # names the code gives, never a caller's
    unsealed = f"SELECT {chain.columns} FROM {entries} AS entry WHERE NOT sealed ORDER BY {key} LIMIT :most"  # noqa: S608 — as above
    link = (
        f"INSERT INTO {links} (position, entry_id, digest) SELECT * FROM"  # noqa: S608 — as above
        " unnest(CAST(:positions AS bigint[]), CAST(:entries AS bigint[]), CAST(:digests AS bytea[]))"
    )
    mark = f"UPDATE {entries} SET sealed = true WHERE {key} = ANY (CAST(:entries AS bigint[]))"  # noqa: S608 — as above
    tip = f"SELECT position, digest FROM {links} ORDER BY position DESC LIMIT 1"  # noqa: S608 — as above
    return text(tip), text(unsealed), text(link), text(mark)
