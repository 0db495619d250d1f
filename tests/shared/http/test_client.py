"""The one HTTP client: it repeats what may be repeated, and says when nobody answers."""

from collections.abc import AsyncIterator

import pytest
import stamina
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cli.servers.places import free_port
from cli.suite.server import served
from shared.http.client import HttpClient, Unreachable
from shared.observability import TelemetrySettings, start_telemetry


class Other:
    """Another system that fails a number of times before it answers."""

    def __init__(self) -> None:
        self.failures = 0
        self.asked: list[Request] = []

    async def answer(self, request: Request) -> Response:
        self.asked.append(request)
        if self.failures:
            self.failures -= 1
            return Response(status_code=503)
        return JSONResponse({"keys": []})


@pytest.fixture
def other() -> Other:
    return Other()


@pytest.fixture
async def address(other: Other) -> AsyncIterator[str]:
    """Where the other system listens; nobody waits between two attempts."""
    app = Starlette(routes=[Route("/{path}", other.answer, methods=["GET", "POST"])])
    with stamina.set_testing(True, attempts=4):
        async with served(app) as base:
            yield base


async def test_a_get_is_repeated_until_it_is_answered(address: str, other: Other) -> None:
    other.failures = 3
    client = HttpClient(address)
    assert await client.get_json("/keys") == {"keys": []}
    assert len(other.asked) == 4
    await client.close()


async def test_a_get_that_is_never_answered_well_is_given_up(address: str, other: Other) -> None:
    other.failures = 100
    client = HttpClient(address)
    with pytest.raises(Unreachable):
        await client.get_json("/keys")
    assert len(other.asked) == 4
    await client.close()


async def test_anything_else_is_asked_once_and_its_answer_is_the_callers_to_read(
    address: str, other: Other
) -> None:
    other.failures = 1
    client = HttpClient(address)
    answer = await client.request("POST", "/token", form={"a": "b"}, headers={"X-Own": "1"})
    assert answer.status_code == 503
    assert len(other.asked) == 1
    assert other.asked[0].headers["x-own"] == "1"
    await client.close()


@pytest.mark.usefixtures("address")
async def test_nobody_there_is_told_apart_from_a_bad_answer() -> None:
    client = HttpClient(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Unreachable):
        await client.request("POST", "/token")
    with pytest.raises(Unreachable):
        await client.get_json("/keys")
    await client.close()


async def test_the_trace_goes_along(address: str, other: Other) -> None:
    telemetry = start_telemetry("test", TelemetrySettings(), prometheus=False)
    client = HttpClient(address, telemetry=telemetry)
    with telemetry.span("outer") as span:
        await client.get_json("/keys")
    trace = f"{span.get_span_context().trace_id:032x}"
    assert other.asked[0].headers["traceparent"].split("-")[1] == trace
    await client.close()
