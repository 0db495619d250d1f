"""Whether a process lives, is ready, and what it measures; and what callers see while its database is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from cli.servers.places import free_port
from cli.suite.database import SERVICES, SuiteDatabase, drop_database, provide_database
from cli.suite.home import Home, Plan
from services.filing.app import create_app
from services.filing.runtime import create_runtime
from shared.clock import StoryClock
from shared.identity import Permission, Scope
from shared.messaging.memory import MemoryBus
from shared.persistence import migrations
from tests.builders import DISTRICT, registered
from tests.databases import connected, superuser_url
from tests.interfaces import Interfaces, client_of
from tests.shared.http.conftest import problem


@asynccontextmanager
async def interface_on(plan: Plan, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Filing's interface on another database than the suite's."""
    settings = plan.settings("filing")
    elsewhere = settings.model_copy(
        update={"database": settings.database.model_copy(update={"url": database_url})}
    )
    runtime = create_runtime(elsewhere, bus=MemoryBus())
    async with client_of(create_app(runtime), raises=False) as client:
        yield client
    await runtime.close()


@pytest.fixture
async def unmigrated(postgres_url: str, home: Home) -> AsyncIterator[SuiteDatabase]:
    """Roles and schemas without a table."""
    name = f"njt_test_{uuid4().hex[:12]}"
    yield await provide_database(postgres_url, name, secrets_file=home.passwords)
    await drop_database(postgres_url, name)


async def nothing_waits(interfaces: Interfaces, service: str) -> None:
    """Let everything announced so far count as sent."""
    async with interfaces.suite.runtimes[service].engine.begin() as connection:
        await connection.execute(text("UPDATE outbox SET published_at = now() WHERE published_at IS NULL"))


@pytest.mark.parametrize("service", SERVICES)
async def test_a_process_that_has_what_it_needs_is_ready_and_says_so_to_anybody(
    interfaces: Interfaces, service: str
) -> None:
    await nothing_waits(interfaces, service)
    client = interfaces.clients[service]
    assert (await client.get("/livez")).json() == {"status": "alive"}
    answer = await client.get("/readyz")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["ready"]
    assert {"database", "outbox"} <= set(told["checks"])
    assert set(told["checks"].values()) == {None}


async def test_a_process_whose_announcements_wait_too_long_is_not_ready_until_they_were_sent(
    interfaces: Interfaces, story: StoryClock
) -> None:
    await nothing_waits(interfaces, "filing")
    async with interfaces.suite.runtimes["filing"].works(Scope.of_service("filing", "test")) as work:
        work.outbox.add(registered())
    assert (await interfaces.filing.get("/readyz")).status_code == 200
    story.set(story.now() + timedelta(minutes=5))
    answer = await interfaces.filing.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["database"]) == (503, None)
    assert "s behind" in answer.json()["checks"]["outbox"]
    await nothing_waits(interfaces, "filing")
    assert (await interfaces.filing.get("/readyz")).status_code == 200


async def test_a_process_whose_migrations_are_behind_is_not_ready_until_they_were_run(
    interfaces: Interfaces, unmigrated: SuiteDatabase
) -> None:
    async with interface_on(interfaces.plan, unmigrated.services["filing"]) as client:
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()["ready"]) == (503, False)
        assert f"migrations at None, not {migrations.head('filing')}" in answer.json()["checks"]["database"]
        assert "outbox unreadable" in answer.json()["checks"]["outbox"]
        assert (await client.get("/livez")).status_code == 200
        await asyncio.to_thread(migrations.migrate, "filing", unmigrated.owners["filing"])
        assert (await client.get("/readyz")).status_code == 200


async def test_a_process_whose_database_is_away_lives_is_not_ready_and_asks_callers_to_come_again(
    interfaces: Interfaces, database: SuiteDatabase
) -> None:
    nowhere = make_url(database.services["filing"]).set(port=free_port())
    async with interface_on(interfaces.plan, nowhere.render_as_string(hide_password=False)) as client:
        assert (await client.get("/livez")).status_code == 200
        readiness = await client.get("/readyz")
        assert readiness.status_code == 503
        assert "database away" in readiness.json()["checks"]["database"]
        headers = interfaces.bearer(Permission.READ_REGISTER, organ=DISTRICT)
        answer = await client.get("/v1/filings", headers=headers)
        assert (answer.status_code, problem(answer)["code"]) == (503, "NJT-GEN-0503")
        assert answer.headers["retry-after"]


async def test_a_host_with_two_addresses_that_both_refuse_is_away_too(
    interfaces: Interfaces, database: SuiteDatabase
) -> None:
    nowhere = make_url(database.services["filing"]).set(host="localhost", port=free_port())
    async with interface_on(interfaces.plan, nowhere.render_as_string(hide_password=False)) as client:
        headers = interfaces.bearer(Permission.READ_REGISTER, organ=DISTRICT)
        assert (await client.get("/v1/filings", headers=headers)).status_code == 503


async def test_after_its_connections_were_cut_an_interface_recovers_by_itself(
    interfaces: Interfaces, database: SuiteDatabase, postgres_url: str
) -> None:
    headers = interfaces.bearer(Permission.READ_REGISTER, organ=DISTRICT)
    async with (
        connected(superuser_url(postgres_url, database)) as superuser,
        interface_on(interfaces.plan, database.services["filing"]) as client,
    ):
        others = [row["pid"] for row in await superuser.fetch("SELECT pid FROM pg_stat_activity")]
        assert (await client.get("/v1/filings", headers=headers)).status_code == 200
        cut = await superuser.fetch(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE usename = 'njt_filing' AND pid <> ALL ($1)
            """,
            others,
        )
        assert len(cut) == 1
        answers = [await client.get("/v1/filings", headers=headers) for _ in range(3)]
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) <= {200, 503}
    assert statuses[-1] == 200


async def test_what_is_measured_is_shown_in_prometheus_own_form(interfaces: Interfaces) -> None:
    await interfaces.filing.get("/livez")
    answer = await interfaces.filing.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert "http_server_request_duration_seconds_bucket" in answer.text
    assert 'http_route="/livez"' in answer.text
