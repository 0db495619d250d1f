"""Links over committed entries, and the first of them that was tampered with."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.filing.handlers import Work
from shared.identity import Scope
from shared.ledger import BrokenLedger, verify
from shared.ledger.seal import FIELDS, GENESIS, link_digest
from shared.ledger.verify import Verified
from shared.persistence.unit_of_work import Works
from tests.builders import a_filing
from tests.shared.ledger.conftest import sealed

SERVICE = Scope(actor="service:filing", act="test", everything=True)
FilingWorks = Works[Work]
Tamper = Callable[[asyncpg.Connection], Awaitable[object]]


async def act(works: FilingWorks, times: int = 1) -> None:
    """So many acts, each in a transaction of its own."""
    for _ in range(times):
        async with works.transaction(SERVICE) as transaction:
            transaction.ledger.reason = "理由"
            transaction.ledger.changed("filing", uuid4(), before={"a": 1}, after={"a": 2})


async def verified(engine: AsyncEngine) -> Verified:
    async with engine.connect() as connection:
        return await verify(connection)


@pytest.fixture
async def chain(works: FilingWorks, engine: AsyncEngine, superuser: asyncpg.Connection) -> int:
    """Five sealed acts."""
    assert await superuser.fetchval("SELECT count(*) FROM ledger_entry") == 0
    await act(works, 5)
    assert await sealed(engine) == 5
    return 5


@pytest.mark.usefixtures("superuser")
async def test_an_empty_ledger_holds(engine: AsyncEngine) -> None:
    assert await sealed(engine) == 0
    assert await verified(engine) == Verified(links=0, tip=GENESIS)


@pytest.mark.usefixtures("superuser")
async def test_a_sealer_links_what_was_committed_since_and_each_entry_once(
    works: FilingWorks, engine: AsyncEngine
) -> None:
    await act(works, 3)
    assert await sealed(engine) == 3
    assert await sealed(engine) == 0
    await act(works, 2)
    first = await verified(engine)
    assert first.links == 3
    assert await sealed(engine) == 2
    second = await verified(engine)
    assert second.links == 5
    assert second.tip != first.tip


@pytest.mark.usefixtures("superuser")
async def test_a_sealer_may_take_a_few_at_a_time(works: FilingWorks, engine: AsyncEngine) -> None:
    await act(works, 5)
    assert [await sealed(engine, most=2) for _ in range(4)] == [2, 2, 1, 0]
    assert (await verified(engine)).links == 5


@pytest.mark.usefixtures("superuser")
async def test_sealers_at_once_make_one_chain(works: FilingWorks, engine: AsyncEngine) -> None:
    linked = 0

    async def sealer() -> None:
        nonlocal linked
        for _ in range(6):
            more = await sealed(engine, most=3)
            linked += more

    await asyncio.gather(act(works, 12), sealer(), sealer(), sealer())
    while more := await sealed(engine):
        linked += more
    assert linked == 12
    assert (await verified(engine)).links == 12


@pytest.mark.usefixtures("superuser")
async def test_while_one_seals_another_finds_nothing_to_do(works: FilingWorks, engine: AsyncEngine) -> None:
    await act(works, 2)
    async with engine.connect() as connection, connection.begin():
        lock = "SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.ledger'))"
        await connection.execute(text(lock))
        assert await sealed(engine) == 0
    assert await sealed(engine) == 2


@pytest.mark.usefixtures("superuser")
async def test_an_act_that_was_begun_earlier_and_committed_later_is_linked_later(
    works: FilingWorks, engine: AsyncEngine
) -> None:
    async with works.transaction(SERVICE) as slow:
        slow.ledger.changed("filing", uuid4())
        await slow.close_books()
        await act(works, 2)
        assert await sealed(engine) == 2
    assert await sealed(engine) == 1
    assert (await verified(engine)).links == 3


@pytest.mark.usefixtures("chain")
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "at + interval '1 second'"),
        ("actor", "'somebody else'"),
        ("on_behalf_of", "'somebody'"),
        ("act", "'something else'"),
        ("subject_kind", "'institution'"),
        ("subject_id", "gen_random_uuid()"),
        ("before_digest", "NULL"),
        ("after_digest", "before_digest"),
        ("basis", "'{N2.1}'"),
        ("reason", "NULL"),
        ("trace_id", "'0'"),
    ],
)
async def test_an_entry_altered_in_any_field_is_named(
    engine: AsyncEngine, superuser: asyncpg.Connection, column: str, value: str
) -> None:
    for altered in (4, 3):
        await superuser.execute(f"UPDATE ledger_entry SET {column} = {value} WHERE id = {altered}")  # noqa: S608 — from the table above
        with pytest.raises(BrokenLedger, match=f"the entry of link {altered} was altered"):
            await verified(engine)


def test_every_field_of_an_entry_but_its_seal_is_in_the_digest() -> None:
    entry = dict.fromkeys(FIELDS)
    same = link_digest(GENESIS, entry)
    for name in FIELDS:
        assert link_digest(GENESIS, entry | {name: "other"}) != same
    assert link_digest(same, entry) != same


def test_fields_do_not_run_into_each_other() -> None:
    entry = dict.fromkeys(FIELDS, "")
    one = link_digest(GENESIS, entry | {"actor": "ab", "act": "c"})
    other = link_digest(GENESIS, entry | {"actor": "a", "act": "bc"})
    assert one != other


@pytest.mark.usefixtures("chain")
@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("DELETE FROM ledger_entry WHERE id = 3", "the entry of link 3 was removed"),
        ("DELETE FROM ledger_entry WHERE id = 1", "the entry of link 1 was removed"),
        ("DELETE FROM ledger_entry WHERE id = 5", "the entry of link 5 was removed"),
        ("DELETE FROM ledger_link WHERE position = 3", "link 3 is missing"),
        ("DELETE FROM ledger_link WHERE position = 5", "link 5 of entry 5 is missing"),
        ("DELETE FROM ledger_link WHERE position = 1", "link 1 is missing"),
        ("UPDATE ledger_link SET digest = sha256('x') WHERE position = 2", "the entry of link 2 was altered"),
        ("TRUNCATE ledger_link", "link 1 of entry 1 is missing"),
        (
            (
                "DELETE FROM ledger_entry WHERE id = 3; DELETE FROM ledger_link WHERE position = 3;"
                " UPDATE ledger_link SET position = position - 1 WHERE position > 3"
            ),
            "the entry of link 3 was altered",
        ),
        (
            (
                "UPDATE ledger_link SET entry_id = -entry_id WHERE position IN (2, 3);"
                " UPDATE ledger_link SET entry_id = 5 + entry_id WHERE position IN (2, 3)"
            ),
            "the entry of link 2 was altered",
        ),
        (
            (
                "UPDATE ledger_link SET position = -position WHERE position IN (2, 4);"
                " UPDATE ledger_link SET position = 6 + position WHERE position < 0"
            ),
            "the entry of link 2 was altered",
        ),
        (
            (
                "INSERT INTO ledger_entry (at, actor, act, subject_kind, subject_id, basis, sealed)"
                " VALUES (now(), 'nobody', 'nothing', 'filing', gen_random_uuid(), '{}', true)"
            ),
            "link 6 of entry 6 is missing",
        ),
        (
            (
                "INSERT INTO ledger_entry (at, actor, act, subject_kind, subject_id, basis, sealed)"
                " VALUES (now(), 'nobody', 'nothing', 'filing', gen_random_uuid(), '{}', true);"
                " INSERT INTO ledger_link VALUES (6, 6, sha256('guess'))"
            ),
            "the entry of link 6 was altered",
        ),
    ],
)
async def test_the_first_link_that_does_not_hold_is_named(
    engine: AsyncEngine, superuser: asyncpg.Connection, statement: str, finding: str
) -> None:
    await superuser.execute(statement)
    with pytest.raises(BrokenLedger, match=finding):
        await verified(engine)


@pytest.mark.usefixtures("chain")
async def test_the_first_of_several_breaks_is_named(
    engine: AsyncEngine, superuser: asyncpg.Connection
) -> None:
    await superuser.execute("UPDATE ledger_entry SET actor = 'x' WHERE id IN (2, 4)")
    await superuser.execute("DELETE FROM ledger_entry WHERE id = 3")
    with pytest.raises(BrokenLedger, match="link 2 was altered"):
        await verified(engine)


@pytest.mark.usefixtures("chain")
async def test_new_acts_do_not_heal_a_break(
    works: FilingWorks, engine: AsyncEngine, superuser: asyncpg.Connection
) -> None:
    await superuser.execute("UPDATE ledger_entry SET actor = 'x' WHERE id = 2")
    async with works(SERVICE) as work:
        work.filings.add(a_filing())
    assert await sealed(engine) == 1
    with pytest.raises(BrokenLedger, match="link 2 was altered"):
        await verified(engine)
