"""A small OTLP/HTTP receiver of traces, for the demo and the tests: one place sees every service's spans."""

import asyncio
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from http import HTTPStatus

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # protobuf ships no types
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from cli.suite.server import served

_PATH = "/v1/traces"
_PROTOBUF = "application/x-protobuf"
_MAX_BODY = 16 * 1024 * 1024  # bytes, compressed and uncompressed alike
_GZIP_WINDOW = 16 + zlib.MAX_WBITS

_KINDS = {number: name.removeprefix("SPAN_KIND_").lower() for name, number in trace_pb2.Span.SpanKind.items()}
_STATUSES = {
    number: name.removeprefix("STATUS_CODE_").lower() for name, number in trace_pb2.Status.StatusCode.items()
}


class _Refused(Exception):  # noqa: N818 — an answer to the sender, not a fault of ours
    """请求未被接受 · The request was refused."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, kw_only=True)
class Span:
    """One finished span; ids in hex, `parent_id` empty for a root, times in nanoseconds since 1970."""

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    service: str
    kind: str
    start_ns: int
    end_ns: int
    attributes: dict[str, object]
    status: str


class Collector:
    """Receives spans on a free loopback port and keeps the latest `capacity` of them in memory."""

    def __init__(self, *, capacity: int = 50_000) -> None:
        self._spans: deque[Span] = deque(maxlen=capacity)
        self._arrived = asyncio.Event()
        self._serving = AsyncExitStack()

    async def start(self) -> str:
        """Begin to listen; answers the base address that `otlp_endpoint` takes."""
        return await self._serving.enter_async_context(served(self._answer))

    async def stop(self) -> None:
        """Stop listening; what was received stays readable."""
        await self._serving.aclose()

    def spans(self) -> list[Span]:
        """Everything kept, in order of arrival."""
        return list(self._spans)

    def services_of(self, trace_id: str) -> list[str]:
        """The services a trace went through, the one whose first span began earliest first."""
        ours = sorted(
            (span for span in self._spans if span.trace_id == trace_id), key=lambda span: span.start_ns
        )
        return list(dict.fromkeys(span.service for span in ours))

    async def wait_for(
        self,
        trace_id: str,
        services: set[str],
        timeout: float,  # noqa: ASYNC109 — the answer at the deadline is False, not an exception
    ) -> bool:
        """Whether the trace has reached all these services within `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                while not services <= set(self.services_of(trace_id)):
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            return False
        return True

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            request = await _request(scope, receive)
            self._spans.extend(_spans(request))
            self._arrived.set()
            status, media, body = HTTPStatus.OK, _PROTOBUF, ExportTraceServiceResponse().SerializeToString()
        except _Refused as refusal:
            status, media, body = refusal.status, "text/plain; charset=utf-8", str(refusal).encode()
        headers = [(b"content-type", media.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def _request(scope: Scope, receive: Receive) -> ExportTraceServiceRequest:
    """The request's traces; refuses with 404, 405, 413, 415 or 400."""
    if scope["path"] != _PATH:
        raise _Refused(HTTPStatus.NOT_FOUND, "此处只接收 /v1/traces · Only /v1/traces is served here")
    if scope["method"] != "POST":
        raise _Refused(HTTPStatus.METHOD_NOT_ALLOWED, "只接受 POST · Only POST is accepted")
    headers = Headers(scope=scope)
    if headers.get("content-type", "").split(";")[0].strip() != _PROTOBUF:
        raise _Refused(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"只接受 {_PROTOBUF} · Only {_PROTOBUF} is accepted"
        )
    body = _plain(await _body(receive), headers.get("content-encoding", "identity"))
    request = ExportTraceServiceRequest()
    try:
        request.ParseFromString(body)
    except DecodeError:
        reason = "内容不是 OTLP 链路数据 · The body is no OTLP trace data"
        raise _Refused(HTTPStatus.BAD_REQUEST, reason) from None
    return request


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > _MAX_BODY:
            raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "请求体过大 · The body is too large")
    return bytes(body)


def _plain(body: bytes, encoding: str) -> bytes:
    if encoding == "identity":
        return body
    if encoding != "gzip":
        raise _Refused(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "只支持 gzip 压缩 · gzip is the only compression served"
        )
    unpacking = zlib.decompressobj(_GZIP_WINDOW)
    try:
        plain = unpacking.decompress(body, _MAX_BODY)
    except zlib.error:
        raise _Refused(HTTPStatus.BAD_REQUEST, "gzip 内容已损坏 · The gzip body is damaged") from None
    if unpacking.unconsumed_tail:
        raise _Refused(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "解压后过大 · The body is too large once unpacked"
        )
    if not unpacking.eof:
        raise _Refused(HTTPStatus.BAD_REQUEST, "gzip 内容不完整 · The gzip body is cut short")
    return plain


def _spans(request: ExportTraceServiceRequest) -> Iterator[Span]:
    for resource in request.resource_spans:
        service = str(_attributes(resource.resource.attributes).get("service.name", ""))
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield _span(span, service)


def _span(span: trace_pb2.Span, service: str) -> Span:
    return Span(
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        name=span.name,
        service=service,
        kind=_KINDS.get(span.kind, "unspecified"),
        start_ns=span.start_time_unix_nano,
        end_ns=span.end_time_unix_nano,
        attributes=_attributes(span.attributes),
        status=_STATUSES.get(span.status.code, "unset"),
    )


def _attributes(pairs: Iterable[KeyValue]) -> dict[str, object]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> object:
    field = value.WhichOneof("value")
    match field:
        case None:
            return None
        case "array_value":
            return [_value(item) for item in value.array_value.values]
        case "kvlist_value":
            return _attributes(value.kvlist_value.values)
        case _:
            scalar: object = getattr(value, field)
            return scalar
