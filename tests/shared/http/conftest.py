"""An interface whose routes go wrong on demand, and the assembled suite."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Body, FastAPI
from pydantic import BaseModel

from shared.http.api import create_api
from shared.observability import TelemetrySettings, start_telemetry
from shared.settings import HttpSettings
from tests.interfaces import client_of, interfaces, story

__all__ = ["interfaces", "story"]

LIMIT = 2048


class Wrong:
    """Holds what the next call of `/wrong` raises."""

    def __init__(self) -> None:
        self.raised: Exception = ZeroDivisionError()
        self.first: Callable[[], Any] | None = None

    async def happen(self) -> None:
        if self.first is not None:
            await self.first()
        raise self.raised


class Letter(BaseModel):
    """Something to send."""

    text: str


@pytest.fixture
def wrong() -> Wrong:
    return Wrong()


@pytest.fixture
def app(wrong: Wrong) -> FastAPI:
    """Takes letters, and goes wrong as told."""
    router = APIRouter()

    @router.get("/wrong")
    async def go_wrong() -> None:
        await wrong.happen()

    @router.post("/letters")
    async def take(letter: Annotated[Letter, Body()]) -> int:
        return len(letter.text)

    @router.post("/deaf")
    async def answer_without_listening() -> int:
        return 0

    return create_api(
        title="测试 · Test",
        description="测试 · Test",
        routers=[router],
        settings=HttpSettings(max_body_bytes=LIMIT),
        telemetry=start_telemetry("test", TelemetrySettings(), prometheus=False),
    )


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Sees what a server would answer, also to what nobody expected."""
    async with client_of(app, raises=False) as opened:
        yield opened


def problem(answer: httpx.Response) -> dict[str, Any]:
    """The problem document of an answer, checked for what every one of them has."""
    assert answer.headers["content-type"] == "application/problem+json"
    content: dict[str, Any] = answer.json()
    assert content["status"] == answer.status_code
    assert content["type"] == f"urn:ningjitong:problem:{content['code']}"
    chinese, _, english = content["title"].partition(" · ")
    assert any("\u4e00" <= char <= "\u9fff" for char in chinese)
    assert english
    assert english.isascii()
    assert len(content["trace_id"]) == 32
    return content
