"""A city and the provincial simulator that push to each other over HTTP, on real servers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from starlette.applications import Starlette
from starlette.routing import Mount

from cli.servers.places import free_port
from cli.suite.server import served
from shared.http.api import create_api
from shared.http.client import HttpClient
from shared.messaging.consumer import Consumer
from shared.province.answering import Answers
from shared.province.dialect import Dialect
from shared.province.https_line import HttpsLine
from shared.province.keys.signing import KeyRing
from shared.province.opened import Opened
from shared.service.exchange import UPLOADS, callback
from shared.settings import HttpSettings
from simulator.counterpart import Counterpart
from simulator.https import Doors
from simulator.https import HttpsLine as ProvincialLine
from simulator.keys import PeerKeys, ProvinceKey
from tests.shared.province.exchange import Exchange, at_work
from tests.shared.province.letters import PROVINCE
from tests.shared.province.service import City


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What the callback needs of a city's correspondence."""

    city: City
    consumer: Consumer
    peers: dict[str, KeyRing]
    answers: Answers
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    @property
    def dialect(self) -> Dialect:
        return self.city.dialect

    async def answer(self, taken: Opened, *, since: datetime) -> bytes | None:
        async with self.city.engine.connect() as connection, connection.begin():
            return await self.answers.to(taken, connection, since=since)


def door_of(city: City, keys: KeyRing, ear: Consumer) -> Starlette:
    """Filing's interface, where its messages are taken in, as a gateway shows it."""
    app = create_api(
        title="Filing",
        description="Callback",
        routers=[callback.router],
        settings=HttpSettings(),
        telemetry=None,
        uploads=UPLOADS,
    )
    answers = Answers(
        service="filing", counterpart=PROVINCE, dialect=city.dialect, signer=lambda: city.signer
    )
    app.state.clock = city.clock
    app.state.correspondence = Desk(city=city, consumer=ear, peers={PROVINCE: keys}, answers=answers)
    return Starlette(routes=[Mount("/filing", app=app)])


@asynccontextmanager
async def pushing(city: City) -> AsyncIterator[Exchange]:
    """Both ends at work while the block runs, each with a server of its own."""
    key = ProvinceKey.new()
    keys, port = KeyRing(key.public()), free_port()
    ear = city.ear(keys)
    line = HttpsLine(HttpClient(f"http://127.0.0.1:{port}"))
    async with served(door_of(city, keys, ear)) as base:
        provincial = ProvincialLine(base, Doors(listen=f"127.0.0.1:{port}"))
        province = Counterpart(key, PeerKeys(city.signer.public()), provincial, city.clock)
        work = [ear.retry_held(), city.courier(line).run(), city.chaser().run()]
        try:
            async with at_work(city, province, work) as exchange:
                yield exchange
        finally:
            await line.close()
