"""Whatever a client sends that fits or does not fit the OpenAPI documents: an answer the document names, never a 500."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any, Self
from uuid import uuid4

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cli.servers.places import free_port
from cli.suite import one_process
from cli.suite.clients import ClientSpec, ensure_clients
from cli.suite.database import SERVICES, SuiteDatabase, drop_database, migrate_all, provide_database
from cli.suite.home import Home, Plan
from shared.identity import Permission

_EVERYTHING = ClientSpec(name="fuzzing-officer", permissions=frozenset(Permission), organ="320100")


class Suite:
    """The suite served by a loop in a thread of its own, for a client that is not asynchronous."""

    def __init__(self, plan: Plan, port: int) -> None:
        self._plan = plan
        self._port = port
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=[self._run()])
        self.secret = ""

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _run(self) -> None:
        self._stop = asyncio.Event()
        async with one_process.running(self._plan, port=self._port) as suite:
            added = await ensure_clients(suite.runtimes["accounts"].works, [_EVERYTHING])
            self.secret = added[_EVERYTHING.name]
            self._ready.set()
            await self._stop.wait()


_DATABASE = "njt_test_documents"
_PATIENCE = 60.0


async def _database(postgres_url: str, home: Home) -> SuiteDatabase:
    await drop_database(postgres_url, _DATABASE)
    database = await provide_database(postgres_url, _DATABASE, secrets_file=home.passwords)
    await migrate_all(database)
    return database


@pytest.fixture(scope="module")
def served(postgres_url: str, home: Home, make_plan: Callable[..., Plan]) -> Iterator[str]:
    """The base address, and a token of an officer who may do everything."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    database = asyncio.run(_database(postgres_url, home))
    plan = make_plan(database, bases={name: f"{base}/{name}" for name in SERVICES})
    with Suite(plan, port) as suite:
        form = {
            "grant_type": "client_credentials",
            "client_id": _EVERYTHING.name,
            "client_secret": suite.secret,
        }
        token = httpx.post(f"{base}/accounts/oauth/token", data=form, timeout=_PATIENCE).json()[
            "access_token"
        ]
        yield f"{base} {token}"


# The suite draws span ids in its own thread, which looks to Hypothesis as if a strategy had done so.
@pytest.mark.filterwarnings(
    "ignore:Do not use the `random` module:hypothesis.errors.HypothesisDeprecationWarning"
)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_answers_as_its_document_says(
    served: str, service: str, mode: GenerationMode
) -> None:
    base, token = served.split()
    document = httpx.get(f"{base}/{service}/openapi.json", timeout=_PATIENCE).json()
    answered: set[int] = set()
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and not [*operation.iter_parameters(), *operation.body]:
            continue  # it takes nothing that could be wrong
        _try(operation.as_strategy(generation_mode=mode), (f"{base}/{service}", token), answered)

    assert {200, 404, 422} & answered
    assert not {status for status in answered if status >= 500}


def _try(cases: Any, caller: tuple[str, str], answered: set[int]) -> None:
    base, token = caller

    @settings(
        max_examples=8,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def attempt(case: Any) -> None:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex}
        response = case.call(base_url=base, headers=headers)
        answered.add(response.status_code)
        case.validate_response(
            response,
            checks=[status_code_conformance, content_type_conformance, response_schema_conformance],
        )

    attempt()
