"""The ways in which the province and the line misbehave on request, whatever is said."""

import asyncio
from typing import get_args
from uuid import UUID

import pytest
from pydantic import ValidationError

from cli.suite.province_line import ProvinceLine
from shared.contracts.exchange import Fate, KnownMessage, StatusAnswered, StatusQuery
from shared.contracts.province import MessageCode, ProvinceEnvelope, Receipt
from shared.contracts.queries import CertificatesAnswered, RegisteredCertificate, RegisterState
from shared.messaging.memory import MemoryBus
from shared.province.keys.signing import KeyRing
from simulator.counterpart import Counterpart
from simulator.faults import FaultError, Faults, Share, read_faults
from simulator.keys import ProvinceKey
from simulator.line import Letter
from simulator.memory import MemoryLine
from simulator.spoiling import changed
from tests.simulator.city import (
    ACCEPTED,
    BUSINESS_OK,
    USCC,
    City,
    account_opened,
    institution_filed,
)
from tests.simulator.test_records import UNKNOWN

FILED = MessageCode.INSTITUTION_FILED
QUERIED = CertificatesAnswered(
    query_id=UUID(int=9), certificates=(RegisteredCertificate(number=UNKNOWN, state=RegisterState.UNKNOWN),)
)


async def send(province: Counterpart, key: str) -> UUID:
    return await province.send("filing", FILED, business_key=key, lane=USCC, payload=institution_filed())


@pytest.mark.parametrize("fault", get_args(Share))
@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 1.0])
def test_a_share_strikes_about_as_often_as_it_says_and_the_same_ones_for_the_same_seed(
    fault: Share, share: float
) -> None:
    def struck(seed: int) -> list[int]:
        faults = Faults(seed=seed, **{fault: share})  # type: ignore[arg-type]  # a share by its name
        found = [nth for nth in range(2000) if faults.strikes(fault)]
        assert faults.counts[fault] == len(found)
        return found

    assert len(struck(1)) == pytest.approx(2000 * share, rel=0.5)
    assert struck(1) == struck(1)
    assert (struck(1) == struck(2)) == (share in (0.0, 1.0))


async def test_everything_may_be_sent_twice(city: City, province: Counterpart) -> None:
    province.faults = Faults(duplicate=1.0)
    sent = [await send(province, key) for key in "甲乙"]
    await city.until(lambda: len(city.messages(FILED)) == 4)
    assert [it.message_id for it in city.messages(FILED)] == [sent[0], sent[0], sent[1], sent[1]]
    assert await province.concluded(sent[-1]) == BUSINESS_OK
    assert province.faults.counts["duplicate"] == 2


async def test_a_letter_is_overtaken_by_the_next(city: City, province: Counterpart) -> None:
    province.faults = Faults(reorder=1.0)
    await send(province, "甲")
    province.faults = Faults()
    await send(province, "乙")
    await city.until(lambda: len(city.messages(FILED)) == 2)
    assert [it.sequence for it in city.messages(FILED)] == [2, 1]


async def test_a_letter_that_nothing_overtakes_goes_all_the_same(city: City, province: Counterpart) -> None:
    province.faults = Faults(reorder=1.0)
    assert await province.concluded(await send(province, "甲")) == BUSINESS_OK
    assert len(city.messages(FILED)) == 1
    assert province.faults.counts["reorder"] == 1


async def test_a_delayed_letter_arrives_late_and_others_pass_it(city: City, province: Counterpart) -> None:
    province.faults = Faults(delay=1.0, late_seconds=0.2)
    late = await send(province, "甲")
    province.faults = Faults()
    on_time = await send(province, "乙")
    assert await province.concluded(late) == BUSINESS_OK
    assert [it.message_id for it in city.messages(FILED)] == [on_time, late]


async def test_what_is_lost_on_the_line_is_asked_after_and_sent_again(city: City, hasty: Counterpart) -> None:
    hasty.faults = Faults(drop=1.0)
    lost = await send(hasty, "甲")
    told = city.envelope(account_opened())
    await city.put(told.model_dump_json().encode())
    assert hasty.faults.counts["drop"] >= 2
    hasty.faults = Faults()
    assert city.messages(FILED) == []
    assert len(hasty.register) == 0
    [envelope, *_] = await city.told(MessageCode.STATUS_QUERY)
    query = StatusQuery.model_validate(envelope.payload)
    unknown = KnownMessage(message_id=lost, fate=Fate.UNKNOWN)
    await city.say(MessageCode.STATUS_ANSWERED, StatusAnswered(query_id=query.query_id, messages=(unknown,)))
    assert await hasty.concluded(lost) == BUSINESS_OK
    assert await city.tell(told) == list(ACCEPTED)


@pytest.mark.parametrize("seed", range(20))
def test_one_byte_of_a_letter_is_changed(seed: int) -> None:
    letter = Letter(id="1", routing_key="", body=b'{"message_id": "1"}')
    after = changed(letter, Faults(seed=seed))
    assert sum(a != b for a, b in zip(letter.body, after.body, strict=True)) == 1
    assert changed(Letter(id="1", routing_key="", body=b""), Faults(seed=seed)).body == b""


