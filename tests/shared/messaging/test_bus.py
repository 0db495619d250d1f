"""What every bus promises those who publish."""

import asyncio

from shared.messaging.bus import Bus, Outcome
from tests.shared.messaging.parcels import (
    new_queue,
    numbered,
    numbers_in,
    outcomes_of,
    parcel,
    post,
    take_all,
    take_unsettled,
    topology,
)


async def test_a_message_reaches_the_queues_bound_to_exactly_its_topic(bus: Bus) -> None:
    filings, everything = new_queue("filing.registered.v1"), None
    everything = new_queue("filing.registered.v1", "filing.registered.v2", exchange=filings.exchange)
    await bus.declare(topology(filings, everything))
    one, both = await bus.consume(filings.name, prefetch=10), await bus.consume(everything.name, prefetch=10)
    posting = await post(
        bus,
        [
            parcel(filings, "filing.registered.v1", b"1"),
            parcel(filings, "filing.registered.v2", b"2"),
            parcel(filings, "filing.registered", b"3"),
            parcel(filings, "filing.registered.v1.more", b"4"),
        ],
    )
    assert numbers_in(await take_all(both, 2)) == [1, 2]
    assert numbers_in(await take_all(one, 1)) == [1]
    unroutable = [Outcome.UNROUTABLE] * 2
    assert await outcomes_of(posting) == [Outcome.CONFIRMED, Outcome.CONFIRMED, *unroutable]


async def test_two_exchanges_do_not_mix_the_same_topic(bus: Bus) -> None:
    ours, theirs = new_queue("told"), new_queue("told")
    await bus.declare(topology(ours, theirs))
    mine, other = await bus.consume(ours.name, prefetch=10), await bus.consume(theirs.name, prefetch=10)
    posting = await post(bus, [parcel(ours, "told", b"1"), parcel(theirs, "told", b"2")])
    assert numbers_in(await take_all(mine, 1)) == [1]
    assert numbers_in(await take_all(other, 1)) == [2]
    assert await outcomes_of(posting) == [Outcome.CONFIRMED] * 2


async def test_what_no_queue_takes_is_unroutable_and_the_rest_is_confirmed(bus: Bus) -> None:
    queue = new_queue("heard")
    await bus.declare(topology(queue))
    attachment = await bus.consume(queue.name, prefetch=10)
    keys = ["heard", "unheard", "heard", "unheard"]
    posting = await post(bus, [parcel(queue, key) for key in keys])
    await take_all(attachment, 2)
    wanted = {"heard": Outcome.CONFIRMED, "unheard": Outcome.UNROUTABLE}
    assert await outcomes_of(posting) == [wanted[key] for key in keys]


async def test_what_was_unroutable_is_taken_once_a_queue_is_bound(bus: Bus) -> None:
    early, late = new_queue("early"), None
    await bus.declare(topology(early))
    message = parcel(early, "late", b"7")
    assert await bus.publish([message]) == [Outcome.UNROUTABLE]
    late = new_queue("late", exchange=early.exchange)
    await bus.declare(topology(late))
    attachment = await bus.consume(late.name, prefetch=10)
    posting = await post(bus, [message])
    assert numbers_in(await take_all(attachment, 1)) == [7]
    assert await outcomes_of(posting) == [Outcome.CONFIRMED]


async def test_a_confirmed_message_is_in_every_bound_queue(bus: Bus) -> None:
    first, second = new_queue("told"), None
    second = new_queue("told", exchange=first.exchange)
    await bus.declare(topology(first, second))
    attachments = [await bus.consume(queue.name, prefetch=10) for queue in (first, second)]
    posting = await post(bus, numbered(first, "told", range(20)))
    taken = await asyncio.gather(*(take_all(attachment, 20) for attachment in attachments))
    assert [numbers_in(each) for each in taken] == [list(range(20))] * 2
    assert await outcomes_of(posting) == [Outcome.CONFIRMED] * 20


async def test_a_thousand_messages_go_out_together_and_arrive_in_order(bus: Bus) -> None:
    queue = new_queue("counted")
    await bus.declare(topology(queue))
    attachment = await bus.consume(queue.name, prefetch=200)
    posting = await post(bus, numbered(queue, "counted", range(1000)))
    assert numbers_in(await take_all(attachment, 1000)) == list(range(1000))
    assert await outcomes_of(posting) == [Outcome.CONFIRMED] * 1000


async def test_several_publishers_at_once_keep_their_own_order(bus: Bus) -> None:
    queue = new_queue("counted")
    await bus.declare(topology(queue))
    attachment = await bus.consume(queue.name, prefetch=200)
    postings = [
        await post(bus, numbered(queue, "counted", range(start, start + 50))) for start in (0, 1000, 2000)
    ]
    numbers = numbers_in(await take_all(attachment, 150))
    for start in (0, 1000, 2000):
        assert [each for each in numbers if start <= each < start + 1000] == list(range(start, start + 50))
    for posting in postings:
        assert await outcomes_of(posting) == [Outcome.CONFIRMED] * 50


async def test_bytes_headers_and_identity_pass_untouched(bus: Bus) -> None:
    queue = new_queue("odd")
    await bus.declare(topology(queue))
    attachment = await bus.consume(queue.name, prefetch=10)
    sent = parcel(queue, "odd", b"\x00\xff\xfe not json \x80", traceparent="00-" + "ab" * 16 + "-01", 名="值")
    empty = parcel(queue, "odd", b"")
    posting = await post(bus, [sent, empty])
    got = [delivery.message for delivery in await take_all(attachment, 2)]
    assert got == [sent, empty]
    assert await outcomes_of(posting) == [Outcome.CONFIRMED] * 2


async def test_publishing_nothing_gives_nothing(bus: Bus) -> None:
    assert await bus.publish([]) == []


async def test_declaring_again_changes_nothing(bus: Bus) -> None:
    queue = new_queue("told")
    await bus.declare(topology(queue))
    attachment = await bus.consume(queue.name, prefetch=10)
    posting = await post(bus, [parcel(queue, "told", b"1")])
    taken = await take_unsettled(attachment, 1)
    await bus.declare(topology(queue))
    await attachment.settle(taken)
    assert await outcomes_of(posting) == [Outcome.CONFIRMED]
