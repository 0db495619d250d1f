"""Carries messages in files where there is no line: what is due goes into one, and one that comes is taken in."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Generic, TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.clock import SHANGHAI
from shared.contracts.batches import Form
from shared.errors import Refusal
from shared.identity import Scope
from shared.messaging.consumer import Consumer
from shared.persistence.unit_of_work import Transaction, Works
from shared.privacy import FieldCipher
from shared.province.batches.files import Addressed, FileLine, OpenedBatch, Trust, make_file, open_file
from shared.province.batches.intake import FILE, Intake
from shared.province.batches.records import Batch, Batches, BatchRow
from shared.province.batches.refusals import ImportRunning, NothingToCarry, SameBatchOtherContent
from shared.province.batches.rows import Spool
from shared.province.claiming import bring_forward, owes_older
from shared.province.courier import Courier, Line
from shared.province.dialect import Dialect
from shared.province.journal import Crossing, Direction, Journal
from shared.province.keys.signing import PublicKeys, Signer
from shared.province.operating.pausing import Pause

W = TypeVar("W")

_ALONE = text("SELECT pg_try_advisory_lock(hashtext(current_schema() || '.batches'))")
_LET_GO = text("SELECT pg_advisory_unlock(hashtext(current_schema() || '.batches'))")


@dataclass(frozen=True, kw_only=True)
class Office(Generic[W]):
    """What batches are made and taken in with; `courier` sends on a line that is given to it."""

    service: str
    counterpart: str
    engine: AsyncEngine
    works: Works[W]
    consumer: Consumer
    courier: Callable[[Line], Courier]
    signer: Callable[[], Signer]
    peers: Mapping[str, PublicKeys]
    dialect: Dialect
    journal: Journal
    cipher: FieldCipher | None

    @property
    def name(self) -> str:
        """What it is called in an envelope."""
        return f"320100/{self.service}"

    @property
    def trust(self) -> Trust:
        """Whose files are taken in."""
        algorithm = self.dialect.profile.signature.algorithm
        return Trust(peers=self.peers, algorithm=algorithm, receiver=self.name)


@dataclass(frozen=True, kw_only=True)
class Exported:
    """A batch that was made; `more` is due and did not find room in it."""

    batch: Batch
    more: bool


@dataclass(frozen=True, kw_only=True)
class Imported:
    """A batch that was taken in, and what became of each row; `before` is when that had been done already."""

    batch: Batch
    rows: list[BatchRow]
    before: datetime | None = None


async def export_batch(office: Office[Any], form: Form, *, scope: Scope) -> Exported:
    """Put what is owed into a file, as the courier would send it; raises NothingToCarry.

    What a line that is down put off goes with it. It counts as delivered once the file is kept: from there it can be had
    again. What can never leave is refused also when there is nothing else.
    """
    made = await _export(office, form, scope=scope)
    if isinstance(made, NothingToCarry):
        raise made
    return made


async def _export(office: Office[Any], form: Form, *, scope: Scope) -> Exported | NothingToCarry:
    async with office.works.transaction(scope) as transaction:
        with TemporaryDirectory() as folder, Spool(Path(folder, "rows")) as spool:
            line = FileLine(spool, office.dialect)
            courier = office.courier(line)
            await bring_forward(transaction.connection, now=transaction.at)
            while not line.full and await courier.send_within(transaction):
                pass
            if not spool.rows:
                return await _nothing(office, transaction)
            addressed = Addressed(
                batch_id=transaction.new_id(),
                sender=office.name,
                receiver=office.counterpart,
                made_at=transaction.at,
            )
            manifest, content = await asyncio.to_thread(
                make_file, spool, form, addressed, signer=office.signer(), folder=Path(folder)
            )
            batch = Batch(
                id=manifest.batch_id,
                direction=Direction.OUT,
                counterpart=manifest.receiver,
                form=form,
                at=manifest.made_at,
                by=scope.person,
                name=f"njt-{office.service}-{manifest.made_at.astimezone(SHANGHAI):%Y%m%d-%H%M%S}.zip",
                sha256=bytes.fromhex(manifest.sha256),
                rows=manifest.rows,
                outcomes={"sent": manifest.rows},
                concluded_at=manifest.made_at,
            )
            await Batches(transaction.connection, office.cipher).add(batch, content)
        transaction.ledger.changed("exchange_batch", batch.id, after=_told(batch))
        return Exported(batch=batch, more=await owes_older(transaction.connection, transaction.at))


async def import_batch(office: Office[Any], content: bytes, *, name: str, scope: Scope) -> Imported:
    """Take in a file that was carried here, row by row, as if each message had come over the line.

    Refused as a whole, and entered in the exchange ledger as that, when it is not what the counterpart signed: raises
    what `open_file` does, SameBatchOtherContent or ImportRunning. A file that was taken in before is gone through again:
    every message of it is a duplicate.
    """
    async with _alone(office):
        with TemporaryDirectory() as folder:
            try:
                opened = await asyncio.to_thread(open_file, content, Path(folder), office.trust)
                batch = await _begun(office, opened, name=name, scope=scope)
            except Refusal as refusal:
                await _note_refused(office, content, refusal, scope=scope)
                raise
            intake = Intake(office.consumer, office.works.transaction, office.dialect, service=office.service)
            rows = await intake.take(batch, opened.rows)
    return await _concluded(office, batch, rows, scope=scope)


async def _nothing(office: Office[Any], transaction: Transaction) -> NothingToCarry:
    pause = await Pause.of(transaction.connection, office.counterpart)
    if pause is not None:
        return NothingToCarry(
            "交换已暂停或按速率放行，暂无可带出的报文 · The exchange is paused, or drains at its rate"
        )
    return NothingToCarry()


@asynccontextmanager
async def _alone(office: Office[Any]) -> AsyncIterator[None]:
    """One import at a time, so that each is told what became of its own rows; raises ImportRunning."""
    async with office.engine.connect() as connection:
        # Outside a transaction: it may take longer than one may idle.
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        if not (await alone.execute(_ALONE)).scalar_one():
            raise ImportRunning
        try:
            yield
        finally:
            await alone.execute(_LET_GO)


async def _begun(office: Office[Any], opened: OpenedBatch, *, name: str, scope: Scope) -> Batch:
    """The batch as it is on record, or put on record now; raises SameBatchOtherContent."""
    manifest = opened.manifest
    async with office.works.transaction(scope) as transaction:
        batches = Batches(transaction.connection)
        known = await batches.find(manifest.batch_id)
        if known is None:
            known = Batch(
                id=manifest.batch_id,
                direction=Direction.IN,
                counterpart=manifest.sender,
                form=manifest.form,
                at=transaction.at,
                by=scope.person,
                name=name,
                sha256=bytes.fromhex(manifest.sha256),
                rows=manifest.rows,
                outcomes={},
            )
            await batches.add(known)
        elif known.direction != Direction.IN or known.sha256.hex() != manifest.sha256:
            raise SameBatchOtherContent
        transaction.ledger.changed("exchange_batch", known.id, after=_told(known))
        return known


async def _concluded(office: Office[Any], batch: Batch, rows: list[BatchRow], *, scope: Scope) -> Imported:
    """What the first import came to stays on record; a later one is only told of."""
    counted = Intake.counted(rows)
    async with office.works.transaction(scope) as transaction:
        if batch.concluded_at is not None:
            return Imported(batch=replace(batch, outcomes=counted), rows=rows, before=batch.at)
        concluded = replace(batch, outcomes=counted, concluded_at=transaction.at)
        batches = Batches(transaction.connection)
        await batches.progressed(batch.id, counted, concluded_at=transaction.at)
        transaction.ledger.changed("exchange_batch", batch.id, before=_told(batch), after=_told(concluded))
        return Imported(batch=concluded, rows=rows)


async def _note_refused(office: Office[Any], content: bytes, refusal: Refusal, *, scope: Scope) -> None:
    """Enter in the exchange ledger that a file was refused; its digest is kept, not the file."""
    async with office.works.transaction(scope) as transaction:
        crossing = Crossing(
            at=transaction.at,
            direction=Direction.IN,
            transport=FILE,
            counterpart="",
            outcome="refused",
            reason_code=refusal.code,
            body=content,
            kept=False,
        )
        await office.journal.enter(transaction.connection, [crossing])


def _told(batch: Batch) -> dict[str, Any]:
    return dict(vars(batch))
