"""One transaction: state, announcements, intents and ledger together, or nothing of it."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.filing.domain.filing import Filing
from services.filing.domain.refusals import AlreadyOnRecord
from services.filing.handlers import Work
from shared.contracts.province import MessageCode
from shared.identity import Scope
from shared.persistence.unit_of_work import Transaction, Works
from shared.province.intents import Dispatch, SameKeyOtherContent
from tests.builders import AT, a_filing, an_institution, registered
from tests.databases import Bell

SERVICE = Scope(actor="service:filing", act="test", everything=True)
FilingWorks = Works[Work]


async def written(superuser: asyncpg.Connection, key: UUID) -> dict[str, int]:
    """How many rows of each kind tell of a filing or an institution."""
    queries = {
        "filing": "SELECT count(*) FROM filing WHERE id = $1",
        "outbox": "SELECT count(*) FROM outbox WHERE subject = $1",
        "intent": "SELECT count(*) FROM exchange_intent WHERE payload LIKE '%' || $1::uuid::text || '%'",
        "ledger": "SELECT count(*) FROM ledger_entry WHERE subject_id = $1",
    }
    return {name: await superuser.fetchval(query, key) for name, query in queries.items()}


async def everything_at_once(works: FilingWorks, filing: Filing, *, then: Exception | None = None) -> None:
    """Adds a filing, announces an institution of the same id, which the province is told, and maybe raises."""
    async with works(SERVICE) as work:
        work.filings.add(filing)
        work.outbox.add(registered(institution_id=filing.id, filing_number=f"号{filing.id}"))
        if then is not None:
            raise then


async def test_all_that_a_unit_of_work_did_is_there_when_its_block_has_ended(
    works: FilingWorks, superuser: asyncpg.Connection, bell: Bell
) -> None:
    filing = a_filing()
    await everything_at_once(works, filing)
    assert await written(superuser, filing.id) == {"filing": 1, "outbox": 1, "intent": 1, "ledger": 1}
    assert bell.rung == 1


async def test_nothing_is_there_when_the_block_raised(
    works: FilingWorks, superuser: asyncpg.Connection, bell: Bell
) -> None:
    filing = a_filing()
    with pytest.raises(AlreadyOnRecord):
        await everything_at_once(works, filing, then=AlreadyOnRecord())
    assert await written(superuser, filing.id) == {"filing": 0, "outbox": 0, "intent": 0, "ledger": 0}
    assert bell.rung == 0


async def test_nothing_is_there_when_saving_was_refused_in_its_middle(
    works: FilingWorks, superuser: asyncpg.Connection, bell: Bell
) -> None:
    known, filing = an_institution(), a_filing()
    async with works(SERVICE) as work:
        work.institutions.add(known)

    async def refused() -> None:
        async with works(SERVICE) as work:
            work.institutions.add(an_institution())
            work.filings.add(filing)
            work.institutions.add(an_institution(uscc=known.uscc))
            work.outbox.add(registered(institution_id=filing.id))

    with pytest.raises(AlreadyOnRecord):
        await refused()
    assert await written(superuser, filing.id) == {"filing": 0, "outbox": 0, "intent": 0, "ledger": 0}
    assert bell.rung == 0


async def test_nothing_is_there_when_the_intent_contradicts_an_earlier_one(
    works: FilingWorks, superuser: asyncpg.Connection, bell: Bell
) -> None:
    first, second = a_filing(), a_filing()
    number = f"号{uuid4()}"

    async def announce(filing: Filing) -> None:
        async with works(SERVICE) as work:
            work.filings.add(filing)
            work.outbox.add(registered(institution_id=filing.id, filing_number=number))

    await announce(first)
    with pytest.raises(SameKeyOtherContent):
        await announce(second)
    assert await written(superuser, second.id) == {"filing": 0, "outbox": 0, "intent": 0, "ledger": 0}
    assert bell.rung == 1


async def test_nothing_is_there_and_nobody_is_told_when_the_commit_itself_fails(
    works: FilingWorks, superuser: asyncpg.Connection, bell: Bell, organ: str
) -> None:
    await superuser.execute(f"""
        CREATE FUNCTION refuse_{organ}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF NEW.organ = '{organ}' THEN RAISE 'not at the last moment'; END IF; RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER refuse_{organ} AFTER INSERT ON filing
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_{organ}();
    """)
    filing = a_filing(organ=organ)
    try:
        with pytest.raises(DBAPIError, match="not at the last moment"):
            await everything_at_once(works, filing)
    finally:
        await superuser.execute(f"DROP FUNCTION refuse_{organ} CASCADE")
    assert await written(superuser, filing.id) == {"filing": 0, "outbox": 0, "intent": 0, "ledger": 0}
    assert bell.rung == 0


async def test_nothing_is_there_when_the_caller_went_away(
    works: FilingWorks, superuser: asyncpg.Connection, bell: Bell
) -> None:
    filing, begun = a_filing(), asyncio.Event()

    async def slow() -> None:
        async with works(SERVICE) as work:
            work.filings.add(filing)
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(slow())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await written(superuser, filing.id))["filing"] == 0
    assert bell.rung == 0


async def test_nobody_is_told_when_there_is_nothing_to_send(works: FilingWorks, bell: Bell) -> None:
    filing = a_filing()
    async with works(SERVICE) as work:
        work.filings.add(filing)
    async with works(SERVICE) as work:
        (await work.filings.get(filing.id)).withdraw(work.policy, at=AT)
    async with works(SERVICE) as work:
        await work.filings.get(filing.id)
    assert bell.rung == 0


async def test_somebody_is_told_when_only_the_province_is_owed_something(
    works: FilingWorks, bell: Bell
) -> None:
    async with works.transaction(SERVICE) as transaction:
        transaction.intents.owe(
            Dispatch(
                code=MessageCode.RECEIPT,
                business_key="k",
                lane="l",
                payload={"stage": "technical", "ok": True},
            )
        )
        assert bell.rung == 0
    assert bell.rung == 1


async def test_connections_are_given_back_whatever_happens(works: FilingWorks, engine: AsyncEngine) -> None:
    for _ in range(6):
        with pytest.raises(ZeroDivisionError):
            await everything_at_once(works, a_filing(), then=ZeroDivisionError())
    async with engine.connect() as one, engine.connect() as two:
        assert (await one.execute(text("SELECT 1"))).scalar_one() == 1
        assert (await two.execute(text("SELECT 1"))).scalar_one() == 1


async def test_a_scope_does_not_outlive_its_unit_of_work(works: FilingWorks, engine: AsyncEngine) -> None:
    async with works(SERVICE) as work:
        work.filings.add(a_filing())
    for _ in range(3):
        async with engine.connect() as connection:
            assert (await connection.execute(text("SELECT count(*) FROM filing"))).scalar_one() == 0


async def test_time_comes_from_the_clock_and_ids_sort_by_it(works: FilingWorks, bell: Bell) -> None:
    async with works(SERVICE) as work:
        assert work.at == AT
        early = work.new_id()
    bell.clock.moment = AT.replace(year=2025)
    async with works(SERVICE) as work:
        late = work.new_id()
    assert (early.version, late.version) == (7, 7)
    assert early < late


async def test_facts_of_one_subject_are_numbered_in_the_order_of_their_commits(
    works: FilingWorks, superuser: asyncpg.Connection
) -> None:
    key = uuid4()

    async def announce(number: int) -> None:
        async with works(SERVICE) as work:
            work.outbox.add(registered(institution_id=key, filing_number=f"{key}/{number}"))
            work.outbox.add(registered(institution_id=key, filing_number=f"{key}/{number}b"))

    await asyncio.gather(*(announce(number) for number in range(5)))
    rows = await superuser.fetch("SELECT sequence FROM outbox WHERE subject = $1 ORDER BY position", key)
    assert [row["sequence"] for row in rows] == list(range(1, 11))


async def test_an_act_within_a_transaction_may_be_undone_alone(
    works: FilingWorks, superuser: asyncpg.Connection
) -> None:
    outer, inner = a_filing(), a_filing()

    async def undone(transaction: Transaction) -> None:
        async with transaction.connection.begin_nested():
            nested = transaction.within()
            works.bind(nested).filings.add(inner)
            await nested.save()
            raise ZeroDivisionError

    async with works.transaction(SERVICE) as transaction:
        works.bind(transaction).filings.add(outer)
        with pytest.raises(ZeroDivisionError):
            await undone(transaction)
    assert (await written(superuser, outer.id))["filing"] == 1
    assert await written(superuser, inner.id) == {"filing": 0, "outbox": 0, "intent": 0, "ledger": 0}
