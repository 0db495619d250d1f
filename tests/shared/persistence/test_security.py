"""Who sees which rows, and what each role may touch, as the database itself decides it."""

from itertools import permutations
from uuid import UUID

import asyncpg
import pytest

from cli.suite.database import SERVICES, SuiteDatabase
from services.filing.domain.refusals import UnknownFiling
from services.filing.handlers import Work
from shared.identity import Principal, Scope
from shared.persistence.security import protect
from shared.persistence.unit_of_work import Works
from shared.policy import Policy
from tests.builders import CITY, DISTRICT, OTHER_DISTRICT, PARK, PROVINCE, a_filing, a_uscc, an_applicant
from tests.databases import connected

NOBODYS_CASE = {("filing", "filing_serial"), ("filing", "public_register"), ("accounts", "client")}
"""A counter of filing numbers, what is public of the register, and the organ that a program calls for."""
LENT = {("filing", "expert")}
"""What the organs below an organ may read as well, and not change."""
SERVICE = Scope(actor="service:filing", act="test", everything=True)


async def visible(works: Works[Work], scope: Scope, keys: dict[str, UUID]) -> set[str]:
    """Whose cases a scope sees."""
    seen = set()
    async with works(scope) as work:
        for name, key in keys.items():
            try:
                await work.filings.get(key)
            except UnknownFiling:
                continue
            seen.add(name)
    return seen


@pytest.fixture
async def cases(works: Works[Work]) -> dict[str, UUID]:
    """One case each in two districts and a park."""
    filings = {organ: a_filing(organ=organ) for organ in (DISTRICT, OTHER_DISTRICT, PARK)}
    async with works(SERVICE) as work:
        for filing in filings.values():
            work.filings.add(filing)
    return {organ: filing.id for organ, filing in filings.items()}


@pytest.mark.parametrize(
    "reach",
    [
        (DISTRICT, {DISTRICT}),
        (OTHER_DISTRICT, {OTHER_DISTRICT}),
        (PARK, {PARK}),
        (CITY, {DISTRICT, OTHER_DISTRICT, PARK}),
        (PROVINCE, {DISTRICT, OTHER_DISTRICT, PARK}),
        (None, set()),
    ],
)
async def test_an_officer_sees_its_organ_and_those_below_it(
    works: Works[Work], policy: Policy, cases: dict[str, UUID], reach: tuple[str | None, set[str]]
) -> None:
    organ, expected = reach
    officer = Principal(subject="officer", permissions=frozenset(), organ=organ)
    assert await visible(works, officer.scope("test", policy), cases) == expected


async def test_an_institution_sees_its_own_wherever_it_is(works: Works[Work], policy: Policy) -> None:
    uscc = a_uscc()
    own = {organ: a_filing(organ=organ, applicant=an_applicant(uscc)) for organ in (DISTRICT, PARK)}
    other = a_filing()
    async with works(SERVICE) as work:
        for filing in (*own.values(), other):
            work.filings.add(filing)
    keys = {organ: filing.id for organ, filing in own.items()} | {"other": other.id}
    holder = Principal(subject="portal", permissions=frozenset(), holder=uscc)
    assert await visible(works, holder.scope("test", policy), keys) == {DISTRICT, PARK}


@pytest.mark.parametrize("hostile", ["' OR '1'='1", "%", "*", "", ",", "{}", "on"])
async def test_no_wording_of_a_scope_widens_it(
    works: Works[Work], cases: dict[str, UUID], hostile: str
) -> None:
    for scope in (
        Scope(actor="a", act="a", holder=hostile),
        Scope(actor="a", act="a", organs=frozenset({hostile})),
    ):
        assert await visible(works, scope, cases) == set()


async def test_without_a_scope_there_are_no_rows_for_the_service_and_none_for_the_owner(
    database: SuiteDatabase, superuser: asyncpg.Connection, cases: dict[str, UUID]
) -> None:
    assert await superuser.fetchval("SELECT count(*) FROM filing") >= len(cases)
    for url in (database.services["filing"], database.owners["filing"]):
        async with connected(url) as connection:
            assert await connection.fetchval("SELECT count(*) FROM filing") == 0
            assert await connection.fetchval("SELECT count(*) FROM institution") == 0
            assert await connection.execute("UPDATE filing SET name = 'x'") == "UPDATE 0"
            assert await connection.execute("DELETE FROM filing") == "DELETE 0"


