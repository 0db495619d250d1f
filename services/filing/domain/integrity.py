"""失信记录: who pledged falsely, or was entered by an officer, and may not pledge until it has run out (N3.3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.paging import Page
from shared.values import Uscc


class UnderIntegrityRecord(Conflict):
    """失信记录期内不适用告知承诺 · With an integrity record still running nothing may be pledged."""

    code = "NJT-FIL-1721"


class NotYetDishonest(Invalid):
    """记录起始日晚于今日 · The record would begin later than today."""

    code = "NJT-FIL-1722"


class UnknownIntegrityRecord(NotFound):
    """没有这条失信记录 · There is no such integrity record."""

    code = "NJT-FIL-1723"


class AlreadyAnnulled(Conflict):
    """该记录已撤销 · The record was annulled already."""

    code = "NJT-FIL-1724"


class NotYourRecord(Forbidden):
    """仅记入机关或市可撤销 · Only the organ that entered it, or the city, annuls it."""

    code = "NJT-FIL-1725"


class RecordSource(StrEnum):
    """How a record came about."""

    FALSE_PLEDGE = "false_pledge"
    ENTERED = "entered"


@dataclass(eq=False, kw_only=True)
class IntegrityRecord:
    """That a body may not pledge for a time, city-wide; the last day counts. `entered_by` is an organ.

    `pledge_id` is the pledge that was found false, where that was the reason. One entered by mistake is annulled: it
    bars nobody from then on and stays to be seen.
    """

    id: UUID
    uscc: Uscc
    name: str
    reason: str
    source: RecordSource
    basis: tuple[str, ...]
    valid_from: date
    valid_until: date
    entered_by: str
    entered_at: datetime
    pledge_id: UUID | None = None
    annulled_at: datetime | None = None
    annulled_by: str = ""
    annulled_for: str = ""
    version: int = 0

    def runs(self, on: date) -> bool:
        return self.annulled_at is None and self.valid_from <= on <= self.valid_until

    def annul(self, reason: str, *, by: str, at: datetime) -> None:
        """撤销: it was entered by mistake; raises AlreadyAnnulled."""
        if self.annulled_at is not None:
            raise AlreadyAnnulled(self.annulled_for)
        self.annulled_at, self.annulled_by, self.annulled_for = at, by, reason


def check_none_runs(records: Iterable[IntegrityRecord], *, on: date) -> None:
    """Raises UnderIntegrityRecord naming the one that runs longest."""
    running = [each for each in records if each.runs(on)]
    if running:
        last = max(running, key=lambda each: each.valid_until)
        raise UnderIntegrityRecord(
            f"记录至 {last.valid_until}：{last.reason} · it runs until {last.valid_until}",
            basis=last.basis,
            extra={"until": last.valid_until.isoformat()},
        )


class IntegrityRecords(Protocol):
    """Where integrity records are kept; every organ reads all of them."""

    async def get(self, key: UUID, *, seen: int | None = None) -> IntegrityRecord: ...

    def add(self, aggregate: IntegrityRecord) -> None: ...

    async def of_body(self, uscc: Uscc) -> list[IntegrityRecord]: ...

    async def page(self, *, uscc: Uscc | None, cursor: str | None, size: int) -> Page[IntegrityRecord]: ...
