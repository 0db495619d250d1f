"""The one HTTP client: time limits, retries of what may be repeated, the caller's trace carried along."""

import ssl
from collections.abc import Mapping
from typing import Any

import httpx
import stamina
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor

from shared.errors import Refusal
from shared.observability import Telemetry

_CONNECT_SECONDS = 3.0
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


class Unreachable(Refusal):
    """对方系统暂不可用 · The other system cannot be reached."""

    code = "NJT-GEN-0502"


class Unanswered(Unreachable):
    """对方系统未答复，是否受理不明 · The other system did not answer; it may have acted all the same."""

    code = "NJT-GEN-0504"


class HttpClient:
    """Calls one base address. GETs are retried for a few seconds; anything else is asked once.

    `tls` says whom to believe and what to show of oneself (`shared.http.tls`); the system's authorities otherwise.
    """

    def __init__(
        self,
        base_url: str,
        *,
        telemetry: Telemetry | None = None,
        limit: int = 50,
        tls: ssl.SSLContext | None = None,
        timeout: float = 10.0,
    ) -> None:
        self._client = httpx.AsyncClient(
            base_url=base_url,
            timeout=httpx.Timeout(timeout, connect=_CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=limit),
            trust_env=False,
            verify=True if tls is None else tls,
        )
        if telemetry is not None:
            HTTPXClientInstrumentor.instrument_client(
                self._client,
                tracer_provider=telemetry.tracer_provider,
                meter_provider=telemetry.meter_provider,
            )

    async def get_json(self, path: str) -> Any:
        """The JSON at a path; raises Unreachable when it cannot be had within a few attempts."""
        try:
            async for attempt in stamina.retry_context(on=httpx.HTTPError, attempts=4, timeout=10.0):
                with attempt:
                    answer = (await self._client.get(path)).raise_for_status()
        except httpx.HTTPError as problem:
            raise Unreachable(type(problem).__name__) from problem
        return answer.json()

    async def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        content: bytes | None = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Ask once; raises Unreachable when nobody could be asked, Unanswered when no answer came.

        Error statuses are the caller's to read. `files` go with the form: field → name, content, media type.
        """
        try:
            return await self._client.request(
                method,
                path,
                json=json,
                content=content,
                data=form,
                files=files,
                headers=dict(headers or {}),
            )
        except _NOT_SENT as problem:
            raise Unreachable(f"{method} {path}: {type(problem).__name__}") from problem
        except httpx.HTTPError as problem:
            raise Unanswered(f"{method} {path}: {type(problem).__name__}") from problem

    async def close(self) -> None:
        await self._client.aclose()
