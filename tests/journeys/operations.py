"""Every operation of every interface, read off the OpenAPI documents, and how each wants to be called."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from cli.documents import openapi_of
from cli.suite.database import SERVICES
from tests.builders import OTHER_DISTRICT, PARK, a_uscc
from tests.interfaces import Headers, Interfaces, fresh_key
from tests.journeys.belongings import Belongings
from tests.journeys.bodies import BODIES, FILES, FORMS, QUERIES
from tests.journeys.reaches import (
    CITYS,
    EVERYBODYS,
    FIGURES,
    LINES,
    NOBODYS,
    OPEN,
    PREVIEWS,
    STANDS_FOR,
    TOLD,
)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of one service, as its document has it."""

    service: str
    method: str
    path: str
    needs: tuple[str, ...]
    parameters: tuple[str, ...]
    has_body: bool

    @property
    def key(self) -> tuple[str, str, str]:
        return self.service, self.method, self.path

    def __str__(self) -> str:
        return f"{self.service} {self.method.upper()} {self.path}"


def _operations(service: str) -> list[Operation]:
    document: dict[str, Any] = openapi_of(service)
    return [
        Operation(
            service=service,
            method=method,
            path=path,
            needs=tuple(scope for need in told.get("security", ()) for scope in need["accounts"]),
            parameters=tuple(it["name"] for it in told.get("parameters", ()) if it["in"] == "path"),
            has_body="requestBody" in told,
        )
        for path, methods in document["paths"].items()
        for method, told in methods.items()
    ]


OPERATIONS = [operation for service in SERVICES for operation in _operations(service)]
CLOSED = [each for each in OPERATIONS if each.key not in OPEN]
OWNED = [each for each in CLOSED if (each.service, each.path) not in NOBODYS | EVERYBODYS | CITYS | LINES]
ABOUT_ONE = [each for each in OWNED if each.parameters]
LISTS = [
    each
    for each in OWNED
    if each.method == "get" and not each.parameters and (each.service, each.path) not in FIGURES
]
CREATIONS = [
    each
    for each in CLOSED
    if each.method != "get"
    and not each.parameters
    and (each.service, each.path) not in NOBODYS | PREVIEWS | TOLD | LINES
]
SHARED = [each for each in CLOSED if (each.service, each.path) in EVERYBODYS]
STRANGERS: list[dict[str, str]] = [{"organ": OTHER_DISTRICT}, {"organ": PARK}, {"holder": a_uscc()}, {}]


async def ask(
    interfaces: Interfaces, operation: Operation, who: Headers, belongings: Belongings | None = None
) -> httpx.Response:
    """Call an operation as it wants to be called, about something of the district or about nothing."""
    of = belongings or {}
    place, body, files, form = (operation.service, operation.path), None, None, None
    values = {name: of.get(stands_for(operation, name), nobodys(name)) for name in operation.parameters}
    if belongings is not None and operation.has_body:
        if place in FILES:
            files = {"file": FILES[place](interfaces)}
            form = FORMS[place](belongings) if place in FORMS else None
        else:
            body = BODIES[place](belongings)
    return await interfaces.clients[operation.service].request(
        operation.method,
        operation.path.format(**values),
        headers=who | fresh_key() | {"If-Match": '"1"'},
        params=QUERIES[place](of) if place in QUERIES and belongings is not None else None,
        json=body,
        data=form,
        files=files,
    )


def nobodys(parameter: str) -> str:
    """What a parameter may be that nothing is known by."""
    return "999999999" if parameter == "place" else str(uuid4())


def stands_for(operation: Operation, parameter: str) -> tuple[str, str]:
    """Under which name there is something for a parameter."""
    others = STANDS_FOR.get((operation.service, operation.path), {})
    return operation.service, others.get(parameter, parameter)
