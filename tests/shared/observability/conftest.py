"""A collector that listens, and logging put back as it was."""

import logging
from collections.abc import AsyncIterator, Iterator
from io import StringIO

import pytest
import structlog

from cli.collector import Collector


@pytest.fixture
async def collector() -> AsyncIterator[tuple[Collector, str]]:
    """A running collector and its address."""
    running = Collector()
    address = await running.start()
    yield running, address
    await running.stop()


@pytest.fixture
def stream() -> Iterator[StringIO]:
    """Where a test lets its logs go; the process's own logging is restored afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
