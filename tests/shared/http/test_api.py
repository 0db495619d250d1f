"""What every interface has around its routes: headers, documentation served by itself, an honest document."""

import re
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from cli.suite.database import SERVICES
from services.filing.app import DESCRIPTION, TITLE
from services.filing.routes import ROUTERS
from shared.http.api import create_api
from shared.service import document
from shared.settings import HttpSettings
from tests.interfaces import Interfaces, client_of
from tests.shared.http.conftest import LIMIT

SECURE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
SIGNED = "/v1/exchange/messages"
"""Where refusals are receipts, signed."""
_OUTSIDE = re.compile(r"https?://[^\s\"'<>)]+")


async def test_every_answer_carries_the_security_headers(client: httpx.AsyncClient) -> None:
    answers = {
        200: await client.post("/letters", json={"text": "a"}),
        404: await client.get("/nowhere"),
        405: await client.get("/letters"),
        413: await client.post("/letters", content=b"a" * (LIMIT + 1)),
        422: await client.post("/letters", json={}),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        for name, value in SECURE.items():
            assert answer.headers.get_list(name) == [value]


@pytest.mark.parametrize("service", SERVICES)
async def test_the_documentation_is_served_without_reaching_outside(
    interfaces: Interfaces, service: str
) -> None:
    client = interfaces.clients[service]
    page = await client.get("/docs")
    assert page.status_code == 200
    assert _OUTSIDE.findall(page.text) == []
    assets = re.findall(r"(?:src|href)=\"([^\"]+)\"", page.text)
    assert len(assets) == 3
    for asset in assets:
        answer = await client.get(asset)
        assert answer.status_code == 200
        assert len(answer.content) > 500
    addressed = re.findall(r"url: '([^']+)'", page.text)
    assert addressed == ["/openapi.json"]
    assert (await client.get("/openapi.json")).json()["openapi"].startswith("3.1")


async def test_behind_a_gateway_the_documentation_keeps_the_gateways_prefix(app: FastAPI) -> None:
    transport = httpx.ASGITransport(app=app, root_path="/filing")
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as gateway:
        page = await gateway.get("/filing/docs")
        assert "'/filing/openapi.json'" in page.text
        for asset in re.findall(r"(?:src|href)=\"([^\"]+)\"", page.text):
            assert asset.startswith("/filing/docs/assets/")
            assert (await gateway.get(asset)).status_code == 200


@pytest.mark.parametrize(
    "path", ["/docs/assets/../api.py", "/docs/assets/%2e%2e/api.py", "/docs/assets/none.js"]
)
async def test_nothing_but_its_assets_is_served_beside_the_documentation(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for value in part.values() for found in references(value)]
    return [found for value in part for found in references(value)] if isinstance(part, list) else []


@pytest.mark.parametrize("service", SERVICES)
async def test_everything_a_document_refers_to_is_in_it(interfaces: Interfaces, service: str) -> None:
    schema = interfaces.suite.apps[service].openapi()
    for reference in set(references(schema)):
        found: Any = schema
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        assert found
    assert "HTTPValidationError" not in schema["components"]["schemas"]


@pytest.mark.parametrize("service", SERVICES)
async def test_every_refusal_of_a_business_operation_is_a_problem_in_the_document(
    interfaces: Interfaces, service: str
) -> None:
    schema = interfaces.suite.apps[service].openapi()
    operations = [
        operation
        for path, methods in schema["paths"].items()
        if path.startswith("/v1/") and path != SIGNED
        for operation in methods.values()
    ]
    assert operations
    for operation in operations:
        refused = {status: told for status, told in operation["responses"].items() if status >= "400"}
        asks_who = {"401", "403"} if operation.get("security") else set()
        assert asks_who | {"422", "503"} <= set(refused)
        for told in refused.values():
            schemas = told["content"]["application/problem+json"]["schema"]
            assert schemas == {"$ref": "#/components/schemas/Problem"}
        assert {"200", "201", "202", "204"} & operation["responses"].keys()


async def test_a_document_is_the_same_whether_it_runs_or_not(interfaces: Interfaces) -> None:
    printed = document(title=TITLE, description=DESCRIPTION, routers=ROUTERS)
    assert printed == interfaces.suite.apps["filing"].openapi()


async def test_an_interface_without_telemetry_answers_all_the_same() -> None:
    app = create_api(title="测试", description="", routers=[], settings=HttpSettings(), telemetry=None)
    async with client_of(app) as client:
        answer = await client.get("/nowhere")
    assert (answer.status_code, answer.json()["trace_id"]) == (404, None)
