"""What goes over the bus is CloudEvents 1.0, for us and for anybody else."""

import json
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from uuid import UUID, uuid4

import pytest
from cloudevents.core.bindings.common import get_event_factory_for_version
from cloudevents.core.formats.json import JSONFormat
from hypothesis import given
from hypothesis import strategies as st

from shared.ids import uuid7
from shared.messaging.envelope import CONTENT_TYPE, Envelope, Undecodable, encode
from shared.messaging.facts import read_fact
from tests.shared.messaging.tallies import START, Counted, Remarked, message

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def row(**changes: Any) -> dict[str, Any]:
    """A row of the outbox."""
    return {
        "id": uuid7(START),
        "source": "/services/filing",
        "topic": "tests.counted.v1",
        "subject": uuid4(),
        "sequence": 7,
        "at": START,
        "data": '{"name":"张三","number":1}',
        "traceparent": TRACEPARENT,
    } | changes


def told(**changes: Any) -> dict[str, Any]:
    """The same as JSON that arrives, with some attributes changed or, where None, left out."""
    attributes = json.loads(encode(row())) | changes
    return {name: value for name, value in attributes.items() if value is not None}


def test_another_implementation_reads_the_same_from_our_bytes() -> None:
    sent = row()
    event = JSONFormat().read(get_event_factory_for_version("1.0"), encode(sent))
    assert event.get_specversion() == "1.0"
    assert event.get_id() == str(sent["id"])
    assert event.get_source() == "/services/filing"
    assert event.get_type() == "tests.counted.v1"
    assert event.get_subject() == str(sent["subject"])
    assert event.get_time() == START
    assert event.get_datacontenttype() == "application/json"
    assert event.get_extension("sequence") == 7
    assert event.get_extension("traceparent") == TRACEPARENT
    assert event.get_data() == {"name": "张三", "number": 1}
    assert JSONFormat.CONTENT_TYPE == CONTENT_TYPE


def test_we_read_what_another_implementation_writes() -> None:
    factory = get_event_factory_for_version("1.0")
    ours = told()
    event = factory(
        {name: value for name, value in ours.items() if name != "data"} | {"time": START}, ours["data"]
    )
    envelope = Envelope.decode(JSONFormat().write(event))
    assert envelope == Envelope.decode(json.dumps(ours).encode())


def test_a_row_without_a_trace_tells_of_none() -> None:
    body = encode(row(traceparent=None))
    assert "traceparent" not in json.loads(body)
    assert Envelope.decode(body).traceparent is None


@given(
    sequence=st.integers(1, 2**63 - 1),
    seconds=st.integers(0, 2**32),
    zone=st.sampled_from([UTC, timezone(timedelta(hours=8))]),
    number=st.integers(),
    organ=st.text(),
    basis=st.lists(st.text()),
    tally_id=st.uuids(),
)
def test_a_fact_comes_out_as_it_went_in(
    *, sequence: int, seconds: int, zone: tzinfo, number: int, organ: str, basis: list[str], tally_id: UUID
) -> None:
    at = datetime.fromtimestamp(seconds, zone)
    event = Counted(tally_id=tally_id, number=number, organ=organ, basis=tuple(basis))
    body = encode(row(sequence=sequence, at=at, subject=tally_id, data=event.model_dump_json()))
    fact = read_fact(body)
    assert fact.event == event
    assert (fact.envelope.sequence, fact.envelope.time, fact.envelope.subject) == (sequence, at, tally_id)
    assert fact.subject == ("tests.tally", tally_id)


def test_the_type_decides_which_event_it_is() -> None:
    body = message(Remarked(tally_id=uuid4()), sequence=1).body
    assert isinstance(read_fact(body).event, Remarked)


def test_attributes_of_other_makers_are_kept() -> None:
    envelope = Envelope.decode(json.dumps(told(partitionkey="7")).encode())
    assert (envelope.model_extra or {})["partitionkey"] == "7"


@pytest.mark.parametrize("name", ["id", "source", "type", "subject", "sequence", "time", "data"])
def test_what_an_envelope_must_have_is_named_when_it_is_missing(name: str) -> None:
    with pytest.raises(Undecodable, match=f"fields at fault: {name}$"):
        Envelope.decode(json.dumps(told(**{name: None})).encode())


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "not a uuid", "subject": "nor this"},
        {"specversion": "1.1"},
        {"sequence": -1},
        {"sequence": "seven"},
        {"sequence": 2**63},
        {"time": "yesterday"},
        {"time": "2024-03-04T09:00:00"},
        {"source": "/services/filing/extra"},
        {"source": "/services/filing\n"},
        {"data": [1]},
        {"traceparent": 7},
    ],
)
def test_malformed_attributes_are_named_and_their_values_are_not(changes: dict[str, Any]) -> None:
    with pytest.raises(Undecodable) as refused:
        Envelope.decode(json.dumps(told(**changes)).encode())
    assert refused.value.detail.endswith(f"fields at fault: {', '.join(sorted(changes))}")
    assert refused.value.__suppress_context__, "the values stand in the cause"


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    with pytest.raises(Undecodable):
        Envelope.decode(body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda each: st.lists(each) | st.dictionaries(st.text(), each),
    )
)
def test_no_json_of_strangers_raises_anything_else(content: object) -> None:
    with pytest.raises(Undecodable):
        read_fact(json.dumps(content).encode())
