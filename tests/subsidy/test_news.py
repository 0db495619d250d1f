"""A claim that waits is decided again when the province knows the certificate, or somebody knows the facts."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.subsidy.handlers.news import claims_with_news
from shared.clock import StoryClock
from shared.contracts.queries import (
    AnsweredFact,
    FactName,
)
from tests.interfaces import fresh_key
from tests.subsidy.builders import NOON
from tests.subsidy.registry import EVERYTHING, Registry


@pytest.fixture
def noon(story: StoryClock) -> datetime:
    """The suite's clock, in the summer after the certificates were issued."""
    story.set(NOON)
    return NOON


async def claim(registry: Registry, *rows: dict[str, Any]) -> dict[str, Any]:
    answer = await registry.client.post(
        "/v1/claims",
        json={
            "institution_id": str(registry.key),
            "certificate_numbers": [row["number"] for row in rows],
        },
        headers=registry.own | fresh_key(),
    )
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def states(registry: Registry, claim_id: str) -> list[str]:
    answer = await registry.client.get(f"/v1/claims/{claim_id}/items", headers=registry.own)
    assert answer.status_code == 200, answer.text
    return [each["state"] for each in answer.json()["items"]]


def nobodys(registry: Registry, row: dict[str, Any]) -> AnsweredFact:
    """The province's word that the holder is not the claimant's."""
    return AnsweredFact(
        number=row["number"],
        name=FactName.EMPLOYMENT,
        about=NOON.date().replace(month=3),
        value="none",
        employer=registry.uscc,
    )


async def open_waits(registry: Registry, claim_id: str) -> int:
    async with registry.works(EVERYTHING) as work:
        return len(await work.fact_waits.of_claim(claim_id))


async def test_an_unverified_certificate_makes_the_claim_wait_until_the_province_confirms_it(
    registry: Registry, noon: datetime
) -> None:
    assert noon.tzinfo is UTC
    known, unknown = registry.row(1), registry.row(2)
    await registry.name(known, unknown)
    claimed = await claim(registry, known, unknown)
    assert await states(registry, claimed["id"]) == ["pending", "pending"]
    registry.known_to_the_province(registry.issued(known))
    await registry.answer_certificates()
    await registry.do("take-news")
    assert await states(registry, claimed["id"]) == ["payable", "pending"]
    assert await open_waits(registry, claimed["id"]) == 1
    assert await registry.do("take-news") == 0


async def test_a_revocation_while_a_claim_waits_refuses_the_item(registry: Registry, noon: datetime) -> None:
    assert noon.tzinfo is UTC
    row = registry.row(1)
    await registry.name(row)
    claimed = await claim(registry, row)
    registry.records.revoked[row["number"]] = NOON.date()
    await registry.answer_certificates()
    await registry.do("take-news")
    assert await states(registry, claimed["id"]) == ["refused"]
    assert await open_waits(registry, claimed["id"]) == 0


async def test_a_fact_that_refuses_is_heard_too(registry: Registry, noon: datetime) -> None:
    assert noon.tzinfo is UTC
    row = registry.row(1)
    await registry.name(row)
    claimed = await claim(registry, row)
    registry.known_to_the_province(registry.issued(row))
    registry.records.learn(nobodys(registry, row))
    await registry.answer_facts()
    await registry.answer_certificates()
    await registry.do("take-news")
    assert await states(registry, claimed["id"]) == ["refused"]


async def test_news_is_heard_of_all_whom_it_bears_on_and_of_nobody_else(
    registry: Registry, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many wait before them of whom nothing new is known."""
    assert noon.tzinfo is UTC
    for module in ("items", "news"):
        monkeypatch.setattr(f"services.subsidy.handlers.{module}.CHUNK", 2)
    rows = [registry.row(serial) for serial in range(1, 10)]
    await registry.name(*rows)
    claimed = await claim(registry, *rows)
    assert await states(registry, claimed["id"]) == ["pending"] * 9
    before = await versions(registry, claimed["id"])
    told = rows[1::2]
    for row in told:
        registry.records.learn(nobodys(registry, row))
    await registry.answer_facts()
    async with registry.works(EVERYTHING) as work:
        assert [str(each) for each in await claims_with_news(work)].count(claimed["id"]) == 2
    await registry.do("take-news")
    assert await states(registry, claimed["id"]) == ["pending", "refused"] * 4 + ["pending"]
    after = await versions(registry, claimed["id"])
    assert [now - then for then, now in zip(before, after, strict=True)] == [0, 1] * 4 + [0]
    assert await open_waits(registry, claimed["id"]) == 5
    assert await registry.do("take-news") == 0


async def versions(registry: Registry, claim_id: str) -> list[int]:
    answer = await registry.client.get(f"/v1/claims/{claim_id}/items", headers=registry.own)
    return [each["version"] for each in answer.json()["items"]]
