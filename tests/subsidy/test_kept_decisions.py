"""What was decided is kept once for all of whom it holds, with what it was decided from, and is never changed."""

from hashlib import sha256

import pytest
from sqlalchemy import text

from cli.suite.database import SuiteDatabase
from services.subsidy.domain.claim import Claim
from services.subsidy.domain.inputs import restore
from shared.persistence.security import enter
from tests.databases import connected, superuser_url
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import Claimant
from tests.subsidy.works import EVERYTHING

_KEPT = """
    SELECT count(DISTINCT verdict) AS verdicts, count(DISTINCT asked) AS asked, count(DISTINCT known) AS known
    FROM claim_item WHERE claim_id = :claim
"""
_RIGHTS = """
    SELECT bool_or(has_table_privilege('njt_subsidy', name, 'UPDATE') OR has_table_privilege('njt_subsidy', name, 'DELETE'))
    FROM unnest(ARRAY['verdict', 'decision_input']) AS name
"""
_HALVES = """
    SELECT half.digest, half.written FROM decision_input AS half
    JOIN claim_item ON half.id IN (claim_item.asked, claim_item.known) WHERE claim_item.claim_id = :claim
"""
_OWN = "SELECT id, written FROM decision_input WHERE id = (SELECT asked FROM claim_item WHERE claim_id = $1)"
_WRITTEN = "UPDATE decision_input SET written = $2 WHERE id = $1"


async def kept(employer: Claimant, claim: Claim, statement: str) -> list[dict[str, object]]:
    async with employer.works.engine.connect() as connection, connection.begin():
        await enter(connection, EVERYTHING)
        rows = await connection.execute(text(statement), {"claim": claim.id})
        return [dict(row) for row in rows.mappings()]


async def test_what_is_the_same_of_many_items_is_kept_once(employer: Claimant) -> None:
    claim = await employer.claimed(*[lathe(4)] * 4, *[robot(3)] * 3)
    assert await kept(employer, claim, _KEPT) == [{"verdicts": 2, "asked": 2, "known": 1}]
    again = await employer.claimed(*[lathe(4)] * 2)
    assert await kept(employer, again, _KEPT) == [{"verdicts": 1, "asked": 1, "known": 1}]
    first, *_ = await employer.items(claim)
    other, *_ = await employer.items(again)
    assert first.decision is not None
    assert other.decision is not None
    assert first.decision.verdict == other.decision.verdict
    assert first.decision.inputs_digest != other.decision.inputs_digest


async def test_every_half_of_inputs_is_found_by_the_digest_of_what_it_says(employer: Claimant) -> None:
    claim = await employer.claimed(lathe(4), robot(3))
    halves = await kept(employer, claim, _HALVES)
    assert len(halves) == 4
    for half in halves:
        assert sha256(str(half["written"]).encode()).digest() == half["digest"]
    for item in await employer.items(claim):
        asked = restore(item.inputs.encode())
        assert (asked.number, asked.claim.on) == (item.certificate_number, claim.claimed_on)


async def test_the_service_may_not_change_what_was_decided(employer: Claimant) -> None:
    async with employer.works.engine.connect() as connection:
        assert (await connection.execute(text(_RIGHTS))).scalar_one() is False


async def test_inputs_that_were_altered_are_not_read(
    employer: Claimant, database: SuiteDatabase, postgres_url: str
) -> None:
    claim = await employer.claimed(lathe(5))
    async with connected(superuser_url(postgres_url, database), "subsidy") as connection:
        own = await connection.fetchrow(_OWN, claim.id)
        await connection.execute(_WRITTEN, own["id"], own["written"].replace("2024-06-03", "2024-06-04"))
        try:
            with pytest.raises(ValueError, match="was altered"):
                await employer.items(claim)
        finally:
            await connection.execute(_WRITTEN, own["id"], own["written"])
    assert len(await employer.items(claim)) == 1
