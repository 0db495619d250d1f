"""How a service is watched from outside: traces, metrics and logs without personal data."""

from shared.observability.logs import configure_logging, log_as
from shared.observability.metrics import EXPOSITION_CONTENT_TYPE, Metrics, exposition
from shared.observability.redaction import redact
from shared.observability.tracing import (
    Telemetry,
    TelemetrySettings,
    current_trace_id,
    current_traceparent,
    start_telemetry,
)

__all__ = [
    "EXPOSITION_CONTENT_TYPE",
    "Metrics",
    "Telemetry",
    "TelemetrySettings",
    "configure_logging",
    "current_trace_id",
    "current_traceparent",
    "exposition",
    "log_as",
    "redact",
    "start_telemetry",
]
