"""The whole suite at work in one process, with the provincial simulator on the other end of the line."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from cli.suite import one_process
from cli.suite.database import SERVICES, SuiteDatabase, drop_database, migrate_all, provide_database
from cli.suite.home import Home, Plan
from cli.suite.one_process import OneProcess
from cli.suite.province_line import ProvinceLine
from shared.clock import SHANGHAI, StoryClock
from shared.contracts.province import AccountOpenedReport, InstitutionFiled, MessageCode, Receipt
from shared.province.dialect import SAMPLE
from shared.province.keys.signing import read_signer
from shared.settings import Profile
from simulator.counterpart import Counterpart
from simulator.dialect import Dialect as Tongue
from simulator.keys import PeerKeys, ProvinceKey, announced_in
from simulator.memory import MemoryLine
from simulator.register import Accepted
from tests.shared.province.exchange import until
from tests.shared.province.tongues import new_pem

OPENS_AT = datetime(2024, 3, 4, 9, tzinfo=SHANGHAI)
SECONDS = 20
_OPEN_INTENTS = (
    "SELECT count(*) AS open FROM exchange_intent WHERE state IN ('owed', 'delivered', 'accepted')"
)


@dataclass(frozen=True, kw_only=True)
class Suite:
    """What a journey may use."""

    province: Counterpart
    database: SuiteDatabase
    clock: StoryClock
    services: OneProcess
    plan: Plan

    async def file(self, filed: InstitutionFiled, *, trace: str | None = None) -> UUID:
        """The province tells filing what it has filed."""
        return await self.province.send(
            "filing",
            MessageCode.INSTITUTION_FILED,
            business_key=filed.provincial_number,
            lane=filed.uscc,
            payload=filed,
            traceparent=trace,
        )

    async def conclusion(self, message_id: UUID) -> Receipt:
        return await self.province.concluded(message_id, timeout=SECONDS)

    async def opened(self, uscc: str) -> Accepted:
        """The message by which the province learns that this body's account is open."""

        def of_this_body(report: AccountOpenedReport) -> bool:
            return report.uscc == uscc

        return await self.province.heard(MessageCode.ACCOUNT_OPENED, of_this_body, timeout=SECONDS)

    def told_opened(self) -> list[str]:
        """Whose accounts the province knows to be open."""
        return sorted(
            message.envelope.payload["uscc"]
            for (code, _), message in self.province.register.items()
            if code == MessageCode.ACCOUNT_OPENED
        )

    async def rows(self, service: str, query: str, *values: object) -> list[dict[str, Any]]:
        """Rows of a service's own tables, read as their owner."""
        connection = await asyncpg.connect(self.database.owners[service])
        try:
            await connection.execute(f"SET search_path = \"{service}\"; SET njt.everything = 'on'")
            return [dict(row) for row in await connection.fetch(query, *values)]
        finally:
            await connection.close()

    async def count(self, service: str, table: str) -> int:
        (row,) = await self.rows(service, f"SELECT count(*) AS rows FROM {table}")  # noqa: S608 — a name of a test
        return int(row["rows"])

    async def at_rest(self) -> None:
        """Wait until nothing is owed to the province by anybody, and nothing announced is unpublished."""

        async def quiet() -> bool:
            unpublished = "SELECT count(*) AS open FROM outbox WHERE published_at IS NULL"
            looks = [(each, query) for query in (unpublished, _OPEN_INTENTS) for each in SERVICES]
            return not any([(await self.rows(*look))[0]["open"] for look in looks])

        await until(quiet)

    def later(self, duration: timedelta) -> None:
        self.clock.set(self.clock.now() + duration)


@dataclass(frozen=True, kw_only=True)
class SpokenPlan(Plan):
    """A plan whose services exchange messages in a dialect, by keys made for it."""

    spoken: Path

    def keys(self, name: str) -> Path:
        return self.home.folder / f"spoken-{name}"

    def agree(self) -> ProvinceKey:
        """Make the keys of both ends; the province's own."""
        algorithm = Tongue.from_file(self.spoken).algorithm
        for service in SERVICES:
            pem = self.keys(f"{service}.pem")
            pem.write_bytes(new_pem(algorithm))
            announced_in(self.keys("city-keys.json"))(read_signer(pem, algorithm).public())
        key = ProvinceKey.new(algorithm)
        announced_in(self.keys("province-keys.json"))(key.public())
        return key

    def groups(self, service: str) -> dict[str, Any]:
        groups = super().groups(service)
        groups["province"] |= {
            "dialect_file": str(self.spoken),
            "signing_key_file": str(self.keys(f"{service}.pem")),
            "peer_keys_file": str(self.keys("province-keys.json")),
        }
        return groups


@asynccontextmanager
async def opened_suite(
    postgres_url: str,
    passwords: Path,
    folder: Path,
    *,
    base: str = "http://service.test",
    spoken: Path = SAMPLE,
) -> AsyncIterator[Suite]:
    """A suite on a database of its own, from a Monday morning on; tokens are checked at `base`, `spoken` is a dialect."""
    async with AsyncExitStack() as stack:
        name = f"njt_journey_{os.getpid()}_{folder.name}"
        database = await provide_database(postgres_url, name, secrets_file=passwords)
        stack.push_async_callback(drop_database, postgres_url, name)
        await migrate_all(database)
        home = Home.at(folder)
        clock = home.story_clock()
        clock.set(OPENS_AT)
        plan = SpokenPlan(
            spoken=spoken,
            home=home,
            database=database,
            bases=dict.fromkeys(SERVICES, base),
            profile=Profile.TEST,
            story=True,
            job_seconds=0.3,
        )
        key = plan.agree()
        suite = await stack.enter_async_context(one_process.assembled(plan))
        for worker in suite.workers.values():
            await stack.enter_async_context(worker.running())
        province = Counterpart(
            key,
            PeerKeys.from_file(plan.keys("city-keys.json")),
            MemoryLine(ProvinceLine(suite.province_bus)),
            clock,
            dialect=Tongue.from_file(spoken),
        )
        await stack.enter_async_context(province.running())
        yield Suite(province=province, database=database, clock=clock, services=suite, plan=plan)
