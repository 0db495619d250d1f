"""One service's own tracer and meter; several services may live in one process, so nothing is global."""

import re
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, MeterProvider
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import Span as RecordingSpan
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, get_current_span, use_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue
from prometheus_client import CollectorRegistry
from pydantic import BaseModel, ConfigDict, Field

from shared.observability.redaction import redact

_W3C = TraceContextTextMapPropagator()
_QUEUE = 8192  # spans held while the collector is slow; beyond it the oldest are dropped
_BATCH = 2048  # spans sent at once
_SECONDS = 3.0  # an export may take; a collector that is gone must not hold up a stopping service
_QUERY_VALUE = re.compile(r"=[^&#]*")


class TelemetrySettings(BaseModel):
    """Where traces go and how many; without an endpoint none leave the process.

    `otlp_endpoint` is the collector's base address, such as `http://127.0.0.1:4318`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    otlp_endpoint: str | None = None
    sample_ratio: float = Field(default=1.0, ge=0.0, le=1.0)
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR|CRITICAL)$")
    schedule_delay_ms: int = Field(default=500, ge=1)


@dataclass(frozen=True, kw_only=True)
class Telemetry:
    """What one service measures itself with. No span attribute may carry personal data.

    Texts given when a span starts, and its exceptions, are masked all the same, and query strings keep
    their names only; what is set on a running span is the caller's responsibility.
    """

    service: str
    tracer_provider: TracerProvider
    meter_provider: MeterProvider
    tracer: Tracer
    registry: CollectorRegistry

    @contextmanager
    def span(
        self,
        name: str,
        *,
        parent: str | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Mapping[str, AttributeValue] | None = None,
    ) -> Iterator[Span]:
        """Run the block in a span below `parent`, a W3C traceparent, or else below the current span.

        A malformed parent starts a trace of its own: work is never lost over its trace.
        """
        context = _W3C.extract({"traceparent": parent}, Context()) if parent is not None else None
        span = self.tracer.start_span(name, context, kind, attributes)
        with use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            try:
                yield span
            except Exception as error:
                _record(span, error)
                raise

    def shutdown(self) -> None:
        """Send what is still queued and stop. Blocks while it sends: call it in a thread from async code."""
        self.tracer_provider.shutdown()
        self.meter_provider.shutdown()


def start_telemetry(
    service: str,
    settings: TelemetrySettings,
    *,
    prometheus: bool,
    processors: Sequence[SpanProcessor] = (),
) -> Telemetry:
    """Build private providers for `njt-<service>`; `processors` see its sampled spans before the exporter."""
    resource = Resource.create({SERVICE_NAME: f"njt-{service}"})
    registry = CollectorRegistry()
    readers = [_prometheus_reader(registry)] if prometheus else []
    sampler = ParentBased(TraceIdRatioBased(settings.sample_ratio))
    tracer_provider = TracerProvider(sampler, resource)
    for processor in (_MaskedAttributes(), *processors, *_exporters(settings)):
        tracer_provider.add_span_processor(processor)
    return Telemetry(
        service=service,
        tracer_provider=tracer_provider,
        meter_provider=MeterProvider(readers, resource, AlwaysOffExemplarFilter()),
        tracer=tracer_provider.get_tracer("ningjitong"),
        registry=registry,
    )


def current_traceparent() -> str | None:
    """The W3C `traceparent` of the current span, sampled or not; None outside any span."""
    context = get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def current_trace_id() -> str | None:
    """The trace of the current span, sampled or not; None outside any span."""
    context = get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


def _exporters(settings: TelemetrySettings) -> list[BatchSpanProcessor]:
    if settings.otlp_endpoint is None:
        return []
    exporter = OTLPSpanExporter(
        endpoint=f"{settings.otlp_endpoint.removesuffix('/')}/v1/traces", timeout=_SECONDS
    )
    return [BatchSpanProcessor(exporter, _QUEUE, settings.schedule_delay_ms, _BATCH)]


def _prometheus_reader(registry: CollectorRegistry) -> PrometheusMetricReader:
    return PrometheusMetricReader(
        scope_info_enabled=False,
        resource_attribute_filter=lambda attribute: attribute == SERVICE_NAME,
        registry=registry,
    )


def _record(span: Span, error: Exception) -> None:
    if not span.is_recording():
        return
    kind, message = type(error).__qualname__, redact(str(error))
    stack = redact("".join(traceback.format_exception(error)))
    span.add_event(
        "exception",
        {"exception.type": kind, "exception.message": message, "exception.stacktrace": stack},
    )
    span.set_status(StatusCode.ERROR, f"{kind}: {message}")


class _MaskedAttributes(SpanProcessor):
    """Masks what a span starts with: web frameworks put the caller's own path, query and host there."""

    def on_start(self, span: RecordingSpan, parent_context: Context | None = None) -> None:  # noqa: ARG002 — the SDK's signature
        for name, value in tuple((span.attributes or {}).items()):
            if isinstance(value, str) and (masked := _masked(name, value)) != value:
                span.set_attribute(name, masked)


def _masked(name: str, value: str) -> str:
    if name == "url.query":
        value = _QUERY_VALUE.sub("=***", value)
    elif name == "url.full":
        address, mark, query = value.partition("?")
        value = address + mark + _QUERY_VALUE.sub("=***", query)
    return redact(value)
