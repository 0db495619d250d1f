"""The registry as institutions, officers and the province meet it: over HTTP and on the wire, on a real database."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import text

from services.subsidy.domain.institution import ClaimingInstitution
from services.subsidy.handlers import Work
from services.subsidy.worker import JOBS
from shared.contracts.province import (
    CertificatesIssued,
    IssuedCertificate,
    MessageCode,
    Wire,
)
from shared.contracts.queries import (
    CertificateQuery,
    CertificatesAnswered,
    FactsAnswered,
    FactsQuery,
)
from shared.contracts.scope import ScopeItem
from shared.identity import Scope
from shared.persistence.security import enter_everywhere
from shared.province.intents import payload_of
from shared.service import Job
from shared.sheets.exporting import csv_rows, workbook
from shared.sheets.layout import SheetLayout
from shared.values import CertificateNumber, StationCode, Uscc
from simulator.records import Records
from tests.builders import a_uscc
from tests.interfaces import Headers, Interfaces, fresh_key
from tests.provincial import send
from tests.shared.values.made_up_numbers import citizen_number
from tests.subsidy.builders import institution, lathe

EVERYTHING = Scope(actor="test", act="test", everything=True)
EVALUATED, ISSUED = date(2024, 2, 19), date(2024, 3, 4)
_stations = count(500_001)
_people = count(1)
_addresses = count(1)

Row = Mapping[str, Any]


def job(name: str) -> Job[Work]:
    return next(each for each in JOBS if each.name == name)


def a_person() -> str:
    """The number of somebody nobody else is."""
    birth = date.fromordinal(date(1980, 1, 1).toordinal() + next(_people))
    return citizen_number("320103", birth)


@dataclass
class Registry:
    """An institution with a station of its own, and everything that may be done about its certificates."""

    interfaces: Interfaces
    uscc: Uscc = field(default_factory=a_uscc)
    organ: str = "320115"
    station: StationCode = field(default_factory=lambda: StationCode(f"Y000032{next(_stations):06d}"))
    key: UUID = field(default_factory=uuid4)
    records: Records = field(default_factory=Records)

    async def open(self, **changes: Any) -> ClaimingInstitution:
        """Put it on record."""
        given = {"id": self.key, "uscc": self.uscc, "organ": self.organ, "station_codes": (self.station,)}
        made = institution(**(given | changes))
        async with self.works(EVERYTHING) as work:
            work.institutions.add(made)
        return made

    @property
    def works(self) -> Any:
        return self.interfaces.suite.runtimes["subsidy"].works

    @property
    def client(self) -> httpx.AsyncClient:
        return self.interfaces.clients["subsidy"]

    @property
    def own(self) -> Headers:
        """The institution's own client."""
        return self.interfaces.bearer(holder=str(self.uscc))

    @property
    def officer(self) -> Headers:
        return self.interfaces.bearer(organ=self.organ, subject="officer")

    def number(self, serial: int, *, level: int = 4, year: int = 2024) -> CertificateNumber:
        return CertificateNumber(f"{self.station}{year % 100:02d}{level}{serial:06d}")

    def row(self, serial: int = 1, **changes: Any) -> dict[str, Any]:
        """A row of a roster, as its JSON has it."""
        plain = {
            "number": str(self.number(serial)),
            "holder_name": "测试员甲",
            "holder_id": a_person(),
            "edition": "2015",
            "occupation": "6-18-01-01",
            "work_type": "",
            "level": "4",
            "issued_on": ISSUED.isoformat(),
            "evaluated_on": EVALUATED.isoformat(),
        }
        return plain | changes

    async def hand_in(self, content: bytes, headers: Headers | None = None) -> httpx.Response:
        """Upload a roster."""
        return await self.client.post(
            "/v1/certificates/rosters",
            params={"institution_id": str(self.key)},
            files={"file": ("roster", content)},
            headers=(headers or self.own) | fresh_key(),
        )

    async def name(self, *rows: Row) -> dict[str, Any]:
        """Hand in a roster of these rows; what became of it."""
        answer = await self.hand_in(json.dumps(rows).encode())
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def read(self, number: str) -> dict[str, Any]:
        """A certificate as an officer sees it."""
        answer = await self.client.get(f"/v1/certificates/{number}", headers=self.officer)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def verify(self, number: str, name: str) -> str:
        """What the public is told."""
        answer = await self.ask_publicly(number, name)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["result"])

    async def ask_publicly(
        self, number: str, name: str, *, address: str = "", claimed: str = ""
    ) -> httpx.Response:
        """The public's question; each from another address unless one is named, whatever address it claims."""
        app = self.interfaces.suite.apps["subsidy"]
        caller = address or f"203.0.{next(_addresses) % 250}.{next(_addresses) % 250}"
        transport = httpx.ASGITransport(app=app, client=(caller, 50_000))
        async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as client:
            return await client.post(
                "/v1/public/certificate-verifications",
                json={"number": number, "name": name},
                headers={"X-Forwarded-For": claimed} if claimed else {},
            )

    def issued(self, row: Row, item: ScopeItem | None = None, **changes: Any) -> IssuedCertificate:
        """A row as the province has it."""
        given = {
            "number": row["number"],
            "holder_name": row["holder_name"],
            "holder_id": row["holder_id"],
            "uscc": self.uscc,
            "occupation": item or lathe(4),
            "issued_on": ISSUED,
            "evaluated_on": EVALUATED,
        }
        return IssuedCertificate(**(given | changes))

    def known_to_the_province(self, *certificates: IssuedCertificate) -> None:
        self.records.learn(CertificatesIssued(batch="省级", certificates=certificates))

    async def send(self, code: MessageCode, payload: Wire, **fields: Any) -> UUID:
        return await send(self.interfaces, "subsidy", code, payload, **fields)

    async def do(self, name: str) -> int:
        """Do what is due of one job."""
        return await self.interfaces.suite.workers["subsidy"].do_job(job(name))

    async def announced(self, topic: str, subject: str) -> list[dict[str, Any]]:
        """What was announced about one subject on a topic."""
        async with self.interfaces.suite.runtimes["subsidy"].engine.connect() as connection:
            rows = await connection.execute(
                text("SELECT data FROM outbox WHERE topic = :topic AND subject = :subject ORDER BY sequence"),
                {"topic": topic, "subject": UUID(subject)},
            )
            return [json.loads(row.data) for row in rows]

    async def asked(self, code: MessageCode) -> list[dict[str, Any]]:
        """Every query of this code that was owed and is not answered yet, and the lot is taken for answered."""
        async with self.interfaces.suite.runtimes["subsidy"].engine.begin() as connection:
            await enter_everywhere(connection)
            rows = await connection.execute(
                text(
                    "UPDATE exchange_intent SET state = 'done', due_at = NULL"
                    " WHERE code = :code AND state = 'owed' RETURNING payload"
                ),
                {"code": code.value},
            )
            return [payload_of(row.payload) for row in rows]

    async def answer_certificates(self) -> list[CertificateQuery]:
        """Let the worker ask and the province answer from its records; what was asked."""
        await self.do("ask-certificates")
        queries = [
            CertificateQuery.model_validate(each) for each in await self.asked(MessageCode.CERTIFICATE_QUERY)
        ]
        for query in queries:
            found = self.records.answer(query)
            assert found is not None
            assert isinstance(found[1], CertificatesAnswered)
            await self.send(found[0], found[1])
        return queries

    async def answer_facts(self) -> list[FactsQuery]:
        """The same for facts about holders."""
        await self.do("ask-facts")
        queries = [FactsQuery.model_validate(each) for each in await self.asked(MessageCode.FACTS_QUERY)]
        for query in queries:
            found = self.records.answer(query)
            assert found is not None
            assert isinstance(found[1], FactsAnswered)
            await self.send(found[0], found[1])
        return queries


def as_csv(layout: SheetLayout, rows: Sequence[Row]) -> bytes:
    return b"".join(csv_rows(layout, _cells(layout, rows)))


def as_xlsx(layout: SheetLayout, rows: Sequence[Row]) -> bytes:
    return b"".join(workbook(layout, _cells(layout, rows)))


def _cells(layout: SheetLayout, rows: Sequence[Row]) -> list[list[Any]]:
    return [[_cell(row.get(column.key)) for column in layout.columns] for row in rows]


def _cell(value: Any) -> Any:
    """Days as days; everything else as it is."""
    if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-" and value[:2] == "20":
        return date.fromisoformat(value)
    return value
