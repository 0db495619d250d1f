"""What is known of holders and who waits for it, for tests to look at."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from services.subsidy.domain.fact import FactKind, FactSheet
from services.subsidy.handlers.knowledge import Asking, await_facts
from services.subsidy.handlers.news import claims_with_news
from shared.contracts.queries import (
    AnsweredFact,
    FactName,
)
from shared.values import Uscc, parse_certificate_number
from tests.subsidy.registry import EVERYTHING, Registry

MARCH = date(2024, 3, 1)
CLAIMED = date(2024, 6, 3)


async def named(registry: Registry, serial: int = 1, **changes: Any) -> dict[str, Any]:
    row = registry.row(serial, **changes)
    await registry.name(row)
    return row


async def wait_for(registry: Registry, *numbers: str) -> UUID:
    """A claim of the institution waits for facts about these."""
    claim_id = uuid4()
    asking = Asking(claim_id=claim_id, organ=registry.organ, claimant=registry.uscc)
    async with registry.works(EVERYTHING) as work:
        found = await work.certificates.all_numbered([parse_certificate_number(each) for each in numbers])
        await await_facts({each.number: each.holder.index for each in found}, asking, work)
    return claim_id


async def with_news(registry: Registry) -> set[UUID]:
    async with registry.works(EVERYTHING) as work:
        return set(await claims_with_news(work))


async def sheet(registry: Registry, number: str, *, claimant: Uscc | None = None) -> FactSheet:
    async with registry.works(EVERYTHING) as work:
        found = await work.certificates.all_numbered([parse_certificate_number(number)])
        sheets = await work.facts.sheet_for(found, claimant or registry.uscc, CLAIMED)
        known: FactSheet = sheets[parse_certificate_number(number)]
        return known


def values(known: FactSheet) -> dict[str, object]:
    return {kind.value: fact.value for kind in FactKind if (fact := known.find(kind)) is not None}


def learn(registry: Registry, number: str, facts: Sequence[tuple[FactName, date, Any]]) -> None:
    for name, about, value in facts:
        employer = registry.uscc if name is FactName.EMPLOYMENT else None
        registry.records.learn(
            AnsweredFact(
                number=parse_certificate_number(number),
                name=name,
                about=about,
                value=value,
                employer=employer,
            )
        )
