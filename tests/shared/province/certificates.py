"""Subsidy as its worker runs it: the certificates that the province sends it are full of personal data."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text

from cli.suite.home import Plan
from services.subsidy.handlers import Work
from services.subsidy.runtime import create_runtime
from services.subsidy.worker import create_worker
from shared.clock import StoryClock
from shared.contracts.province import CertificatesIssued, MessageCode, ProvinceEnvelope
from shared.messaging.consumer import Incoming
from shared.messaging.memory import MemoryBus
from shared.province.keys.signing import Ed25519Signer
from shared.service import Runtime, Worker
from tests.builders import a_message, registered
from tests.shared.province.letters import Province, incoming
from tests.shared.province.service import ScriptedLine
from tests.subsidy.builders import HOLDER, NOON, SCOPE, USCC, certificate, lathe

NAME = "测试员甲"
BATCH = CertificatesIssued(batch="测试批次", certificates=(certificate(lathe(4)),))


class Office:
    """The subsidy service, the province that writes to it, and a look at everything it keeps."""

    def __init__(self, runtime: Runtime[Work], worker: Worker[Work], line: ScriptedLine, plan: Plan) -> None:
        self.runtime = runtime
        self.worker = worker
        self.line = line
        self.clock: StoryClock = plan.home.story_clock()
        self.clock.set(NOON)
        signer = Ed25519Signer.from_file(plan.home.signing_key("province"))
        self.province = Province(service="subsidy", signer=signer)

    def issue(self, payload: CertificatesIssued | dict[str, Any] = BATCH, **fields: Any) -> ProvinceEnvelope:
        code = MessageCode.CERTIFICATES_ISSUED
        return self.province.write(payload, code=code, **({"lane": str(USCC)} | fields))

    async def take(self, letter: ProvinceEnvelope) -> None:
        await self.worker.exchange.process([incoming(letter)])

    async def send(self) -> int:
        """Send what is due; how many the line took."""
        assert self.worker.courier is not None
        return await self.worker.courier.send_batch()

    async def hear_of_the_institution(self) -> None:
        event = registered(uscc=USCC, scope=SCOPE)
        await self.worker.events.process([Incoming(body=a_message(event))])

    async def rows(self, query: str) -> list[dict[str, Any]]:
        async with self.runtime.engine.connect() as connection, connection.begin():
            await connection.execute(text("SELECT set_config('njt.everything', 'on', true)"))
            return [dict(row) for row in (await connection.execute(text(query))).mappings()]

    async def everything_kept(self) -> str:
        """Every row of every table, bytes as text where they are text."""
        tables = await self.rows(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'subsidy'::regnamespace"
            " AND has_table_privilege(oid, 'SELECT')"
        )
        kept = [row for each in tables for row in await self.rows(f'SELECT * FROM "{each["relname"]}"')]  # noqa: S608 — names the catalogue gave
        values = [value for row in kept for value in row.values()]
        return "\n".join(
            bytes(each).decode("utf-8", "replace") if isinstance(each, bytes | memoryview) else str(each)
            for each in values
        )

    async def held(self) -> list[dict[str, Any]]:
        return await self.rows("SELECT * FROM held_message")


def tells_of_the_holder(text: str) -> bool:
    """Whether the holder's name or number stands in it, or most of the number."""
    return NAME in text or HOLDER in text or HOLDER[:14] in text


@asynccontextmanager
async def opened(plan: Plan, spans: InMemorySpanExporter) -> AsyncIterator[Office]:
    line = ScriptedLine()
    runtime = create_runtime(
        plan.settings("subsidy"), bus=MemoryBus(), processors=[SimpleSpanProcessor(spans)]
    )
    yield Office(runtime, create_worker(runtime, province_bus=line), line, plan)
    await runtime.close()
