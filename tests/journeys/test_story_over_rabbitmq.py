"""The same story with every interface and worker a process of its own, and the broker going away in the middle."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.console import Console

from cli.demo.stage import Venue
from cli.demo.story import play
from cli.demo.telling import Step
from cli.servers.rabbitmq import RabbitServer, start_private_rabbitmq


@pytest.fixture
def private_broker(scratch: Path) -> Iterator[RabbitServer]:
    """A node of this test's own: it is going to be restarted."""
    server = start_private_rabbitmq(scratch / "story-rabbitmq", say=lambda _: None)
    yield server
    server.stop()


async def test_the_story_ends_right_though_the_broker_restarts_in_its_middle(
    postgres_url: str, story_folder: Callable[[str], Path], private_broker: RabbitServer
) -> None:
    venue = Venue(
        postgres_url=postgres_url,
        folder=story_folder("story-processes"),
        broker_url=private_broker.url,
        province_url=private_broker.province_url,
        database=f"njt_test_story_{os.getpid()}",
    )
    restart = threading.Thread(target=private_broker.restart)

    def break_it(step: Step) -> None:
        if step.id == "3":
            restart.start()

    tale = await play(venue, Console(quiet=True), on_step=break_it)
    restart.join()

    assert [(step.id, step.failures) for step in tale.steps if step.failures] == []
    assert tale.ok
    assert (tale.bus, tale.accounts_opened, tale.parked_messages) == ("rabbitmq", 5, 0)
