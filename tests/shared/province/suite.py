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
from shared.settings import Profile
from simulator.counterpart import Counterpart
from simulator.keys import PeerKeys, ProvinceKey
from simulator.memory import MemoryLine
from simulator.register import Accepted
from tests.shared.province.exchange import until

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


@asynccontextmanager
async def opened_suite(
    postgres_url: str, passwords: Path, folder: Path, *, base: str = "http://service.test"
) -> AsyncIterator[Suite]:
    """A suite on a database of its own, its story beginning on a Monday morning; `base` is where tokens are checked."""
    async with AsyncExitStack() as stack:
        name = f"njt_journey_{os.getpid()}_{folder.name}"
        database = await provide_database(postgres_url, name, secrets_file=passwords)
        stack.push_async_callback(drop_database, postgres_url, name)
        await migrate_all(database)
        home = Home.at(folder)
        clock = home.story_clock()
        clock.set(OPENS_AT)
        plan = Plan(
            home=home,
            database=database,
            bases=dict.fromkeys(SERVICES, base),
            profile=Profile.TEST,
            story=True,
            job_seconds=0.3,
        )
        suite = await stack.enter_async_context(one_process.assembled(plan))
        for worker in suite.workers.values():
            await stack.enter_async_context(worker.running())
        province = Counterpart(
            ProvinceKey.from_file(home.signing_key("province")),
            PeerKeys.from_file(home.city_keys),
            MemoryLine(ProvinceLine(suite.province_bus)),
            clock,
        )
        await stack.enter_async_context(province.running())
        yield Suite(province=province, database=database, clock=clock, services=suite, plan=plan)
