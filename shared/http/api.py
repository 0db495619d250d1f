"""A service's HTTP interface, the same around every service: problems, limits, headers, docs served locally."""

import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.staticfiles import StaticFiles
from fastapi.telemetry import TelemetryConfig
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.limits import Rates
from shared.http.problems import SECURITY_HEADERS, Problem, http_problem, install
from shared.observability import Telemetry
from shared.settings import HttpSettings

_HEADERS = tuple((name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items())
_DIGITS_OF_A_LENGTH = 18


class SecurityHeaders:
    """Adds the headers every answer carries; plain ASGI, so it costs next to nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class BodyLimit:
    """Refuses a body that is too large, by the length it announces or else while it is read.

    `uploads` says where more is allowed: the pattern of a whole path below the interface's prefix → bytes.
    """

    def __init__(self, app: ASGIApp, *, most: int, uploads: Mapping[str, int]) -> None:
        self._app = app
        self._most = most
        self._uploads = [(re.compile(pattern), bytes_there) for pattern, bytes_there in uploads.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most_at(scope)
        if _announces_more(Headers(scope=scope), most):
            await http_problem(413)(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)

    def _most_at(self, scope: Scope) -> int:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        return next((most for pattern, most in self._uploads if pattern.fullmatch(path)), self._most)


def _announces_more(headers: Headers, most: int) -> bool:
    length = headers.get("content-length", "")
    return length.isdecimal() and (len(length) > _DIGITS_OF_A_LENGTH or int(length) > most)


def create_api(
    *,
    title: str,
    description: str,
    routers: Sequence[APIRouter],
    settings: HttpSettings,
    telemetry: Telemetry | None,
    uploads: Mapping[str, int] = MappingProxyType({}),
) -> FastAPI:
    """The interface of one service; without telemetry it is only good for printing its document.

    `uploads` are the paths of larger bodies, as `BodyLimit` takes them.
    """
    app = FastAPI(
        title=title,
        description=description,
        version="1.0.0",
        docs_url=None,
        redoc_url=None,
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(BodyLimit, most=settings.max_body_bytes, uploads=uploads),
        ],
        telemetry=_native(telemetry),
        strict_content_type=True,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.rates = Rates(trusted_proxies=settings.trusted_proxies)
    install(app)
    for router in routers:
        app.include_router(router)
    _serve_docs(app)
    _publish_problem_schema(app)
    return app


def _native(telemetry: Telemetry | None) -> TelemetryConfig:
    if telemetry is None:
        return {"tracing": False, "metrics": False, "logs": False}
    return {
        "tracer_provider": telemetry.tracer_provider,
        "meter_provider": telemetry.meter_provider,
        "operation_spans": False,
        "logs": False,
    }


def _serve_docs(app: FastAPI) -> None:
    assets = str(files("fastapi_offline") / "static")
    app.mount("/docs/assets", StaticFiles(directory=assets), name="docs-assets")

    @app.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> HTMLResponse:
        root = request.scope.get("root_path", "").rstrip("/")
        return get_swagger_ui_html(
            openapi_url=f"{root}/openapi.json",
            title=app.title,
            swagger_js_url=f"{root}/docs/assets/swagger-ui-bundle.js",
            swagger_css_url=f"{root}/docs/assets/swagger-ui.css",
            swagger_favicon_url=f"{root}/docs/assets/favicon.png",
        )


def _title_operations(schema: dict[str, Any]) -> None:
    """An operation's title is the first line of what it says of itself: 中文 · English."""
    for operations in schema["paths"].values():
        for operation in operations.values():
            if "·" in (title := operation.get("description", "").partition("\n")[0]):
                operation["summary"] = title


def _publish_problem_schema(app: FastAPI) -> None:
    """Refusals are described by reference; put what they refer to into the document."""
    made = app.openapi

    def document() -> dict[str, object]:
        if app.openapi_schema is None:
            schema = made()
            parts = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            _title_operations(schema)
            schemas = schema.setdefault("components", {}).setdefault("schemas", {})
            schemas.update(parts.pop("$defs", {}))
            schemas["Problem"] = parts
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
        return app.openapi_schema or {}

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way to extend its document
