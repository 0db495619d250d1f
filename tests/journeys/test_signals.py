"""A signal from where it is found to what supervision found, over the bus, while the claim it touches goes its way."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cli.suite.home import Home
from shared.contracts.province import CertificatesIssued, MessageCode
from tests.builders import institution_filed
from tests.journeys.life import LATHE_4, Life, opened_life
from tests.shared.province.exchange import until
from tests.shared.province.letters import DONE
from tests.subsidy.builders import SCOPE, certificate, lathe

CANDIDATES = 30
EVALUATED, ISSUED, UPLOADED = date(2024, 3, 25), date(2024, 4, 8), date(2024, 4, 17)
VISIT = {"kind": "special", "supervisors": ["测试督导甲", "测试督导乙"], "visited_on": "2024-04-18"}


@pytest.fixture(scope="module")
async def life(postgres_url: str, home: Home, scratch: Path) -> AsyncIterator[Life]:
    async with opened_life(postgres_url, home.passwords, scratch / "signals") as life:
        yield life


async def on_record(life: Life) -> None:
    """The province filed it."""
    filed = institution_filed(uscc=life.case.uscc, scope=SCOPE)
    assert await life.suite.conclusion(await life.suite.file(filed)) == DONE
    (row,) = await life.suite.rows("filing", "SELECT id FROM institution WHERE uscc = $1", filed.uscc)
    life.institution = str(row["id"])
    await life.shows(f"/v1/supervised-institutions/{life.institution}", of="supervision", standing="active")


async def evaluated(life: Life) -> None:
    """It plans an evaluation, holds it, and every single candidate gets a certificate."""
    plan = {
        "institution_id": life.institution,
        "item": LATHE_4,
        "audience": "own_staff",
        "planned_on": EVALUATED.isoformat(),
    }
    planned = await life.make("/v1/evaluation-plans", plan, life.own, of="supervision")
    life.on(EVALUATED)
    came = {"held_on": EVALUATED.isoformat(), "candidates": CANDIDATES}
    path = f"/v1/evaluation-plans/{planned['id']}/evaluation"
    await life.change(path, planned, came, who=life.own, of="supervision")
    life.on(ISSUED)
    issued = CertificatesIssued(
        batch="全员合格",
        certificates=tuple(
            certificate(
                lathe(4),
                serial=serial,
                uscc=life.case.uscc,
                holder_id=f"E{serial:08d}",
                evaluated_on=EVALUATED,
                issued_on=ISSUED,
            )
            for serial in range(1, CANDIDATES + 1)
        ),
    )
    sent = await life.suite.province.send(
        "subsidy",
        MessageCode.CERTIFICATES_ISSUED,
        business_key=issued.batch,
        lane=life.case.uscc,
        payload=issued,
    )
    assert await life.suite.conclusion(sent) == DONE
    life.kept["numbers"] = [str(each.number) for each in issued.certificates]


async def claimed(life: Life) -> None:
    """It claims for three of them before anybody suspects anything."""
    asked = {"institution_id": life.institution, "certificate_numbers": life.kept["numbers"][:3]}
    claimant = life.interfaces.bearer(holder=life.case.uscc)
    life.kept["claim"] = await life.make("/v1/claims", asked, claimant, of="subsidy")


async def suspected(life: Life) -> None:
    """When all certificates have to be in, subsidy looks, and supervision has a lead."""
    assert await leads(life) == []
    life.on(UPLOADED)

    async def handed_over() -> bool:
        return bool(await leads(life))

    await until(handed_over)
    (life.kept["lead"],) = await leads(life)


async def looked_into(life: Life) -> None:
    """An officer is to look into it, goes there, and finds it so."""
    place, lead = f"/v1/leads/{life.kept['lead']['id']}", life.kept["lead"]
    lead = await life.change(f"{place}/assignment", lead, {"officer": "测试督导甲"}, of="supervision")
    life.on(date(2024, 4, 18))
    lead = await life.change(f"{place}/inspection", lead, {"visit": VISIT}, of="supervision")
    closing = {"finding": "confirmed", "reason": "试卷雷同，阅卷放水"}
    life.kept["closed"] = await life.change(f"{place}/closing", lead, closing, of="supervision")


async def leads(life: Life) -> list[dict[str, Any]]:
    found = await life.get(f"/v1/leads?institution_id={life.institution}", of="supervision")
    items: list[dict[str, Any]] = found["items"]
    return items


async def claim_now(life: Life) -> dict[str, Any]:
    return await life.get(f"/v1/claims/{life.kept['claim']['id']}", of="subsidy")


def decisions(claim: dict[str, Any]) -> list[Any]:
    told = ("outcome", "amount_fen", "reasons", "rules", "inputs_digest", "decided_at", "state")
    return [[each[name] for name in told] for each in claim["items"]]


async def test_n3_3_what_looks_wrong_is_handed_to_supervision_with_its_evidence(life: Life) -> None:
    await life.through(on_record, evaluated, claimed, suspected)
    lead = life.kept["lead"]
    assert (lead["kind"], lead["state"], lead["institution_uscc"]) == ("pass_rate", "new", life.case.uscc)
    evidence = lead["evidence"]
    assert (evidence["count"], evidence["of"], evidence["day"]) == (30, 30, EVALUATED.isoformat())
    assert {each["status"] for each in evidence["limits"]} == {"assumed"}
    signal = await life.get(f"/v1/signals/{lead['signal_id']}", of="subsidy")
    assert (signal["kind"], signal["evidence"]) == ("pass_rate", evidence)


async def test_n3_3_the_claim_it_touches_shows_it_and_is_decided_as_before(life: Life) -> None:
    await life.through(on_record, evaluated, claimed, suspected)
    claim = await claim_now(life)
    assert claim["open_signals"] == 1
    assert decisions(claim) == decisions(life.kept["claim"])
    assert {each["outcome"] for each in claim["items"]} == {"payable"}


async def test_n3_3_what_supervision_finds_is_noted_where_the_signal_is(life: Life) -> None:
    await life.through(on_record, evaluated, claimed, suspected, looked_into)
    lead = life.kept["closed"]
    assert (lead["state"], lead["finding"]) == ("closed", "confirmed")
    inspection = await life.get(f"/v1/inspections/{lead['inspection_id']}", of="supervision")
    assert inspection["institution_id"] == life.institution
    signal = await life.shows(f"/v1/signals/{lead['signal_id']}", of="subsidy", state="closed")
    assert (signal["finding"], signal["lead_id"]) == ("confirmed", lead["id"])


async def test_n3_3_even_confirmed_it_refuses_nothing(life: Life) -> None:
    await life.through(on_record, evaluated, claimed, suspected, looked_into)
    await life.shows(f"/v1/signals/{life.kept['lead']['signal_id']}", of="subsidy", state="closed")
    claim = await claim_now(life)
    assert (claim["open_signals"], decisions(claim)) == (0, decisions(life.kept["claim"]))
    path = f"/v1/claims/{claim['id']}/review"
    reviewed = await life.change(path, claim, {"approve": True}, of="subsidy")
    assert reviewed["state"] == "reviewed"


async def test_nobody_at_the_institution_sees_the_signal_or_the_lead(life: Life) -> None:
    await life.through(on_record, evaluated, claimed, suspected)
    own, lead = life.interfaces.bearer(holder=life.case.uscc), life.kept["lead"]
    for of, path in (
        ("subsidy", f"/v1/signals/{lead['signal_id']}"),
        ("supervision", f"/v1/leads/{lead['id']}"),
    ):
        answer = await life.interfaces.clients[of].get(path, headers=own)
        assert answer.status_code == 404
