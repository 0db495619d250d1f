"""From the announcement to its effect, everything stands in the trace of what caused it."""

from uuid import uuid4

from opentelemetry.sdk.trace import ReadableSpan

from shared.errors import Conflict
from tests.shared.messaging.service import CountingService
from tests.shared.messaging.tallies import Counted, counted, message


def traceparent(number: int) -> str:
    """A trace of its own for each number."""
    return f"00-{number:032x}-{number:016x}-01"


def trace_of(span: ReadableSpan) -> int:
    assert span.context is not None
    return int(span.context.trace_id)


async def test_the_handlers_span_is_a_child_of_the_announcing_span(service: CountingService) -> None:
    subject = uuid4()
    with service.telemetry.span("announce") as announcing:
        await service.announce(Counted(tally_id=subject, number=1))
    (row,) = await service.outbox()
    told = message(Counted(tally_id=subject, number=1), sequence=1, traceparent=row["traceparent"])
    await service.consumer.process([told])
    (handling,) = service.spans("handle tests.counted.v1")
    assert handling.parent is not None
    assert handling.parent.span_id == announcing.get_span_context().span_id
    assert trace_of(handling) == announcing.get_span_context().trace_id
    assert dict(handling.attributes or {})["njt.subject"] == str(subject)


async def test_what_a_batch_announces_carries_each_messages_own_trace(service: CountingService) -> None:
    subjects = [uuid4() for _ in range(5)]
    batch = [
        message(Counted(tally_id=subject, number=n), sequence=1, traceparent=traceparent(n))
        for n, subject in enumerate(subjects, start=1)
    ]
    await service.consumer.process(batch)
    spans = {trace_of(span): span for span in service.spans("handle tests.counted.v1")}
    assert len(spans) == 5
    for number, row in enumerate(await service.outbox(), start=1):
        assert row["subject"] == subjects[number - 1]
        context = spans[number].context
        assert context is not None
        assert row["traceparent"].startswith(f"00-{number:032x}-{context.span_id:016x}-")


async def test_the_ledger_enters_each_message_of_a_batch_as_an_act_of_its_own_in_its_own_trace(
    service: CountingService,
) -> None:
    subjects = [uuid4() for _ in range(5)]
    batch = [
        message(Counted(tally_id=subject, number=n), sequence=1, traceparent=traceparent(n))
        for n, subject in enumerate(subjects, start=1)
    ]
    batch += counted(subjects[0], 2, traceparent=traceparent(6))
    await service.consumer.process(batch)
    entries = await service.rows("SELECT * FROM ledger_entry ORDER BY id")
    assert [(entry["act"], entry["subject_id"], entry["trace_id"]) for entry in entries] == [
        ("tests.counted.v1", subject, f"{n:032x}") for n, subject in enumerate([*subjects, subjects[0]], 1)
    ]
    assert {entry["actor"] for entry in entries} == {f"service:{service.name}"}
    assert [entry["before_digest"] is None for entry in entries] == [True] * 5 + [False]
    assert entries[5]["before_digest"] == entries[0]["after_digest"]


async def test_a_held_message_keeps_its_trace_and_goes_on_in_it(service: CountingService) -> None:
    subject = uuid4()
    await service.consumer.process(counted(subject, 2, traceparent=traceparent(2)))
    assert [row["traceparent"] for row in await service.held()] == [traceparent(2)]
    await service.consumer.process(counted(subject, 1, traceparent=traceparent(1)))
    await service.retry_what_is_due()
    entries = await service.rows("SELECT act, trace_id FROM ledger_entry ORDER BY id")
    assert [entry["trace_id"] for entry in entries] == [f"{1:032x}", f"{2:032x}"]


async def test_a_message_without_a_trace_begins_one(service: CountingService) -> None:
    await service.consumer.process(counted(uuid4(), 1))
    (handling,) = service.spans("handle tests.counted.v1")
    assert handling.parent is None
    (entry,) = await service.rows("SELECT trace_id FROM ledger_entry")
    assert entry["trace_id"] == f"{trace_of(handling):032x}"


async def test_a_failure_is_written_on_the_span_and_the_next_message_has_its_own(
    service: CountingService,
) -> None:
    subject = uuid4()
    service.troubles[1] = [Conflict("电话 13800138000")]
    await service.consumer.process(counted(subject, 1, traceparent=traceparent(1)))
    (failed,) = service.spans("handle tests.counted.v1")
    assert failed.status.description == "Conflict: 电话 [phone]"
    await service.consumer.process(counted(uuid4(), 1, traceparent=traceparent(2)))
    assert trace_of(service.spans("handle tests.counted.v1")[-1]) == 2
