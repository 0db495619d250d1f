"""RabbitMQ: pipelined confirms, batched acknowledgements, and sessions that mend themselves.

Plain connections under our own supervision, not aio-pika's robust ones: after a broker restart those may come back
without their consumers, which nobody is told of.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractIncomingMessage
from aio_pika.exceptions import AMQPError, DeliveryError, PublishError

from shared.messaging.bus import Delivery, Message, Outcome, Queue, Topology

DEAD_EXCHANGE = "njt.dead"
_DELIVERY_LIMIT = 100
_DEAD_DELIVERY_LIMIT = 1_000_000
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_CONFIRM_SECONDS = 30
_LOST = (AMQPError, ConnectionError, TimeoutError, OSError, asyncio.InvalidStateError, RuntimeError)

log = structlog.get_logger(__name__)

Connect = Callable[[], Awaitable[AbstractConnection]]


class RabbitAttachment:
    """A consumer that attaches, notices when the broker or the channel is gone, and attaches again."""

    def __init__(self, connect: Connect, queue: str, prefetch: int) -> None:
        self._connect = connect
        self._queue = queue
        self._prefetch = prefetch
        self._arrived: asyncio.Queue[Delivery] = asyncio.Queue()
        self._channel: AbstractChannel | None = None
        self._session = 0
        self._lost = asyncio.Event()
        self._attached = False
        self._task = asyncio.create_task(self._supervise(), name=f"attach {queue}")

    @property
    def attached(self) -> bool:
        return self._attached

    async def take(self, most: int) -> list[Delivery]:
        batch: list[Delivery] = []
        while not batch:
            batch = [await self._arrived.get()]
            while len(batch) < most and not self._arrived.empty():
                batch.append(self._arrived.get_nowait())
            # What a lost session delivered comes again in the next one.
            batch = [delivery for delivery in batch if delivery.session == self._session]
        return batch

    async def settle(self, deliveries: Sequence[Delivery]) -> None:
        if not deliveries or deliveries[-1].session != self._session or self._channel is None:
            return
        underlay = await self._channel.get_underlay_channel()
        with contextlib.suppress(*_LOST):
            await underlay.basic_ack(deliveries[-1].tag, multiple=True)

    async def close(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _supervise(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                async with await self._connect() as connection:
                    await self._attach(connection)
                    pause = _FIRST_PAUSE
                    await self._lost.wait()
            except _LOST as problem:
                log.warning("consumer not attached", queue=self._queue, problem=type(problem).__name__)
            finally:
                self._attached = False
                self._session += 1
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _attach(self, connection: AbstractConnection) -> None:
        self._lost.clear()
        channel = await connection.channel(publisher_confirms=False)
        await channel.set_qos(prefetch_count=self._prefetch)
        channel.close_callbacks.add(lambda *_: self._lost.set())
        connection.close_callbacks.add(lambda *_: self._lost.set())
        underlay = await channel.get_underlay_channel()
        underlay.on_consumer_cancel_callbacks.add(lambda *_: self._lost.set())
        queue = await channel.get_queue(self._queue)
        self._channel = channel
        session = self._session

        async def arrived(incoming: AbstractIncomingMessage) -> None:
            self._arrived.put_nowait(_delivery(incoming, session))

        await queue.consume(arrived)
        self._attached = True


class RabbitBus:
    """One publishing connection, and one connection for each attached consumer."""

    def __init__(self, url: str, *, name: str) -> None:
        self._url = url
        self._name = name
        self._connection: AbstractConnection | None = None
        self._exchanges: dict[str, AbstractExchange] = {}
        self._channel: AbstractChannel | None = None
        self._opening = asyncio.Lock()
        self._attachments: list[RabbitAttachment] = []

    @property
    def durable(self) -> bool:
        return True

    async def declare(self, topology: Topology) -> None:
        """Declare what is missing; waits for a broker that is not there yet."""
        pause = _FIRST_PAUSE
        while True:
            try:
                async with await self._connect() as connection:
                    await _declare(await connection.channel(), topology)
            except _LOST as problem:
                log.warning("broker not reachable", problem=type(problem).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                return

    async def publish(self, messages: Sequence[Message]) -> list[Outcome]:
        try:
            exchanges = {name: await self._exchange(name) for name in {each.exchange for each in messages}}
        except _LOST as problem:
            log.warning("cannot publish", problem=type(problem).__name__)
            return [Outcome.FAILED] * len(messages)
        sent = await asyncio.gather(
            *(_publish(exchanges[message.exchange], message) for message in messages), return_exceptions=True
        )
        outcomes = [_outcome(result) for result in sent]
        if Outcome.FAILED in outcomes:
            await self._forget_channel()
        return outcomes

    async def consume(self, queue: str, *, prefetch: int) -> RabbitAttachment:
        attachment = RabbitAttachment(self._connect, queue, prefetch)
        self._attachments.append(attachment)
        return attachment

    async def close(self) -> None:
        for attachment in self._attachments:
            await attachment.close()
        await self._forget_channel()

    async def _connect(self) -> AbstractConnection:
        return await aio_pika.connect(
            self._url, timeout=10, client_properties={"connection_name": self._name}
        )

    async def _exchange(self, name: str) -> AbstractExchange:
        async with self._opening:
            if self._channel is None or self._channel.is_closed:
                self._exchanges.clear()
                self._connection = await self._connect()
                self._channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
            if name not in self._exchanges:
                self._exchanges[name] = await self._channel.get_exchange(name, ensure=False)
            return self._exchanges[name]

    async def _forget_channel(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        self._exchanges.clear()
        if connection is not None:
            with contextlib.suppress(*_LOST):
                await connection.close()


async def _publish(exchange: AbstractExchange, message: Message) -> object:
    return await exchange.publish(
        aio_pika.Message(
            message.body,
            message_id=message.id,
            type=message.routing_key,
            content_type=message.content_type,
            headers=dict(message.headers),
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        ),
        message.routing_key,
        mandatory=True,
        timeout=_CONFIRM_SECONDS,
    )


def _outcome(result: object) -> Outcome:
    match result:
        case PublishError():
            return Outcome.UNROUTABLE
        case DeliveryError() | BaseException():
            log.warning("not confirmed", problem=type(result).__name__)
            return Outcome.FAILED
        case _:
            return Outcome.CONFIRMED


def _delivery(incoming: AbstractIncomingMessage, session: int) -> Delivery:
    message = Message(
        id=incoming.message_id or "",
        exchange=incoming.exchange or "",
        routing_key=incoming.routing_key or "",
        body=incoming.body,
        content_type=incoming.content_type or "",
        headers={name: str(value) for name, value in incoming.headers.items()},
    )
    return Delivery(message=message, tag=incoming.delivery_tag or 0, session=session)


async def _declare(channel: AbstractChannel, topology: Topology) -> None:
    for exchange in topology.exchanges:
        await channel.declare_exchange(exchange, aio_pika.ExchangeType.TOPIC, durable=True)
    await channel.declare_exchange(DEAD_EXCHANGE, aio_pika.ExchangeType.DIRECT, durable=True)
    for queue in topology.queues:
        await _declare_queue(channel, queue)


async def _declare_queue(channel: AbstractChannel, queue: Queue) -> None:
    dead = await channel.declare_queue(
        queue.dead,
        durable=True,
        arguments={"x-queue-type": "quorum", "x-delivery-limit": _DEAD_DELIVERY_LIMIT},
    )
    await dead.bind(DEAD_EXCHANGE, queue.name)
    declared = await channel.declare_queue(
        queue.name,
        durable=True,
        arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": _DELIVERY_LIMIT,
            "x-dead-letter-exchange": DEAD_EXCHANGE,
            "x-dead-letter-routing-key": queue.name,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        },
    )
    for key in sorted(queue.routing_keys):
        await declared.bind(queue.exchange, key)
