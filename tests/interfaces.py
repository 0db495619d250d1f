"""The suite as its callers meet it: every interface on a real database, tokens of its own issuer, a story clock."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from cli.servers.places import free_port
from cli.suite import database as suite_database
from cli.suite.database import SuiteDatabase
from cli.suite.home import Home, Plan
from cli.suite.one_process import OneProcess, assembled
from cli.suite.server import served
from shared.clock import StoryClock
from shared.identity import Permission, TokenIssuer

Headers = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Interfaces:
    """The assembled suite, a client of each interface, and whoever a test wants to be."""

    suite: OneProcess
    clients: dict[str, httpx.AsyncClient]
    clock: StoryClock
    plan: Plan

    @property
    def filing(self) -> httpx.AsyncClient:
        return self.clients["filing"]

    @property
    def accounts(self) -> httpx.AsyncClient:
        return self.clients["accounts"]

    def bearer(
        self,
        *permissions: Permission,
        organ: str | None = None,
        holder: str | None = None,
        subject: str = "tester",
        act_for: str | None = None,
    ) -> Headers:
        """The header of a caller with these permissions, or with all of them when none is named."""
        granted = " ".join(each.value for each in permissions or Permission)
        claims = {"scope": granted, "organ": organ, "holder": holder, "act_for": act_for}
        return self._signed(subject, claims)

    def stranger(self) -> Headers:
        """The header of a caller who was granted nothing and belongs nowhere."""
        return self._signed("stranger", {"scope": ""})

    def _signed(self, subject: str, claims: dict[str, str | None]) -> Headers:
        issuer: TokenIssuer = self.suite.apps["accounts"].state.issuer
        at = self.clock.now().timestamp()
        return {"Authorization": f"Bearer {issuer.issue(subject, claims, at=at, token_id=uuid4().hex)}"}


def fresh_key() -> Headers:
    """An Idempotency-Key nobody used before."""
    return {"Idempotency-Key": uuid4().hex}


def client_of(app: object, *, raises: bool = True) -> httpx.AsyncClient:
    """A client that calls an application without a network; without `raises` it sees what a server would answer."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=raises)  # type: ignore[arg-type]  # any ASGI application
    return httpx.AsyncClient(transport=transport, base_url="http://service.test")


_ASSEMBLED = pytest.StashKey[Interfaces]()


@pytest.fixture(scope="session")
async def interfaces(
    request: pytest.FixtureRequest, database: SuiteDatabase, home: Home, make_plan: Callable[..., Plan]
) -> AsyncIterator[Interfaces]:
    """Assembled once for the whole run, whichever folder asks first."""
    known = request.config.stash.get(_ASSEMBLED, None)
    if known is not None:
        yield known
        return
    async with opened_on(database, home, make_plan) as opened:
        request.config.stash[_ASSEMBLED] = opened
        yield opened


@asynccontextmanager
async def opened_on(
    database: SuiteDatabase, home: Home, make_plan: Callable[..., Plan]
) -> AsyncIterator[Interfaces]:
    """The interfaces on a database; accounts listens on a port as well, where the others fetch its keys."""
    port = free_port()
    clock = home.story_clock()
    bases = dict.fromkeys(suite_database.SERVICES, f"http://127.0.0.1:{port}")
    plan = make_plan(database, bases=bases, story=True)
    async with assembled(plan) as suite, AsyncExitStack() as stack:
        await stack.enter_async_context(served(suite.apps["accounts"], port=port))
        clients = {name: await stack.enter_async_context(client_of(app)) for name, app in suite.apps.items()}
        yield Interfaces(suite=suite, clients=clients, clock=clock, plan=plan)


@pytest.fixture
def story(interfaces: Interfaces) -> Iterator[StoryClock]:
    """The suite's clock, at the real time again after the test."""
    yield interfaces.clock
    interfaces.clock.set(datetime.now(UTC))
