"""The published language as JSON Schema: every event, and every payload that crosses to the province."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from shared.contracts import EVENTS, instructions, province, queries

SNAPSHOTS = Path(__file__).parent / "snapshots"

Schema = dict[str, Any]


def published() -> dict[str, Schema]:
    """Name → schema: events by their topic, the province's payloads by schema version and class."""
    events: dict[str, type[BaseModel]] = {
        topic: event for topic, event in EVENTS.items() if event.__module__.startswith("shared.contracts.")
    }
    payloads: dict[str, type[BaseModel]] = {
        f"province.v{province.SCHEMA_VERSION}.{name}": kind
        for module in (province, queries, instructions)
        for name, kind in vars(module).items()
        if isinstance(kind, type) and issubclass(kind, province.Wire) and kind is not province.Wire
    }
    return {name: kind.model_json_schema() for name, kind in sorted((events | payloads).items())}


def snapshots(folder: Path = SNAPSHOTS) -> dict[str, Schema]:
    """What was published before, as it was committed."""
    files = sorted(folder.glob("*.json"))
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}


def read_as() -> dict[str, str]:
    """Of each payload of an earlier version of the province's messages that is still read: as which one it is."""
    current, earlier = province.SCHEMA_VERSION, province.READABLE_VERSIONS - {province.SCHEMA_VERSION}
    marks = {f"province.v{version}.": f"province.v{current}." for version in earlier}
    return {
        name: name.replace(mark, now)
        for mark, now in marks.items()
        for name in snapshots()
        if name.startswith(mark)
    }


def text_of(schema: Schema) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
