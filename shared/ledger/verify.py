"""Walks the chain from its beginning and names the first link that does not hold."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.ledger.seal import GENESIS, link_digest

_CHAIN = text("""
    SELECT link.position, link.digest AS link_digest, link.entry_id, entry.*
    FROM ledger_link AS link LEFT JOIN ledger_entry AS entry ON entry.id = link.entry_id ORDER BY link.position
""")
_LOOSE = text("""
    SELECT min(id) FROM ledger_entry AS entry
    WHERE sealed AND NOT EXISTS (SELECT 1 FROM ledger_link AS link WHERE link.entry_id = entry.id)
""")


class BrokenLedger(Exception):  # noqa: N818 — it is what was found, not a fault of the finder
    """台账链已断裂 · The chain of the ledger is broken."""


@dataclass(frozen=True, kw_only=True)
class Verified:
    """A chain that holds: how many links, and the digest of the last."""

    links: int
    tip: bytes


async def verify(connection: AsyncConnection) -> Verified:
    """Recompute every link; raises BrokenLedger naming the first position that was altered, removed or reordered."""
    expected, digest = 1, GENESIS
    result = await connection.stream(_CHAIN)
    async for row in result.mappings():
        if row["position"] != expected:
            raise BrokenLedger(f"第 {expected} 环缺失 · link {expected} is missing")
        if row["id"] is None:
            raise BrokenLedger(f"第 {expected} 环的条目已被删除 · the entry of link {expected} was removed")
        digest = link_digest(digest, row)
        if digest != row["link_digest"]:
            raise BrokenLedger(f"第 {expected} 环的条目被改动 · the entry of link {expected} was altered")
        expected += 1
    loose = (await connection.execute(_LOOSE)).scalar_one()
    if loose is not None:
        raise BrokenLedger(
            f"第 {expected} 环缺失，条目 {loose} 已封存 · link {expected} of entry {loose} is missing"
        )
    return Verified(links=expected - 1, tip=digest)
