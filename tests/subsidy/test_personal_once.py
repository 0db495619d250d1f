"""Paid once on whichever line: a person and its employer claim for the same occupation and level at the same moment."""

import asyncio
from collections.abc import Awaitable
from datetime import datetime

import pytest
from sqlalchemy import text

from services.subsidy.domain.claim import Claim
from services.subsidy.domain.refusals import AlreadyClaimed
from services.subsidy.domain.terms import Rule
from services.subsidy.handlers.claims import preview_claim
from shared.clock import SHANGHAI
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import Claimant
from tests.subsidy.persons import Worker
from tests.subsidy.works import SubsidyWorks

ROUNDS = 12


@pytest.fixture
def worker(employer: Claimant) -> Worker:
    return Worker(employer)


async def tried(claiming: Awaitable[Claim]) -> Claim | None:
    """None when another claim was first at the very same moment."""
    try:
        return await claiming
    except AlreadyClaimed:
        return None


async def live(worker: Worker) -> list[tuple[str, int]]:
    """The person's live grants: line and level."""
    counted = text("SELECT line, level FROM entitlement WHERE live AND certificate_number = ANY(:numbers)")
    own = text("SELECT number FROM certificate")
    async with worker.works.engine.connect() as connection, connection.begin():
        await connection.execute(text("SELECT set_config('njt.everything', 'on', true)"))
        numbers = [row.number for row in await connection.execute(own)]
        mine = [each for each in numbers if each.startswith(worker.evaluator.station)]
        found = await connection.execute(counted, {"numbers": mine})
        return [(row.line, row.level) for row in found]


async def test_what_the_employer_was_granted_the_person_is_not_and_the_other_way_round(
    worker: Worker,
) -> None:
    first, second = await worker.certified(lathe(4), lathe(4))
    await worker.insured()
    assert (await worker.evaluator.claims(first)).total == 150_000
    (item,) = (await worker.tries(second)).items
    assert Rule.OTHER_LINE in {each.rule for each in item.decision.against}
    other = Worker(worker.evaluator)
    third, fourth = await other.certified(lathe(4), lathe(4))
    await other.insured()
    assert (await other.claims(third)).total == 150_000
    async with worker.works() as work:
        (item,) = (await preview_claim(worker.evaluator.asks(fourth), work)).items
    assert Rule.OTHER_LINE in {each.rule for each in item.decision.against}


async def test_of_a_person_and_its_employer_at_once_exactly_one_is_granted_the_level(worker: Worker) -> None:
    numbers = await worker.certified(*[lathe(4)] * ROUNDS)
    await worker.insured()
    claiming = [worker.claims(each) for each in numbers[::2]]
    claiming += [worker.evaluator.claims(each) for each in numbers[1::2]]
    made = await asyncio.gather(*(tried(each) for each in claiming))
    assert [each.total for each in made if each is not None and each.total] == [150_000]
    assert len(await live(worker)) == 1


async def test_of_one_certificate_claimed_on_both_lines_at_once_exactly_one_claim_holds_it(
    worker: Worker,
) -> None:
    (number,) = await worker.certified(robot(3))
    await worker.insured()
    claiming = [worker.claims(number) for _ in range(ROUNDS)]
    claiming += [worker.evaluator.claims(number) for _ in range(ROUNDS)]
    made = await asyncio.gather(*(tried(each) for each in claiming))
    assert [each.total for each in made if each is not None and each.total] == [260_000]
    assert len(await live(worker)) == 1


async def test_two_lines_and_two_years_at_the_same_moment_are_still_paid_once(worker: Worker) -> None:
    """Claimed on New Year's Eve and decided after midnight: the places of the two years do not meet, the level does."""
    works = worker.works
    later = SubsidyWorks(works.engine, works.policy, works.cipher)
    later.at = datetime(2025, 1, 1, 0, 1, tzinfo=SHANGHAI)
    works.at = datetime(2024, 12, 31, 23, 59, tzinfo=SHANGHAI)
    numbers = await worker.certified(*[lathe(4)] * ROUNDS)
    await worker.insured()
    employer = worker.evaluator
    after = Worker(Claimant(later, organ=employer.organ, key=employer.key, uscc=employer.uscc), id=worker.id)
    claiming = [after.claims(each) for each in numbers[::2]]
    claiming += [employer.claims(each) for each in numbers[1::2]]
    made = await asyncio.gather(*(tried(each) for each in claiming))
    assert [each.total for each in made if each is not None and each.total] == [150_000]
    assert len(await live(worker)) == 1


async def test_the_database_itself_refuses_a_level_on_the_other_line(worker: Worker) -> None:
    claim = await worker.claimed(lathe(4))
    again = text(
        "INSERT INTO entitlement SELECT gen_random_uuid(), version, claim_id, holder_index, 'another', family, level,"
        " 'B', year + 1, place, shortage, live FROM entitlement WHERE claim_id = :claim"
    )
    with pytest.raises(Exception, match="uq_entitlement_holder"):
        async with worker.works.engine.connect() as connection, connection.begin():
            await connection.execute(again, {"claim": claim.id})
    assert claim.total == 150_000
