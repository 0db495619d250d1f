"""The collector keeps what it is sent, up to its bound, and refuses everything else."""

import gzip
from collections.abc import AsyncIterator

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue, KeyValueList
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from cli.collector import Collector

PROTOBUF = {"content-type": "application/x-protobuf"}
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
async def collector() -> AsyncIterator[tuple[Collector, httpx.AsyncClient]]:
    """A collector that keeps three spans, and a client that talks to it."""
    running = Collector(capacity=3)
    address = await running.start()
    async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
        yield running, client
    await running.stop()


def export(service: str, *spans: Span) -> bytes:
    """One service's spans as an exporter sends them."""
    name = KeyValue(key="service.name", value=AnyValue(string_value=service))
    resource = ResourceSpans(resource=Resource(attributes=[name]), scope_spans=[ScopeSpans(spans=spans)])
    body: bytes = ExportTraceServiceRequest(resource_spans=[resource]).SerializeToString()
    return body


def span(number: int, *, start: int = 1) -> Span:
    return Span(
        trace_id=bytes.fromhex(TRACE),
        span_id=number.to_bytes(8, "big"),
        name=f"span {number}",
        start_time_unix_nano=start,
        end_time_unix_nano=start + 5,
    )


async def test_a_span_is_kept_with_all_it_says(collector: tuple[Collector, httpx.AsyncClient]) -> None:
    running, client = collector
    full = span(2, start=7)
    full.parent_span_id = (1).to_bytes(8, "big")
    full.kind = Span.SPAN_KIND_CONSUMER
    full.status.CopyFrom(Status(code=Status.STATUS_CODE_ERROR))
    nested = KeyValueList(values=[KeyValue(key="inner", value=AnyValue(bool_value=True))])
    full.attributes.extend(
        [
            KeyValue(key="text", value=AnyValue(string_value="备案")),
            KeyValue(key="number", value=AnyValue(int_value=3)),
            KeyValue(key="nested", value=AnyValue(kvlist_value=nested)),
            KeyValue(key="nothing", value=AnyValue()),
        ]
    )
    answer = await client.post("/v1/traces", content=export("njt-filing", full), headers=PROTOBUF)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-protobuf")
    (kept,) = running.spans()
    assert (kept.trace_id, kept.span_id, kept.parent_id) == (TRACE, "0" * 15 + "2", "0" * 15 + "1")
    assert (kept.name, kept.service, kept.kind, kept.status) == ("span 2", "njt-filing", "consumer", "error")
    assert (kept.start_ns, kept.end_ns) == (7, 12)
    assert kept.attributes == {"text": "备案", "number": 3, "nested": {"inner": True}, "nothing": None}


async def test_a_gzip_body_is_unpacked(collector: tuple[Collector, httpx.AsyncClient]) -> None:
    running, client = collector
    body = gzip.compress(export("njt-filing", span(1)))
    answer = await client.post("/v1/traces", content=body, headers=PROTOBUF | {"content-encoding": "gzip"})
    assert answer.status_code == 200
    assert [kept.name for kept in running.spans()] == ["span 1"]


async def test_beyond_its_capacity_the_oldest_spans_go(
    collector: tuple[Collector, httpx.AsyncClient],
) -> None:
    running, client = collector
    body = export("njt-filing", *(span(number) for number in range(1, 6)))
    await client.post("/v1/traces", content=body, headers=PROTOBUF)
    assert [kept.name for kept in running.spans()] == ["span 3", "span 4", "span 5"]


async def test_services_stand_in_the_order_the_trace_reached_them(
    collector: tuple[Collector, httpx.AsyncClient],
) -> None:
    running, client = collector
    for service, start in (("njt-accounts", 20), ("njt-filing", 10), ("njt-accounts", 5)):
        await client.post("/v1/traces", content=export(service, span(start, start=start)), headers=PROTOBUF)
    assert running.services_of(TRACE) == ["njt-accounts", "njt-filing"]
    assert running.services_of("0" * 32) == []
    assert await running.wait_for(TRACE, {"njt-filing"}, 1)


async def test_waiting_for_a_service_that_never_comes_ends_with_no(
    collector: tuple[Collector, httpx.AsyncClient],
) -> None:
    running, client = collector
    await client.post("/v1/traces", content=export("njt-filing", span(1)), headers=PROTOBUF)
    assert not await running.wait_for(TRACE, {"njt-filing", "njt-subsidy"}, 0.05)


@pytest.mark.parametrize(
    ("line", "headers", "body", "status"),
    [
        ("POST /v1/metrics", {}, b"", 404),
        ("GET /v1/traces", {}, b"", 405),
        ("POST /v1/traces", {"content-type": "application/json"}, b"{}", 415),
        ("POST /v1/traces", {"content-encoding": "br"}, b"", 415),
        ("POST /v1/traces", {}, b"\xff\xff\xff", 400),
        ("POST /v1/traces", {"content-encoding": "gzip"}, b"not gzip", 400),
        ("POST /v1/traces", {"content-encoding": "gzip"}, gzip.compress(b"cut short")[:-4], 400),
        ("POST /v1/traces", {}, bytes(17_000_000), 413),
        ("POST /v1/traces", {"content-encoding": "gzip"}, gzip.compress(bytes(17_000_000)), 413),
    ],
    ids=[
        "another path",
        "another method",
        "JSON",
        "another compression",
        "no OTLP",
        "no gzip",
        "half a gzip",
        "too large",
        "too large once unpacked",
    ],
)
async def test_anything_else_is_refused_in_two_languages(
    collector: tuple[Collector, httpx.AsyncClient],
    *,
    line: str,
    headers: dict[str, str],
    body: bytes,
    status: int,
) -> None:
    method, path = line.split()
    running, client = collector
    answer = await client.request(method, path, content=body, headers=PROTOBUF | headers)
    assert answer.status_code == status
    assert " · " in answer.text
    assert running.spans() == []
