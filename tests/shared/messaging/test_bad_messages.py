"""Bytes that mean nothing, facts nobody knows and values no column holds: kept for a person, never in the way."""

import json
from typing import Any
from uuid import uuid4

import pytest

from shared.messaging.consumer import Incoming
from shared.messaging.envelope import Undecodable
from shared.messaging.facts import InvalidContent
from shared.messaging.failures import UnknownEvent
from shared.messaging.inbox import Label
from tests.shared.messaging.service import CountingService
from tests.shared.messaging.tallies import Counted, counted, message

SECRET = "张三320106199003078888"


def altered(**changes: Any) -> Incoming:
    """A sound message with some of its attributes changed."""
    told = json.loads(message(Counted(tally_id=uuid4(), number=1), sequence=1).body)
    return Incoming(body=json.dumps(told | changes).encode())


async def parked(service: CountingService, incoming: Incoming) -> dict[str, Any]:
    """How a message was parked, in the middle of a batch whose others took effect."""
    sound = uuid4()
    first, second = counted(sound, 1, 2)
    await service.consumer.process([first, incoming, second])
    assert await service.heard(sound) == [1, 2]
    (held,) = await service.held()
    assert held["state"] == "parked"
    assert held["body"] == incoming.body
    assert SECRET not in held["reason"]
    return held


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"", "JSON"),
        (b"\xff\xfe\x00" + SECRET.encode(), "JSON"),
        (b"[" * 100_000, "JSON"),
        (json.dumps([SECRET]).encode(), "JSON"),
        (json.dumps({"id": SECRET}).encode(), "id"),
        (b'{"a": "\\ud800"}', "JSON"),
    ],
)
async def test_bytes_that_cannot_be_read_are_parked_with_the_places_at_fault(
    service: CountingService, body: bytes, place: str
) -> None:
    held = await parked(service, Incoming(body=body, traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01"))
    assert held["code"] == Undecodable.code
    assert held["reason"].startswith("字段有误 · fields at fault: ")
    assert place in held["reason"]
    assert held["topic"] is held["subject"] is held["sequence"] is None
    assert held["traceparent"] == "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"specversion": "0.3"}, "specversion"),
        ({"sequence": 0}, "sequence"),
        ({"sequence": 10**30}, "sequence"),
        ({"subject": SECRET}, "subject"),
        ({"time": "2024-03-04T09:00:00"}, "time"),
        ({"source": "https://elsewhere.example"}, "source"),
        ({"data": SECRET}, "data"),
        ({"datacontenttype": "text/xml"}, "datacontenttype"),
    ],
)
async def test_an_envelope_that_is_not_ours_is_parked_and_names_the_attribute(
    service: CountingService, changes: dict[str, Any], place: str
) -> None:
    held = await parked(service, altered(**changes))
    assert held["code"] == Undecodable.code
    assert held["reason"].endswith(f": {place}")


@pytest.mark.parametrize("topic", ["tests.counted.v2", "tests.unheard-of.v1", "", "a\x00b", "长" * 5000])
async def test_a_type_or_version_nobody_knows_is_parked_and_named(
    service: CountingService, topic: str
) -> None:
    held = await parked(service, altered(type=topic))
    assert held["code"] == UnknownEvent.code
    assert held["reason"].startswith("没有此类消息 · no such message: ")
    assert topic.replace("\x00", "�")[:100] in held["reason"]


@pytest.mark.parametrize(
    ("data", "place"),
    [({"number": SECRET}, "number"), ({"tally_id": None}, "tally_id"), ({"organ": 7}, "organ")],
)
async def test_content_that_breaks_the_contract_is_parked_and_names_the_field(
    service: CountingService, data: dict[str, Any], place: str
) -> None:
    sound = {"tally_id": str(uuid4()), "number": 1, "organ": "320115", "basis": []}
    held = await parked(service, altered(data=sound | data))
    assert held["code"] == InvalidContent.code
    assert held["reason"] == f"字段有误 · fields at fault: {place}"


async def test_fields_of_a_later_version_are_overlooked(service: CountingService) -> None:
    subject = uuid4()
    data = {"tally_id": str(subject), "number": 5, "organ": "320115", "basis": [], "later": {"more": 1}}
    await service.consumer.process([altered(data=data, subject=str(subject), newattribute="1")])
    assert await service.heard(subject) == [5]


async def test_a_value_no_column_holds_is_that_messages_own_trouble(service: CountingService) -> None:
    sound, bad = uuid4(), uuid4()
    await service.consumer.process(
        [
            *counted(sound, 1),
            message(Counted(tally_id=bad, number=2**40), sequence=1),
            *counted(sound, 2),
        ]
    )
    assert await service.heard(sound) == [1, 2]
    (held,) = await service.held()
    assert held["state"] == "waiting"
    assert held["reason"].startswith("数据库拒绝 · The database refused: ")
    assert str(2**40) not in held["reason"]


@pytest.mark.parametrize("traceparent", ["garbage", "a\x00b", "00-" + "0" * 32 + "-" + "0" * 16 + "-01"])
async def test_a_broken_trace_costs_no_message(service: CountingService, traceparent: str) -> None:
    subject = uuid4()
    await service.consumer.process(counted(subject, 2, traceparent=traceparent))
    await service.consumer.process(counted(subject, 1, traceparent=traceparent))
    await service.retry_what_is_due()
    assert await service.heard(subject) == [1, 2]


async def test_a_message_whose_label_cannot_be_written_down_is_held_without_it(
    service: CountingService, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.troubles[1] = [RuntimeError("once")]
    monkeypatch.setattr(service.applier, "label", lambda _: Label(stream="province", sequence=10**30))
    await service.consumer.process(counted(uuid4(), 1))
    (held,) = await service.held()
    assert (held["stream"], held["sequence"], held["state"]) == (None, None, "waiting")
