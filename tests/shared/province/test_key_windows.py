"""When a key may sign: before its window, within, after; and what was signed within but comes too late."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.contracts.dialect import Algorithm
from shared.contracts.province import ProvinceEnvelope
from shared.province.gate import Bounds, Gate
from shared.province.keys.signing import KeyRing, Signer
from shared.province.reading import NotAccepted
from tests.shared.province.letters import CITY, PROVINCE, START, Province
from tests.shared.province.service import City
from tests.shared.province.tongues import new_signer

SINCE, UNTIL = START, START + timedelta(days=365)
BOUNDS = Bounds()
A_MOMENT = timedelta(seconds=1)

both = pytest.mark.parametrize("algorithm", list(Algorithm))


def entry(signer: Signer, **window: datetime) -> dict[str, Any]:
    """What a key file says of a key with a window."""
    ((key_id, told),) = signer.public().items()
    plain = told if isinstance(told, dict) else {"key": told, "algorithm": "ed25519"}
    return {key_id: plain | {name.strip("_"): moment.isoformat() for name, moment in window.items()}}


def check(signer: Signer, letter: ProvinceEnvelope, *, now: datetime, algorithm: Algorithm) -> str:
    """`taken`, or why not."""
    peers = {PROVINCE: KeyRing(entry(signer, from_=SINCE, until=UNTIL))}
    gate = Gate(receiver=f"{CITY}/filing", peers=peers, algorithm=algorithm, bounds=BOUNDS)
    try:
        gate.check(letter, letter.signed_bytes(), now=now)
    except NotAccepted as refusal:
        return refusal.reason_code
    return "taken"


@both
@pytest.mark.parametrize(
    ("issued", "arrives", "told"),
    [
        (SINCE - A_MOMENT, SINCE - A_MOMENT, "KEY_NOT_YET"),
        (SINCE, SINCE, "taken"),
        (SINCE, SINCE - A_MOMENT, "taken"),
        (SINCE - timedelta(days=3), SINCE, "taken"),
        (UNTIL, UNTIL, "taken"),
        (UNTIL + A_MOMENT, UNTIL + A_MOMENT, "KEY_EXPIRED"),
        (UNTIL, UNTIL + BOUNDS.oldest, "taken"),
        (UNTIL, UNTIL + BOUNDS.oldest + A_MOMENT, "KEY_EXPIRED"),
        (SINCE, UNTIL + BOUNDS.oldest + A_MOMENT, "KEY_EXPIRED"),
    ],
    ids=[
        "before it",
        "as it begins",
        "by a clock that is a little ahead",
        "issued before, signed and sent since",
        "as it ends",
        "after it",
        "the last that is believed",
        "a replay after its end",
        "an old message after its end",
    ],
)
def test_a_key_signs_within_its_window_alone(
    algorithm: Algorithm, issued: datetime, arrives: datetime, told: str
) -> None:
    signer = new_signer(algorithm)
    letter = Province(signer=signer).write(issued_at=issued)
    assert check(signer, letter, now=arrives, algorithm=algorithm) == told


@both
def test_a_wrong_signature_is_one_whatever_the_window(algorithm: Algorithm) -> None:
    signer, stranger = new_signer(algorithm), new_signer(algorithm)
    late = Province(signer=signer).write(issued_at=UNTIL + A_MOMENT)
    forged = late.model_copy(update={"signature": stranger.sign(late.signed_bytes())})
    assert check(signer, forged, now=UNTIL + A_MOMENT, algorithm=algorithm) == "SIGNATURE"
    unknown = Province(signer=stranger).write(issued_at=SINCE)
    assert check(signer, unknown, now=SINCE, algorithm=algorithm) == "SIGNATURE"


@both
def test_a_key_of_another_algorithm_than_the_dialects_signs_nothing(algorithm: Algorithm) -> None:
    (agreed,) = set(Algorithm) - {algorithm}
    signer = new_signer(algorithm)
    letter = Province(signer=signer).write(issued_at=SINCE)
    assert check(signer, letter, now=SINCE, algorithm=agreed) == "SIGNATURE"


async def test_what_an_expired_key_signed_is_answered_by_a_receipt_and_changes_nothing(city: City) -> None:
    ring = KeyRing(entry(city.province.signer, until=START - A_MOMENT))
    city.consumer = city.ear(ring)
    letter = city.province.write()
    await city.take(letter)
    (receipt,) = await city.answer(letter)
    assert (receipt.ok, receipt.reason_code) == (False, "KEY_EXPIRED")
    assert "密钥有效期至" in receipt.reason
    assert await city.on_record() == []
    assert await city.received() == [("refused", "KEY_EXPIRED")]


async def test_the_same_message_signed_by_the_next_key_takes_its_place(city: City) -> None:
    following = Province(signer=new_signer(Algorithm.ED25519))
    keys = entry(city.province.signer, until=START - A_MOMENT) | entry(
        following.signer, from_=START - A_MOMENT
    )
    city.consumer = city.ear(KeyRing(keys))
    letter = city.province.write()
    await city.take(letter)
    again = letter.model_copy(update={"key_id": following.signer.key_id, "signature": ""})
    await city.take(following.sign(again))
    assert [each.ok for each in (await city.answer(letter))[-2:]] == [True, True]
    assert len(await city.on_record()) == 1
