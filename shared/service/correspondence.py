"""What one process of a service needs to exchange messages with its counterpart: keys, spelling, ledger, ear."""

import asyncio
from datetime import datetime, timedelta
from functools import partial
from typing import Generic, TypeVar

from shared.messaging.consumer import Consumer
from shared.province import https_line
from shared.province.answering import Answers
from shared.province.batches.carrier import Office
from shared.province.batches.intake import FILE
from shared.province.chasing import Chaser, Deadlines
from shared.province.courier import Courier, Line
from shared.province.dialect import Dialect
from shared.province.following import Follower
from shared.province.gate import Bounds
from shared.province.journal import Journal
from shared.province.keys.rotation import KeyFile, PeerKeys, Tell
from shared.province.keys.signing import KeyRing, Signer, read_signer
from shared.province.opened import Opened
from shared.province.receiver import ProvinceApplier
from shared.province.reconciling.daily import Daily, Rhythm
from shared.service.runtime import Runtime
from shared.settings import ProvinceSettings, Transport

W = TypeVar("W")

_AT_ONCE = 10
_PUSHED_AT_ONCE = 2
_BATCH = 100


class Correspondence(Generic[W]):
    """One service's side of the exchange; `consumer` takes messages in any process, however they came.

    A worker's `waits` for a database that is away; an interface's says so to whoever handed it the message.
    """

    def __init__(self, runtime: Runtime[W], *, waits: bool = True) -> None:
        self._runtime = runtime
        self._settings = province = runtime.settings.province
        self.dialect = Dialect.from_file(province.dialect_file)
        self.journal = Journal(runtime.cipher)
        read = partial(read_signer, algorithm=self.dialect.profile.signature.algorithm)
        self._signing = KeyFile(province.signing_key_file, read, tell=self._tell("signing"))
        self._known = KeyFile(province.peer_keys_file, KeyRing.from_file, tell=self._tell("peers"))
        self.peers = {province.counterpart: PeerKeys(self._known)}
        self.answers = Answers(
            service=runtime.service,
            counterpart=province.counterpart,
            dialect=self.dialect,
            signer=self.signer,
        )
        self.consumer = self._consumer(waits=waits)
        self.room = asyncio.Semaphore(_PUSHED_AT_ONCE)
        """How many messages that are pushed to us are worked on at a time."""
        self.long = asyncio.Semaphore(_PUSHED_AT_ONCE)
        """How many long ones are in our memory at a time; who sends slowly keeps no short one waiting."""

    def signer(self) -> Signer:
        """Who signs for this service now; its key may be another one a moment later."""
        return self._signing.current()

    def look_at_keys(self) -> None:
        """See what the key files hold now, though nothing may cross for a while."""
        self._signing.current()
        self._known.current()

    async def answer(self, taken: Opened, *, since: datetime) -> bytes | None:
        """What whoever handed this over `since` then is told at once, if there is anything to tell."""
        async with self._runtime.engine.connect() as connection, connection.begin():
            return await self.answers.to(taken, connection, since=since)

    def _tell(self, file: str) -> Tell:
        return lambda problem: self._runtime.metrics.key_file(file, broken=problem is not None)

    def _consumer(self, *, waits: bool) -> Consumer:
        runtime = self._runtime
        applier = ProvinceApplier(
            adapter=runtime.province,
            works=runtime.works,
            peers=self.peers,
            clock=runtime.clock,
            telemetry=runtime.telemetry,
            metrics=runtime.metrics,
            journal=self.journal,
            dialect=self.dialect,
            bounds=_bounds(self._settings),
        )
        return Consumer(
            service=runtime.service,
            applier=applier,
            transaction=runtime.works.transaction,
            clock=runtime.clock,
            metrics=runtime.metrics,
            batch=_AT_ONCE,
            cipher=runtime.cipher,
            note=applier.note_held,
            waits=waits,
        )

    def courier(self, line: Line, *, transport: str | None = None) -> Courier:
        """Who sends what is owed on a line; it goes by the transport of the settings unless another is named."""
        runtime, province = self._runtime, self._settings
        return Courier(
            service=runtime.service,
            counterpart=province.counterpart,
            works=runtime.works,
            follower=self.follower(),
            line=line,
            signer=self.signer,
            dialect=self.dialect,
            telemetry=runtime.telemetry,
            journal=self.journal,
            transport=transport or province.transport,
            batch=https_line.BATCH if province.transport is Transport.HTTPS else _BATCH,
            receipt_deadline=timedelta(seconds=province.receipt_seconds),
        )

    def office(self) -> Office[W]:
        """Who makes files to be carried, and takes in those that were."""
        runtime = self._runtime
        return Office(
            service=runtime.service,
            counterpart=self._settings.counterpart,
            engine=runtime.engine,
            works=runtime.works,
            consumer=self.consumer,
            courier=partial(self.courier, transport=FILE),
            signer=self.signer,
            peers=self.peers,
            dialect=self.dialect,
            journal=self.journal,
            cipher=runtime.cipher,
        )

    def chaser(self) -> Chaser:
        """Who asks after what has no result."""
        runtime, province = self._runtime, self._settings
        return Chaser(
            counterpart=province.counterpart,
            engine=runtime.engine,
            clock=runtime.clock,
            metrics=runtime.metrics,
            deadlines=Deadlines(
                first_pause=timedelta(seconds=province.query_seconds),
                longest_pause=timedelta(seconds=province.longest_query_seconds),
                overdue_after=province.overdue_after,
                missing=timedelta(seconds=province.missing_seconds),
            ),
        )

    def daily(self) -> Daily:
        """Who reconciles every day that is over."""
        runtime, province = self._runtime, self._settings
        return Daily(
            service=runtime.service,
            counterpart=province.counterpart,
            works=runtime.works,
            clock=runtime.clock,
            metrics=runtime.metrics,
            rhythm=Rhythm(
                hour=province.reconcile_hour,
                back=province.reconcile_days,
                first_pause=timedelta(seconds=province.answer_seconds),
                longest_pause=timedelta(seconds=province.longest_query_seconds),
                overdue_after=province.overdue_after,
                give_up_after=province.give_up_after,
            ),
            poll_seconds=runtime.settings.job_seconds,
        )

    def follower(self) -> Follower[W]:
        """Who moves our messages on by what is said of them."""
        return Follower(self._runtime.province, self._runtime.works, self.journal)


def _bounds(province: ProvinceSettings) -> Bounds:
    return Bounds(
        ahead=timedelta(seconds=province.ahead_seconds), oldest=timedelta(seconds=province.oldest_seconds)
    )
