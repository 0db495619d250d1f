"""Messages that must be held are sealed: what waits in the database tells nobody whose certificate it is."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identity import Scope
from shared.messaging.consumer import Incoming
from shared.privacy import FieldCipher, Undecipherable
from tests.shared.province.certificates import BATCH, NAME, Office, tells_of_the_holder
from tests.shared.province.letters import ACCEPTED, DONE
from tests.shared.province.service import City
from tests.subsidy.builders import HOLDER

OLD, NEW = b"o" * 32, b"n" * 32


def a_cipher(current: str = "old", **keys: bytes) -> FieldCipher:
    return FieldCipher(keys=keys or {"old": OLD}, current=current, index_key=b"i" * 32)


CIPHER = a_cipher()


@given(st.binary(max_size=200))
def test_any_bytes_come_back_as_they_were(content: bytes) -> None:
    assert CIPHER.unseal(CIPHER.seal(content, about="held"), about="held") == content


@given(st.text(max_size=100))
def test_text_is_sealed_as_its_utf_8(content: str) -> None:
    text = content.encode("utf-8", "ignore").decode()
    assert CIPHER.unseal(CIPHER.encrypt(text, about="行"), about="行") == text.encode()
    assert CIPHER.decrypt(CIPHER.seal(text.encode(), about="行"), about="行") == text


def test_what_is_sealed_is_sealed_for_one_purpose() -> None:
    with pytest.raises(Undecipherable):
        CIPHER.unseal(CIPHER.seal(b"content", about="held"), about="certificate")


@given(cut=st.integers(0, 40), flipped=st.integers(0, 42))
def test_what_was_cut_or_altered_cannot_be_unsealed(cut: int, flipped: int) -> None:
    sealed = CIPHER.seal(b"content", about="held")
    altered = bytearray(sealed)
    altered[flipped % len(sealed)] ^= 1
    for broken in (sealed[:cut], bytes(altered)):
        with pytest.raises(Undecipherable):
            CIPHER.unseal(broken, about="held")


def test_what_was_sealed_with_an_older_key_is_unsealed_as_long_as_the_key_is_there() -> None:
    sealed = CIPHER.seal(b"content", about="held")
    assert a_cipher("new", old=OLD, new=NEW).unseal(sealed, about="held") == b"content"
    with pytest.raises(Undecipherable):
        a_cipher("new", new=NEW).unseal(sealed, about="held")


async def test_a_held_batch_of_certificates_is_sealed_and_still_carried_out_later(office: Office) -> None:
    letter = office.issue()
    await office.take(letter)
    (held,) = await office.held()
    assert (held["state"], held["code"]) == ("waiting", "NJT-SUB-1014")
    for content in (HOLDER, NAME, BATCH.batch):
        assert content.encode() not in held["body"]
    assert not tells_of_the_holder(await office.everything_kept())
    await office.hear_of_the_institution()
    office.clock.set(office.clock.now() + timedelta(seconds=2))
    assert await office.worker.exchange.retry_one()
    assert await office.held() == []
    (kept,) = await office.rows("SELECT number FROM certificate")
    assert kept["number"] == BATCH.certificates[0].number
    await office.send()
    assert office.line.receipts(letter) == [ACCEPTED, DONE]
    assert not tells_of_the_holder(await office.everything_kept())


async def test_what_cannot_be_read_is_parked_sealed(office: Office) -> None:
    whole = office.issue().model_dump_json().encode()
    await office.worker.exchange.process([Incoming(body=whole[:-1])])
    (held,) = await office.held()
    assert held["state"] == "parked"
    assert not tells_of_the_holder(await office.everything_kept())
    assert office.runtime.cipher is not None
    assert office.runtime.cipher.unseal(held["body"], about="held") == whole[:-1]


async def test_a_message_that_cannot_be_unsealed_waits_for_the_key_and_then_for_a_person(
    office: Office,
) -> None:
    await office.take(office.issue())
    await office.hear_of_the_institution()
    office.worker.exchange._cipher, right = a_cipher(), office.worker.exchange._cipher  # noqa: SLF001 — as if started with another key
    for attempt in range(2, 7):
        office.clock.set(office.clock.now() + timedelta(hours=2))
        assert await office.worker.exchange.retry_one()
        (held,) = await office.held()
        assert (held["attempts"], held["code"]) == (attempt, "Undecipherable")
    assert held["state"] == "parked"
    assert not await office.worker.exchange.retry_one()
    office.worker.exchange._cipher = right  # noqa: SLF001 — the key is back
    letter = office.issue(sequence=1)
    await office.take(letter)
    assert len(await office.rows("SELECT 1 FROM certificate")) == 1


async def test_one_that_cannot_be_unsealed_keeps_no_other_waiting(office: Office) -> None:
    await office.take(office.issue())
    async with office.runtime.works.transaction(Scope.of_service("subsidy", "test")) as transaction:
        await transaction.connection.exec_driver_sql("UPDATE held_message SET body = decode('00', 'hex')")
    letter = office.issue(lane="另一条", sequence=1)
    await office.take(letter)
    await office.hear_of_the_institution()
    office.clock.set(office.clock.now() + timedelta(seconds=2))
    assert await office.worker.exchange.retry_one()
    assert await office.worker.exchange.retry_one()
    (left,) = await office.held()
    assert (left["code"], left["body"]) == ("Undecipherable", b"\0")
    assert len(await office.rows("SELECT 1 FROM certificate")) == 1


async def test_a_service_without_keys_holds_messages_as_they_came(city: City) -> None:
    await city.consumer.process([Incoming(body=b"not a message")])
    assert [held["body"] for held in await city.held()] == [b"not a message"]
