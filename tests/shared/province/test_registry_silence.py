"""Rosters, queries, facts and verifications are full of personal data, and none of it is repeated anywhere."""

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from structlog.testing import capture_logs

from services.subsidy.app import create_app
from services.subsidy.handlers.knowledge import Asking, await_facts
from services.subsidy.sheets import FACTS
from services.subsidy.worker import JOBS
from shared.contracts.province import (
    MessageCode,
    ProvinceEnvelope,
)
from shared.contracts.queries import (
    AnsweredFact,
    CertificateQuery,
    CertificateRevoked,
    FactName,
    FactsQuery,
)
from shared.identity import Permission, Principal, Scope
from simulator.records import Records
from tests.shared.objects.papers import a_pdf
from tests.shared.province.certificates import BATCH, NAME, Office, tells_of_the_holder
from tests.subsidy.builders import HOLDER, ISSUED, USCC, institution, lathe, number

EVERYTHING = Scope(actor="test", act="test", everything=True)
ROW = {
    "number": str(number(4)),
    "holder_name": NAME,
    "holder_id": HOLDER,
    "edition": "2015",
    "occupation": "6-18-01-01",
    "level": "4",
    "issued_on": ISSUED.isoformat(),
    "evaluated_on": "2024-02-19",
}
WRONG = ROW | {"number": str(number(3, serial=2)), "holder_name": f"{NAME}丁"}
FACT_TITLES = ",".join(column.zh for column in FACTS.columns)
QUERIES: dict[MessageCode, type[CertificateQuery | FactsQuery]] = {
    MessageCode.CERTIFICATE_QUERY: CertificateQuery,
    MessageCode.FACTS_QUERY: FactsQuery,
}


class AnybodySays:
    """Takes every caller for the institution, or for an officer of its organ."""

    async def verify(self, token: str) -> Principal:
        officer = token == "officer"
        return Principal(
            subject=token,
            permissions=frozenset(Permission),
            organ="320115" if officer else None,
            holder=None if officer else str(USCC),
        )


@dataclass
class Registry:
    """The office with its interface open, and the province's records."""

    office: Office
    app: FastAPI
    records: Records = field(default_factory=Records)
    answers: list[str] = field(default_factory=list)

    async def ask(self, method: str, path: str, who: str = "employer", **what: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app)
        headers = {"Authorization": f"Bearer {who}", "Idempotency-Key": uuid4().hex, "If-Match": '"1"'}
        async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as client:
            answer = await client.request(method, path, headers=headers, **what)
        self.answers.append(answer.text)
        return answer

    async def let_the_worker_ask(self) -> None:
        """Do what is due, send what is owed, and let the province answer."""
        for job in JOBS:
            await self.office.worker.do_job(job)
        await self.office.send()
        for message in list(self.office.line.taken):
            envelope = ProvinceEnvelope.model_validate_json(message.body)
            kind = QUERIES.get(MessageCode(envelope.code))
            found = self.records.answer(kind.model_validate(envelope.payload)) if kind else None
            if found is not None:
                await self.office.take(
                    self.office.province.write(found[1], code=found[0], lane=envelope.lane)
                )


@pytest.fixture
async def registry(office: Office) -> Registry:
    app = create_app(office.runtime)
    app.state.verifier = AnybodySays()
    async with office.runtime.works(EVERYTHING) as work:
        work.institutions.add(institution())
    return Registry(office, app)


async def nobody_is_told(registry: Registry, spans: InMemorySpanExporter, logs: object) -> None:
    told = [span.to_json() for span in spans.get_finished_spans()]
    sent = [message.body.decode() for message in registry.office.line.taken]
    kept = await registry.office.everything_kept()
    for text in (kept, str(logs), *told, *sent, *registry.answers):
        assert not tells_of_the_holder(text)


async def roster(registry: Registry, *rows: dict[str, Any]) -> httpx.Response:
    return await registry.ask(
        "POST",
        f"/v1/certificates/rosters?institution_id={institution().id}",
        files={"file": ("名册.json", json.dumps(rows).encode())},
    )


