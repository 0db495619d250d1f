"""RabbitMQ starts with a place for the suite and one for the province, and loses nothing it confirmed."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import aio_pika
import pytest

from cli.servers import debian, rabbitmq
from cli.servers.handshake import can_log_in
from cli.servers.places import LOOPBACK, free_port, scratch_folder
from cli.servers.rabbitmq import BrokerUnavailable, RabbitServer, find_broker, start_rabbitmq

# RabbitMQ 3.10 writes the name of a new quorum queue to disk a second late, and without it finds no leader.
NEW_QUEUE_SECONDS = 2


def silent(_: str) -> None: ...


@pytest.fixture(scope="module")
def broker() -> Iterator[RabbitServer]:
    with scratch_folder() as folder:
        server = start_rabbitmq(folder / "消息 broker", say=silent)
        yield server
        server.stop()


async def send(url: str, queue: str, body: bytes) -> None:
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        await channel.declare_queue(queue, durable=True, arguments={"x-queue-type": "quorum"})
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, routing_key=queue)


async def received(url: str, queue: str) -> bytes:
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        waiting = await channel.get_queue(queue, ensure=False)
        message = await waiting.get(timeout=10)
        await message.ack()
        return message.body


async def test_suite_and_province_have_a_broker_of_their_own(broker: RabbitServer) -> None:
    await send(broker.url, "njt.test", b"ours")
    await send(broker.province_url, "njt.test", b"theirs")
    assert await received(broker.url, "njt.test") == b"ours"
    assert await received(broker.province_url, "njt.test") == b"theirs"
    place = broker.url.removesuffix("/njt").partition("@")[2]
    assert not can_log_in(f"{broker.url}-province")
    assert not can_log_in(f"amqp://guest:guest@{place}/njt")


async def test_a_broker_keeps_its_messages_over_a_restart(broker: RabbitServer) -> None:
    await send(broker.url, "njt.restart", b"kept")
    before = broker.url
    broker.restart()
    assert broker.running
    assert broker.url == before
    assert await received(broker.url, "njt.restart") == b"kept"


async def test_a_killed_broker_keeps_its_messages(broker: RabbitServer) -> None:
    await send(broker.url, "njt.kill", b"kept")
    await asyncio.sleep(NEW_QUEUE_SECONDS)
    broker.kill()
    assert not broker.running
    broker.restart()
    assert await received(broker.url, "njt.kill") == b"kept"


def test_a_broker_is_shared_and_found_when_it_lets_its_user_in(
    broker: RabbitServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert broker.child is not None
    monkeypatch.setattr(rabbitmq, "LOCAL_BROKER", broker.url)
    assert find_broker() == broker.url
    monkeypatch.setattr(rabbitmq, "LOCAL_BROKER", f"amqp://guest:guest@{LOOPBACK}:{free_port()}/")
    assert find_broker() is None
    monkeypatch.setenv("AMQP_URL", broker.url)
    assert find_broker() == broker.url
    named = start_rabbitmq(Path("/nowhere"), say=silent)
    with pytest.raises(BrokerUnavailable):
        named.kill()
    named.stop()
    assert broker.running


def test_a_missing_broker_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rabbitmq, "PROGRAM", folder / "absent")
    monkeypatch.setattr(debian, "can_install", lambda: False)
    with pytest.raises(BrokerUnavailable, match="apt-get install rabbitmq-server"):
        start_rabbitmq(folder / "mq", say=silent)
