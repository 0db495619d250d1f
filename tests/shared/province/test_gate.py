"""Who a message is from and when it was issued: checked before anything else is believed."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.contracts.province import ProvinceEnvelope
from shared.province.gate import Bounds
from shared.province.keys.signing import Ed25519Signer, KeyRing
from tests.shared.province.letters import ACCEPTED, DONE, PROVINCE, Province, dispatch
from tests.shared.province.service import City

OTHER = "310000"
BOUNDS = Bounds()
MOMENT = timedelta(seconds=1)


async def refusal(city: City, letter: ProvinceEnvelope) -> str:
    """The reason code of the only receipt."""
    await city.take(letter)
    (receipt,) = await city.answer(letter)
    assert not receipt.ok
    assert city.recognized == []
    return receipt.reason_code


async def test_a_sender_that_the_key_does_not_belong_to_is_refused(city: City) -> None:
    assert await refusal(city, city.province.write(sender=OTHER)) == "SENDER"
    assert await city.held() == []


async def test_each_counterpart_speaks_for_itself_alone(city: City) -> None:
    other = Province(signer=Ed25519Signer(Ed25519PrivateKey.generate()))
    city.consumer = city.ear(others={OTHER: KeyRing(other.signer.public())})
    assert await refusal(city, other.write(sender=PROVINCE)) == "SENDER"
    letter = other.write(sender=OTHER)
    await city.take(letter)
    assert await city.answer(letter) == [ACCEPTED, DONE]


async def test_counterparts_have_lanes_of_their_own(city: City) -> None:
    other = Province(signer=Ed25519Signer(Ed25519PrivateKey.generate()))
    city.consumer = city.ear(others={OTHER: KeyRing(other.signer.public())})
    await city.take(city.province.write(lane="甲"), other.write(lane="甲", sender=OTHER))
    assert await city.held() == []
    assert len(await city.on_record()) == 2


async def test_a_receipt_in_anothers_name_moves_nothing(city: City) -> None:
    await city.owe(dispatch())
    await city.send()
    await city.take(city.province.receipt((await city.intent())["id"], DONE, sender=OTHER))
    assert (await city.intent())["state"] == "delivered"
    assert await city.received() == [("refused", "SENDER")]


async def test_what_was_issued_later_than_now_is_refused(city: City) -> None:
    letter = city.province.write(issued_at=city.clock.now() + BOUNDS.ahead + MOMENT)
    assert await refusal(city, letter) == "CLOCK"


async def test_clocks_may_differ_a_little(city: City) -> None:
    letter = city.province.write(issued_at=city.clock.now() + BOUNDS.ahead)
    await city.take(letter)
    assert await city.answer(letter) == [ACCEPTED, DONE]


async def test_the_number_of_what_came_too_early_by_the_clock_stays_free(city: City) -> None:
    letter = city.province.write(issued_at=city.clock.now() + timedelta(hours=1))
    assert await refusal(city, letter) == "CLOCK"
    city.clock.advance(hours=1)
    await city.take(letter)
    assert (await city.answer(letter))[1:] == [ACCEPTED, DONE]


async def test_an_old_message_that_is_next_in_its_lane_is_taken(city: City) -> None:
    letter = city.province.write(issued_at=city.clock.now() - timedelta(days=400))
    await city.take(letter)
    assert await city.answer(letter) == [ACCEPTED, DONE]


async def test_a_replayed_message_is_answered_again_alike_and_changes_nothing(city: City) -> None:
    letter, later = city.province.write(lane="甲"), city.province.write(lane="甲")
    await city.take(letter, later)
    first = await city.answer(letter)
    record = await city.on_record()
    city.clock.advance(days=400)
    await city.take(letter)
    assert await city.answer(letter) == first * 2
    assert (await city.on_record(), len(city.recognized)) == (record, 2)
    assert len(await city.received()) == 2


@pytest.mark.parametrize("code", ["RECEIPT", "STATUS_QUERY", "STATUS_ANSWERED", "RESEND_REQUEST"])
async def test_outside_the_lanes_what_is_too_old_is_refused_as_it_may_be_replayed(
    city: City, code: str
) -> None:
    await city.owe(dispatch())
    await city.send()
    letter = city.province.receipt(
        (await city.intent())["id"], DONE, code=code, issued_at=city.clock.now() - BOUNDS.oldest - MOMENT
    )
    await city.take(letter)
    assert await city.received() == [("refused", "STALE")]
    assert (await city.intent())["state"] == "delivered"


async def test_a_receipt_may_be_as_old_as_the_bound(city: City) -> None:
    await city.owe(dispatch())
    await city.send()
    await city.take(
        city.province.receipt((await city.intent())["id"], DONE, issued_at=city.clock.now() - BOUNDS.oldest)
    )
    assert (await city.intent())["state"] == "done"


async def test_a_number_no_lane_can_hold_is_refused(city: City) -> None:
    assert await refusal(city, city.province.write(sequence=2**63)) == "SEQUENCE"
