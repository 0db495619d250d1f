"""The suite in one process, served as `njt up` serves it, and an operator at a terminal."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from typer.testing import CliRunner

from cli.main import create_app
from cli.suite.clients import ClientSpec, ensure_clients
from cli.suite.server import served
from shared.http.problems import install
from tests.builders import CITY, DISTRICT
from tests.interfaces import Interfaces
from tests.shared.service.conftest import desk, desk_database, desk_suite, office
from tests.shared.service.desk import OPERATE, READ, Desk

__all__ = ["desk", "desk_database", "desk_suite", "office"]

_CLIENTS = (
    ClientSpec(name="night-operator", permissions=frozenset({READ, OPERATE}), organ=CITY),
    ClientSpec(name="day-operator", permissions=frozenset({READ, OPERATE}), organ=CITY),
    ClientSpec(name="night-watcher", permissions=frozenset({READ}), organ=DISTRICT),
)


@dataclass(frozen=True, kw_only=True)
class Terminal:
    """Runs `njt exchange` as somebody who has a client of the suite."""

    base: str
    secrets: dict[str, str]
    desk: Desk
    columns: int = 260

    async def run(self, *arguments: object, client: str = "night-operator") -> tuple[int, str]:
        """Exit code, and everything that was printed, as wide as it is."""
        environment = {
            "NJT_EXCHANGE_BASE": f"{self.base}/{{service}}",
            "NJT_CLIENT_ID": client,
            "NJT_CLIENT_SECRET": self.secrets.get(client, "not its secret"),
            "COLUMNS": str(self.columns),
        }
        given = ["exchange", *map(str, arguments)]
        result = await asyncio.to_thread(CliRunner().invoke, create_app(), given, env=environment)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    async def said(self, *arguments: object, client: str = "night-operator") -> str:
        """What a command that did what it was told to has printed."""
        code, output = await self.run(*arguments, client=client)
        assert code == 0, output
        return output

    async def json(self, *arguments: object) -> Any:
        return json.loads(await self.said(*arguments, "--json"))

    async def refused(self, *arguments: object, client: str = "night-operator") -> str:
        """What a command that could not do it has printed."""
        code, output = await self.run(*arguments, client=client)
        assert code != 0, output
        return output


@pytest.fixture(scope="session")
async def address(desk_suite: Interfaces) -> AsyncIterator[str]:
    """Where the four services are served."""
    gateway = Starlette(routes=[Mount(f"/{name}", app=app) for name, app in desk_suite.suite.apps.items()])
    install(gateway)
    async with served(gateway) as base:
        yield base


@pytest.fixture(scope="session")
async def secrets(desk_suite: Interfaces) -> dict[str, str]:
    return await ensure_clients(desk_suite.suite.runtimes["accounts"].works, _CLIENTS)


@pytest.fixture
def terminal(desk: Desk, address: str, secrets: dict[str, str]) -> Terminal:
    return Terminal(base=address, secrets=secrets, desk=desk)
