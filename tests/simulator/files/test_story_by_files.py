"""A made-up story that crosses in files alone, both ways, until nobody owes anybody anything."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from cli.suite.database import SERVICES, SuiteDatabase, drop_database, migrate_all, provide_database
from cli.suite.home import Home, Plan
from shared.contracts.batches import Form
from shared.contracts.province import MessageCode
from shared.identity import Permission
from shared.settings import Profile
from simulator.counterpart import Counterpart
from simulator.dialect import Dialect
from simulator.files.batches import Sender
from simulator.files.correspond import correspond, sorted_out
from simulator.keys import PeerKeys, ProvinceKey
from simulator.line import Line
from simulator.scenario import Step
from simulator.store import Store
from simulator.story import Story, read_story
from simulator.wire import day_of
from tests.builders import AT, CITY
from tests.interfaces import Interfaces, opened_on

STORY = "institutions=12,certificates=60,seed=3"
SECONDS = 90
_OPEN = """
    SELECT (SELECT count(*) FROM exchange_intent WHERE state IN ('owed', 'delivered', 'accepted'))
         + (SELECT count(*) FROM outbox WHERE published_at IS NULL) + (SELECT count(*) FROM held_message)
"""


class ByFiles(Plan):
    """A suite that has no line: nothing leaves by itself."""

    def groups(self, service: str) -> dict[str, Any]:
        groups = super().groups(service)
        groups["province"] |= {"transport": "files"}
        return groups


@dataclass(kw_only=True)
class Courier:
    """A person with a stick, who goes to and fro between both offices."""

    city: Interfaces
    store: Store = field(default_factory=Store)
    outcomes: list[dict[str, int]] = field(default_factory=list)
    rounds: int = 0

    @property
    def operator(self) -> dict[str, str]:
        return self.city.bearer(
            Permission.READ_EXCHANGE, Permission.OPERATE_EXCHANGE, organ=CITY, subject="测试员甲"
        )

    async def fetch(self) -> list[bytes]:
        """What the services have to say, a file of each; they are made in both forms by turns."""
        self.rounds += 1
        files: list[bytes] = []
        for service, client in self.city.clients.items():
            form = list(Form)[(self.rounds + len(files)) % 2]
            made = await client.post(
                "/v1/exchange/batches", headers=self.operator, json={"format": form.value}
            )
            if made.status_code == httpx.codes.CREATED:
                path = f"/v1/exchange/batches/{made.json()['id']}/file"
                files.append(
                    (await client.get(path, params={"reason": "送交省级"}, headers=self.operator)).content
                )
            else:
                assert made.json()["code"] == "NJT-EXC-1040", f"{service}: {made.text}"
        return files

    async def deliver(self, files: Mapping[str, bytes]) -> None:
        for service, content in files.items():
            answer = await self.city.clients[service].post(
                "/v1/exchange/batches/imports",
                headers=self.operator,
                files={"file": ("province.zip", content, "application/zip")},
            )
            assert answer.status_code == httpx.codes.CREATED, answer.text
            self.outcomes.append(answer.json()["outcomes"])

    async def go(self, steps: Iterable[Step] = ()) -> bool:
        """One round; whether anything was carried."""
        home = self.city.plan.home
        key = ProvinceKey.from_file(home.signing_key("province"))
        letters = await correspond(
            fetched := await self.fetch(),
            steps,
            peers=PeerKeys.from_file(home.city_keys),
            counterpart_on=self.province,
        )
        sender = Sender(key=key, dialect=Dialect(), at=self.city.clock.now())
        await self.deliver(sorted_out(letters, list(Form)[self.rounds % 2], sender))
        return bool(fetched or letters)

    def province(self, line: Line) -> Counterpart:
        home = self.city.plan.home
        return Counterpart(
            ProvinceKey.from_file(home.signing_key("province")),
            PeerKeys.from_file(home.city_keys),
            line,
            self.city.clock,
            store=self.store,
        )

    async def rest(self, province: Counterpart) -> None:
        """Go until nobody owes anybody anything."""
        async with asyncio.timeout(SECONDS):
            while await self.go() or await self.open_here() or _open_there(province):
                await asyncio.sleep(0.05)

    async def open_here(self) -> int:
        """What the city owes, has not published, or holds."""
        found = 0
        for runtime in self.city.suite.runtimes.values():
            async with runtime.engine.connect() as connection, connection.begin():
                await connection.execute(text("SELECT set_config('njt.everything', 'on', true)"))
                found += (await connection.execute(text(_OPEN))).scalar_one()
        return found


@pytest.fixture
async def courier(postgres_url: str, home: Home, scratch: Path) -> AsyncIterator[Courier]:
    async with AsyncExitStack() as stack:
        name = f"njt_files_{os.getpid()}"
        database = await provide_database(postgres_url, name, secrets_file=home.passwords)
        stack.push_async_callback(drop_database, postgres_url, name)
        await migrate_all(database)
        own = Home.at(scratch / "by-files")

        def plan(database: SuiteDatabase, *, bases: dict[str, str], story: bool) -> Plan:
            return ByFiles(
                home=own, database=database, bases=bases, profile=Profile.TEST, story=story, job_seconds=0.3
            )

        city = await stack.enter_async_context(opened_on(database, own, plan))
        city.clock.set(AT)
        for worker in city.suite.workers.values():
            await stack.enter_async_context(worker.running())
        yield Courier(city=city)


async def test_the_story_is_told_and_answered_by_files_alone(courier: Courier) -> None:
    assert set(courier.city.clients) == set(SERVICES)
    story = read_story(STORY, today=day_of(AT))
    first = [step for step in story if step.business_key.count(":") == 0]
    rest = [step for step in story if step not in first]
    books = courier.province(_Nowhere())
    for steps in (first, rest):
        await courier.go(steps)
        await courier.rest(books)
    assert all(sent.conclusion.receipt and sent.conclusion.receipt.ok for sent in books.sent.values())
    assert {step.business_key for step in story} <= {sent.act.business_key for sent in books.sent.values()}
    assert books.refused == []
    assert _accounts(books) == story.institutions
    assert _certificates(story) == await _kept(courier)
    assert await _transports(courier) <= {"file", "held"}
    assert {outcome for counts in courier.outcomes for outcome in counts} == {"done"}


class _Nowhere:
    """The province's books are only looked into, so nothing is carried on this line."""

    async def open(self) -> None: ...

    async def publish(self, letters: object) -> list[bool]:
        raise AssertionError(letters)

    async def listen(self, handle: object) -> None:
        raise AssertionError(handle)

    async def close(self) -> None: ...


def _open_there(province: Counterpart) -> bool:
    return any(not sent.conclusion.done() for sent in province.sent.values())


def _accounts(province: Counterpart) -> int:
    return sum(code == MessageCode.ACCOUNT_OPENED for code, _ in province.register)


def _certificates(story: Story) -> int:
    batches = [step.payload for step in story if step.send == MessageCode.CERTIFICATES_ISSUED]
    return sum(len(batch["certificates"]) for batch in batches)


async def _kept(courier: Courier) -> int:
    async with courier.city.suite.runtimes["subsidy"].engine.connect() as connection, connection.begin():
        await connection.execute(text("SELECT set_config('njt.everything', 'on', true)"))
        return int((await connection.execute(text("SELECT count(*) FROM certificate"))).scalar_one())


async def _transports(courier: Courier) -> set[str]:
    """How everything crossed that did."""
    found: set[str] = set()
    for runtime in courier.city.suite.runtimes.values():
        async with runtime.engine.connect() as connection:
            found |= {
                row.transport
                for row in await connection.execute(text("SELECT transport FROM exchange_message"))
            }
    return found