async def test_a_roster_its_wrong_rows_and_its_verification_tell_of_nobody(
    registry: Registry, spans: InMemorySpanExporter
) -> None:
    with capture_logs() as logs:
        taken = await roster(registry, ROW, WRONG)
        assert (taken.json()["taken"], taken.json()["returned"]) == (1, 1)
        await registry.ask("GET", f"/v1/certificates/rosters/{taken.json()['id']}")
        registry.records.learn(BATCH)
        await registry.let_the_worker_ask()
        verified = await registry.ask("GET", f"/v1/certificates/{ROW['number']}")
    assert verified.json()["state"] == "verified"
    await nobody_is_told(registry, spans, logs)


async def test_a_roster_that_cannot_be_read_is_not_repeated(
    registry: Registry, spans: InMemorySpanExporter
) -> None:
    with capture_logs() as logs:
        for content in (
            json.dumps([ROW | {HOLDER: NAME}]).encode(),
            json.dumps([ROW | {"holder_name": {NAME: HOLDER}}]).encode(),
            json.dumps(ROW).encode(),
            f"{NAME},{HOLDER}\n".encode(),
        ):
            answer = await registry.ask(
                "POST",
                f"/v1/certificates/rosters?institution_id={institution().id}",
                files={"file": (f"{NAME}.json", content)},
            )
            assert answer.status_code == 422
    told = [span.to_json() for span in spans.get_finished_spans()]
    for text in (await registry.office.everything_kept(), str(logs), *told):
        assert not tells_of_the_holder(text)


async def test_a_verification_is_noted_nowhere(registry: Registry, spans: InMemorySpanExporter) -> None:
    await roster(registry, ROW)
    with capture_logs() as logs:
        for asked in ((ROW["number"], NAME), (ROW["number"], f"{NAME}丁"), (HOLDER, NAME), ("x", HOLDER)):
            answer = await registry.ask(
                "POST",
                "/v1/public/certificate-verifications",
                json={"number": asked[0], "name": asked[1]},
            )
            assert answer.json() == {"result": "not_found"}
        refused = await registry.ask(
            "POST", "/v1/public/certificate-verifications", json={"number": [HOLDER], "name": NAME, NAME: 1}
        )
        assert refused.status_code == 422
    await nobody_is_told(registry, spans, logs)


async def test_facts_evidence_and_a_revocation_tell_of_nobody(
    registry: Registry, spans: InMemorySpanExporter
) -> None:
    with capture_logs() as logs:
        await roster(registry, ROW)
        await wait_for_facts(registry)
        registry.records.learn(
            AnsweredFact(number=number(4), name=FactName.INSURED_MONTHS, about=date(2024, 3, 1), value=36)
        )
        await registry.let_the_worker_ask()
        facts = f"{FACT_TITLES}\n{HOLDER},2024-03-01,12,,,,,\n{HOLDER},2024-03-01,,,,,,\n"
        taken = await registry.ask(
            "POST", "/v1/facts/files", "officer", files={"file": ("a.csv", facts.encode())}
        )
        assert (taken.json()["taken"], taken.json()["returned"]) == (1, 1)
        shown = await registry.ask(
            "POST",
            "/v1/evidence",
            data={
                "certificate_number": ROW["number"],
                "kind": "pension",
                "value": "false",
                "about": "2024-03-04",
            },
            files={"file": (f"{NAME}{HOLDER}.pdf", a_pdf())},
        )
        assert shown.status_code == 201, shown.text
        accepted = await registry.ask(
            "POST", f"/v1/evidence/{shown.json()['id']}/acceptance", "officer", json={}
        )
        assert accepted.json()["state"] == "accepted"
        revoked = CertificateRevoked(number=number(4), uscc=USCC, revoked_on=date(2024, 5, 6))
        await registry.office.take(
            registry.office.province.write(revoked, code=MessageCode.CERTIFICATE_REVOKED, lane=str(USCC))
        )
    assert len(await registry.office.rows("SELECT 1 FROM fact")) == 3
    assert len(await registry.office.rows("SELECT 1 FROM outbox WHERE stream = 'subsidy.certificate'")) == 1
    await nobody_is_told(registry, spans, logs)


async def wait_for_facts(registry: Registry) -> None:
    asking = Asking(claim_id=UUID(int=5), organ="320115", claimant=USCC)
    async with registry.office.runtime.works(EVERYTHING) as work:
        found = await work.certificates.all_numbered([number(4)])
        await await_facts({each.number: each.holder.index for each in found}, asking, work)


def test_the_rows_would_tell_of_the_holder() -> None:
    assert tells_of_the_holder(json.dumps(ROW, ensure_ascii=False))
    assert ROW["occupation"] == lathe(4).occupation
