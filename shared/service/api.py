"""A service's interface on its runtime, and the document that describes it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from fastapi import APIRouter, FastAPI

from shared.http.api import create_api
from shared.http.client import HttpClient
from shared.http.health import Check, health_routes
from shared.identity import TokenVerifier
from shared.identity.tokens import FetchKeys
from shared.observability import TelemetrySettings, start_telemetry
from shared.service.correspondence import Correspondence
from shared.service.exchange import ROUTERS, UPLOADS
from shared.service.runtime import Runtime
from shared.settings import HttpSettings

W = TypeVar("W")


def create_service_api(
    runtime: Runtime[W],
    *,
    title: str,
    description: str,
    routers: Sequence[APIRouter],
    fetch_keys: FetchKeys | None = None,
    uploads: Mapping[str, int] = MappingProxyType({}),
) -> FastAPI:
    """A service's interface on its runtime. Keys come from the issuer's address unless `fetch_keys` has them.

    `uploads` allows larger bodies where files are handed in: pattern of the whole path → bytes.
    """
    settings, identity = runtime.settings, runtime.settings.identity
    checks: dict[str, Check] = {"database": runtime.database_problem, "outbox": runtime.outbox_problem}
    app = create_api(
        title=title,
        description=description,
        routers=[*routers, *ROUTERS, health_routes(checks, runtime.telemetry)],
        settings=settings.http,
        telemetry=runtime.telemetry,
        uploads={**uploads, **UPLOADS},
    )
    issuer = HttpClient("")
    app.state.works = runtime.works
    app.state.policy = runtime.policy
    app.state.clock = runtime.clock
    app.state.correspondence = Correspondence(runtime, waits=False)
    app.state.province = settings.province
    app.state.verifier = TokenVerifier(
        issuer=identity.issuer,
        audience=identity.audience,
        fetch_keys=fetch_keys or (lambda: issuer.get_json(identity.jwks_url)),
        clock=runtime.clock,
    )
    return app


def document(*, title: str, description: str, routers: Sequence[APIRouter]) -> dict[str, object]:
    """A service's OpenAPI 3.1 document, made without starting anything."""
    unheard = start_telemetry("document", TelemetrySettings(), prometheus=False)
    app = create_api(
        title=title,
        description=description,
        routers=[*routers, *ROUTERS, health_routes({}, unheard)],
        settings=HttpSettings(),
        telemetry=None,
    )
    return app.openapi()
