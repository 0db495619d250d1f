"""What `njt topology` prints is what a broker has once every worker has declared its queues, and nobody reaches more."""

import json
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aio_pika
import pytest
from aio_pika.exceptions import AMQPError, ProbableAuthenticationError
from typer.testing import CliRunner

from cli.main import create_app
from cli.servers.rabbitmq import BrokerUnavailable, RabbitServer, start_private_rabbitmq
from cli.servers.rabbitmq_node import PROVINCE, SUITE
from cli.suite.database import SERVICES, SuiteDatabase
from cli.suite.home import Home, Plan
from cli.suite.roster import entry
from cli.topology import describe
from shared.messaging.rabbit import RabbitBus
from shared.settings import Profile

NOWHERE = "postgresql+asyncpg://nobody:nothing@127.0.0.1:1/nowhere"
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
async def declared(scratch: Path) -> AsyncIterator[RabbitServer]:
    """A broker of this module's own, on which the workers of all services have declared what they need."""
    server = start_private_rabbitmq(scratch / "topology", say=lambda _: None)
    home = Home.at(scratch / "topology-home")
    plan = Plan(
        home=home,
        database=SuiteDatabase(
            owners=dict.fromkeys(SERVICES, NOWHERE), services=dict.fromkeys(SERVICES, NOWHERE)
        ),
        bases=dict.fromkeys(SERVICES, "http://service.test"),
        profile=Profile.TEST,
        bus_url=server.url,
        province_url=server.province_url,
    )
    for service in SERVICES:
        runtime = entry(service).create_runtime(plan.settings(service))
        line = RabbitBus(server.province_url, name=f"{service}-province")
        await entry(service).create_worker(runtime, province_bus=line).declare()
        await line.close()
        await runtime.close()
    yield server
    server.stop()


def in_order(rows: Iterable[dict[str, Any]]) -> Rows:
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


def listed(server: RabbitServer, what: str, *columns: str) -> Rows:
    """What the broker says, on both virtual hosts."""
    return [
        {"vhost": vhost, **row}
        for vhost in (SUITE, PROVINCE)
        for row in server.listed(what, *columns, vhost=vhost)
    ]


def test_the_virtual_hosts_are_these_two(declared: RabbitServer) -> None:
    found = {row["name"] for row in declared.listed("vhosts", "name")}
    assert found == {row["vhost"] for row in describe()["permissions"]} == {SUITE, PROVINCE}


def test_the_users_and_their_rights_are_printed_as_they_are(declared: RabbitServer) -> None:
    assert in_order(listed(declared, "permissions")) == in_order(describe()["permissions"])
    assert {row["user"] for row in declared.listed("users")} == {SUITE, PROVINCE}


def test_the_exchanges_are_printed_as_they_are(declared: RabbitServer) -> None:
    found = [
        {"vhost": row["vhost"], "exchange": row["name"], "type": row["type"]}
        for row in listed(declared, "exchanges", "name", "type")
        if row["name"] and not row["name"].startswith("amq.")
    ]
    assert in_order(found) == in_order(describe()["exchanges"])


def test_the_queues_are_printed_with_the_arguments_they_have(declared: RabbitServer) -> None:
    found = [
        {"vhost": row["vhost"], "queue": row["name"], "arguments": arguments(row["arguments"])}
        for row in listed(declared, "queues", "name", "arguments")
    ]
    assert in_order(found) == in_order(describe()["queues"])
    assert len(found) == 4 * len(SERVICES)


def arguments(told: Any) -> dict[str, Any]:
    """Versions of the broker spell them as an object or as pairs."""
    return told if isinstance(told, dict) else {name: value for name, *_, value in told}


def test_the_bindings_are_printed_as_they_are(declared: RabbitServer) -> None:
    found = [
        {
            "vhost": row["vhost"],
            "exchange": row["source_name"],
            "queue": row["destination_name"],
            "routing_key": row["routing_key"],
        }
        for row in listed(declared, "bindings", "source_name", "destination_name", "routing_key")
        if row["source_name"]
    ]
    assert in_order(found) == in_order(describe()["bindings"])


def elsewhere(url: str, vhost: str) -> str:
    """The same login on another virtual host."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{vhost}"))


async def test_the_province_s_login_neither_reads_nor_writes_the_city_s_events(
    declared: RabbitServer,
) -> None:
    for url, vhost in (
        (declared.province_url, SUITE),
        (declared.url, PROVINCE),
        (declared.province_url, "%2F"),
    ):
        with pytest.raises((AMQPError, ProbableAuthenticationError, ConnectionError)):
            await (await aio_pika.connect(elsewhere(url, vhost), timeout=5)).close()
    async with await aio_pika.connect(declared.province_url) as connection:
        for exchange in ("njt.events", "njt.filing.events"):
            channel = await connection.channel()
            with pytest.raises(AMQPError):
                await channel.get_exchange(exchange)


def test_it_is_printed_as_tables_and_as_json() -> None:
    app, runner = create_app(), CliRunner()
    told = json.loads(runner.invoke(app, ["topology", "--json"]).stdout)
    assert told == describe()
    tables = runner.invoke(app, ["topology"], env={"COLUMNS": "200"})
    assert tables.exit_code == 0
    for word in (
        SUITE,
        PROVINCE,
        "njt.events",
        "njt.province",
        "njt.dead",
        "njt.province.subsidy.dead",
        "to-city.accounts",
    ):
        assert word in tables.stdout


def test_a_broker_that_is_not_ours_is_not_looked_into() -> None:
    with pytest.raises(BrokerUnavailable, match="started ourselves"):
        RabbitServer("amqp://127.0.0.1:1", "amqp://127.0.0.1:1").listed("queues")
