"""A folder for each test, and no server from outside."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.servers.places import scratch_folder


@pytest.fixture(autouse=True)
def no_servers_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "DATABASE_URL",
        "AMQP_URL",
        "PROVINCE_AMQP_URL",
        "NJT_POSTGRES",
        "NJT_DATA",
        "XDG_DATA_HOME",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch_folder() as made:
        yield made
