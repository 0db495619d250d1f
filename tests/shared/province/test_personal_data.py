"""Whatever goes wrong with a batch of certificates, no name and no number of a holder is repeated anywhere."""

from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from structlog.testing import capture_logs

from shared.contracts.province import ProvinceEnvelope
from shared.messaging.consumer import Incoming
from tests.builders import CITIZEN_ID
from tests.shared.province.certificates import BATCH, NAME, Office, tells_of_the_holder
from tests.shared.province.letters import incoming
from tests.subsidy.builders import HOLDER


def batch(**changes: Any) -> dict[str, Any]:
    """The batch with its one certificate changed."""
    plain = BATCH.model_dump(mode="json")
    return plain | {"certificates": [plain["certificates"][0] | changes]}


def altered(letter: ProvinceEnvelope) -> bytes:
    return letter.model_copy(update={"signature": ""}).model_dump_json().encode()


def cut_short(letter: ProvinceEnvelope) -> bytes:
    return letter.model_dump_json().encode()[:-20]


def as_sent(letter: ProvinceEnvelope) -> bytes:
    return incoming(letter).body


SPOILT: dict[str, tuple[dict[str, Any], Callable[[ProvinceEnvelope], bytes], str]] = {
    "a credit code with a wrong check digit": (batch(uscc="91320115MA00000010"), as_sent, "PAYLOAD"),
    "a credit code that is the holder's number": (batch(uscc=HOLDER), as_sent, "PAYLOAD"),
    "a level nobody has": (batch(occupation=NAME), as_sent, "PAYLOAD"),
    "a holder's number that is a list": (batch(holder_id=[HOLDER]), as_sent, "PAYLOAD"),
    "a holder's number that is a number": (batch(holder_id=int(HOLDER[:17])), as_sent, "PAYLOAD"),
    "a field named like the holder": (batch(**{HOLDER: 1, NAME: 1}), as_sent, "PAYLOAD"),
    "a NUL beside the name": (batch(holder_name=f"{NAME}\0"), as_sent, "PAYLOAD"),
    "a holder's number that cannot be right": (
        batch(holder_id=CITIZEN_ID[:-1] + "0"),
        as_sent,
        "rejected",
    ),
    "no signature": (batch(), altered, "SIGNATURE"),
    "an end that is missing": (batch(), cut_short, "parked"),
}


@pytest.mark.parametrize("spoilt", SPOILT)
async def test_nobody_is_told_whose_certificate_it_was(
    office: Office, spans: InMemorySpanExporter, spoilt: str
) -> None:
    payload, as_bytes, outcome = SPOILT[spoilt]
    await office.hear_of_the_institution()
    letter = office.issue(payload)
    with capture_logs() as logs:
        await office.worker.exchange.process([Incoming(body=as_bytes(letter))])
    await office.send()
    recorded = await office.rows("SELECT state, reason_code FROM exchange_received")
    held = await office.held()
    assert [each["state"] for each in held] == (["parked"] if outcome == "parked" else [])
    assert outcome in str(recorded) or outcome == "parked"
    told = [span.to_json() for span in spans.get_finished_spans()]
    sent = [message.body.decode() for message in office.line.taken]
    assert len(sent) == {"parked": 0, "rejected": 2}.get(outcome, 1)
    for text in (await office.everything_kept(), str(logs), *told, *sent):
        assert not tells_of_the_holder(text)
        assert CITIZEN_ID[:14] not in text
    assert await office.rows("SELECT 1 FROM certificate") == []


async def test_a_batch_that_is_kept_is_kept_encrypted_and_told_to_nobody(
    office: Office, spans: InMemorySpanExporter
) -> None:
    await office.hear_of_the_institution()
    with capture_logs() as logs:
        await office.take(office.issue())
    await office.send()
    assert len(await office.rows("SELECT 1 FROM certificate")) == 1
    told = [span.to_json() for span in spans.get_finished_spans()]
    sent = [message.body.decode() for message in office.line.taken]
    for text in (await office.everything_kept(), str(logs), *told, *sent):
        assert not tells_of_the_holder(text)


def test_the_look_at_what_is_kept_would_find_the_holder() -> None:
    (certificate,) = BATCH.certificates
    assert (certificate.holder_id, certificate.holder_name) == (HOLDER, NAME)
    assert tells_of_the_holder(BATCH.model_dump_json())
