"""证明材料: a document shows a fact once an officer of the handling organ has checked it, and not before."""

import json
from typing import Any

import pytest

from shared.identity import Permission
from tests.builders import OTHER_DISTRICT, a_uscc
from tests.interfaces import fresh_key
from tests.shared.objects.papers import a_pdf
from tests.subsidy.knowing import named, sheet, values, wait_for, with_news
from tests.subsidy.registry import ISSUED, Registry


async def show(registry: Registry, row: dict[str, Any], **changes: Any) -> dict[str, Any]:
    form = {
        "certificate_number": row["number"],
        "kind": "insured_months",
        "value": "36",
        "about": "2024-03-31",
    }
    answer = await registry.client.post(
        "/v1/evidence",
        data=form | changes,
        files={"file": ("证明.pdf", a_pdf())},
        headers=registry.own | fresh_key(),
    )
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def settle(
    registry: Registry, told: dict[str, Any], act: str, body: dict[str, Any], *, organ: str = ""
) -> Any:
    headers = registry.interfaces.bearer(organ=organ or registry.organ, subject="checker")
    return await registry.client.post(
        f"/v1/evidence/{told['id']}/{act}", json=body, headers=headers | {"If-Match": f'"{told["version"]}"'}
    )


async def test_evidence_is_a_fact_once_an_officer_accepts_it(registry: Registry) -> None:
    row = await named(registry)
    claim_id = await wait_for(registry, row["number"])
    told = await show(registry, row)
    assert (told["state"], told["about"]) == ("awaiting", "2024-03-01")
    assert values(await sheet(registry, row["number"])) == {}
    answer = await settle(registry, told, "acceptance", {})
    assert (answer.status_code, answer.json()["state"]) == (200, "accepted")
    known = await sheet(registry, row["number"])
    assert values(known) == {"insured_months": 36}
    assert known.facts[0].source == f"evidence:{told['id']}"
    assert claim_id in await with_news(registry)


async def test_the_officer_may_read_something_else_in_it(registry: Registry) -> None:
    row = await named(registry)
    told = await show(registry, row, kind="employment", value="employee", about=str(ISSUED))
    await settle(registry, told, "acceptance", {"value": "dispatched_with_contract"})
    assert values(await sheet(registry, row["number"])) == {"employment": "dispatched_with_contract"}
    assert values(await sheet(registry, row["number"], claimant=a_uscc())) == {}


async def test_rejected_evidence_is_no_fact_and_needs_a_reason(registry: Registry) -> None:
    row = await named(registry)
    told = await show(registry, row)
    unreasoned = await settle(registry, told, "rejection", {})
    assert (unreasoned.status_code, unreasoned.json()["code"]) == (422, "NJT-SUB-1011")
    rejected = await settle(registry, told, "rejection", {"reason": "无法辨认"})
    assert (rejected.status_code, rejected.json()["checked"]["reason"]) == (200, "无法辨认")
    again = await settle(registry, rejected.json(), "acceptance", {})
    assert (again.status_code, again.json()["code"]) == (409, "NJT-SUB-1502")
    assert values(await sheet(registry, row["number"])) == {}


async def test_only_the_handling_organ_checks_evidence(registry: Registry) -> None:
    row = await named(registry)
    told = await show(registry, row)
    city = await settle(registry, told, "acceptance", {}, organ="320100")
    assert (city.status_code, city.json()["code"]) == (403, "NJT-SUB-1009")
    other = await settle(registry, told, "acceptance", {}, organ=OTHER_DISTRICT)
    assert (other.status_code, other.json()["code"]) == (404, "NJT-SUB-1501")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"value": "many"}, "NJT-SUB-1130"),
        ({"kind": "pension", "value": "perhaps"}, "NJT-SUB-1130"),
        ({"kind": "employment", "value": "owner"}, "NJT-SUB-1130"),
        ({"about": "2199-01-01"}, "NJT-SUB-1505"),
    ],
)
async def test_what_cannot_be_is_not_stated(registry: Registry, changes: dict[str, str], code: str) -> None:
    row = await named(registry)
    form = {
        "certificate_number": row["number"],
        "kind": "insured_months",
        "value": "36",
        "about": "2024-03-31",
    }
    answer = await registry.client.post(
        "/v1/evidence",
        data=form | changes,
        files={"file": ("a.pdf", a_pdf())},
        headers=registry.own | fresh_key(),
    )
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_the_document_is_given_out_as_it_was_handed_in_to_those_who_may_see_it(
    registry: Registry,
) -> None:
    row = await named(registry)
    told = await show(registry, row)
    path = f"/v1/evidence/{told['id']}/document"
    given = await registry.client.get(path, headers=registry.officer)
    assert (given.content, given.headers["content-type"]) == (a_pdf(), "application/pdf")
    assert "证明" not in json.dumps(dict(given.headers), ensure_ascii=False)
    stranger = registry.interfaces.bearer(Permission.READ_REGISTER, organ=OTHER_DISTRICT)
    assert (await registry.client.get(path, headers=stranger)).status_code == 404
    listed = await registry.client.get("/v1/evidence?state=awaiting&size=200", headers=registry.own)
    assert [each["id"] for each in listed.json()["items"]] == [told["id"]]


async def test_nobody_states_facts_for_another_bodys_certificates(registry: Registry) -> None:
    row = await named(registry)
    other = Registry(registry.interfaces)
    await other.open()
    answer = await registry.client.post(
        "/v1/evidence",
        data={"certificate_number": row["number"], "kind": "pension", "value": "true", "about": "2024-03-31"},
        files={"file": ("a.pdf", a_pdf())},
        headers=other.own | fresh_key(),
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "NJT-SUB-1002")


async def test_what_is_no_document_is_refused(registry: Registry) -> None:
    row = await named(registry)
    answer = await registry.client.post(
        "/v1/evidence",
        data={"certificate_number": row["number"], "kind": "pension", "value": "true", "about": "2024-03-31"},
        files={"file": ("a.pdf", b"MZ not a pdf")},
        headers=registry.own | fresh_key(),
    )
    assert answer.status_code == 422
    assert answer.json()["code"].startswith("NJT-OBJ-")
