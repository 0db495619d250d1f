"""What the first tables held is still there after the whole-life revision, and after going back."""

import asyncio
import json
from datetime import date
from uuid import uuid4

import asyncpg

from cli.suite.database import SuiteDatabase
from services.filing.domain.institution import Standing
from services.filing.domain.obligation import ObligationKind, ObligationState
from services.filing.domain.stages import FilingState
from shared.clock import SHANGHAI
from shared.persistence import migrations
from shared.persistence.engine import create_engine
from shared.policy import Policy
from tests.builders import AT, DISTRICT, TURNER, a_uscc
from tests.databases import Bell, connected, filing_works
from tests.filing.works import EVERYTHING

FILING, INSTITUTION = uuid4(), uuid4()
SCOPE = [{"edition": "2015", "occupation": TURNER, "work_type": "", "level": 4}]
MATERIALS = [{"kind": "application_form", "file_name": "申请表.pdf", "sha256": "0" * 64, "pledged": False}]
OWED = [
    {"kind": "open_account", "organ": DISTRICT, "due_at": AT.isoformat(), "done_at": AT.isoformat()},
    {"kind": "be_copied", "organ": "320100", "due_at": AT.isoformat(), "done_at": None},
]

_FILING = """
    INSERT INTO filing (id, version, organ, handled_by, name, uscc, category, audience, scope, basis, training, evidence,
                        materials, state, priority, scores, obligations, drafted_at, registered_at, filing_number,
                        institution_id)
    VALUES ($1, 7, $2, $2, '旧甲公司', $3, 'municipal_enterprise', 'own_staff', $4, '{N2.2}', '{}', '{}', $5, 'registered',
            false, '[]', $6, $7, $7, '旧备案1号', $8)
"""
_INSTITUTION = """
    INSERT INTO institution (id, version, organ, name, uscc, category, audience, scope, number, station_codes, valid_from,
                             valid_until, basis, filed_by, standing, suspended_for)
    VALUES ($1, 2, $2, '旧甲公司', $3, 'municipal_enterprise', 'own_staff', $4, '旧备案1号', '{}', $5, $6, '{N2.2}', $2,
            'suspended', '整改逾期')
"""


async def _step(database: SuiteDatabase, to: str) -> None:
    await asyncio.to_thread(migrations.migrate, "filing", database.owners["filing"], to=to)


async def _write_old_rows(connection: asyncpg.Connection) -> None:
    uscc = str(a_uscc())
    await connection.execute("SELECT set_config('njt.everything', 'on', false)")
    await connection.execute(
        _FILING,
        FILING,
        DISTRICT,
        uscc,
        json.dumps(SCOPE),
        json.dumps(MATERIALS),
        json.dumps(OWED),
        AT,
        INSTITUTION,
    )
    span = (date(2024, 3, 4), date(2027, 3, 3))
    await connection.execute(_INSTITUTION, INSTITUTION, DISTRICT, uscc, json.dumps(SCOPE), *span)


async def test_cases_and_register_of_the_first_tables_live_on(
    fresh_database: SuiteDatabase, policy: Policy
) -> None:
    await _step(fresh_database, "base")
    await _step(fresh_database, "0001")
    async with connected(fresh_database.owners["filing"]) as old:
        await _write_old_rows(old)
    await _step(fresh_database, "head")
    engine = create_engine(fresh_database.services["filing"], schema="filing", pool_size=2)
    async with filing_works(engine, policy, Bell())(EVERYTHING) as work:
        filing = await work.filings.get(FILING)
        institution = await work.institutions.get(INSTITUTION)
        owed = {each.kind: each.state for each in await work.obligations.of_filings([FILING])}
        covered = await work.institutions.any_covers(
            [next(each for each in policy.occupations if each.code == TURNER)], on=date(2024, 6, 1)
        )
    await engine.dispose()
    assert filing.state is FilingState.REGISTERED
    assert filing.registered_at == AT
    assert [each.file_name for each in filing.materials] == ["申请表.pdf"]
    assert owed == {
        ObligationKind.OPEN_ACCOUNT: ObligationState.DONE,
        ObligationKind.BE_COPIED: ObligationState.OPEN,
    }
    assert institution.standing is Standing.SUSPENDED
    assert institution.suspended_for == "整改逾期"
    assert [item.occupation for item in institution.scope] == [TURNER]
    assert covered


async def test_going_back_keeps_cases_and_register(fresh_database: SuiteDatabase) -> None:
    await _step(fresh_database, "base")
    await _step(fresh_database, "0001")
    async with connected(fresh_database.owners["filing"]) as old:
        await _write_old_rows(old)
    await _step(fresh_database, "head")
    await _step(fresh_database, "-3")
    async with connected(fresh_database.owners["filing"]) as old:
        await old.execute("SELECT set_config('njt.everything', 'on', false)")
        filing = await old.fetchrow("SELECT state, registered_at, obligations FROM filing")
        institution = await old.fetchrow("SELECT scope, standing, suspended_for FROM institution")
    assert filing is not None
    assert institution is not None
    assert filing["state"] == "registered"
    assert filing["registered_at"].astimezone(SHANGHAI) == AT
    assert {each["kind"] for each in json.loads(filing["obligations"])} == {"open_account", "be_copied"}
    assert json.loads(institution["scope"]) == SCOPE
    assert (institution["standing"], institution["suspended_for"]) == ("suspended", "整改逾期")