async def test_without_a_scope_nothing_is_added(database: SuiteDatabase) -> None:
    for url in (database.services["filing"], database.owners["filing"]):
        async with connected(url) as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
                await connection.execute(
                    "INSERT INTO institution (id, organ) VALUES (gen_random_uuid(), '320115')"
                )


async def test_a_scope_ends_with_its_transaction(database: SuiteDatabase, cases: dict[str, UUID]) -> None:
    async with connected(database.services["filing"]) as connection:
        async with connection.transaction():
            await connection.execute("SELECT set_config('njt.everything', 'on', true)")
            assert await connection.fetchval("SELECT count(*) FROM filing") >= len(cases)
        assert await connection.fetchval("SELECT count(*) FROM filing") == 0


@pytest.mark.parametrize("service", SERVICES)
async def test_every_table_with_an_organ_is_isolated_even_from_its_owner(
    superuser: asyncpg.Connection, service: str
) -> None:
    rows = await superuser.fetch(
        "SELECT relname, relrowsecurity AND relforcerowsecurity AS isolated,"
        " (SELECT array_agg(polcmd::text ORDER BY polname) FROM pg_policy WHERE polrelid = pg_class.oid) AS policies"
        " FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'organ'"
        " WHERE relnamespace = $1::regnamespace AND relkind = 'r'",
        service,
    )
    tables = {row["relname"]: (row["isolated"], tuple(row["policies"] or ())) for row in rows}
    tables = {name: found for name, found in tables.items() if (service, name) not in NOBODYS_CASE}
    assert tables
    for name, found in tables.items():
        lent = ("r",) if (service, name) in LENT else ()
        assert found == (True, (*lent, "*")), name


@pytest.mark.parametrize(("service", "other"), list(permutations(SERVICES, 2)))
async def test_a_service_touches_no_schema_but_its_own(
    database: SuiteDatabase, service: str, other: str
) -> None:
    for url in (database.services[service], database.owners[service]):
        async with connected(url, service) as connection:
            for statement in (
                f"SELECT 1 FROM {other}.outbox",  # noqa: S608 — the names of the suite's services
                f"INSERT INTO {other}.idempotency_key VALUES ('a', 'b', '', 1, '', now())",  # noqa: S608 — as above
                f"CREATE TABLE {other}.intruder ()",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_neither_rewrites_its_ledger_nor_its_schema(
    database: SuiteDatabase, service: str
) -> None:
    async with connected(database.services[service], service) as connection:
        for statement in (
            "UPDATE ledger_entry SET actor = 'nobody'",
            "UPDATE ledger_entry SET basis = '{}'",
            "DELETE FROM ledger_entry",
            "TRUNCATE ledger_entry",
            "UPDATE ledger_link SET digest = ''",
            "DELETE FROM ledger_link",
            "TRUNCATE ledger_link",
            "UPDATE alembic_version SET version_num = '0'",
            "DELETE FROM alembic_version",
            "ALTER TABLE ledger_entry ADD COLUMN more text",
            "DROP TABLE outbox",
            "CREATE TABLE more ()",
            f"SET ROLE njt_{service}_owner",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)


async def test_a_service_does_not_lift_its_own_isolation(database: SuiteDatabase) -> None:
    async with connected(database.services["filing"]) as connection:
        for statement in (
            "ALTER TABLE filing DISABLE ROW LEVEL SECURITY",
            "DROP POLICY territory ON filing",
            "CREATE POLICY open ON filing USING (true)",
            "ALTER ROLE njt_filing BYPASSRLS",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
        await connection.execute("SET row_security = off")
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await connection.fetch("SELECT * FROM filing")


def test_a_table_without_a_holder_knows_no_institutions_own_rows() -> None:
    *_, policy = protect("inspection")
    assert "njt.holder" not in policy
    *_, policy = protect("inspection", holder="uscc")
    assert policy.count("uscc = NULLIF(current_setting('njt.holder', true), '')") == 2
