"""What the first tables held is still there after the revision that made items of claims rows, and after going back."""

import asyncio
import json
from datetime import date
from typing import Any
from uuid import uuid4

import asyncpg

from cli.suite.database import SuiteDatabase
from cli.suite.home import Home
from services.subsidy.domain.claim import ClaimState
from services.subsidy.domain.item import Item, ItemState
from services.subsidy.domain.terms import Outcome
from shared.persistence import migrations
from shared.persistence.engine import create_engine
from shared.policy import Policy
from shared.privacy import FieldCipher
from tests.builders import AT, DISTRICT, TURNER, a_uscc
from tests.databases import connected
from tests.subsidy.builders import number
from tests.subsidy.works import SubsidyWorks

USCC, INSTITUTION = str(a_uscc()), uuid4()
NUMBERS = [str(number(4, serial=serial)) for serial in (1, 2, 3)]
CLAIMS = {state: uuid4() for state in ("submitted", "approved", "paid")}
_CERTIFICATE = """
    INSERT INTO certificate (id, version, organ, uscc, institution_id, number, holder_name, holder_id, holder_index,
                             edition, occupation, work_type, level, issued_on, evaluated_on, batch)
    VALUES ($1, 1, $2, $3, $4, $5, 'n', 'i', $6, '2015', $7, '', 4, $8, $8, '旧批次')
"""
_CLAIM = """
    INSERT INTO claim (id, version, organ, uscc, institution_id, items, total_fen, state, frozen_for, submitted_at)
    VALUES ($1, 3, $2, $3, $4, $5, 150000, $6, '', $7)
"""
_ENTITLEMENT = """
    INSERT INTO entitlement (id, version, claim_id, holder_index, certificate_number, occupation, level, line, year,
                             place, shortage, live)
    VALUES ($1, 1, $2, $3, $4, '车工', 4, 'B', 2024, 1, false, true)
"""


def _item(certificate: str, outcome: str = "payable", amount: int = 150_000) -> dict[str, Any]:
    return {
        "certificate_number": certificate,
        "level": 4,
        "outcome": outcome,
        "amount_fen": amount,
        "base_fen": amount,
        "uplift": None,
        "shortage": False,
        "basis": ["N1.4", "N1.6"],
        "rules": [],
        "policy_version": "nanjing-1",
    }


async def _step(database: SuiteDatabase, to: str) -> None:
    await asyncio.to_thread(migrations.migrate, "subsidy", database.owners["subsidy"], to=to)


async def _write_old_rows(connection: asyncpg.Connection) -> None:
    await connection.execute("SELECT set_config('njt.everything', 'on', false)")
    for place, (state, claim) in enumerate(CLAIMS.items()):
        holder, on = bytes([place]) * 32, date(2024, 3, 4)
        place_of = (uuid4(), DISTRICT, USCC, INSTITUTION, NUMBERS[place], holder, TURNER, on)
        await connection.execute(_CERTIFICATE, *place_of)
        items = json.dumps([_item(NUMBERS[place])])
        await connection.execute(_CLAIM, claim, DISTRICT, USCC, INSTITUTION, items, state, AT)
        await connection.execute(_ENTITLEMENT, uuid4(), claim, holder, NUMBERS[place])


async def test_claims_of_the_first_tables_live_on_with_their_decisions(
    fresh_database: SuiteDatabase, policy: Policy, home: Home
) -> None:
    await _step(fresh_database, "base")
    await _step(fresh_database, "0002")
    async with connected(fresh_database.owners["subsidy"], "subsidy") as old:
        await _write_old_rows(old)
    await _step(fresh_database, "head")
    engine = create_engine(fresh_database.services["subsidy"], schema="subsidy", pool_size=2)
    async with SubsidyWorks(engine, policy, FieldCipher.from_file(home.privacy_keys))() as work:
        claims = {state: await work.claims.get(key) for state, key in CLAIMS.items()}
        items: dict[str, list[Item]] = {
            state: await work.items.first(key, most=10) for state, key in CLAIMS.items()
        }
        held = await work.entitlements.histories({bytes([1]) * 32})
    await engine.dispose()
    assert [each.state for each in claims.values()] == [
        ClaimState.SUBMITTED,
        ClaimState.SUBMITTED,
        ClaimState.PAID,
    ]
    assert {each.total for each in claims.values()} == {150_000}
    assert {each.tally.certificates for each in claims.values()} == {1}
    assert claims["submitted"].due is not None
    assert [found[0].state for found in items.values()] == [
        ItemState.PAYABLE,
        ItemState.PAYABLE,
        ItemState.PAID,
    ]
    for place, (kept,) in enumerate(items.values()):
        assert str(kept.certificate_number) == NUMBERS[place]
        assert kept.decision is not None
        assert (kept.decision.outcome, kept.decision.amount) == (Outcome.PAYABLE, 150_000)
        assert kept.decision.basis == ("N1.4", "N1.6")
        assert kept.decision.policy_version == "nanjing-1"
    (grant,) = next(iter(held.values())).grants
    assert grant.family == f"2015:{TURNER}"


async def test_going_back_keeps_what_the_items_came_to(fresh_database: SuiteDatabase) -> None:
    await _step(fresh_database, "base")
    await _step(fresh_database, "0002")
    async with connected(fresh_database.owners["subsidy"], "subsidy") as old:
        await _write_old_rows(old)
    await _step(fresh_database, "head")
    await _step(fresh_database, "-2")
    async with connected(fresh_database.owners["subsidy"], "subsidy") as again:
        await again.execute("SELECT set_config('njt.everything', 'on', false)")
        rows = await again.fetch("SELECT id, items, total_fen FROM claim")
        held = await again.fetchval("SELECT count(*) FROM entitlement WHERE live")
    assert {row["id"] for row in rows} == set(CLAIMS.values())
    for row in rows:
        (item,) = json.loads(row["items"])
        assert (item["outcome"], item["amount_fen"], item["basis"]) == ("payable", 150_000, ["N1.4", "N1.6"])
    assert held == 3
