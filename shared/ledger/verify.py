"""Walks a chain from its beginning and names the first link that does not hold."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.ledger.chain import LEDGER, Chain
from shared.ledger.seal import link_digest


class BrokenLedger(Exception):  # noqa: N818 — it is what was found, not a fault of the finder
    """台账链已断裂 · The chain of the ledger is broken."""


@dataclass(frozen=True, kw_only=True)
class Verified:
    """A chain that holds: how many links, and the digest of the last."""

    links: int
    tip: bytes


async def verify(connection: AsyncConnection, *, chain: Chain = LEDGER) -> Verified:
    """Recompute every link; raises BrokenLedger naming the first position that was altered, removed or reordered."""
    entries, links, key = chain.entries, chain.links, chain.key  # names the code gives, never a caller's
    walk = text(
        f"SELECT link.position, link.digest AS link_digest, {chain.columns}"  # noqa: S608 — as above
        f" FROM {links} AS link LEFT JOIN {entries} AS entry ON entry.{key} = link.entry_id ORDER BY link.position"
    )
    loose_ones = text(
        f"SELECT min({key}) FROM {entries} AS entry"  # noqa: S608 — as above
        f" WHERE sealed AND NOT EXISTS (SELECT 1 FROM {links} AS link WHERE link.entry_id = entry.{key})"
    )
    expected, digest = 1, chain.genesis
    result = await connection.stream(walk)
    async for row in result.mappings():
        if row["position"] != expected:
            raise BrokenLedger(f"第 {expected} 环缺失 · link {expected} is missing")
        if row[key] is None:
            raise BrokenLedger(f"第 {expected} 环的条目已被删除 · the entry of link {expected} was removed")
        digest = link_digest(digest, row, fields=chain.fields)
        if digest != row["link_digest"]:
            raise BrokenLedger(f"第 {expected} 环的条目被改动 · the entry of link {expected} was altered")
        expected += 1
    loose = (await connection.execute(loose_ones)).scalar_one()
    if loose is not None:
        raise BrokenLedger(
            f"第 {expected} 环缺失，条目 {loose} 已封存 · link {expected} of entry {loose} is missing"
        )
    return Verified(links=expected - 1, tip=digest)
