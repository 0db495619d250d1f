"""The city and the cable of these tests leave nothing behind that another test would stumble over."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.contracts.province import MessageCode, ProvinceEnvelope, Receipt
from shared.messaging.bus import Message, Outcome
from shared.messaging.memory import MemoryBus
from shared.province.adapter import CONTENT_TYPE, PROVINCE_EXCHANGE, to_city
from tests.simulator.cable import Cable
from tests.simulator.city import City, institution_filed


async def hand_over(bus: MemoryBus, city: City, envelope: ProvinceEnvelope) -> None:
    """Give a message to the city as the province would, and wait until it has it."""
    message = Message(
        id=str(envelope.message_id),
        exchange=PROVINCE_EXCHANGE,
        routing_key=to_city("filing"),
        body=envelope.model_dump_json().encode(),
        content_type=CONTENT_TYPE,
    )
    assert await bus.publish([message]) == [Outcome.CONFIRMED]
    await city.until(lambda: envelope.message_id in {it.message_id for it, _ in city.received})


def filed(city: City) -> ProvinceEnvelope:
    return city.envelope(institution_filed(), code=MessageCode.INSTITUTION_FILED)


async def test_an_answer_nobody_takes_does_not_outlive_its_test(bus: MemoryBus) -> None:
    before = asyncio.all_tasks()
    city = City(bus)
    async with city.listening():
        await hand_over(bus, city, filed(city))
        assert asyncio.all_tasks() - before
    assert asyncio.all_tasks() == before


async def test_an_answer_that_fails_fails_its_own_test(bus: MemoryBus) -> None:
    def broken(_: ProvinceEnvelope) -> tuple[Receipt, ...]:
        raise TimeoutError("no answer")

    city = City(bus)
    city.answer = broken
    with pytest.raises(TimeoutError, match="no answer"):
        async with city.listening():
            await hand_over(bus, city, filed(city))


@pytest.fixture
async def far_end() -> AsyncIterator[int]:
    """A port on which somebody takes connections and says nothing until they end."""

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def left_of(reader: asyncio.StreamReader) -> bytes:
    """What still comes before the connection ends, gently or not."""
    async with asyncio.timeout(5):
        try:
            return await reader.read()
        except ConnectionError:
            return b""


async def test_a_cable_that_is_pulled_out_holds_no_connection(far_end: int) -> None:
    cable = Cable(f"amqp://guest:guest@127.0.0.1:{far_end}/")
    await cable.plug_in()
    before = asyncio.all_tasks()
    reader, writer = await asyncio.open_connection("127.0.0.1", int(cable.url.rpartition(":")[2].strip("/")))
    writer.write(b"hello")
    await writer.drain()
    await cable.pull_out()
    assert await left_of(reader) == b""
    writer.close()
    assert {it for it in asyncio.all_tasks() - before if "_carry" in repr(it)} == set()


async def test_a_cable_to_nowhere_lets_go_of_whoever_is_at_its_near_end() -> None:
    cable = Cable("amqp://guest:guest@127.0.0.1:1/")
    await cable.plug_in()
    reader, writer = await asyncio.open_connection("127.0.0.1", int(cable.url.rpartition(":")[2].strip("/")))
    assert await left_of(reader) == b""
    writer.close()
    await cable.pull_out()
