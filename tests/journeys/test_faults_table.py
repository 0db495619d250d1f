"""Every fault of the table: it strikes, both registers end equal, and each act is done exactly once on either side."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from cli.bench.faults.cases import IN_EARNEST, ON_THE_LINE, Case
from cli.bench.faults.ground import crewed, opened
from cli.bench.faults.results import FaultTable, Row
from cli.bench.faults.town import Town, inhabited
from cli.bench.faults.trial import Size, tried
from cli.servers.rabbitmq import RabbitServer, start_private_rabbitmq
from cli.suite.home import Home
from simulator.amqp import AmqpLine
from simulator.memory import MemoryLine

SMALL = Size(institutions=3, certificates=6, seconds=120)
WITHOUT_CERTIFICATES = Size(institutions=4, certificates=0, seconds=120)
PACE = timedelta(minutes=20)
WIDTH = 160


@pytest.fixture(scope="module")
def rows(request: pytest.FixtureRequest) -> Iterator[list[Row]]:
    """What the cases find; printed when the last one is over, whatever else is captured."""
    rows: list[Row] = []
    yield rows
    captured = request.config.pluginmanager.getplugin("capturemanager")
    with captured.global_and_fixture_disabled():
        console = Console(width=WIDTH, highlight=False)
        console.print()
        console.print(FaultTable(name="faults", rows=rows).as_table())


@pytest.fixture(scope="module")
async def town(postgres_url: str, home: Home, scratch: Path) -> AsyncIterator[Town]:
    """The suite in one process."""
    async with (
        opened(postgres_url, home.passwords, scratch / "faults", pace=PACE) as ground,
        inhabited(ground, MemoryLine(ground.line)) as town,
    ):
        yield town


@pytest.fixture(scope="module")
def private_broker(scratch: Path) -> Iterator[RabbitServer]:
    server = start_private_rabbitmq(scratch / "rabbitmq-faults", say=lambda _: None)
    yield server
    server.stop()


@pytest.fixture(scope="module")
async def works(
    postgres_url: str, home: Home, scratch: Path, private_broker: RabbitServer
) -> AsyncIterator[Town]:
    """Two services as processes over RabbitMQ."""
    folder = scratch / "faults_in_earnest"
    services = ("filing", "accounts")
    suite = crewed(
        postgres_url, private_broker, folder, passwords=home.passwords, services=services, pace=PACE
    )
    async with (
        suite as ground,
        inhabited(ground, AmqpLine(private_broker.province_url)) as town,
    ):
        yield town


@pytest.mark.parametrize("case", ON_THE_LINE, ids=lambda case: case.name)
async def test_both_registers_are_equal_after(case: Case, town: Town, rows: list[Row]) -> None:
    rows.append(row := await tried(case, town, SMALL, seed=ON_THE_LINE.index(case) + 1))
    assert row.problems == []


@pytest.mark.parametrize("case", IN_EARNEST, ids=lambda case: case.name)
async def test_both_registers_are_equal_though_processes_end(
    case: Case, works: Town, rows: list[Row]
) -> None:
    rows.append(row := await tried(case, works, WITHOUT_CERTIFICATES, seed=IN_EARNEST.index(case) + 1))
    assert row.problems == []
