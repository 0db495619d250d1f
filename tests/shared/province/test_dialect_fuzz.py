"""Whatever may be said reads back as it was, by either program; whatever else comes is no message, and no more."""

import base64
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts.province import MessageCode, ProvinceEnvelope, payload_digest
from shared.messaging.envelope import Undecodable
from shared.province.dialect import Dialect, Unspeakable
from shared.province.gate import Bounds, Gate
from shared.province.keys.signing import KeyRing
from shared.province.reading import NotAccepted
from simulator.dialect import Dialect as Tongue
from tests.builders import institution_filed
from tests.shared.province.documents import documents, texts
from tests.shared.province.letters import DONE, Province
from tests.shared.province.tongues import PROFILES, new_signer

DIALECTS = {name: Dialect.from_file(path) for name, path in PROFILES.items()}
TONGUES = {name: Tongue.from_file(path) for name, path in PROFILES.items()}
SIGNERS = {name: new_signer(each.profile.signature.algorithm) for name, each in DIALECTS.items()}

both = pytest.mark.parametrize("name", PROFILES)
brief = settings(max_examples=100)
thorough = settings(max_examples=400)

plain = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
moments = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 — the zone comes with it
    datetime(2100, 1, 1),  # noqa: DTZ001 — as above
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))]),
).map(lambda moment: moment.replace(microsecond=0))
known_names = ["name", "uscc", "ok", "stage", "level", "issued_on", "scope", "none", "jgm", "jgmc", "dj"]
known_values = st.sampled_from([1, 5, True, "technical", "一级", "0000", "2024-02-29", "20240229"])
payloads = st.recursive(
    st.dictionaries(st.sampled_from(known_names) | texts, documents | known_values, max_size=4),
    lambda inner: st.dictionaries(
        st.sampled_from(known_names), inner | st.lists(inner, max_size=3), max_size=3
    ),
    max_leaves=4,
)
envelopes = st.builds(
    ProvinceEnvelope,
    schema_version=st.sampled_from(["1", "2"]),
    message_id=st.uuids(),
    code=st.sampled_from([*MessageCode, "NOT_OURS"]),
    sender=plain,
    receiver=plain,
    business_key=plain.filter(bool),
    lane=plain,
    sequence=st.integers(0, 2**63 - 1),
    issued_at=moments,
    in_reply_to=st.none() | st.uuids(),
    payload=payloads,
    key_id=plain,
    signature=st.just(base64.b64encode(bytes(64)).decode()),
)


def told(content: Any) -> Any:
    """What is left of it where nulls are not told."""
    if isinstance(content, dict):
        return {name: told(value) for name, value in content.items() if value is not None}
    return [told(each) for each in content] if isinstance(content, list) else content


def same(one: ProvinceEnvelope, other: ProvinceEnvelope) -> bool:
    without = {"payload": None}
    return one.model_copy(update=without) == other.model_copy(update=without) and json.dumps(
        told(one.payload), sort_keys=True
    ) == json.dumps(told(other.payload), sort_keys=True)


@both
@brief
@given(envelope=envelopes)
def test_an_envelope_reads_back_as_it_was_or_is_not_written(name: str, envelope: ProvinceEnvelope) -> None:
    dialect = DIALECTS[name]
    try:
        body = dialect.write(envelope, lambda _: envelope.signature)
    except Unspeakable:
        assert dialect.profile.fields
        return
    read = dialect.read(body).envelope
    assert same(read, envelope)
    assert payload_digest(read.payload) == payload_digest(envelope.payload)


@both
@brief
@given(envelope=envelopes)
def test_two_programs_write_the_same_bytes_and_sign_the_same(name: str, envelope: ProvinceEnvelope) -> None:
    dialect, tongue = DIALECTS[name], TONGUES[name]
    try:
        body = dialect.write(envelope, lambda _: envelope.signature)
    except Unspeakable:
        return
    assert tongue.written(envelope) == body
    opened, read = tongue.opened(body), dialect.read(body)
    assert opened.signed == read.signed == tongue.covered(envelope)
    assert same(opened.envelope, read.envelope)


@both
@pytest.mark.parametrize("payload", [{"name": "\0"}, {"scope": [{"none": None, "\0": 1}]}, {"\\": "\\\0"}])
def test_a_nul_is_refused_however_it_is_spelled(name: str, payload: dict[str, Any]) -> None:
    dialect, signer = DIALECTS[name], SIGNERS[name]
    letter = Province(signer=signer).write(payload)
    read = dialect.read(dialect.write(letter, signer.sign))
    peers = {letter.sender: KeyRing(signer.public())}
    algorithm = dialect.profile.signature.algorithm
    gate = Gate(receiver=letter.receiver, peers=peers, algorithm=algorithm, bounds=Bounds())
    with pytest.raises(NotAccepted, match="NUL"):
        gate.check(read.envelope, read.signed, now=letter.issued_at)


