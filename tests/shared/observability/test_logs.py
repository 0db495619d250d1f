"""Every record in one shape, whoever wrote it: with its service and trace, without personal data."""

import asyncio
import json
import logging
import logging.config
import re
import warnings
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
import structlog
from uvicorn.config import LOGGING_CONFIG

from shared.observability import TelemetrySettings, configure_logging, log_as, start_telemetry

CITIZEN_ID = "11010519491231002X"
PHONE = "13800138000"


def lines(stream: StringIO) -> list[dict[str, Any]]:
    """What was logged, line by line."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def refuse(text: str) -> None:
    raise ValueError(text)


def test_a_line_says_when_how_grave_which_service_and_what(stream: StringIO) -> None:
    configure_logging("filing", "INFO", json=True, stream=stream)
    structlog.get_logger("services.filing").warning("备案已登记", organ="320106", count=3)
    (line,) = lines(stream)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00", line.pop("time"))
    assert line == {
        "level": "warning",
        "service": "filing",
        "logger": "services.filing",
        "event": "备案已登记",
        "organ": "320106",
        "count": 3,
    }


def test_a_line_below_the_level_is_not_written(stream: StringIO) -> None:
    configure_logging("filing", "WARNING", json=True, stream=stream)
    structlog.get_logger("services.filing").info("quiet")
    logging.getLogger("aio_pika").info("quiet")
    assert stream.getvalue() == ""


def test_a_line_inside_a_span_carries_its_trace_and_span(stream: StringIO) -> None:
    telemetry = start_telemetry("filing", TelemetrySettings(), prometheus=False)
    configure_logging("filing", "INFO", json=True, stream=stream)
    with telemetry.span("register") as span:
        structlog.get_logger().info("ours")
        logging.getLogger("aio_pika").info("theirs")
    structlog.get_logger().info("outside")
    telemetry.shutdown()
    context = span.get_span_context()
    ids = {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}
    ours, theirs, outside = lines(stream)
    assert ids.items() <= ours.items()
    assert ids.items() <= theirs.items()
    assert "trace_id" not in outside


async def test_services_in_one_process_are_told_apart(stream: StringIO) -> None:
    configure_logging("njt", "INFO", json=True, stream=stream)

    async def serve(service: str) -> None:
        log_as(service)
        await asyncio.sleep(0)
        structlog.get_logger().info(service)
        await asyncio.create_task(library(service))

    async def library(service: str) -> None:
        logging.getLogger("sqlalchemy.pool").warning(service)

    await asyncio.gather(*(asyncio.create_task(serve(name)) for name in ("filing", "accounts", "subsidy")))
    structlog.get_logger().info("njt")
    written = lines(stream)
    assert len(written) == 7
    assert all(line["service"] == line["event"] for line in written)


@pytest.mark.parametrize(
    "name", ["uvicorn.error", "uvicorn.access", "aio_pika", "sqlalchemy.engine", "asyncio"]
)
def test_a_librarys_record_comes_out_the_same_way_and_masked(stream: StringIO, name: str) -> None:
    configure_logging("filing", "INFO", json=True, stream=stream)
    logging.getLogger(name).warning("GET /v1/people?id=%s&phone=%s %s", CITIZEN_ID, PHONE, b"amqp://u:pw@h")
    (line,) = lines(stream)
    assert line["logger"] == name
    assert line["level"] == "warning"
    assert line["event"] == "GET /v1/people?id=[citizen-id]&phone=[phone] b'amqp://u:***@h'"


def test_handlers_a_library_brought_along_are_taken_away(stream: StringIO) -> None:
    logging.config.dictConfig(LOGGING_CONFIG)
    configure_logging("filing", "INFO", json=True, stream=stream)
    logging.getLogger("uvicorn.access").info("one line only")
    assert logging.getLogger("uvicorn").handlers == []
    assert [line["event"] for line in lines(stream)] == ["one line only"]


def test_a_logger_silenced_on_purpose_stays_silent(stream: StringIO) -> None:
    access = logging.getLogger("uvicorn.access")
    access.handlers.clear()
    access.propagate = False
    configure_logging("filing", "INFO", json=True, stream=stream)
    access.info("GET /health")
    access.propagate = True
    assert stream.getvalue() == ""


def test_configuring_twice_writes_every_line_once(stream: StringIO) -> None:
    configure_logging("filing", "INFO", json=True, stream=stream)
    configure_logging("accounts", "INFO", json=True, stream=stream)
    structlog.get_logger().info("once")
    assert [line["service"] for line in lines(stream)] == ["accounts"]


def test_an_exceptions_text_is_masked_in_ours_and_in_a_librarys_record(stream: StringIO) -> None:
    configure_logging("filing", "INFO", json=True, stream=stream)
    try:
        refuse(f"身份证号 {CITIZEN_ID} 已存在")
    except ValueError:
        structlog.get_logger().exception("ours")
        logging.getLogger("aio_pika").exception("theirs")
    ours, theirs = lines(stream)
    for line in (ours, theirs):
        assert "ValueError: 身份证号 [citizen-id] 已存在" in line["exception"]
        assert "Traceback" in line["exception"]
    assert CITIZEN_ID not in stream.getvalue()


def test_fields_are_masked_however_deep_and_whatever_their_type(stream: StringIO) -> None:
    configure_logging("filing", "INFO", json=True, stream=stream)
    uuid = UUID("0190c5d4-1111-7abc-8def-0123456789ab")
    structlog.get_logger().info(
        "fields",
        people=[{"id": CITIZEN_ID, CITIZEN_ID: True}, (PHONE, None)],
        phone=int(PHONE),
        error=ValueError(CITIZEN_ID),
        headers={"Authorization": "anything", "X-Request": "7"},
        client_secret="anything",
        filing_id=uuid,
        amount=195000,
    )
    (line,) = lines(stream)
    assert line["people"] == [{"id": "[citizen-id]", "[citizen-id]": True}, ["[phone]", None]]
    assert line["phone"] == "[phone]"
    assert line["error"] == "ValueError('[citizen-id]')"
    assert line["headers"] == {"Authorization": "***", "X-Request": "7"}
    assert line["client_secret"] == "***"
    assert line["filing_id"] == str(uuid)
    assert line["amount"] == 195000


def test_a_field_cannot_pass_itself_off_as_the_service(stream: StringIO) -> None:
    configure_logging("filing", "INFO", json=True, stream=stream)
    structlog.get_logger().info("x", service="accounts", level="debug")
    (line,) = lines(stream)
    assert (line["service"], line["level"]) == ("filing", "info")


def test_a_record_that_cannot_be_formatted_is_named_and_not_shown(stream: StringIO) -> None:
    configure_logging("filing", "INFO", json=True, stream=stream)
    logging.getLogger("library").warning("%d people", CITIZEN_ID)
    (line,) = lines(stream)
    assert line["logger"] == "library"
    assert "A log record could not be written" in line["event"]
    assert CITIZEN_ID not in stream.getvalue()


def test_a_broken_character_does_not_cost_the_line(stream: StringIO) -> None:
    configure_logging("filing", "INFO", json=True, stream=stream)
    structlog.get_logger().info("name \ud800 end")
    assert stream.getvalue().encode("utf-8").endswith(b'name \\ud800 end"}\n')


def test_a_warning_is_a_masked_record_too(stream: StringIO) -> None:
    configure_logging("filing", "INFO", json=True, stream=stream)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"unexpected value {CITIZEN_ID}", UserWarning, stacklevel=1)
    (line,) = lines(stream)
    assert line["logger"] == "py.warnings"
    assert "UserWarning: unexpected value [citizen-id]" in line["event"]


def test_the_form_for_a_terminal_is_masked_as_well(stream: StringIO) -> None:
    configure_logging("filing", "INFO", json=False, stream=stream)
    try:
        refuse(CITIZEN_ID)
    except ValueError:
        structlog.get_logger("services.filing").exception("登记失败 %s", PHONE, token="anything")
    written = stream.getvalue()
    assert "登记失败 [phone]" in written
    assert "ValueError: [citizen-id]" in written
    assert "token=***" in written
    assert CITIZEN_ID not in written
