"""A made-up story, told to our own suite over a line that spoils something of everything, ends with equal books."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import get_args

import pytest

from cli.bench.faults.ground import opened
from cli.bench.faults.story import Sizes, told
from cli.bench.faults.town import Town, inhabited
from cli.suite.home import Home
from shared.contracts.province import MessageCode
from simulator.faults import Share
from simulator.memory import MemoryLine

SPOILT = 0.05


@pytest.fixture
async def town(postgres_url: str, home: Home, scratch: Path) -> AsyncIterator[Town]:
    """The suite at work, and a province that misbehaves a little and asks after a moment."""
    async with (
        opened(postgres_url, home.passwords, scratch / "story-in-the-city") as ground,
        inhabited(ground, MemoryLine(ground.line)) as town,
    ):
        yield town


async def test_both_books_are_equal_in_the_end(town: Town) -> None:
    said: list[str] = []
    end = await told(town, Sizes(institutions=30, certificates=300, seconds=120), said.append, share=SPOILT)
    assert end.problems == []
    assert all(end.struck[fault] for fault in (*get_args(Share), "down"))
    opened_there = [code for code, _ in town.province.register if code == MessageCode.ACCOUNT_OPENED]
    assert len(opened_there) == end.figures()["institutions"] == 30
    assert end.figures()["differences"] == 0
