"""What both sides carried out, as it is reconciled: totals of a day, parts of a total, single acts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from itertools import groupby
from sqlite3 import Row

from shared.contracts.exchange import ActOnRecord, Bucket, Teller, Total
from shared.contracts.province import MessageCode
from simulator.store import Store

MOST_ACTS = 1000
_MOST_BUCKETS = 2000
_CARRIED_OUT = {
    Teller.CITY: f"act WHERE ok AND code <> '{MessageCode.VOID}'",
    Teller.PROVINCE: f"sent WHERE json_extract(business, '$.ok') AND code <> '{MessageCode.VOID}'",
}


@dataclass(frozen=True, kw_only=True)
class Page:
    """Where to look: a day with one service; of that one bucket; of that the acts whose place begins so."""

    service: str
    day: date
    bucket: Bucket | None = None
    prefix: str = ""

    def part(self, digit: str) -> "Page":
        return replace(self, prefix=self.prefix + digit)


def digest_of(acts: Iterable[ActOnRecord]) -> str:
    """SHA-256 over the lines `business key TAB payload digest LF`, sorted as bytes."""
    lines = sorted(f"{act.business_key}\t{act.digest}\n".encode() for act in acts)
    return sha256(b"".join(lines)).hexdigest()


def total_of(bucket: Bucket, acts: Sequence[ActOnRecord], part: str = "") -> Total:
    return Total(bucket=bucket, part=part, count=len(acts), digest=digest_of(acts))


class Books:
    """What was carried out, by day, service, teller, code and organ; an act told twice counts once."""

    def __init__(self, store: Store) -> None:
        self._db = store.db

    def totals(self, page: Page) -> tuple[Total, ...]:
        """One for each bucket of the day, or for each part of a bucket in which there is anything."""
        found = self._of_day(page) if page.bucket is None else self._of_bucket(page, page.bucket)
        return tuple(found)[:_MOST_BUCKETS]

    def acts(self, page: Page) -> tuple[ActOnRecord, ...]:
        """Every act of a bucket whose place begins with the prefix."""
        return tuple(map(_act, self._rows(page)))

    def _of_day(self, page: Page) -> Iterator[Total]:
        for teller, source in _CARRIED_OUT.items():
            rows = self._db.execute(
                "SELECT code, organ, business_key, digest, lane, MAX(sequence) AS sequence"  # noqa: S608 — a table of our own
                f" FROM {source} AND (service, day) = (?, ?) GROUP BY code, organ, business_key, digest"
                " ORDER BY code, organ",
                (page.service, page.day.isoformat()),
            ).fetchall()
            for (code, organ), acts in groupby(rows, key=lambda row: (row["code"], row["organ"])):
                yield total_of(Bucket(teller=teller, code=code, organ=organ), [_act(row) for row in acts])

    def _of_bucket(self, page: Page, bucket: Bucket) -> Iterator[Total]:
        digits = len(page.prefix)
        rows = sorted(self._rows(page), key=lambda row: row["place"][digits : digits + 1])
        for part, acts in groupby(rows, key=lambda row: row["place"][digits : digits + 1]):
            yield total_of(bucket, [_act(row) for row in acts], part)

    def _rows(self, page: Page) -> list[Row]:
        if page.bucket is None:
            return []
        bucket = page.bucket
        return self._db.execute(
            "SELECT business_key, digest, place, lane, MAX(sequence) AS sequence"  # noqa: S608 — a table of our own
            f" FROM {_CARRIED_OUT[bucket.teller]} AND (service, day, code, organ) = (?, ?, ?, ?) AND place LIKE ?"
            " GROUP BY business_key, digest ORDER BY business_key",
            (page.service, page.day.isoformat(), bucket.code, bucket.organ, f"{page.prefix}%"),
        ).fetchall()


def _act(row: Row) -> ActOnRecord:
    return ActOnRecord(
        business_key=row["business_key"], digest=row["digest"], lane=row["lane"], sequence=row["sequence"]
    )
