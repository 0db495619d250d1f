"""One service of the suite as those see it who look after the exchange: its interface, a worker, the province's pen."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import text

from cli.suite.roster import entry
from shared.contracts.province import ProvinceEnvelope, Receipt
from shared.identity import Permission, Scope
from shared.province.intents import Dispatch
from shared.province.keys.signing import Ed25519Signer
from tests.builders import CITY, DISTRICT, OTHER_DISTRICT
from tests.interfaces import Headers, Interfaces
from tests.shared.province.letters import START, Province, incoming
from tests.shared.province.service import ScriptedLine

READ, OPERATE = Permission.READ_EXCHANGE, Permission.OPERATE_EXCHANGE
WHY = "夜班处理"


class Desk:
    """A service, and whoever a test wants to be; by default the city's operator."""

    def __init__(self, interfaces: Interfaces, service: str) -> None:
        self.interfaces = interfaces
        self.service = service
        self.runtime = interfaces.suite.runtimes[service]
        self.client: httpx.AsyncClient = interfaces.clients[service]
        self.clock = interfaces.clock
        self.clock.set(START)
        self.line = ScriptedLine()
        self.worker = entry(service).create_worker(self.runtime, province_bus=self.line)
        signer = Ed25519Signer.from_file(interfaces.plan.home.signing_key("province"))
        self.province = Province(service=service, signer=signer)

    @property
    def city(self) -> Headers:
        return self.officer(READ, OPERATE, organ=CITY)

    @property
    def watcher(self) -> Headers:
        return self.officer(READ, organ=CITY)

    @property
    def district(self) -> Headers:
        return self.officer(READ, OPERATE, organ=DISTRICT)

    @property
    def other_district(self) -> Headers:
        return self.officer(READ, OPERATE, organ=OTHER_DISTRICT)

    def officer(self, *permissions: Permission, organ: str | None) -> Headers:
        return self.interfaces.bearer(*permissions, organ=organ, subject="测试员甲")

    async def get(self, path: str, who: Headers | None = None, **params: Any) -> httpx.Response:
        return await self.client.get(f"/v1/exchange{path}", headers=who or self.city, params=params)

    async def post(
        self, path: str, body: dict[str, Any] | None = None, who: Headers | None = None
    ) -> httpx.Response:
        content = {"reason": WHY} if body is None else body
        return await self.client.post(f"/v1/exchange{path}", headers=who or self.city, json=content)

    async def seen(self, path: str, who: Headers | None = None, **params: Any) -> Any:
        """What is answered to somebody who may see it."""
        answer = await self.get(path, who, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def acted(self, path: str, body: dict[str, Any] | None = None, who: Headers | None = None) -> Any:
        """What is answered to somebody who may do it."""
        answer = await self.post(path, body, who)
        assert answer.status_code in (200, 204), answer.text
        return answer.json() if answer.content else None

    async def owe(self, *dispatches: Dispatch) -> list[UUID]:
        """Owe these; their ids in the order of their lanes."""
        async with self.runtime.works.transaction(Scope.of_service(self.service, "owe")) as transaction:
            for dispatch in dispatches:
                transaction.intents.owe(dispatch)
        keys = {dispatch.business_key for dispatch in dispatches}
        return [row["id"] for row in await self.intents() if row["business_key"] in keys]

    async def send(self) -> list[ProvinceEnvelope]:
        """Send whatever may leave now; what the line took."""
        assert self.worker.courier is not None
        before = len(self.line.taken)
        while await self.worker.courier.send_batch():
            pass
        return self.line.letters()[before:]

    async def take(self, *letters: ProvinceEnvelope) -> None:
        await self.worker.exchange.process([incoming(letter) for letter in letters])
        self.forward(milliseconds=1)

    async def answer(self, intent: UUID, *receipts: Receipt) -> None:
        """Let the province answer a message of ours with these."""
        for receipt in receipts:
            await self.take(self.province.receipt(intent, receipt, issued_at=self.clock.now()))

    def forward(self, **duration: float) -> None:
        self.clock.set(self.clock.now() + timedelta(**duration))

    async def retry(self) -> None:
        """Try what is held and due."""
        while await self.worker.exchange.retry_one():
            pass

    async def rows(self, query: str, **values: object) -> list[dict[str, Any]]:
        async with self.runtime.engine.connect() as connection, connection.begin():
            await connection.execute(text("SELECT set_config('njt.everything', 'on', true)"))
            return [dict(row) for row in (await connection.execute(text(query), values)).mappings()]

    async def change(self, statement: str) -> None:
        """Do something behind the service's back."""
        async with self.runtime.engine.connect() as connection, connection.begin():
            await connection.execute(text(statement))

    async def intents(self) -> list[dict[str, Any]]:
        """What is owed in the lanes or was."""
        return await self.rows("SELECT * FROM exchange_intent WHERE sequence > 0 ORDER BY lane, sequence, id")

    async def states(self) -> list[tuple[str, str]]:
        return [(row["business_key"], row["state"]) for row in await self.intents()]

    async def entries(self) -> list[tuple[str, str, str | None]]:
        """Who did what in the ledger of acts, and why; what the service did by itself apart."""
        rows = await self.rows("SELECT actor, act, reason FROM ledger_entry ORDER BY id")
        return [(row["actor"], row["act"], row["reason"]) for row in rows if not is_service(row["actor"])]


def is_service(actor: str) -> bool:
    return actor.startswith("service:")


def codes(answers: Sequence[httpx.Response]) -> list[tuple[int, str]]:
    return [(answer.status_code, answer.json()["code"]) for answer in answers]