@both
@pytest.mark.parametrize("payload", [institution_filed(), DONE], ids=["filed", "done"])
def test_what_one_program_signs_the_other_verifies(name: str, payload: Any) -> None:
    signer, letter = SIGNERS[name], Province(signer=SIGNERS[name]).write(payload)
    opened = TONGUES[name].opened(DIALECTS[name].write(letter, signer.sign))
    again = letter.model_copy(update={"signature": signer.sign(TONGUES[name].covered(letter))})
    read = DIALECTS[name].read(TONGUES[name].written(again))
    assert opened.signed == read.signed
    assert opened.envelope.signature != ""
    assert same(
        opened.envelope.model_copy(update={"signature": ""}), letter.model_copy(update={"signature": ""})
    )


def understood(name: str, body: bytes) -> bool:
    """Whether these bytes are a message; nothing but that may come of reading them, in either program."""
    with suppress(ValueError):
        TONGUES[name].opened(body)
    try:
        envelope = DIALECTS[name].read(body).envelope
    except Undecodable:
        return False
    assert isinstance(envelope, ProvinceEnvelope)
    envelope.issued_at.astimezone(UTC)
    return True


def genuine(name: str) -> bytes:
    return DIALECTS[name].write(Province(signer=SIGNERS[name]).write(), SIGNERS[name].sign)


GENUINE = {name: genuine(name) for name in PROFILES}


@both
def test_what_was_not_touched_is_understood(name: str) -> None:
    assert understood(name, GENUINE[name])


@both
@thorough
@given(body=st.binary(max_size=300) | documents.map(lambda content: json.dumps(content).encode()))
def test_any_bytes_are_no_message(name: str, body: bytes) -> None:
    assert not understood(name, body)


@both
@thorough
@given(place=st.integers(0, 1500), length=st.integers(0, 12), junk=st.binary(max_size=6))
def test_damage_anywhere_makes_a_message_or_none(name: str, place: int, length: int, junk: bytes) -> None:
    body = GENUINE[name]
    damaged = body[:place] + junk + body[place + length :]
    assert understood(name, damaged) in {True, False}


@both
@thorough
@given(data=st.data())
def test_other_values_anywhere_make_a_message_or_none(name: str, data: st.DataObject) -> None:
    message = json.loads(GENUINE[name])
    inside = data.draw(
        st.sampled_from([part for part in [message, *message.values()] if isinstance(part, dict)])
    )
    field = data.draw(st.sampled_from(sorted(inside)) | texts)
    inside[field] = data.draw(documents | nasty)
    assert understood(name, json.dumps(message).encode()) in {True, False}


nasty = st.sampled_from(
    [
        "\ud800",
        "\0",
        "0001-01-01T00:00:00+08:00",
        "9999-12-31T23:59:59-08:00",
        "00010101000000",
        "99991231235959",
        10**4000,
        1e308,
        float("inf"),
        float("nan"),
        [["a", 1]],
        json.loads("[" * 200 + "]" * 200),
        '{"a":' * 200 + "1" + "}" * 200,
        '{"name":1,"name":2}',
        '{"a":NaN}',
        '{"a":"\\ud800"}',
        True,
    ]
)


@both
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"9" * 10_000,
        b'{"sequence":' + b"9" * 10_000 + b"}",
        b"\xef\xbb\xbf{}",
        b'{"a":1}'.decode().encode("utf-16"),
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":1e999}',
        b'{"a":"\xed\xa0\x80"}',
        b"\0",
        b"",
    ],
    ids=range(12),
)
def test_nothing_nasty_is_a_message(name: str, body: bytes) -> None:
    assert not understood(name, body)


@both
def test_a_message_in_another_encoding_or_with_a_field_twice_is_none(name: str) -> None:
    text = GENUINE[name].decode()
    assert not understood(name, text.encode("utf-16"))
    assert not understood(name, ("\ufeff" + text).encode())
    first = text.index('"')
    twice = text[:first] + '"again":1,"again":2,' + text[first:]
    with pytest.raises(Undecodable, match="twice"):
        DIALECTS[name].read(twice.encode())


@both
@pytest.mark.parametrize("deep", [32, 33, 100])
def test_nothing_too_deep_is_taken(name: str, deep: int) -> None:
    payload: dict[str, Any] = {}
    for _ in range(deep - 1):
        payload = {"a": payload}
    body = DIALECTS[name].write(Province().write(payload, lane="甲"), SIGNERS[name].sign)
    assert understood(name, body) is (deep < 33)


def test_a_list_of_pairs_is_not_an_object() -> None:
    message = json.loads(GENUINE["other"])
    with pytest.raises(Undecodable, match=r"head\.system"):
        DIALECTS["other"].read(json.dumps(message | {"head": list(message["head"].items())}).encode())
    with pytest.raises(Undecodable, match="object"):
        DIALECTS["other"].read(json.dumps(list(message.items())).encode())


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00"])
def test_a_moment_at_the_edge_of_the_calendar_is_none(moment: str) -> None:
    message = json.loads(GENUINE["sample"]) | {"issued_at": moment}
    with pytest.raises(Undecodable, match="issued_at"):
        DIALECTS["sample"].read(json.dumps(message).encode())
