"""`njt openapi` and `njt asyncapi`: the interface documents, printed without starting anything."""

import json as jsonlib
from importlib import import_module
from typing import Annotated, Any

import typer
from pydantic.json_schema import models_json_schema

from cli.suite.database import SERVICES
from cli.topology import event_queues
from shared.contracts import EVENTS
from shared.messaging.bus import EVENTS_EXCHANGE, Queue
from shared.messaging.envelope import CONTENT_TYPE
from shared.service import document

_REFERENCE = "#/components/schemas/{model}"


def openapi(
    service: Annotated[str, typer.Argument(help=f"服务 · one of: {', '.join(SERVICES)}")],
) -> None:
    """打印一个服务的 OpenAPI 3.1 文档 · Print one service's OpenAPI 3.1 document."""
    if service not in SERVICES:
        raise typer.BadParameter(", ".join(SERVICES))
    typer.echo(jsonlib.dumps(openapi_of(service), ensure_ascii=False, indent=2))


def openapi_of(service: str) -> dict[str, object]:
    """One service's document."""
    app = import_module(f"services.{service}.app")
    return document(title=app.TITLE, description=app.DESCRIPTION, routers=app.ROUTERS)


def asyncapi() -> None:
    """打印全部事件的 AsyncAPI 3 文档 · Print the AsyncAPI 3 document of all events."""
    typer.echo(jsonlib.dumps(asyncapi_document(), ensure_ascii=False, indent=2))


def asyncapi_document() -> dict[str, Any]:
    """Channels are topics; every service sends what it publishes and receives the streams it listens to."""
    queues = event_queues()
    _, schemas = models_json_schema(
        [(event, "serialization") for event in EVENTS.values()], ref_template=_REFERENCE
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "宁技通 · Ningjitong",
            "version": "1.0.0",
            "description": "服务间的事件，CloudEvents 1.0 · Events between the services, as CloudEvents 1.0.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {topic: _channel(topic) for topic in sorted(EVENTS)},
        "operations": dict(_operations(queues)),
        "components": {
            "messages": {topic: _message(topic) for topic in sorted(EVENTS)},
            "schemas": schemas["$defs"],
        },
    }


def _channel(topic: str) -> dict[str, Any]:
    exchange = {"name": EVENTS_EXCHANGE, "type": "topic", "durable": True}
    return {
        "address": topic,
        "messages": {topic: {"$ref": f"#/components/messages/{topic}"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange, "bindingVersion": "0.3.0"}},
    }


def _message(topic: str) -> dict[str, Any]:
    event = EVENTS[topic]
    return {
        "name": topic,
        "title": event.__name__,
        "summary": (event.__doc__ or "").strip().splitlines()[0],
        "contentType": CONTENT_TYPE,
        "payload": {
            "type": "object",
            "required": ["specversion", "id", "source", "type", "subject", "sequence", "time", "data"],
            "properties": {
                "specversion": {"const": "1.0"},
                "id": {"type": "string", "format": "uuid"},
                "source": {"const": f"/services/{topic.partition('.')[0]}"},
                "type": {"const": topic},
                "subject": {"type": "string", "format": "uuid"},
                "sequence": {"type": "integer", "minimum": 1},
                "time": {"type": "string", "format": "date-time"},
                "traceparent": {"type": "string"},
                "data": {"$ref": _REFERENCE.format(model=event.__name__)},
            },
        },
    }


def _operations(queues: dict[str, Queue]) -> list[tuple[str, dict[str, Any]]]:
    pairs: list[tuple[str, dict[str, Any]]] = []
    for topic in sorted(EVENTS):
        channel = {"channel": {"$ref": f"#/channels/{topic}"}}
        publisher = topic.partition(".")[0]
        pairs.append((f"{publisher}.send.{topic}", {"action": "send", **channel}))
        pairs += [
            (f"{service}.receive.{topic}", {"action": "receive", **channel})
            for service, queue in queues.items()
            if topic in queue.routing_keys
        ]
    return pairs
