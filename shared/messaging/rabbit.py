"""RabbitMQ: pipelined confirms, batched acknowledgements, and sessions that mend themselves.

Plain connections under our own supervision, not aio-pika's robust ones: after a broker restart those may come back
without their consumers, which nobody is told of.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import cast

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection, TimeoutType
from aio_pika.exceptions import ConnectionClosed, PublishError
from aiormq import Channel, spec
from aiormq.abc import DeliveredMessage, ExceptionType

from shared.messaging.bus import Delivery, Message, Outcome, Topology
from shared.messaging.topology import bindings_of, exchanges_of, queues_of

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_CONNECT_SECONDS, _CONFIRM_SECONDS = 10, 30

log = structlog.get_logger(__name__)

Connect = Callable[[], Awaitable[AbstractConnection]]
Declare = Callable[[AbstractChannel], Awaitable[None]]


class _Outliving:
    """Gives up the block for whatever the client raises when the broker goes, but not when we are told to stop.

    A connection that breaks reaches those who wait on it as any of a dozen exceptions, a cancellation among them.
    """

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None: ...

    def __exit__(self, _: object, problem: BaseException | None, __: object) -> bool:
        task = asyncio.current_task()
        told_to_stop = isinstance(problem, asyncio.CancelledError) and task is not None and task.cancelling()
        if told_to_stop or not isinstance(problem, (Exception, asyncio.CancelledError)):
            return False
        log.warning(self._what, problem=type(problem).__name__)
        return True


class _Connection(aio_pika.Connection):
    """Closed when it does not come about, and wholly when closing it is broken off; else its finaliser would try to."""

    async def connect(self, timeout: TimeoutType = None) -> None:  # noqa: ASYNC109 — the library's signature
        try:
            await super().connect(timeout)
        except BaseException:
            await self.close()
            raise

    async def close(self, exc: ExceptionType | None = ConnectionClosed) -> None:
        try:
            await super().close(exc)
        finally:
            if not self.is_closed:
                await super().close(exc)


class RabbitAttachment:
    """A consumer that attaches, notices when the broker or the channel is gone, and attaches again."""

    def __init__(self, connect: Connect, declare: Declare, queue: str, prefetch: int) -> None:
        self._connect = connect
        self._declare = declare
        self._queue = queue
        self._prefetch = prefetch
        self._arrived: asyncio.Queue[Delivery] = asyncio.Queue()
        self._channel: AbstractChannel | None = None
        self._session = 0
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
        with _Outliving("not acknowledged"):  # then it is delivered again
            underlay = await self._channel.get_underlay_channel()
            await underlay.basic_ack(deliveries[-1].tag, multiple=True)

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.wait({self._task})

    async def _supervise(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                with _Outliving(f"not attached to {self._queue}"):
                    async with await self._connect() as connection:
                        lost = await self._attach(connection)
                        pause = _FIRST_PAUSE
                        await lost.wait()
            finally:
                self._attached = False
                self._session += 1
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _attach(self, connection: AbstractConnection) -> asyncio.Event:
        """Consume on a new channel; the event tells when the broker ended that, whichever way it did."""
        lost = asyncio.Event()
        connection.close_callbacks.add(lambda *_: lost.set())
        async with connection.channel() as declaring:
            await self._declare(declaring)
        channel = await connection.channel(publisher_confirms=False)
        channel.close_callbacks.add(lambda *_: lost.set())
        await channel.set_qos(prefetch_count=self._prefetch)
        underlay = await channel.get_underlay_channel()
        underlay.on_consumer_cancel_callbacks.add(lambda *_: lost.set())
        self._channel = channel
        session = self._session

        async def arrived(message: DeliveredMessage) -> None:
            self._arrived.put_nowait(_delivery(message, session))

        # The bare delivery: whatever failed between it and our queue would be acknowledged with what comes after it.
        await underlay.basic_consume(self._queue, arrived)
        self._attached = not lost.is_set()
        return lost


class RabbitBus:
    """One publishing connection, and one connection for each attached consumer."""

    def __init__(self, url: str, *, name: str) -> None:
        self._url = url
        self._name = name
        self._connection: AbstractConnection | None = None
        self._channel: AbstractChannel | None = None
        self._opening = asyncio.Lock()
        self._declared: list[Topology] = []
        self._attachments: list[RabbitAttachment] = []

    @property
    def durable(self) -> bool:
        return True

    async def declare(self, topology: Topology) -> None:
        """Declare what is missing; waits for a broker that is not there yet."""
        self._declared.append(topology)
        pause = _FIRST_PAUSE
        while True:
            with _Outliving("not declared"):
                async with await self._connect() as connection:
                    await self._declare_all(await connection.channel())
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def publish(self, messages: Sequence[Message]) -> list[Outcome]:
        channel: Channel | None = None
        with _Outliving("cannot publish"):
            channel = await self._publishing()
        sent = await asyncio.gather(
            *(_publish(channel, message) for message in messages), return_exceptions=True
        )
        outcomes = [_outcome(result) for result in sent]
        if Outcome.FAILED in outcomes:
            log.warning("not confirmed", messages=outcomes.count(Outcome.FAILED))
            await self._forget_channel()
        return outcomes

    async def consume(self, queue: str, *, prefetch: int) -> RabbitAttachment:
        attachment = RabbitAttachment(self._connect, self._declare_all, queue, prefetch)
        self._attachments.append(attachment)
        return attachment

    async def close(self) -> None:
        for attachment in self._attachments:
            await attachment.close()
        await self._forget_channel()

    async def _declare_all(self, channel: AbstractChannel) -> None:
        """Each new session begins with this: a queue that was deleted comes back with those who listen to it."""
        for topology in self._declared:
            await _declare(channel, topology)

    async def _connect(self) -> AbstractConnection:
        return await aio_pika.connect(
            self._url,
            timeout=_CONNECT_SECONDS,
            client_properties={"connection_name": self._name},
            connection_class=_Connection,
        )

    async def _publishing(self) -> Channel:
        async with self._opening:
            if self._channel is None or self._channel.is_closed:
                await self._forget_channel()
                self._connection = await self._connect()
                self._channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
            return cast(Channel, await self._channel.get_underlay_channel())

    async def _forget_channel(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            with _Outliving("connection not closed"):
                await connection.close()


async def _publish(channel: Channel | None, message: Message) -> object:
    if channel is None:
        raise ConnectionError("没有通往消息代理的通道 · No channel to the broker")
    # Not through the client's exchange: that lets the next message wait until this one has left the socket's buffer.
    return await channel.basic_publish(
        message.body,
        exchange=message.exchange,
        routing_key=message.routing_key,
        properties=spec.Basic.Properties(
            message_id=message.id,
            message_type=message.routing_key,
            content_type=message.content_type,
            headers=dict(message.headers),
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        ),
        mandatory=True,
        timeout=_CONFIRM_SECONDS,
        wait=False,
    )


def _outcome(result: object) -> Outcome:
    match result:
        case PublishError():
            return Outcome.UNROUTABLE
        case BaseException():
            return Outcome.FAILED
        case _:
            return Outcome.CONFIRMED


def _delivery(arrived: DeliveredMessage, session: int) -> Delivery:
    properties = arrived.header.properties
    message = Message(
        id=properties.message_id or "",
        exchange=arrived.exchange or "",
        routing_key=arrived.routing_key or "",
        body=arrived.body,
        content_type=properties.content_type or "",
        headers={name: str(value) for name, value in (properties.headers or {}).items()},
    )
    return Delivery(message=message, tag=arrived.delivery_tag or 0, session=session)


async def _declare(channel: AbstractChannel, topology: Topology) -> None:
    for exchange in exchanges_of(topology):
        await channel.declare_exchange(exchange.name, aio_pika.ExchangeType(exchange.kind), durable=True)
    for queue in topology.queues:
        for each in queues_of(queue):
            declared = await channel.declare_queue(each.name, durable=True, arguments=dict(each.arguments))
            for binding in bindings_of(queue):
                if binding.queue == each.name:
                    await declared.bind(binding.exchange, binding.routing_key)
