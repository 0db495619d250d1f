"""What the other side is told of a day in a reconciliation, and what is made of what it tells."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.contracts.exchange import Bucket, Reconcile, Reconciled, Total
from shared.contracts.province import MessageCode, ProvinceEnvelope
from shared.persistence.unit_of_work import Transaction
from shared.province.intents import Dispatch
from shared.province.reading import NotAccepted
from shared.province.reconciling import differences, questions, reconciliation
from shared.province.reconciling.comparing import (
    LONGEST_PREFIX,
    MOST_ACTS,
    Differing,
    compare,
    differing,
    parted,
)
from shared.province.reconciling.questions import Question
from shared.province.reconciling.records import EARLIEST, LATEST, Records


@dataclass(frozen=True, kw_only=True)
class _Found:
    """What an answer leads to: where to ask on, the acts that differ, and how many acts either side has of the day."""

    on: Sequence[Question] = ()
    differing: Sequence[Differing] = ()
    counts: tuple[int, int] | None = None


async def answer(question: Reconcile, envelope: ProvinceEnvelope, transaction: Transaction) -> None:
    """Tell the other side what we have of what it asks about: the acts where they are few, else totals.

    Raises NotAccepted for a day that nobody can have told anything on.
    """
    if not EARLIEST <= question.day <= LATEST:
        raise NotAccepted("PAYLOAD", f"日期不在范围内 · no such day: {question.day}")
    records = Records(transaction.connection, question.day)
    bucket = question.bucket
    acts = await records.acts(bucket, question.prefix) if bucket else None
    totals: tuple[Total, ...] = ()
    if bucket is None:
        totals = await records.totals()
    elif acts is None:
        totals = await records.parts(bucket, question.prefix)
    told = Reconciled(
        reconciliation_id=question.reconciliation_id,
        day=question.day,
        bucket=bucket,
        prefix=question.prefix,
        totals=totals,
        acts=acts,
    )
    transaction.intents.owe(
        Dispatch(
            code=MessageCode.RECONCILED,
            business_key=envelope.business_key,
            lane="",
            payload=told.model_dump(mode="json"),
            in_reply_to=envelope.message_id,
        )
    )


async def take(answered: Reconciled, transaction: Transaction) -> None:
    """Hold an answer against our own record: ask on where it differs, and keep the acts that do.

    Another copy of an answer changes nothing. Raises NotAccepted for an answer to nothing we asked, and for one that
    lists no acts where there is nothing smaller to ask about.
    """
    if answered.bucket and answered.acts is None and len(answered.prefix) == LONGEST_PREFIX:
        raise NotAccepted("PAYLOAD", "最长前缀下须逐笔列出 · Acts must be listed under the longest prefix")
    known = await reconciliation.lock(answered.reconciliation_id, answered.day, transaction)
    if known is None:
        raise NotAccepted("UNKNOWN", "未发起过此对账 · Nobody here asked this")
    if known.concluded_at is not None or not await questions.settle(answered, transaction):
        return
    found = await _held_against(answered, transaction)
    await questions.ask(found.on, transaction)
    if answered.bucket is not None:
        await differences.keep(found.differing, known, (answered.bucket, answered.acts or ()), transaction)
    more = {"asked": len(found.on), "differing": len(found.differing)}
    await reconciliation.progress(known, transaction, counts=found.counts, **more)
    if await questions.left(known.id, transaction.connection) == 0:
        await reconciliation.conclude(known, transaction)
        await differences.heal(known, transaction)


async def _held_against(answered: Reconciled, transaction: Transaction) -> _Found:
    records = Records(transaction.connection, answered.day)
    if answered.bucket is not None:
        return await _within(answered, answered.bucket, records)
    ours = await records.totals()
    return _Found(
        on=[_about(answered, bucket, "") for bucket, _ in differing(ours, answered.totals)],
        counts=(sum(each.count for each in ours), sum(each.count for each in answered.totals)),
    )


async def _within(answered: Reconciled, bucket: Bucket, records: Records) -> _Found:
    """Where to ask on within a bucket, or else the acts that differ in it."""
    theirs: Sequence[Total] = answered.totals
    prefix = answered.prefix
    if answered.acts is not None:
        most = None if len(prefix) == LONGEST_PREFIX else MOST_ACTS
        acts = await records.acts(bucket, prefix, most=most)
        if acts is not None:
            return _Found(differing=await records.certain(compare(acts, answered.acts), bucket))
        theirs = parted(answered.acts, bucket, prefix)
    parts = [
        part for of, part in differing(await records.parts(bucket, prefix), theirs) if of == bucket and part
    ]
    return _Found(on=[_about(answered, bucket, prefix + part) for part in parts])


def _about(answered: Reconciled, bucket: Bucket, prefix: str) -> Question:
    return Question(
        reconciliation_id=answered.reconciliation_id, day=answered.day, bucket=bucket, prefix=prefix
    )
