"""The AMQP line: confirmed publishing, acknowledged consuming, sessions begun anew whenever the broker was away."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import aio_pika
import structlog
from aio_pika.abc import (
    AbstractChannel,
    AbstractConnection,
    AbstractExchange,
    AbstractIncomingMessage,
    TimeoutType,
)
from aio_pika.exceptions import AMQPError, ConnectionClosed, PublishError
from aiormq.abc import ExceptionType

from simulator.line import CONTENT_TYPE, EXCHANGE, QUEUE, TO_PROVINCE, Handle, Letter

_DEAD_EXCHANGE = "njt.dead"
_DELIVERY_LIMIT = 100
_DEAD_DELIVERY_LIMIT = 1_000_000
_PREFETCH = 100
_CONNECT_SECONDS, _ATTACH_SECONDS, _CONFIRM_SECONDS = 10, 10, 30
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_LOST = (AMQPError, ConnectionError, TimeoutError, OSError, asyncio.InvalidStateError, RuntimeError)
"""What aio-pika raises when a connection or a channel is gone, or cannot be had."""

log = structlog.get_logger(__name__)

Arrivals = asyncio.Queue[AbstractIncomingMessage | None]
"""What a session delivers; None says that the session is over."""


@dataclass(frozen=True, kw_only=True)
class _Bound:
    """The queue that is listened to, and the key it is bound by."""

    queue: str
    routing_key: str


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


class AmqpLine:
    """One connection for publishing, one for listening; the province's end unless another queue and key are named."""

    def __init__(
        self,
        url: str,
        *,
        name: str = "njt-province-simulator",
        queue: str = QUEUE,
        routing_key: str = TO_PROVINCE,
    ) -> None:
        self._url = url
        self._name = name
        self._bound = _Bound(queue=queue, routing_key=routing_key)
        self._publishing: AbstractConnection | None = None
        self._exchange: AbstractExchange | None = None
        self._opening = asyncio.Lock()

    async def open(self) -> None:
        for pause in _pauses():
            try:
                async with await self._connect() as connection:
                    await _declare(await connection.channel(), self._bound)
            except _LOST as problem:
                log.warning("broker not reachable", problem=type(problem).__name__)
                await asyncio.sleep(pause)
            else:
                return

    async def publish(self, letters: Sequence[Letter]) -> Sequence[bool]:
        try:
            exchange = await self._ready_exchange()
        except _LOST as problem:
            log.warning("cannot publish", problem=type(problem).__name__)
            return [False] * len(letters)
        sent = await asyncio.gather(
            *(_publish(exchange, letter) for letter in letters), return_exceptions=True
        )
        failed = [it for it in sent if isinstance(it, BaseException)]
        # A returned letter has no queue yet, which says nothing against the channel.
        if any(not isinstance(it, PublishError) for it in failed):
            log.warning("not confirmed", problems=sorted({type(it).__name__ for it in failed}))
            await self._forget_exchange()
        return [not isinstance(it, BaseException) for it in sent]

    async def listen(self, handle: Handle) -> None:
        pauses = _pauses()
        while True:
            try:
                async with await self._connect() as connection:
                    async with asyncio.timeout(_ATTACH_SECONDS):
                        arrivals = await _attach(connection, self._bound)
                    pauses = _pauses()
                    while (incoming := await arrivals.get()) is not None:
                        if await handle(_letter(incoming)):
                            await incoming.ack()
                        else:
                            await incoming.reject(requeue=False)
                    log.warning("line lost")
            except _LOST as problem:
                log.warning("line lost", problem=type(problem).__name__)
            await asyncio.sleep(next(pauses))

    async def close(self) -> None:
        await self._forget_exchange()

    async def _connect(self) -> AbstractConnection:
        return await aio_pika.connect(
            self._url,
            timeout=_CONNECT_SECONDS,
            client_properties={"connection_name": self._name},
            connection_class=_Connection,
        )

    async def _ready_exchange(self) -> AbstractExchange:
        async with self._opening:
            if self._exchange is None or self._publishing is None or self._publishing.is_closed:
                await self._forget_exchange()
                self._publishing = await self._connect()
                channel = await self._publishing.channel(publisher_confirms=True, on_return_raises=True)
                self._exchange = await channel.declare_exchange(
                    EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True
                )
            return self._exchange

    async def _forget_exchange(self) -> None:
        connection, self._publishing, self._exchange = self._publishing, None, None
        if connection is not None:
            with contextlib.suppress(*_LOST):
                await connection.close()


def _pauses() -> Iterator[float]:
    """How long to wait between attempts, in seconds: longer and longer, up to a bound."""
    pause = _FIRST_PAUSE
    while True:
        yield pause
        pause = min(pause * 2, _LONGEST_PAUSE)


async def _publish(exchange: AbstractExchange, letter: Letter) -> None:
    await exchange.publish(
        aio_pika.Message(
            letter.body,
            message_id=letter.id,
            content_type=CONTENT_TYPE,
            headers=dict(letter.headers),
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        ),
        letter.routing_key,
        mandatory=True,
        timeout=_CONFIRM_SECONDS,
    )


async def _attach(connection: AbstractConnection, bound: _Bound) -> Arrivals:
    """Begin to consume; whatever ends the session puts None after the last delivery."""
    arrivals: Arrivals = asyncio.Queue()
    channel = await connection.channel(publisher_confirms=False)
    await _declare(channel, bound)
    await channel.set_qos(prefetch_count=_PREFETCH)
    channel.close_callbacks.add(lambda *_: arrivals.put_nowait(None))
    connection.close_callbacks.add(lambda *_: arrivals.put_nowait(None))
    underlay = await channel.get_underlay_channel()
    underlay.on_consumer_cancel_callbacks.add(lambda *_: arrivals.put_nowait(None))
    queue = await channel.get_queue(bound.queue)
    await queue.consume(arrivals.put)
    return arrivals


def _letter(incoming: AbstractIncomingMessage) -> Letter:
    return Letter(
        id=incoming.message_id or "",
        routing_key=incoming.routing_key or "",
        body=incoming.body,
        headers={name: str(value) for name, value in incoming.headers.items()},
    )


async def _declare(channel: AbstractChannel, bound: _Bound) -> None:
    dead_queue = f"{bound.queue}.dead"
    exchange = await channel.declare_exchange(EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True)
    await channel.declare_exchange(_DEAD_EXCHANGE, aio_pika.ExchangeType.DIRECT, durable=True)
    dead = await channel.declare_queue(
        dead_queue,
        durable=True,
        arguments={"x-queue-type": "quorum", "x-delivery-limit": _DEAD_DELIVERY_LIMIT},
    )
    await dead.bind(_DEAD_EXCHANGE, bound.queue)
    queue = await channel.declare_queue(
        bound.queue,
        durable=True,
        arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": _DELIVERY_LIMIT,
            "x-dead-letter-exchange": _DEAD_EXCHANGE,
            "x-dead-letter-routing-key": bound.queue,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        },
    )
    await queue.bind(exchange, bound.routing_key)