def holds(body: bytes, key: ProvinceKey) -> bool:
    """Whether it is a message of whoever has this key."""
    try:
        envelope = ProvinceEnvelope.model_validate_json(body)
    except ValidationError:
        return False
    return KeyRing(key.public()).holds(envelope.key_id, envelope.signed_bytes(), envelope.signature)


async def test_letters_are_corrupted_either_way(
    bus: MemoryBus, counterpart: Counterpart, province_key: ProvinceKey
) -> None:
    bodies: list[bytes] = []

    async def keep(letter: Letter) -> bool:
        bodies.append(letter.body)
        return True

    counterpart.faults = Faults(corrupt=1.0)
    line = MemoryLine(ProvinceLine(bus), queue="njt.test", routing_key="to-city.accounts")
    await line.open()
    listening = asyncio.create_task(line.listen(keep))
    async with counterpart.running():
        sent = await counterpart.send(
            "accounts", FILED, business_key="甲", lane=USCC, payload=institution_filed()
        )
        await line.publish([Letter(id="1", routing_key="to-province", body=b"{}")])
        async with asyncio.timeout(5):
            while not bodies or not counterpart.unreadable:
                await asyncio.sleep(0.01)
    listening.cancel()
    assert not holds(bodies[0], province_key)
    assert not counterpart.sent[sent].conclusion.done()
    assert counterpart.unreadable[0].body != b"{}"
    assert counterpart.faults.counts["corrupt"] == 2


async def test_an_old_letter_comes_again(city: City, province: Counterpart) -> None:
    first = await send(province, "甲")
    await province.concluded(first)
    province.faults = Faults(replay=1.0)
    second = await send(province, "乙")
    await city.told(FILED, 3)
    assert [it.message_id for it in city.messages(FILED)] == [first, second, first]
    assert province.refused == []


async def test_it_is_silent_for_a_while_and_then_goes_on(city: City, province: Counterpart) -> None:
    province.faults = Faults(down_seconds=0.3)
    loop = asyncio.get_running_loop()
    told = [city.envelope(account_opened()) for _ in range(20)]
    for each in told:
        await city.put(each.model_dump_json().encode())
    began = loop.time()
    sent = await send(province, "甲")
    for each in told:
        await city.until(lambda each=each: city.receipts(each) == list(ACCEPTED))  # type: ignore[misc]  # bound at once
    assert await province.concluded(sent) == BUSINESS_OK
    assert province.faults.counts["down"] == 1
    assert loop.time() - began < 5


async def test_it_is_slow(city: City, province: Counterpart) -> None:
    province.faults = Faults(slow_seconds=0.1)
    loop = asyncio.get_running_loop()
    began = loop.time()
    for _ in range(3):
        await city.tell(city.envelope(account_opened()))
    assert loop.time() - began >= 0.3
    assert province.faults.counts["slow"] == 3


async def test_so_many_messages_are_taken_and_not_answered(city: City, province: Counterpart) -> None:
    province.faults = Faults(drop_receipts=1)
    silent, answered = (city.envelope(account_opened()) for _ in range(2))
    await city.put(silent.model_dump_json().encode())
    await city.tell(answered)
    assert city.answers(silent) == []
    assert (MessageCode.ACCOUNT_OPENED, silent.business_key) in province.register
    assert await city.tell(silent) == list(ACCEPTED)


def test_faults_are_read_as_a_command_line_has_them() -> None:
    faults = read_faults(
        [
            "duplicate",
            "drop=0.5",
            "schema-version=1",
            "down",
            "slow=2",
            "rotated-key=7",
            "reject=A:B",
            "reject=C:D",
        ],
        seed=9,
    )
    assert faults == Faults(
        seed=9,
        duplicate=0.01,
        drop=0.5,
        unknown_version=1.0,
        down_seconds=30,
        slow_seconds=2,
        rotate_after=7,
        reject={"A": "B", "C": "D"},
    )


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("fire", "No such fault: fire"),
        ("drop=often", "from 0 to 1"),
        ("drop=1.5", "from 0 to 1"),
        ("down=-1", "from 0 to"),
        ("drop=nan", "from 0 to 1"),
        ("reject=PROV-0042", "reject=CODE:REASON"),
    ],
)
def test_faults_that_cannot_be_read_are_refused(wrong: str, words: str) -> None:
    with pytest.raises(FaultError, match=words):
        read_faults([wrong])


async def test_everything_sent_is_kept_back_for_a_while(city: City, province: Counterpart) -> None:
    province.faults = Faults(delay_seconds=0.2)
    loop = asyncio.get_running_loop()
    began = loop.time()
    receipts: list[Receipt] = await city.tell(city.envelope(account_opened()))
    assert receipts == list(ACCEPTED)
    assert 0.2 <= loop.time() - began < 2
