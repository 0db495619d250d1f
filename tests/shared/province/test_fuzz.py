"""Whatever lies in the queue: bytes, JSON, almost a message. The consumer goes on, and nothing vanishes."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from shared.contracts.province import ProvinceEnvelope
from shared.messaging.consumer import Incoming
from tests.builders import CITIZEN_ID
from tests.shared.province.documents import documents, payloads
from tests.shared.province.letters import ACCEPTED, DONE, Province
from tests.shared.province.service import City

fuzzed = settings(
    max_examples=30,
    # One city for all examples: what an earlier one left behind must not break a later one either.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
short = st.text(max_size=50)
fields = st.fixed_dictionaries(
    {},
    optional={
        "code": st.sampled_from(["INSTITUTION_FILED", "RECEIPT", "ACCOUNT_OPENED", "\0", "备案"]),
        "business_key": st.text(min_size=1, max_size=120),
        "lane": st.text(max_size=80),
        "sequence": st.integers(0, 2**70),
        "schema_version": st.text(max_size=10),
        "in_reply_to": st.none() | st.uuids(),
        "key_id": st.text(max_size=64),
        "payload": payloads,
    },
)


async def settled(city: City, body: bytes) -> str:
    """What became of these bytes: `answered`, `held` or `recorded`; the consumer must not raise."""
    before = len(await city.held()), len(await city.received())
    await city.consumer.process([Incoming(body=body)])
    city.clock.advance(milliseconds=1)
    held, received = len(await city.held()) - before[0], len(await city.received()) - before[1]
    assert (held, received) in {(1, 0), (0, 1), (0, 0)}
    return "held" if held else "recorded" if received else "met before"


async def still_works(city: City) -> bool:
    letter = city.province.write()
    await city.take(letter)
    return (await city.answer(letter))[-2:] == [ACCEPTED, DONE]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0",
        b"\xff\xfe\x00",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b"{}",
        b"[" * 100_000,
        b"9" * 10_000,
        f'{{"message_id": "{CITIZEN_ID}", "{CITIZEN_ID}": 1}}'.encode(),
    ],
)
async def test_what_cannot_be_read_is_parked_as_it_is_with_a_reason(city: City, body: bytes) -> None:
    with capture_logs() as logs:
        assert await settled(city, body) == "held"
    (held,) = await city.held()
    assert (held["state"], held["body"], held["code"]) == ("parked", body, "NJT-MSG-1001")
    assert " · " in held["reason"]
    assert CITIZEN_ID not in f"{held['reason']} {logs}"
    assert city.sample("njt_inbox_parked_total") == 1
    assert await city.send() == 0
    assert await still_works(city)


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999"])
async def test_a_number_that_is_none_is_parked(city: City, number: bytes) -> None:
    letter = city.province.write({"amount": None})
    body = letter.model_dump_json().encode().replace(b'"amount":null', b'"amount":' + number)
    assert await settled(city, body) == "held"
    (held,) = await city.held()
    assert (held["state"], held["code"]) == ("parked", "NJT-MSG-1001")


@pytest.mark.parametrize("field", ["code", "business_key", "lane", "sender", "key_id", "schema_version"])
async def test_a_nul_in_the_envelope_is_parked(city: City, field: str) -> None:
    changes: dict[str, Any] = {field: "a\0b"}
    letter = city.province.write(**changes)
    assert await settled(city, letter.model_dump_json().encode()) == "held"
    (held,) = await city.held()
    assert (held["state"], held["code"]) == ("parked", "NJT-MSG-1001")


@fuzzed
@given(body=st.binary(max_size=300))
async def test_no_bytes_stop_the_consumer(city: City, body: bytes) -> None:
    assert await settled(city, body) == "held"


@fuzzed
@given(content=documents)
async def test_no_json_stops_the_consumer(city: City, content: Any) -> None:
    assert await settled(city, json.dumps(content).encode()) == "held"


@fuzzed
@given(changes=fields, signed=st.booleans())
async def test_nothing_that_looks_like_a_message_stops_the_consumer(
    city: City,
    changes: dict[str, Any],
    signed: bool,  # noqa: FBT001 — drawn by name
) -> None:
    plain = Province().write(lane="甲", sequence=1)
    envelope = ProvinceEnvelope.model_validate(plain.model_dump() | changes)
    if signed:
        mine = changes.get("key_id", city.province.signer.key_id)
        envelope = city.province.sign(envelope.model_copy(update={"key_id": mine}))
    await settled(city, envelope.model_dump_json().encode())
    assert await still_works(city)


@fuzzed
@given(place=st.integers(0, 900), junk=st.binary(max_size=4), length=st.integers(0, 10))
async def test_no_damage_on_the_way_stops_the_consumer(
    city: City, place: int, junk: bytes, length: int
) -> None:
    body = city.province.write(sequence=1).model_dump_json().encode()
    damaged = body[:place] + junk + body[place + length :]
    assert await settled(city, damaged) in {"held", "recorded"}
