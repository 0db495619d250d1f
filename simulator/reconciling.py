"""Reconciles with a service of the city: its totals against ours, and down to the acts in which they differ."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import UUID

from shared.contracts.exchange import ActOnRecord, Bucket, Reconcile, Reconciled
from shared.contracts.province import MessageCode, ProvinceEnvelope
from simulator.books import MOST_ACTS, Books, Page
from simulator.outgoing import Outgoing
from simulator.store import Store

_LONGEST_PREFIX = 4


@dataclass(frozen=True, kw_only=True)
class Difference:
    """An act on which the two sides do not agree: the digest of its payload on each, None where it is not on record."""

    bucket: Bucket
    business_key: str
    ours: str | None
    theirs: str | None


def answer_to(asked: Reconcile, service: str, books: Books) -> Reconciled:
    """Our side: the same totals, or the acts where there are few."""
    page = Page(service=service, day=asked.day, bucket=asked.bucket, prefix=asked.prefix)
    acts = books.acts(page) if page.bucket else None
    listed = acts is not None and len(acts) <= MOST_ACTS
    return Reconciled(
        reconciliation_id=asked.reconciliation_id,
        day=asked.day,
        bucket=asked.bucket,
        prefix=asked.prefix,
        totals=() if listed else books.totals(page),
        acts=acts if listed else None,
    )


class Reconciling:
    """Answers the city's totals with ours, and asks for the city's."""

    def __init__(self, store: Store, outgoing: Outgoing, *, again_seconds: float) -> None:
        self._books = Books(store)
        self._outgoing = outgoing
        self._again_seconds = again_seconds
        self._asked: dict[UUID, asyncio.Future[Reconciled]] = {}

    def answer(self, service: str, asked: Reconcile, envelope: ProvinceEnvelope) -> None:
        answer = answer_to(asked, service, self._books)
        key = envelope.business_key
        self._outgoing.say(service, MessageCode.RECONCILED, answer, key=key, answers=envelope)

    def answered(self, answer: Reconciled) -> bool:
        """Whether somebody waits for this."""
        asked = self._asked.get(answer.reconciliation_id)
        if asked is None or asked.done():
            return False
        asked.set_result(answer)
        return True

    async def compare(self, page: Page, *, seconds: float) -> list[Difference]:
        """Where the city's books differ from ours; raises TimeoutError when an answer takes longer than this."""
        answer = await self._ask(page, seconds=seconds)
        if page.bucket is not None and answer.acts is not None:
            return list(_differing(page.bucket, self._books.acts(page), answer.acts))
        mine, theirs = (
            {(total.bucket, total.part): total for total in side}
            for side in (self._books.totals(page), answer.totals)
        )
        found: list[Difference] = []
        for bucket, part in sorted(mine.keys() | theirs.keys(), key=repr):
            if mine.get((bucket, part)) != theirs.get((bucket, part)):
                where = _deeper(page, bucket, part)
                found += await self.compare(where, seconds=seconds) if where else []
        return found

    async def _ask(self, page: Page, *, seconds: float) -> Reconciled:
        """Ask, and ask again while there is no answer."""
        question = Reconcile(
            reconciliation_id=self._outgoing.new_id(),
            day=page.day,
            bucket=page.bucket,
            prefix=page.prefix,
            totals=self._books.totals(page),
        )
        asked: asyncio.Future[Reconciled] = asyncio.get_running_loop().create_future()
        self._asked[question.reconciliation_id] = asked
        try:
            async with asyncio.timeout(seconds):
                while True:
                    key = f"reconcile:{question.reconciliation_id}"
                    self._outgoing.say(page.service, MessageCode.RECONCILE, question, key=key)
                    with suppress(TimeoutError):
                        return await asyncio.wait_for(asyncio.shield(asked), self._again_seconds)
        finally:
            del self._asked[question.reconciliation_id]


def _deeper(page: Page, bucket: Bucket, part: str) -> Page | None:
    """From the day to a bucket, from a bucket to one of its parts; None where there is no deeper."""
    if page.bucket is None:
        return replace(page, bucket=bucket)
    return page.part(part) if part and len(page.prefix) < _LONGEST_PREFIX else None


def _differing(
    bucket: Bucket, ours: Iterable[ActOnRecord], theirs: Iterable[ActOnRecord]
) -> Iterator[Difference]:
    mine, other = ({act.business_key: act.digest for act in side} for side in (ours, theirs))
    for key in sorted(mine.keys() | other.keys()):
        if mine.get(key) != other.get(key):
            yield Difference(bucket=bucket, business_key=key, ours=mine.get(key), theirs=other.get(key))
