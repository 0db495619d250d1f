"""A suite on a database of its own, emptied before each test: a campaign takes in everybody who is on record."""

import os
from collections.abc import AsyncIterator, Callable

import pytest

from cli.suite.database import drop_database, migrate_all, provide_database
from cli.suite.home import Home, Plan
from shared.clock import StoryClock
from tests.builders import AT
from tests.databases import connected
from tests.filing.campaign.play import Play
from tests.filing.works import FilingWorks
from tests.interfaces import Interfaces, opened_on

_EMPTIED = "institution, public_register, coverage, campaign, campaign_intake, review, outbox, outbox_sequence, obligation"


@pytest.fixture(scope="session")
async def interfaces(
    postgres_url: str, home: Home, make_plan: Callable[..., Plan]
) -> AsyncIterator[Interfaces]:
    """Assembled for these tests alone."""
    name = f"njt_campaign_{os.getpid()}"
    database = await provide_database(postgres_url, name, secrets_file=home.passwords)
    await migrate_all(database)
    async with opened_on(database, home, make_plan) as opened:
        yield opened
    await drop_database(postgres_url, name)


@pytest.fixture
async def play(interfaces: Interfaces, works: FilingWorks, story: StoryClock) -> Play:
    """Nobody on record, no campaign, on the morning of AT."""
    async with connected(interfaces.plan.database.owners["filing"]) as connection:
        await connection.execute(f"TRUNCATE {_EMPTIED}")
    story.set(AT)
    return Play(interfaces=interfaces, works=works)
