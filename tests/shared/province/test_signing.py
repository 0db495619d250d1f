"""What a signature covers, and that nothing else passes for it."""

import json
from collections.abc import Iterator
from datetime import UTC
from string import ascii_letters, digits
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts import province
from shared.contracts.province import ProvinceEnvelope, Wire, canonical
from shared.errors import Refusal
from shared.province.dialect import SAMPLE, Dialect, Read
from shared.province.keys.signing import KeyRing
from tests.shared.province.documents import payloads
from tests.shared.province.letters import START, Province

WRITER = Province()
RING = KeyRing(WRITER.signer.public())
SIGNED = WRITER.write()
BYTES = SIGNED.model_dump_json().encode()
DIALECT = Dialect.from_file(SAMPLE)

brief = settings(max_examples=50)


def holds(envelope: ProvinceEnvelope) -> bool:
    return RING.holds(envelope.key_id, envelope.signed_bytes(), envelope.signature)


def genuine(read: Read) -> bool:
    return RING.holds(read.envelope.key_id, read.signed, read.envelope.signature)


def shuffled(content: Any) -> Any:
    """The same content with the keys of every object in the opposite order."""
    if isinstance(content, dict):
        return {key: shuffled(value) for key, value in reversed(content.items())}
    return [shuffled(each) for each in content] if isinstance(content, list) else content


@brief
@given(payloads)
def test_canonical_bytes_do_not_depend_on_the_order_of_keys(payload: dict[str, Any]) -> None:
    assert canonical(shuffled(payload)) == canonical(payload)


@brief
@given(payloads)
def test_canonical_bytes_are_the_same_after_a_journey_as_json(payload: dict[str, Any]) -> None:
    assert canonical(json.loads(canonical(payload))) == canonical(payload)


@brief
@given(payloads, payloads)
def test_other_content_has_other_canonical_bytes(one: dict[str, Any], other: dict[str, Any]) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (canonical(one) == canonical(other)) is same


def test_canonical_bytes_are_utf_8_without_spaces() -> None:
    assert canonical({"乙": [1, None, True], "a": "宁\n技"}) == '{"a":"宁\\n技","乙":[1,null,true]}'.encode()


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_are_none_have_no_canonical_bytes(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical({"amount": number})


def test_no_payload_has_a_fraction_in_it() -> None:
    """Programs write one fraction in several ways; amounts are whole fen and levels are whole numbers."""
    models = [each for each in vars(province).values() if isinstance(each, type) and issubclass(each, Wire)]
    assert len(models) > 10
    for model in models:
        kinds = list(_types(model.model_json_schema()))
        assert "number" not in kinds, model.__name__


def _types(schema: Any) -> Iterator[str]:
    match schema:
        case {"type": str() as kind}:
            yield kind
    inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    for each in inner:
        yield from _types(each)


@brief
@given(payloads)
def test_what_was_signed_holds_after_a_journey_as_json(payload: dict[str, Any]) -> None:
    envelope = WRITER.sign(SIGNED.model_copy(update={"payload": payload}))
    arrived = DIALECT.read(envelope.model_dump_json().encode())
    assert genuine(arrived)
    assert arrived.envelope == envelope


def test_the_zone_of_a_moment_is_signed_as_it_was_written() -> None:
    moved = WRITER.sign(SIGNED.model_copy(update={"issued_at": START.astimezone(UTC)}))
    assert genuine(DIALECT.read(moved.model_dump_json().encode()))


@settings(max_examples=400)
@given(place=st.integers(0, len(BYTES) - 1), byte=st.integers(0, 255))
def test_a_byte_changed_anywhere_is_refused_or_says_the_same(place: int, byte: int) -> None:
    """Some bytes may be written in two ways (the case of a UUID's digits): the message is then the very same."""
    tampered = BYTES[:place] + bytes([byte]) + BYTES[place + 1 :]
    try:
        read = DIALECT.read(tampered)
    except Refusal:
        return
    assert not genuine(read) or read.envelope == SIGNED


@settings(max_examples=300)
@given(place=st.integers(0, len(BYTES)), text=st.text(min_size=1, max_size=5))
def test_bytes_put_in_anywhere_are_refused_or_say_the_same(place: int, text: str) -> None:
    tampered = BYTES[:place] + text.encode("utf-8", "ignore") + BYTES[place:]
    try:
        read = DIALECT.read(tampered)
    except Refusal:
        return
    assert not genuine(read) or read.envelope == SIGNED


@pytest.mark.parametrize("field", sorted(set(ProvinceEnvelope.model_fields) - {"signature"}))
def test_every_field_is_signed(field: str) -> None:
    others: dict[str, Any] = {
        "message_id": uuid4(),
        "in_reply_to": uuid4(),
        "sequence": 2,
        "issued_at": START.replace(year=2025),
        "payload": {**SIGNED.payload, "name": "另一家"},
    }
    tampered = SIGNED.model_copy(update={field: others.get(field, "别的")})
    assert holds(SIGNED)
    assert not holds(tampered)


def test_a_null_that_was_signed_is_not_taken_for_a_number_that_is_none() -> None:
    envelope = WRITER.sign(SIGNED.model_copy(update={"payload": {"amount": None}}))
    body = envelope.model_dump_json().encode().replace(b'"amount":null', b'"amount":NaN')
    with pytest.raises(Refusal, match="number"):
        DIALECT.read(body)


@given(st.text(max_size=100))
def test_no_text_passes_for_a_signature(signature: str) -> None:
    assert not RING.holds(SIGNED.key_id, SIGNED.signed_bytes(), signature)


def test_a_signature_is_written_in_one_way_only() -> None:
    """Base64 leaves bits unused before its end; a second spelling would be a second message with the same content."""
    last = SIGNED.signature.index("=") - 1
    spelt = [
        SIGNED.signature[:last] + letter + SIGNED.signature[last + 1 :]
        for letter in f"{ascii_letters}{digits}+/="
    ]
    held = [each for each in spelt if RING.holds(SIGNED.key_id, SIGNED.signed_bytes(), each)]
    assert held == [SIGNED.signature]
