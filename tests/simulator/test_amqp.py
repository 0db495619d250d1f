"""The province on a real broker: answers, sends, sets aside, and outlives a line that breaks."""

import asyncio
from uuid import UUID, uuid4

import aio_pika
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cli.servers.rabbitmq import RabbitServer
from shared.contracts.province import MessageCode
from simulator.amqp import AmqpLine
from simulator.counterpart import Counterpart
from simulator.keys import PeerKeys, ProvinceKey
from tests.simulator.cable import Cable
from tests.simulator.city import ACCEPTED, BUSINESS_OK, TRACE, City, Now, account_opened, institution_filed

FILED = MessageCode.INSTITUTION_FILED


def counterpart_on(url: str, city: City) -> Counterpart:
    key = ProvinceKey(Ed25519PrivateKey.generate())
    return Counterpart(key, PeerKeys(city.signer.public()), AmqpLine(url), Now())


async def send(province: Counterpart) -> UUID:
    """A new act in a lane of its own."""
    return await province.send(
        "filing",
        FILED,
        business_key=f"苏备{uuid4()}",
        lane=str(uuid4()),
        payload=institution_filed(),
        traceparent=TRACE,
    )


async def test_messages_and_receipts_go_both_ways_with_their_trace(
    broker: RabbitServer, distant_city: City
) -> None:
    async with counterpart_on(broker.province_url, distant_city).running() as province:
        told = distant_city.envelope(account_opened())
        assert await distant_city.tell(told, traceparent=TRACE) == list(ACCEPTED)
        assert province.register[MessageCode.ACCOUNT_OPENED, told.business_key].traceparent == TRACE
        sent = await send(province)
        assert await province.concluded(sent) == BUSINESS_OK
    ours = {sent, *(it.message_id for it in distant_city.answers(told))}
    assert [trace for it, trace in distant_city.received if it.message_id in ours] == [TRACE] * 3


async def test_what_the_city_says_while_the_province_is_down_is_answered_when_it_is_back(
    broker: RabbitServer, distant_city: City
) -> None:
    province = counterpart_on(broker.province_url, distant_city)
    async with province.running():
        await distant_city.tell(distant_city.envelope(account_opened()))
    told = distant_city.envelope(account_opened())
    await distant_city.put(told.model_dump_json().encode())
    async with province.running():
        await distant_city.until(lambda: distant_city.receipts(told) == list(ACCEPTED))


async def test_an_unreadable_message_is_a_dead_letter(broker: RabbitServer, distant_city: City) -> None:
    nonsense = f"nonsense {uuid4()}".encode()
    async with counterpart_on(broker.province_url, distant_city).running():
        await distant_city.put(nonsense)
        await distant_city.tell(distant_city.envelope(account_opened()))
    async with await aio_pika.connect(broker.province_url) as connection:
        channel = await connection.channel()
        dead = await channel.get_queue("njt.province.counterpart.dead")
        bodies = []
        while nonsense not in bodies:
            message = await dead.get(timeout=10)
            await message.ack()
            bodies.append(message.body)
    assert bodies.count(nonsense) == 1


async def test_a_broken_line_loses_nothing_either_way(broker: RabbitServer, distant_city: City) -> None:
    cable = Cable(broker.province_url)
    await cable.plug_in()
    async with counterpart_on(cable.url, distant_city).running() as province:
        await province.concluded(await send(province))
        await cable.pull_out()
        told = distant_city.envelope(account_opened())
        await distant_city.put(told.model_dump_json().encode())
        sent = await send(province)
        assert distant_city.receipts(told) == []
        await cable.plug_in()
        assert await province.concluded(sent) == BUSINESS_OK
        await distant_city.until(lambda: distant_city.receipts(told)[:2] == list(ACCEPTED))
        assert (MessageCode.ACCOUNT_OPENED, told.business_key) in province.register
    await cable.pull_out()


async def test_a_province_waits_for_a_broker_that_is_not_there_yet(
    broker: RabbitServer, distant_city: City
) -> None:
    cable = Cable(broker.province_url)
    await cable.plug_in()
    await cable.pull_out()
    province = counterpart_on(cable.url, distant_city)
    sent = await send(province)
    running = asyncio.create_task(province.run())
    with pytest.raises(TimeoutError):
        await province.concluded(sent, timeout=0.3)
    await cable.plug_in()
    assert await province.concluded(sent) == BUSINESS_OK
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await cable.pull_out()
