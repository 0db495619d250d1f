"""Runs something on a loop of its own and collects what it left behind where no loop runs."""

import asyncio
import gc
import logging
import warnings
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor

from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import AMQPConnectionError

NOBODY_LISTENS = "amqp://guest:guest@127.0.0.1:1/"

Act = Callable[[list[BaseException]], Coroutine[None, None, None]]
Connect = Callable[[], Awaitable[AbstractConnection]]


def complaints_after(act: Act) -> list[str]:
    """What finalisers complain of when the act's exceptions, and all they hold on to, are collected after it.

    The act notes its exceptions in the list, which keeps them until then. It has a thread of its own, where no other
    loop is at hand, and its loop is not closed before: finalisers of a closed one do nothing.
    """
    with ThreadPoolExecutor(max_workers=1) as alone:
        return alone.submit(_complaints, act).result()


def _complaints(act: Act) -> list[str]:
    kept: list[BaseException] = []
    loop = asyncio.new_event_loop()
    logging.disable()  # a captured record would keep the exception it tells of
    try:
        loop.run_until_complete(act(kept))
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            kept.clear()
            gc.collect()
    finally:
        loop.close()
        logging.disable(logging.NOTSET)
    return [str(each.message) for each in found]


def failing(connect: Connect) -> Act:
    """Connects three times to where nobody listens."""

    async def act(kept: list[BaseException]) -> None:
        for _ in range(3):
            try:
                await connect()
            except AMQPConnectionError as refused:
                kept.append(refused)
        if len(kept) != 3:
            raise AssertionError("somebody listens where nobody should")

    return act


def interrupted(connect_to: Callable[[str], Connect]) -> Act:
    """Is told to stop while it connects to somebody who listens and never says a word."""

    async def act(kept: list[BaseException]) -> None:
        heard: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
        silent = await asyncio.start_server(lambda _, writer: heard.put_nowait(writer), "127.0.0.1", 0)
        port = silent.sockets[0].getsockname()[1]
        connecting = asyncio.ensure_future(connect_to(f"amqp://guest:guest@127.0.0.1:{port}/")())
        accepted = await heard.get()
        connecting.cancel()
        try:
            await connecting
        except asyncio.CancelledError as cancelled:
            kept.append(cancelled)
        accepted.close()
        await accepted.wait_closed()
        silent.close()
        await silent.wait_closed()
        if not kept:
            raise AssertionError("the connection came about")

    return act
