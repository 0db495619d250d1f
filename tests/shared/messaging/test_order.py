"""Each subject's facts take effect in their order and once, however they arrive."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import pytest

from shared.identity.scope import Scope
from shared.messaging.consumer import Consumer
from shared.messaging.failures import Gap
from shared.messaging.inbox import Inbox
from shared.persistence.unit_of_work import Transaction
from tests.shared.messaging.service import CountingService
from tests.shared.messaging.tallies import Counted, Remarked, counted, message

SECOND = timedelta(seconds=1)


async def test_facts_take_effect_in_order_and_in_one_transaction(service: CountingService) -> None:
    subject = uuid4()
    await service.consumer.process(counted(subject, *range(1, 51)))
    assert await service.heard(subject) == list(range(1, 51))
    transactions = await service.rows("SELECT DISTINCT xmin::text AS id FROM footprint")
    assert len(transactions) == 1
    assert service.sample("njt_inbox_handled_total") == 50


async def test_a_duplicate_does_nothing(service: CountingService) -> None:
    subject = uuid4()
    await service.consumer.process(counted(subject, 1, 2, 2, 1))
    await service.consumer.process(counted(subject, 1, 2))
    await service.consumer.process(counted(subject, 2, 3))
    assert await service.heard(subject) == [1, 2, 3]
    assert service.attempts == [1, 2, 3]
    assert await service.held() == []
    assert service.sample("njt_inbox_duplicate_total") == 5


async def test_nobody_waits_for_a_held_message_that_another_has_in_hand(service: CountingService) -> None:
    """Whoever has it waits for the subject; waiting for each other, neither would come to an end."""
    subject = uuid4()
    await service.consumer.process(counted(subject, 2))
    service.clock.advance(timedelta(hours=1))
    async with service.works.transaction(Scope.of_service("tests", "retry")) as transaction:
        in_hand = await Inbox(transaction.connection).due(service.consumer.queue.name, service.clock.now())
        assert in_hand is not None
        async with asyncio.timeout(5):
            await service.consumer.process(counted(subject, 1))
    await service.retry_what_is_due()
    assert await service.heard(subject) == [1, 2]


async def test_an_older_fact_never_overwrites_a_newer_one(service: CountingService) -> None:
    subject = uuid4()
    await service.consumer.process(counted(subject, 1, 2, 3))
    await service.consumer.process([message(Counted(tally_id=subject, number=999), sequence=2)])
    assert await service.heard(subject) == [1, 2, 3]


async def test_a_fact_that_came_too_early_waits_and_is_woken_by_the_missing_one(
    service: CountingService,
) -> None:
    subject = uuid4()
    await service.consumer.process(counted(subject, 1))
    await service.consumer.process(counted(subject, 3))
    (waiting,) = await service.held()
    assert (waiting["state"], waiting["code"], waiting["sequence"]) == ("waiting", Gap.code, 3)
    assert "2" in waiting["reason"]
    assert await service.consumer.retry_one() is False, "its time has not come"
    await service.consumer.process(counted(subject, 2))
    assert await service.retry_what_is_due() == 1
    assert await service.heard(subject) == [1, 2, 3]
    assert await service.held() == []


async def test_the_missing_one_that_arrives_between_the_failure_and_the_holding_is_noticed(
    service: CountingService,
) -> None:
    subject = uuid4()
    twin = CountingService(service.engine, name=service.name)

    @asynccontextmanager
    async def overtaken(scope: Scope) -> AsyncIterator[Transaction]:
        try:
            async with service.works.transaction(scope) as transaction:
                yield transaction
        except Gap:
            await twin.consumer.process(counted(subject, 1))
            raise

    consumer = Consumer(
        service=service.name,
        applier=service.applier,
        transaction=overtaken,
        clock=service.clock,
        metrics=service.metrics,
    )
    await consumer.process(counted(subject, 2))
    assert await service.retry_what_is_due() == 1
    assert await service.heard(subject) == [1, 2]
    twin.telemetry.shutdown()


async def test_each_fact_wakes_the_next_when_all_came_backwards(service: CountingService) -> None:
    subject = uuid4()
    for number in (5, 4, 3, 2):
        await service.consumer.process(counted(subject, number))
    assert len(await service.held()) == 4
    await service.consumer.process(counted(subject, 1))
    assert await service.retry_what_is_due() == 4
    assert await service.heard(subject) == [1, 2, 3, 4, 5]


async def test_a_batch_in_disorder_ends_in_order(service: CountingService) -> None:
    subject = uuid4()
    await service.consumer.process(counted(subject, 2, 1, 4, 3, 2))
    await service.retry_what_is_due()
    assert await service.heard(subject) == [1, 2, 3, 4]
    assert await service.held() == []


async def test_a_fact_held_twice_is_kept_once(service: CountingService) -> None:
    subject = uuid4()
    for _ in range(3):
        await service.consumer.process(counted(subject, 2))
    assert len(await service.held()) == 1


async def test_a_held_fact_that_arrives_again_in_time_is_let_go(service: CountingService) -> None:
    subject = uuid4()
    await service.consumer.process(counted(subject, 2))
    await service.consumer.process(counted(subject, 1, 2))
    await service.retry_what_is_due()
    assert await service.heard(subject) == [1, 2]
    assert await service.held() == []


async def test_facts_nobody_acts_on_keep_their_place_in_the_order(service: CountingService) -> None:
    subject = uuid4()
    remark = message(Remarked(tally_id=subject), sequence=2)
    await service.consumer.process([*counted(subject, 1, 3), remark])
    await service.retry_what_is_due()
    assert await service.heard(subject) == [1, 3]


async def test_different_subjects_never_wait_for_each_other(service: CountingService) -> None:
    early, sound = uuid4(), uuid4()
    interleaved = [
        each for pair in zip(counted(early, 2, 3, 4), counted(sound, 1, 2, 3), strict=True) for each in pair
    ]
    await service.consumer.process(interleaved)
    assert await service.heard(sound) == [1, 2, 3]
    assert await service.heard(early) == []
    assert {row["subject"] for row in await service.held()} == {early}


async def test_two_consumers_at_once_apply_each_fact_once_and_never_lock_each_other_out(
    service: CountingService,
) -> None:
    subjects = [uuid4() for _ in range(6)]
    forwards = [each for subject in subjects for each in counted(subject, 1, 2, 3)]
    backwards = [each for subject in reversed(subjects) for each in counted(subject, 1, 2, 3)]
    async with asyncio.timeout(20):
        await asyncio.gather(*(service.consumer.process(batch) for batch in (forwards, backwards) * 3))
    for subject in subjects:
        assert await service.heard(subject) == [1, 2, 3]
    assert await service.held() == []


@pytest.mark.parametrize("first_missing", [1, 2])
async def test_what_was_parked_while_it_waited_goes_on_when_the_missing_one_arrives_at_last(
    service: CountingService, first_missing: int
) -> None:
    subject = uuid4()
    await service.consumer.process(counted(subject, *range(1, first_missing)))
    await service.consumer.process(counted(subject, first_missing + 1, first_missing + 2))
    for seconds in (1, 10, 60):
        service.clock.advance(seconds * SECOND)
        await service.retry_what_is_due()
    assert {row["state"] for row in await service.held()} == {"parked"}
    await service.consumer.process(counted(subject, first_missing))
    await service.retry_what_is_due()
    assert await service.heard(subject) == list(range(1, first_missing + 3))
    assert await service.held() == []


async def test_a_parked_message_that_was_overtaken_dooms_nothing_that_comes_later(
    service: CountingService,
) -> None:
    subject = uuid4()
    service.troubles[1] = [RuntimeError("at first")]
    await service.consumer.process(counted(subject, 1))
    for _ in range(5):
        service.troubles[1] = [RuntimeError("again")]
        service.clock.advance(3600 * SECOND)
        await service.retry_what_is_due()
    assert [row["state"] for row in await service.held()] == ["parked"]
    await service.consumer.process(counted(subject, 1))  # delivered once more, and now it can be applied
    await service.consumer.process(counted(subject, 3))
    assert [row["state"] for row in await service.held()] == ["parked", "waiting"]
