"""What a failure means for a message: park, try again, or wait; and nothing of it is left in the tables."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from shared.errors import Conflict, Forbidden, Invalid, NotFound, Refusal, Stale
from shared.messaging.failures import BACK_OFF, verdict
from tests.shared.messaging.service import CountingService
from tests.shared.messaging.tallies import START, Counted, counted, message

SECOND = timedelta(seconds=1)


class AlreadyDone(Conflict):
    """已办结 · It is done already."""

    code = "NJT-TST-0409"


async def only_held(service: CountingService) -> dict[str, object]:
    (held,) = await service.held()
    return held


async def times_tried(service: CountingService, subject: UUID, make: type[Exception]) -> list[float]:
    """Deliver a fact that always fails; the seconds after which it was tried again, until it was parked."""
    service.troubles[1] = [make("not now") for _ in range(20)]
    await service.consumer.process(counted(subject, 1))
    pauses: list[float] = []
    while (held := await only_held(service))["state"] == "waiting":
        due = held["due_at"]
        pauses.append((due - service.clock.now()).total_seconds())  # type: ignore[operator]  # a moment while it waits
        service.clock.advance((pauses[-1] - 0.001) * SECOND)
        assert await service.retry_what_is_due() == 0, "before its time"
        service.clock.advance(0.001 * SECOND)
        assert await service.retry_what_is_due() == 1
    return pauses


@pytest.mark.parametrize(
    ("problem", "code"),
    [(AlreadyDone, "NJT-TST-0409"), (Forbidden, "NJT-GEN-0403"), (Invalid, "NJT-GEN-0422")],
)
async def test_what_the_rules_refuse_is_parked_at_once_with_the_reason(
    service: CountingService, problem: type[Refusal], code: str
) -> None:
    service.troubles[1] = [problem("因为如此 · because it is so")]
    await service.consumer.process(counted(uuid4(), 1))
    held = await only_held(service)
    assert (held["state"], held["due_at"], held["code"]) == ("parked", None, code)
    assert held["reason"] == "因为如此 · because it is so"
    assert held["first_at"] == START
    assert service.sample("njt_inbox_parked_total") == 1


async def test_what_is_not_found_is_looked_for_three_times_and_then_parked(service: CountingService) -> None:
    assert await times_tried(service, uuid4(), NotFound) == [1, 10, 60]
    held = await only_held(service)
    assert (held["code"], held["attempts"]) == (NotFound.code, 4)


async def test_anything_else_is_tried_with_growing_pauses_and_then_parked(service: CountingService) -> None:
    assert await times_tried(service, uuid4(), RuntimeError) == [1, 10, 60, 600, 3600]
    held = await only_held(service)
    assert (held["code"], held["attempts"], held["reason"]) == ("RuntimeError", 6, "not now")
    assert service.attempts == [1] * 6


async def test_what_somebody_else_changed_meanwhile_is_tried_again(service: CountingService) -> None:
    assert await times_tried(service, uuid4(), Stale) == [pause.total_seconds() for pause in BACK_OFF]


async def test_a_message_that_recovers_takes_effect_and_is_held_no_longer(service: CountingService) -> None:
    subject = uuid4()
    service.troubles[1] = [RuntimeError("in the batch"), RuntimeError("alone"), RuntimeError("once more")]
    await service.consumer.process(counted(subject, 1, 2))
    for seconds in (1, 10):
        service.clock.advance(seconds * SECOND)
        await service.retry_what_is_due()
    await service.retry_what_is_due()
    assert await service.heard(subject) == [1, 2]
    assert await service.held() == []


async def test_a_handler_that_fails_leaves_nothing_behind(service: CountingService) -> None:
    service.troubles[1] = [AlreadyDone("no")]
    await service.consumer.process(counted(uuid4(), 1))
    for table in ("tally", "footprint", "outbox", "outbox_sequence", "ledger_entry", "inbox_position"):
        assert await service.rows(f"SELECT * FROM {table}") == [], table  # noqa: S608 — names from this test
    service.clock.advance(SECOND)
    service.troubles[1] = [RuntimeError("no")]
    subject = uuid4()
    await service.consumer.process(counted(subject, 1))
    service.troubles[1] = [RuntimeError("no")]
    service.clock.advance(SECOND)
    assert await service.retry_what_is_due() == 1
    assert await service.rows("SELECT * FROM footprint") == []


@pytest.mark.parametrize("place", [0, 25, 49])
async def test_one_bad_message_harms_only_itself(service: CountingService, place: int) -> None:
    bad, sound = uuid4(), uuid4()
    batch = counted(sound, *range(1, 50))
    batch.insert(place, message(Counted(tally_id=bad, number=1000), sequence=1))
    service.troubles[1000] = [AlreadyDone("no"), AlreadyDone("no")]  # with the others, and then alone
    await service.consumer.process(batch)
    assert await service.heard(sound) == list(range(1, 50))
    assert await service.heard(bad) == []
    assert (await only_held(service))["subject"] == bad


async def test_what_stands_behind_a_parked_message_is_parked_at_once_and_says_so(
    service: CountingService,
) -> None:
    subject, other = uuid4(), uuid4()
    service.troubles[2] = [AlreadyDone("no")]
    for number in (1, 2, 3):
        await service.consumer.process(counted(subject, number))
    await service.consumer.process(counted(other, 3))
    held = {row["subject"]: row for row in await service.held() if row["sequence"] == 3}
    assert held[subject]["state"] == "parked"
    assert "an earlier message of this subject is parked" in held[subject]["reason"]
    assert held[other]["state"] == "waiting"


async def test_one_that_waits_is_parked_at_its_next_turn_once_an_earlier_one_is(
    service: CountingService,
) -> None:
    subject = uuid4()
    await service.consumer.process(counted(subject, 2))
    service.troubles[1] = [AlreadyDone("no")]
    await service.consumer.process(counted(subject, 1))
    service.clock.advance(SECOND)
    await service.retry_what_is_due()
    assert [(row["sequence"], row["state"]) for row in await service.held()] == [
        (1, "parked"),
        (2, "parked"),
    ]


def test_a_refusal_of_the_database_is_told_without_the_values_that_were_at_work() -> None:
    broken = IntegrityError("INSERT … VALUES ($1)", ("张三",), ValueError("Key (name)=(张三) already exists"))
    told = verdict(broken, attempts=1)
    assert told.retry_after == SECOND
    assert "张三" not in told.reason
    assert told.reason.startswith("数据库拒绝 · The database refused: IntegrityError")


def test_a_reason_without_words_names_the_failure() -> None:
    assert verdict(KeyError(), attempts=1).reason == "KeyError"


def test_personal_data_in_a_reason_is_masked() -> None:
    assert "13800138000" not in verdict(RuntimeError("打电话 13800138000"), attempts=1).reason
