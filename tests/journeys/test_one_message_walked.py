"""From one number to everything about it: lines of the exchange ledgers, spans of one trace, entries of the case."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from cli.bench.faults.ground import opened
from cli.bench.faults.town import DAY, Town, inhabited
from cli.suite.home import Home
from simulator.memory import MemoryLine
from simulator.story import Story

SECONDS = 60
LINES = "SELECT * FROM exchange_message WHERE refs @> ARRAY[$1] ORDER BY place"
ENTRIES = "SELECT act, subject_kind, subject_id, trace_id FROM ledger_entry WHERE trace_id = $1 ORDER BY id"
Rows = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Walked:
    """A town in which the province has filed one body and sent its certificates, and the spans of it all."""

    town: Town
    story: Story
    spans: InMemorySpanExporter

    async def lines(self, service: str, ref: str) -> Rows:
        """What crossed there about a number, in its order."""
        return await self._rows(service, LINES, ref)

    async def entries(self, service: str, trace_id: str) -> Rows:
        """What was done there in a trace."""
        return await self._rows(service, ENTRIES, trace_id)

    async def _rows(self, service: str, query: str, *values: object) -> Rows:
        async with self.town.registers.reading(service) as connection:
            return [dict(row) for row in await connection.fetch(query, *values)]

    def steps_of(self, trace_id: str) -> set[tuple[str, str]]:
        """Services and names of a trace's spans."""
        found = [
            span
            for span in self.spans.get_finished_spans()
            if span.context and f"{span.context.trace_id:032x}" == trace_id
        ]
        return {
            (str(span.resource.attributes["service.name"]).removeprefix("njt-"), span.name) for span in found
        }


@pytest.fixture(scope="module")
async def walked(postgres_url: str, home: Home, scratch: Path) -> AsyncIterator[Walked]:
    spans = InMemorySpanExporter()
    story = Story(institutions=1, certificates=2, seed=77, today=DAY)
    async with (
        opened(
            postgres_url, home.passwords, scratch / "walked", processors=[SimpleSpanProcessor(spans)]
        ) as ground,
        inhabited(ground, MemoryLine(ground.line)) as town,
    ):
        left = await town.told(story, seconds=SECONDS)
        assert await town.agreed(left, seconds=SECONDS) == []
        yield Walked(town=town, story=story, spans=spans)


def crossed(lines: Rows) -> list[tuple[str, str, str]]:
    return [(line["direction"], line["code"], line["outcome"]) for line in lines]


async def test_a_filing_number_leads_to_what_crossed_the_trace_and_the_case(walked: Walked) -> None:
    filing = next(iter(walked.story))
    lines = await walked.lines("filing", filing.business_key)
    assert crossed(lines) == [
        ("in", "INSTITUTION_FILED", "done"),
        ("out", "RECEIPT", "sent"),
        ("out", "RECEIPT", "sent"),
    ]
    (trace_id,) = {line["trace_id"] for line in lines}
    told = await walked.lines("accounts", trace_id)
    assert crossed(told) == [
        ("out", "ACCOUNT_OPENED", "sent"),
        ("in", "RECEIPT", "done"),
        ("in", "RECEIPT", "done"),
    ]
    assert {
        ("filing", "receive INSTITUTION_FILED"),
        ("filing", "send RECEIPT"),
        ("accounts", "send ACCOUNT_OPENED"),
        ("accounts", "receive RECEIPT"),
    } <= walked.steps_of(trace_id)
    entered = [it for it in await walked.entries("filing", trace_id) if it["subject_kind"] == "institution"]
    assert [it["act"] for it in entered] == ["province.INSTITUTION_FILED"]
    opened_there = [
        it for it in await walked.entries("accounts", trace_id) if it["subject_kind"] == "account"
    ]
    assert [f"account:{it['subject_id']}:opened" for it in opened_there[:1]] == [told[0]["business_key"]]


async def test_a_certificate_number_leads_to_its_batch_the_trace_and_the_certificate(walked: Walked) -> None:
    batch = next(step for step in walked.story if step.send == "CERTIFICATES_ISSUED")
    numbers = [each["number"] for each in batch.payload["certificates"]]
    lines = [line for line in await walked.lines("subsidy", numbers[0]) if line["outcome"] == "done"]
    assert [(line["code"], line["business_key"]) for line in lines] == [
        ("CERTIFICATES_ISSUED", batch.business_key)
    ]
    trace_id = lines[0]["trace_id"]
    receipts = [line for line in await walked.lines("subsidy", trace_id) if line["code"] == "RECEIPT"]
    assert {line["in_reply_to"] for line in receipts} == {lines[0]["message_id"]}
    assert ("subsidy", "receive CERTIFICATES_ISSUED") in walked.steps_of(trace_id)
    entries = [it for it in await walked.entries("subsidy", trace_id) if it["subject_kind"] == "certificate"]
    async with walked.town.registers.reading("subsidy") as connection:
        kept = {row["id"] for row in await connection.fetch("SELECT id FROM certificate")}
    assert {entry["subject_id"] for entry in entries} == kept
    assert len(entries) == len(numbers)
