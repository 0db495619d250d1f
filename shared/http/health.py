"""Whether a process lives, is ready for work, and what it measures."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Response
from pydantic import BaseModel

from shared.observability import EXPOSITION_CONTENT_TYPE, Telemetry, exposition

Check = Callable[[], Awaitable[str | None]]


class Readiness(BaseModel):
    """Each thing the process needs, and what is wrong with it (null when nothing is)."""

    ready: bool
    checks: dict[str, str | None]


def health_routes(checks: Mapping[str, Check], telemetry: Telemetry) -> APIRouter:
    """`/livez`, `/readyz` and `/metrics`; no token is asked for."""
    router = APIRouter(tags=["health"])

    @router.get("/livez", summary="存活 · The process answers")
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @router.get(
        "/readyz",
        summary="就绪 · Everything it needs is there",
        response_model=Readiness,
        responses={503: {"model": Readiness, "description": "尚未就绪 · not ready"}},
    )
    async def readyz() -> Response:
        found = {name: await check() for name, check in checks.items()}
        ready = not any(found.values())
        body = Readiness(ready=ready, checks=found).model_dump_json()
        return Response(body, status_code=200 if ready else 503, media_type="application/json")

    @router.get("/metrics", summary="指标 · Prometheus exposition", response_class=Response)
    async def metrics() -> Response:
        return Response(exposition(telemetry), media_type=EXPOSITION_CONTENT_TYPE)

    return router
