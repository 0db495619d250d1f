"""New rows of a batch are written in one go, and nobody who asks can tell that they waited."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text

from services.filing.domain.filing import Filing
from services.filing.domain.refusals import AlreadyOnRecord
from services.filing.domain.stages import FilingState
from services.filing.handlers import Work
from shared.identity import Scope
from shared.persistence.unit_of_work import Transaction, Works
from tests.builders import AT, a_filing, an_institution

SERVICE = Scope(actor="service:filing", act="test", everything=True)
FilingWorks = Works[Work]


async def there(transaction: Transaction, filings: Sequence[Filing]) -> int:
    """How many of these the database holds so far."""
    count = text("SELECT count(*) FROM filing WHERE id = ANY (:ids)")
    return int(
        (await transaction.connection.execute(count, {"ids": [each.id for each in filings]})).scalar_one()
    )


async def test_rows_of_a_batch_wait_and_are_there_in_the_end(works: FilingWorks) -> None:
    filings = [a_filing() for _ in range(3)]
    async with works.transaction(SERVICE) as transaction:
        work = works.bind(transaction)
        for filing in filings:
            work.filings.add(filing)
            await transaction.note("test.heard")
        assert await there(transaction, filings) == 0
    async with works(SERVICE) as work:
        assert [(await work.filings.get(each.id)).version for each in filings] == [1, 1, 1]


async def test_who_asks_finds_the_rows_of_the_messages_before(works: FilingWorks) -> None:
    institution = an_institution()
    async with works.transaction(SERVICE) as transaction:
        work = works.bind(transaction)
        work.institutions.add(institution)
        await transaction.note("test.heard")
        assert await work.institutions.has_first_filing(institution.uscc, on=institution.valid_from)


async def test_asking_of_one_kind_writes_what_waits_of_every_kind(works: FilingWorks) -> None:
    filings = [a_filing() for _ in range(2)]
    async with works.transaction(SERVICE) as transaction:
        work = works.bind(transaction)
        for filing in filings:
            work.filings.add(filing)
            await transaction.note("test.heard")
        assert not await work.institutions.has_first_filing(filings[0].applicant.uscc, on=AT.date())
        assert await there(transaction, filings) == len(filings)


async def test_what_one_message_adds_the_next_may_change(works: FilingWorks) -> None:
    filing = a_filing()
    async with works.transaction(SERVICE) as transaction:
        work = works.bind(transaction)
        work.filings.add(filing)
        await transaction.note("test.added")
        (await work.filings.get(filing.id)).withdraw(work.policy, at=AT)
        await transaction.note("test.withdrawn")
        acts = text("SELECT act FROM ledger_entry WHERE subject_id = :id ORDER BY id")
        await transaction.close_books()
        rows = await transaction.connection.execute(acts, {"id": filing.id})
        assert [row.act for row in rows] == ["test.added", "test.withdrawn"]
    async with works(SERVICE) as work:
        found = await work.filings.get(filing.id)
        assert (found.state, found.version) == (FilingState.WITHDRAWN, 2)


async def test_only_what_was_handed_out_since_is_looked_at_again(works: FilingWorks) -> None:
    filing = a_filing()
    async with works(SERVICE) as work:
        work.filings.add(filing)
    async with works.transaction(SERVICE) as transaction:
        work = works.bind(transaction)
        first = await work.filings.get(filing.id)
        await transaction.note("test.looked")
        assert await work.filings.get(filing.id) is first
        first.withdraw(work.policy, at=AT)
        await transaction.note("test.withdrawn")
    async with works(SERVICE) as work:
        assert (await work.filings.get(filing.id)).state is FilingState.WITHDRAWN


async def test_a_refusal_of_the_database_comes_when_the_rows_are_written(works: FilingWorks) -> None:
    known = an_institution()

    async def twice(transaction: Transaction) -> None:
        work = works.bind(transaction)
        work.institutions.add(known)
        await transaction.note("test.heard")
        work.filings.add(a_filing())
        await transaction.note("test.heard")
        work.institutions.add(an_institution(uscc=known.uscc))
        await transaction.note("test.heard")
        await transaction.write()

    with pytest.raises(AlreadyOnRecord):
        async with works.transaction(SERVICE) as transaction:
            await twice(transaction)
