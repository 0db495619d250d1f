"""One trace through several services, each with providers of its own, and no personal data in a span."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from pydantic import ValidationError

from cli.collector import Collector
from shared.observability import (
    Telemetry,
    TelemetrySettings,
    current_traceparent,
    exposition,
    start_telemetry,
)

CITIZEN_ID = "11010519491231002X"
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
UNSAMPLED_PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def filing(exporter: InMemorySpanExporter) -> Iterator[Telemetry]:
    telemetry = start_telemetry(
        "filing", TelemetrySettings(), prometheus=True, processors=[SimpleSpanProcessor(exporter)]
    )
    yield telemetry
    telemetry.shutdown()


def only_span(exporter: InMemorySpanExporter) -> ReadableSpan:
    (span,) = exporter.get_finished_spans()
    return span


def ids(traceparent: str | None) -> tuple[str, str]:
    """The trace's and the span's id of a traceparent."""
    assert traceparent is not None
    _, trace_id, span_id, _ = traceparent.split("-")
    return trace_id, span_id


def parent_of(span: ReadableSpan) -> tuple[str, str] | None:
    return None if span.parent is None else (f"{span.parent.trace_id:032x}", f"{span.parent.span_id:016x}")


async def test_a_trace_joined_by_a_traceparent_reaches_the_collector_from_both_services(
    collector: tuple[Collector, str],
) -> None:
    running, address = collector
    settings = TelemetrySettings(otlp_endpoint=address, schedule_delay_ms=20)
    filing = start_telemetry("filing", settings, prometheus=False)
    accounts = start_telemetry("accounts", settings, prometheus=False)
    with filing.span(
        "register", kind=SpanKind.PRODUCER, attributes={"njt.level": 3, "njt.topics": ["a", "b"]}
    ):
        carried = current_traceparent()
    with accounts.span("open account", parent=carried, kind=SpanKind.CONSUMER):
        inner = current_traceparent()
    trace_id, parent_id = ids(carried)

    assert await running.wait_for(trace_id, {"njt-filing", "njt-accounts"}, 10)
    assert running.services_of(trace_id) == ["njt-filing", "njt-accounts"]
    producer, consumer = sorted(running.spans(), key=lambda span: span.start_ns)
    assert (producer.name, producer.kind, producer.parent_id) == ("register", "producer", "")
    assert producer.attributes == {"njt.level": 3, "njt.topics": ["a", "b"]}
    assert (consumer.name, consumer.kind, consumer.parent_id) == ("open account", "consumer", parent_id)
    assert (consumer.trace_id, consumer.span_id) == ids(inner)
    assert producer.start_ns <= producer.end_ns <= consumer.end_ns
    await asyncio.to_thread(filing.shutdown)
    await asyncio.to_thread(accounts.shutdown)


async def test_shutdown_sends_what_is_still_queued(collector: tuple[Collector, str]) -> None:
    running, address = collector
    settings = TelemetrySettings(otlp_endpoint=f"{address}/", schedule_delay_ms=3_600_000)
    telemetry = start_telemetry("subsidy", settings, prometheus=False)
    with telemetry.span("pay"):
        trace_id, _ = ids(current_traceparent())
    await asyncio.to_thread(telemetry.shutdown)
    assert running.services_of(trace_id) == ["njt-subsidy"]


def test_outside_any_span_there_is_no_traceparent() -> None:
    assert current_traceparent() is None


def test_a_span_without_a_given_parent_continues_the_current_one(
    filing: Telemetry, exporter: InMemorySpanExporter
) -> None:
    with filing.span("outer"):
        outer = current_traceparent()
        with filing.span("inner"):
            pass
    inner, root = exporter.get_finished_spans()
    assert parent_of(inner) == ids(outer)
    assert parent_of(root) is None


def test_a_given_parent_comes_before_the_current_span(
    filing: Telemetry, exporter: InMemorySpanExporter
) -> None:
    with filing.span("relay"), filing.span("publish", parent=PARENT):
        assert ids(current_traceparent())[0] == ids(PARENT)[0]
    publish, _ = exporter.get_finished_spans()
    assert parent_of(publish) == ids(PARENT)


@pytest.mark.parametrize("parent", ["", "nonsense", f"00-{'0' * 32}-00f067aa0ba902b7-01"])
def test_a_malformed_parent_starts_a_trace_of_its_own(
    filing: Telemetry, exporter: InMemorySpanExporter, parent: str
) -> None:
    with filing.span("current"), filing.span("handle", parent=parent):
        pass
    handle, _ = exporter.get_finished_spans()
    assert parent_of(handle) is None


def test_an_unsampled_parent_is_respected_and_passed_on(
    filing: Telemetry, exporter: InMemorySpanExporter
) -> None:
    with filing.span("handle", parent=UNSAMPLED_PARENT) as span:
        assert not span.is_recording()
        carried = current_traceparent()
    assert exporter.get_finished_spans() == ()
    assert ids(carried)[0] == ids(UNSAMPLED_PARENT)[0]
    assert carried is not None
    assert carried.endswith("-00")


def test_a_ratio_of_nought_samples_no_trace_of_ones_own(exporter: InMemorySpanExporter) -> None:
    telemetry = start_telemetry(
        "filing",
        TelemetrySettings(sample_ratio=0),
        prometheus=False,
        processors=[SimpleSpanProcessor(exporter)],
    )
    with telemetry.span("own"), pytest.raises(LookupError), telemetry.span("failing"):
        raise LookupError
    with telemetry.span("asked for", parent=PARENT):
        pass
    assert [span.name for span in exporter.get_finished_spans()] == ["asked for"]
    telemetry.shutdown()


def test_an_exception_is_recorded_and_its_text_masked(
    filing: Telemetry, exporter: InMemorySpanExporter
) -> None:
    with pytest.raises(ValueError, match=CITIZEN_ID), filing.span("register"):
        raise ValueError(f"身份证号 {CITIZEN_ID} 已存在")
    span = only_span(exporter)
    (event,) = span.events
    attributes = dict(event.attributes or {})
    assert event.name == "exception"
    assert attributes["exception.type"] == "ValueError"
    assert attributes["exception.message"] == "身份证号 [citizen-id] 已存在"
    assert "test_tracing.py" in str(attributes["exception.stacktrace"])
    assert span.status.status_code is StatusCode.ERROR
    assert CITIZEN_ID not in span.to_json()


def test_texts_a_span_starts_with_are_masked(filing: Telemetry, exporter: InMemorySpanExporter) -> None:
    attributes = {
        "url.path": f"/v1/people/{CITIZEN_ID}",
        "url.full": f"https://api.test/v1/people?name=张三&id={CITIZEN_ID}#top",
        "url.query": "name=张三&page=2",
        "njt.organ": "320106",
    }
    with filing.span("GET", kind=SpanKind.CLIENT, attributes=attributes):
        pass
    assert dict(only_span(exporter).attributes or {}) == {
        "url.path": "/v1/people/[citizen-id]",
        "url.full": "https://api.test/v1/people?name=***&id=***#top",
        "url.query": "name=***&page=***",
        "njt.organ": "320106",
    }


async def test_a_web_request_continues_its_callers_trace_in_one_masked_span(
    filing: Telemetry, exporter: InMemorySpanExporter
) -> None:
    app = FastAPI(
        telemetry={
            "tracer_provider": filing.tracer_provider,
            "meter_provider": filing.meter_provider,
            "operation_spans": False,
            "logs": False,
        }
    )

    @app.get("/v1/filings/{filing_id}")
    async def read(filing_id: str) -> str | None:
        del filing_id
        return current_traceparent()

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://filing.test") as client:
        answer = await client.get(
            "/v1/filings/7", params={"name": "张三", "id": CITIZEN_ID}, headers={"traceparent": PARENT}
        )
    span = only_span(exporter)
    assert span.name == "GET /v1/filings/{filing_id}"
    assert span.kind is SpanKind.SERVER
    assert parent_of(span) == ids(PARENT)
    assert ids(answer.json()) == (f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}")
    assert dict(span.attributes or {})["url.query"] == "name=***&id=***"
    assert span.resource.attributes["service.name"] == "njt-filing"
    page = exposition(filing).decode()
    assert "http_server_request_duration_seconds_count{" in page
    assert CITIZEN_ID not in page


def test_the_global_providers_stay_untouched(filing: Telemetry) -> None:
    assert isinstance(filing.tracer_provider, TracerProvider)
    assert not isinstance(trace.get_tracer_provider(), TracerProvider)
    assert not isinstance(metrics.get_meter_provider(), MeterProvider)


@pytest.mark.parametrize(
    "wrong", [{"sample_ratio": 1.5}, {"log_level": "LOUD"}, {"schedule_delay_ms": 0}, {"endpoint": "x"}]
)
def test_settings_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TelemetrySettings.model_validate(wrong)
