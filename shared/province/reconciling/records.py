"""What one service has on record of a day's acts, as it is told and compared in a reconciliation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.clock import SHANGHAI
from shared.contracts.exchange import ActOnRecord, Bucket, Teller, Total
from shared.province.reconciling.comparing import MOST_ACTS, Differing

# Of what came in before the exchange was whole nobody knows its organ, nor its digest without nulls, until a copy comes.
_TOLD = {
    Teller.CITY: """
        SELECT code, organ, business_key, encode(digest, 'hex') AS digest, place, lane, sequence FROM exchange_intent
        WHERE at >= :since AND at < :until AND state = 'done' AND sequence > 0 AND code <> 'VOID'
    """,
    Teller.PROVINCE: """
        SELECT code, organ, business_key, encode(digest, 'hex') AS digest, place, lane, sequence FROM exchange_received
        WHERE issued_at >= :since AND issued_at < :until AND state <> 'refused' AND state = 'done' AND code <> 'VOID'
              AND NOT nulls
    """,
}
# A place ends in a digit up to f.
_WITHIN = "AND code = :code AND organ = :organ AND place >= :prefix AND place < :prefix || 'g'"
_TOGETHER = 5000
_LINE = "business_key || E'\\t' || digest || E'\\n'"
# The lines of a day come sorted and some thousands at a time, so that nobody holds a day.
_LINES = {
    teller: text(f"""
        SELECT code, organ, count(*) AS number, string_agg(line, '' ORDER BY line COLLATE "C") AS lines
        FROM (SELECT code, organ, line, (row_number() OVER (ORDER BY code COLLATE "C", organ COLLATE "C",
                                                                    line COLLATE "C") - 1) / {_TOGETHER} AS place
              FROM (SELECT code, organ, {_LINE} AS line FROM ({told}) AS act) AS lined) AS placed
        GROUP BY place, code, organ ORDER BY place
    """)  # noqa: S608 — of constants alone
    for teller, told in _TOLD.items()
}
_PARTS = {
    teller: text(f"""
        SELECT substr(place, length(:prefix) + 1, 1) AS part, count(*) AS count,
               encode(sha256(convert_to(string_agg({_LINE}, '' ORDER BY ({_LINE}) COLLATE "C"), 'UTF8')), 'hex')
                   AS digest
        FROM ({told} {_WITHIN}) AS act GROUP BY part ORDER BY part
    """)  # noqa: S608 — as above
    for teller, told in _TOLD.items()
}
_ACTS = {
    teller: text(f"SELECT business_key, digest, lane, sequence FROM ({told} {_WITHIN}) AS act LIMIT :most")  # noqa: S608 — as above
    for teller, told in _TOLD.items()
}
_BEFORE = text("""
    SELECT business_key FROM exchange_received
    WHERE code = :code AND business_key = ANY (CAST(:keys AS text[])) AND nulls AND state <> 'refused' AND state = 'done'
""")
_AT_ONCE = 10
EARLIEST, LATEST = date(2000, 1, 1), date(9999, 1, 1)
"""Days that there are acts of."""


@dataclass(frozen=True, kw_only=True)
class _Span:
    """A day in Shanghai."""

    since: datetime
    until: datetime

    @classmethod
    def of(cls, day: date) -> "_Span":
        since = datetime.combine(day, time(), tzinfo=SHANGHAI)
        return cls(since=since, until=since + timedelta(days=1))


class _Sum:
    """How many lines there were, and the digest over them."""

    def __init__(self) -> None:
        self.count = 0
        self.digest = sha256()

    def add(self, count: int, lines: str) -> None:
        self.count += count
        self.digest.update(lines.encode())


class Records:
    """What one service has on record of a day; as many lines at once are held as are read at once, and no more."""

    def __init__(self, connection: AsyncConnection, day: date) -> None:
        self._connection = connection
        self._span = vars(_Span.of(day))

    async def totals(self) -> tuple[Total, ...]:
        """Of each bucket."""
        sums = [(teller, await self._sums(teller)) for teller in Teller]
        return tuple(
            Total(
                bucket=Bucket(teller=teller, code=code, organ=organ),
                count=each.count,
                digest=each.digest.hexdigest(),
            )
            for teller, found in sums
            for (code, organ), each in found.items()
        )

    async def _sums(self, teller: Teller) -> dict[tuple[str, str], "_Sum"]:
        """By code and organ; lines are let go when they are hashed."""
        sums: dict[tuple[str, str], _Sum] = {}
        reading = {"yield_per": _AT_ONCE}
        async with self._connection.stream(_LINES[teller], self._span, execution_options=reading) as result:
            async for row in result:
                sums.setdefault((row.code, row.organ), _Sum()).add(row.number, row.lines)
        return sums

    async def parts(self, bucket: Bucket, prefix: str) -> tuple[Total, ...]:
        """Of a bucket's acts with this prefix, by the next digit."""
        asked = {**self._span, **_within(bucket, prefix)}
        rows = await self._connection.execute(_PARTS[bucket.teller], asked)
        return tuple(_total(bucket, row) for row in rows.mappings())

    async def acts(
        self, bucket: Bucket, prefix: str, *, most: int | None = MOST_ACTS
    ) -> tuple[ActOnRecord, ...] | None:
        """Those acts one by one, in no order, or None where there are more than so many."""
        asked = {**self._span, **_within(bucket, prefix), "most": None if most is None else most + 1}
        rows = (await self._connection.execute(_ACTS[bucket.teller], asked)).mappings().all()
        if most is not None and len(rows) > most:
            return None
        return tuple(ActOnRecord.model_validate(dict(row)) for row in rows)

    async def certain(self, found: Sequence[Differing], bucket: Bucket) -> Sequence[Differing]:
        """Those that do differ: what was carried out before the exchange was whole is here, if not among a day's acts."""
        if bucket.teller is Teller.CITY:
            return found
        asked = {"code": bucket.code, "keys": [each.business_key for each in found]}
        before = {row.business_key for row in await self._connection.execute(_BEFORE, asked)}
        return [each for each in found if each.business_key not in before]


def _total(bucket: Bucket, row: RowMapping) -> Total:
    return Total(bucket=bucket, part=row["part"], count=row["count"], digest=row["digest"])


def _within(bucket: Bucket, prefix: str) -> dict[str, Any]:
    return {"code": bucket.code, "organ": bucket.organ, "prefix": prefix}


def names_of(bucket: Bucket) -> dict[str, Any]:
    return {"teller": bucket.teller.value, "code": bucket.code, "organ": bucket.organ}
