"""Logs in one shape for our code and every library's, with the trace they belong to and no personal data."""

import contextlib
import logging
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime
from typing import Any, TextIO

import structlog
from opentelemetry.trace import format_span_id, format_trace_id, get_current_span
from structlog.typing import EventDict, Processor, WrappedLogger

from shared.clock import SHANGHAI
from shared.observability.redaction import names_a_secret, redact

_service: ContextVar[str] = ContextVar("service")

# At INFO they print the whole address of every request, which the span already tells.
_CHATTY = ("httpx", "httpcore")

_LOST = "日志记录无法写出 · A log record could not be written"


def log_as(service: str) -> None:
    """Let the records of this task, and of the tasks it starts from now on, carry this service's name."""
    _service.set(service)


def configure_logging(service: str, level: str, *, json: bool, stream: TextIO | None = None) -> None:
    """Send every logger's records to `stream` (standard error) as JSON lines, or for reading at a terminal.

    `service` names the records of tasks that never said `log_as`. May be called again: the last call holds.
    Start uvicorn with `log_config=None`, or it takes its own loggers back.
    """
    handler = _Handler(stream if stream is not None else sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=_processors(service, json=json)))
    for name in list(logging.root.manager.loggerDict):
        library = logging.getLogger(name)
        if library.handlers:
            library.handlers.clear()
            library.propagate = True
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _processors(service: str, *, json: bool) -> list[Processor]:
    def envelope(_logger: WrappedLogger, _method: str, event_dict: EventDict) -> EventDict:
        record: logging.LogRecord = event_dict.pop("_record")
        event_dict.pop("_from_structlog")
        head = {
            "time": datetime.fromtimestamp(record.created, SHANGHAI).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": _service.get(service),
            "logger": record.name,
        }
        return head | _masked_fields(event_dict) | head | _trace()

    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        else structlog.dev.ConsoleRenderer(
            colors=False,
            sort_keys=False,
            timestamp_key="time",
            exception_formatter=structlog.dev.plain_traceback,
        )
    )
    return [
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        envelope,
        renderer,
    ]


def _trace() -> dict[str, Any]:
    context = get_current_span().get_span_context()
    if not context.is_valid:
        return {}
    return {"trace_id": format_trace_id(context.trace_id), "span_id": format_span_id(context.span_id)}


def _masked_fields(fields: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        redact(str(name)): "***" if names_a_secret(str(name)) else _masked(value)
        for name, value in fields.items()
    }


def _masked(value: object) -> Any:
    """The value with every text in it masked, made of what JSON knows; a number may be a phone's too."""
    match value:
        case None | bool():
            return value
        case int() | float():
            text = str(value)
            return value if redact(text) == text else redact(text)
        case Mapping():
            return _masked_fields(value)
        case list() | tuple() | set() | frozenset():
            return [_masked(item) for item in value]
        case BaseException():
            return redact(repr(value))
        case _:
            return redact(str(value))


class _Handler(logging.StreamHandler[TextIO]):
    """Writes lines; a record that cannot be written is named, never shown."""

    def format(self, record: logging.LogRecord) -> str:
        # A lone surrogate in somebody's input would otherwise cost the whole line.
        return super().format(record).encode("utf-8", "backslashreplace").decode("utf-8")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 — the standard library's name
        # The standard one prints the message and its arguments as they are.
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(f'{{"level": "error", "event": "{_LOST}", "logger": "{record.name}"}}\n')
