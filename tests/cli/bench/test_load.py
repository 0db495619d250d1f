"""The callers of a bench: they count what was answered, and take nothing else for an answer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from cli.bench.load import Ask, NotAnswered, Taken, connected, leaf, once, press
from cli.suite.server import served

LONG = "长" * 100_000


class Shop:
    """Notes what it was asked."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.bodies: list[bytes] = []
        self.busy = self.most = 0

    async def take(self, request: Request) -> Response:
        self.busy += 1
        self.most = max(self.most, self.busy)
        self.bodies.append(await request.body())
        self.keys.append(request.headers.get("idempotency-key", ""))
        await asyncio.sleep(0)
        self.busy -= 1
        return PlainTextResponse("taken", status_code=201)

    async def show(self, _: Request) -> Response:
        return PlainTextResponse(LONG)

    async def refuse(self, _: Request) -> Response:
        return PlainTextResponse("不行", status_code=409)


def route(path: str, act: Callable[[Request], Awaitable[Response]]) -> Route:
    return Route(path, act, methods=["GET", "POST"])


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
async def base(shop: Shop) -> AsyncIterator[str]:
    routes = [route("/take", shop.take), route("/show", shop.show), route("/refuse", shop.refuse)]
    async with served(Starlette(routes=routes)) as base:
        yield base


async def test_every_sending_carries_a_key_of_its_own_and_the_same_body(base: str, shop: Shop) -> None:
    ask = Ask(method="POST", path="/take", body="请求", keyed=True)
    taken = await leaf(base, ask, times=5)
    assert len(taken.delays) == 5
    assert len(set(shop.keys)) == 5
    assert set(shop.bodies) == {"请求".encode()}


async def test_so_many_callers_are_there_at_once(base: str, shop: Shop) -> None:
    taken = await press(base, Ask(method="POST", path="/take"), hands=4, seconds=0.1)
    assert len(shop.bodies) == len(taken.delays) > 4
    assert 1 < shop.most <= 4


async def test_an_answer_that_comes_in_many_parts_is_heard_whole(base: str) -> None:
    async with connected(base) as line:
        for _ in range(2):
            assert (await line.ask(Ask(path="/show"))).decode() == LONG


async def test_a_refusal_is_no_answer(base: str) -> None:
    with pytest.raises(NotAnswered, match="409 不行"):
        await leaf(base, Ask(path="/refuse"), times=1)


async def test_a_line_that_breaks_is_told() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(NotAnswered, match="the connection was lost"):
            await leaf(f"http://127.0.0.1:{port}", Ask(path="/"), times=1)


async def test_nothing_is_asked_on_a_line_that_was_closed_meanwhile(base: str) -> None:
    async with connected(base) as line:
        await line.ask(Ask(path="/show"))
        line.close()
        with pytest.raises(NotAnswered, match="no connection"):
            await line.ask(Ask(path="/show"))
    assert (await once(base, Ask(path="/show"))).decode() == LONG


def test_percentiles_are_in_milliseconds() -> None:
    taken = Taken(delays=[number / 1000 for number in range(101)], per_second=1.0)
    assert taken.percentiles == pytest.approx((50.0, 99.0))
