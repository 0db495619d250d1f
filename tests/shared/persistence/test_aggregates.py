"""What is loaded once, saved by version, and refused by name."""

import gc
from contextlib import suppress
from uuid import uuid4
from weakref import ReferenceType, ref

import asyncpg
import pytest
from sqlalchemy.exc import IntegrityError

from services.filing.domain.filing import Filing
from services.filing.domain.refusals import AlreadyOnRecord, UnknownFiling
from services.filing.domain.stages import FilingState
from services.filing.handlers import Work
from shared.errors import Stale
from shared.identity import Scope
from shared.persistence.aggregates import OutOfReach
from shared.persistence.unit_of_work import Works
from tests.builders import AT, a_filing, an_institution

SERVICE = Scope(actor="service:filing", act="test", everything=True)
FilingWorks = Works[Work]


async def test_a_row_is_one_object_in_one_unit_of_work(works: FilingWorks) -> None:
    filing = a_filing(institution_id=uuid4())
    async with works(SERVICE) as work:
        work.filings.add(filing)
    async with works(SERVICE) as work:
        first = await work.filings.get(filing.id)
        first.withdraw(work.policy, at=AT)
        again = await work.filings.get(filing.id)
        assert filing.institution_id is not None
        assert first is again is await work.filings.of_institution(filing.institution_id)
        assert again.state is FilingState.WITHDRAWN


async def test_only_what_changed_is_written(works: FilingWorks, superuser: asyncpg.Connection) -> None:
    filing = a_filing()
    async with works(SERVICE) as work:
        work.filings.add(filing)
    await superuser.execute("UPDATE filing SET name = '直接改名' WHERE id = $1", filing.id)

    async def overtaken() -> None:
        async with works(SERVICE) as work:
            found = await work.filings.get(filing.id)
            await superuser.execute("UPDATE filing SET name = '再次改名' WHERE id = $1", filing.id)
            found.withdraw(work.policy, at=AT)

    await overtaken()
    row = await superuser.fetchrow("SELECT name, state, version FROM filing WHERE id = $1", filing.id)
    assert row is not None
    assert tuple(row) == ("再次改名", "withdrawn", 2)


async def test_a_row_that_vanished_meanwhile_is_stale(
    works: FilingWorks, superuser: asyncpg.Connection
) -> None:
    filing = a_filing()
    async with works(SERVICE) as work:
        work.filings.add(filing)

    async def overtaken() -> None:
        async with works(SERVICE) as work:
            found = await work.filings.get(filing.id)
            await superuser.execute("DELETE FROM filing WHERE id = $1", filing.id)
            found.withdraw(work.policy, at=AT)

    with pytest.raises(Stale):
        await overtaken()
    async with works(SERVICE) as work:
        with pytest.raises(UnknownFiling):
            await work.filings.get(filing.id)


async def test_the_version_seen_is_told_apart_from_the_present_one(works: FilingWorks) -> None:
    filing = a_filing()
    async with works(SERVICE) as work:
        work.filings.add(filing)
    async with works(SERVICE) as work:
        with pytest.raises(Stale, match="版本 1，提交的是 7"):
            await work.filings.get(filing.id, seen=7)


@pytest.mark.parametrize("same", ["uscc", "number"])
async def test_a_constraint_with_a_name_is_a_refusal_of_the_domain(works: FilingWorks, same: str) -> None:
    known = an_institution()
    async with works(SERVICE) as work:
        work.institutions.add(known)
    with pytest.raises(AlreadyOnRecord):
        async with works(SERVICE) as work:
            work.institutions.add(an_institution(**{same: getattr(known, same)}))


async def test_a_constraint_that_no_rule_speaks_of_stays_a_fault(works: FilingWorks) -> None:
    filing = a_filing()
    async with works(SERVICE) as work:
        work.filings.add(filing)
    with pytest.raises(IntegrityError):
        async with works(SERVICE) as work:
            work.filings.add(a_filing(id=filing.id))


async def test_a_change_that_moves_a_row_out_of_reach_is_refused(works: FilingWorks, organ: str) -> None:
    filing = a_filing(organ=organ)
    district = Scope(actor="officer", act="test", organs=frozenset({organ}))
    async with works(district) as work:
        work.filings.add(filing)

    async def moved() -> None:
        async with works(district) as work:
            (await work.filings.get(filing.id)).organ = "elsewhere"

    with pytest.raises(OutOfReach):
        await moved()
    async with works(district) as work:
        assert (await work.filings.get(filing.id)).organ == organ


async def test_a_missing_grant_is_no_refusal_but_a_fault(
    works: FilingWorks, superuser: asyncpg.Connection
) -> None:
    await superuser.execute("REVOKE INSERT ON filing FROM njt_filing")
    try:
        with pytest.raises(Exception, match="permission denied"):
            async with works(SERVICE) as work:
                work.filings.add(a_filing())
    finally:
        await superuser.execute("GRANT INSERT ON filing TO njt_filing")


async def _used(works: FilingWorks, known: Filing, *, fails: bool) -> list[ReferenceType[Filing]]:
    seen: list[ReferenceType[Filing]] = []
    with suppress(RuntimeError):
        async with works(SERVICE) as work:
            work.filings.add(added := a_filing())
            seen += [ref(await work.filings.get(known.id)), ref(added)]
            if fails:
                raise RuntimeError
    return seen


@pytest.mark.parametrize("fails", [False, True])
async def test_what_was_loaded_and_added_is_let_go_at_the_end_without_the_collector(
    works: FilingWorks, *, fails: bool
) -> None:
    """A batch of ten thousand rows would wait for it, and it would go through all of them."""
    known = a_filing()
    async with works(SERVICE) as work:
        work.filings.add(known)
    gc.collect()
    gc.disable()
    try:
        assert [each() for each in await _used(works, known, fails=fails)] == [None, None]
    finally:
        gc.enable()
