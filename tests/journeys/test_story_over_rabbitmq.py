"""The same stories with every interface and worker a process of its own, and the broker going away in the middle."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.console import Console

from cli.demo import filings
from cli.demo.cast import CENTRAL
from cli.demo.stage import Stage, Venue, staged
from cli.demo.story import OPENS_AT, play
from cli.demo.telling import Step, Tale
from cli.servers.rabbitmq import RabbitServer, start_private_rabbitmq
from shared.contracts.province import FilingChange, MessageCode


@pytest.fixture
def private_broker(scratch: Path, request: pytest.FixtureRequest) -> Iterator[RabbitServer]:
    """A node of this test's own: it may be restarted."""
    folder = scratch / f"rabbitmq-{request.node.name[-20:]}"
    server = start_private_rabbitmq(folder, say=lambda _: None)
    yield server
    server.stop()


@pytest.fixture
def venue(
    postgres_url: str,
    story_folder: Callable[[str], Path],
    private_broker: RabbitServer,
    request: pytest.FixtureRequest,
) -> Venue:
    """Processes over that node, on a database of their own."""
    return Venue(
        postgres_url=postgres_url,
        folder=story_folder(f"processes-{request.node.name[-20:]}"),
        broker_url=private_broker.url,
        province_url=private_broker.province_url,
        database=f"njt_test_story_{os.getpid()}",
    )


async def test_the_story_ends_right_though_the_broker_restarts_in_its_middle(
    venue: Venue, private_broker: RabbitServer
) -> None:
    restart = threading.Thread(target=private_broker.restart)

    def break_it(step: Step) -> None:
        if step.id == "3":
            restart.start()

    tale = await play(venue, Console(quiet=True), on_step=break_it)
    restart.join()

    assert [(step.id, step.failures) for step in tale.steps if step.failures] == []
    assert tale.ok
    assert (tale.bus, tale.accounts_opened, tale.parked_messages) == ("rabbitmq", 5, 0)


async def test_a_filing_completes_and_the_provinces_suspension_reaches_the_account(venue: Venue) -> None:
    tale = Tale(bus=venue.bus, console=Console(quiet=True))
    async with staged(venue, opens_at=OPENS_AT, say=lambda _: None) as stage:
        for act, clause in (
            (filings.recognised_province_wide, "N2.1"),
            (filings.municipal_enterprise, "N2.2"),
        ):
            step = tale.begin(act.__name__, clause)
            await act(stage, step)
            assert (step.failures, step.checks > 0) == ([], True)
        assert await _account(stage) == "open"
        await _suspended_by_the_province(stage)

        async def follows() -> bool | None:
            return await _account(stage) == "suspended" or None

        assert await stage.until(follows)


async def _suspended_by_the_province(stage: Stage) -> None:
    change = {"change": FilingChange.SUSPENDED, "reason": "省级督导"}
    filed = filings.filed_by_province().model_copy(update=change)
    sent = await stage.province.send(
        "filing",
        MessageCode.INSTITUTION_FILED,
        business_key=f"{filed.provincial_number}:suspended",
        lane=filed.uscc,
        payload=filed,
    )
    receipt = await stage.province.concluded(sent)
    assert receipt.ok, receipt


async def _account(stage: Stage) -> str:
    listed = await stage.portals["demo-district-officer"].get("accounts", "/v1/accounts")
    (state,) = [each["state"] for each in listed.body["items"] if each["uscc"] == CENTRAL.uscc]
    return str(state)
