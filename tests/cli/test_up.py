"""`njt up`: who plays the province, and what it remembers."""

from pathlib import Path

import pytest

from cli import up
from cli.suite.database import SERVICES, SuiteDatabase
from cli.suite.home import Home
from cli.suite.province_line import ProvinceLine
from shared.messaging.memory import MemoryBus
from shared.settings import Transport
from simulator.line import to_city
from simulator.memory import MemoryLine
from tests.builders import institution_filed

ADDRESS = "http://127.0.0.1:8090"


@pytest.mark.parametrize(("province", "transport"), [(None, Transport.AMQP), (ADDRESS, Transport.HTTPS)])
def test_a_province_that_is_elsewhere_is_pushed_to(
    tmp_path: Path, province: str | None, transport: Transport
) -> None:
    addresses = {name: f"postgresql+asyncpg://{name}@127.0.0.1/njt" for name in SERVICES}
    database = SuiteDatabase(owners=addresses, services=addresses)
    plan = up._plan(Home.at(tmp_path), database, None, up._Asked.of(8080, province))  # noqa: SLF001 — what `up` makes of its options
    told = plan.settings("filing").province
    assert (told.transport, told.url) == (transport, province or "")


async def test_the_province_that_is_played_here_goes_on_with_what_it_knew(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    letter = institution_filed()
    bus = ProvinceLine(MemoryBus())
    await bus.declare("njt.province", "to-filing", to_city("filing"))
    async with up._province(home, MemoryLine(bus)).running() as first:  # noqa: SLF001 — as above
        sent = await first.send(
            "filing", "INSTITUTION_FILED", business_key="备案:1", lane="甲", payload=letter
        )
    async with up._province(home, MemoryLine(bus)).running() as again:  # noqa: SLF001 — as above
        assert again.sent[sent].envelope.sequence == 1
