"""What a unit of work announces is written with it, and numbered without gaps."""

import asyncio
from uuid import uuid4

import pytest

from shared.identity.scope import Scope
from tests.shared.messaging.service import CountingService
from tests.shared.messaging.tallies import Counted, Echoed, Remarked

SCOPE = Scope.of_service("tests", "announce")


async def test_the_facts_of_a_subject_are_numbered_from_one_across_topics_of_a_stream(
    service: CountingService,
) -> None:
    mine, other = uuid4(), uuid4()
    await service.announce(Counted(tally_id=mine), Remarked(tally_id=mine), Counted(tally_id=other))
    await service.announce(Echoed(tally_id=mine), Counted(tally_id=mine))
    rows = await service.outbox()
    assert [(row["topic"], row["subject"], row["sequence"]) for row in rows] == [
        ("tests.counted.v1", mine, 1),
        ("tests.remarked.v1", mine, 2),
        ("tests.counted.v1", other, 1),
        ("tests.echoed.v1", mine, 1),
        ("tests.counted.v1", mine, 3),
    ]
    assert service.wakes == 2


async def test_concurrent_transactions_leave_no_gap_and_no_number_twice(service: CountingService) -> None:
    subjects = [uuid4() for _ in range(3)]

    async def announce(turn: int) -> None:
        turned = subjects[turn % 3 :] + subjects[: turn % 3]
        await service.announce(*(Counted(tally_id=each, number=turn) for each in turned for _ in range(2)))

    await asyncio.gather(*(announce(turn) for turn in range(20)))
    rows = await service.outbox()
    for subject in subjects:
        numbers = [row["sequence"] for row in rows if row["subject"] == subject]
        assert numbers == list(range(1, 41))


async def test_a_transaction_that_is_rolled_back_announces_nothing_and_takes_no_number(
    service: CountingService,
) -> None:
    subject = uuid4()

    async def change_my_mind() -> None:
        async with service.works(SCOPE) as work:
            await work.tallies.of(subject)
            work.outbox.add(Counted(tally_id=subject))
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        await change_my_mind()
    assert await service.outbox() == []
    assert service.wakes == 0
    await service.announce(Counted(tally_id=subject))
    assert [row["sequence"] for row in await service.outbox()] == [1]


async def test_one_that_is_cancelled_announces_nothing(service: CountingService) -> None:
    subject = uuid4()
    written = asyncio.Event()

    async def announce() -> None:
        async with service.works(SCOPE) as work:
            work.outbox.add(Counted(tally_id=subject))
            written.set()
            await asyncio.sleep(3600)

    task = asyncio.create_task(announce())
    await written.wait()
    task.cancel()
    await asyncio.wait({task})
    assert await service.outbox() == []


async def test_the_row_tells_the_trace_that_announced_it_and_none_where_there_was_none(
    service: CountingService,
) -> None:
    with service.telemetry.span("request") as span:
        await service.announce(Counted(tally_id=uuid4()))
    await service.announce(Counted(tally_id=uuid4()))
    context = span.get_span_context()
    traced = f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
    assert [row["traceparent"] for row in await service.outbox()] == [traced, None]


async def test_a_unit_of_work_without_announcements_wakes_nobody(service: CountingService) -> None:
    async with service.works(SCOPE) as work:
        await work.tallies.of(uuid4())
    assert service.wakes == 0
    assert await service.outbox() == []
