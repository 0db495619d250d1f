"""Paid once, whatever happens at the same moment: on a real database, with many claims at once."""

import asyncio

import pytest
from sqlalchemy import text

from services.subsidy.domain.claim import Claim
from services.subsidy.domain.refusals import AlreadyClaimed
from services.subsidy.handlers.claims import open_claim
from shared.values import CertificateNumber
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import Claimant

AT_ONCE = 50


async def tried(employer: Claimant, *numbers: CertificateNumber) -> Claim | None:
    """None when another claim was first at the very same moment."""
    try:
        async with employer.works() as work:
            return await open_claim(employer.asks(*numbers), work)
    except AlreadyClaimed:
        return None


async def held(employer: Claimant, *numbers: CertificateNumber) -> int:
    """How many live entitlements these certificates have."""
    counted = text("SELECT count(*) FROM entitlement WHERE live AND certificate_number = ANY(:numbers)")
    async with employer.works.engine.connect() as connection:
        found = await connection.execute(counted, {"numbers": [str(each) for each in numbers]})
        return int(found.scalar_one())


async def test_of_fifty_claims_for_one_certificate_at_once_exactly_one_holds_it(employer: Claimant) -> None:
    (number,) = await employer.certified(robot(3))
    made = await asyncio.gather(*(tried(employer, number) for _ in range(AT_ONCE)))
    claims = [each for each in made if each is not None]
    assert [each.total for each in claims if each.total] == [260_000]
    assert await held(employer, number) == 1
    assert all(each.tally.payable == 0 for each in claims if not each.total)


async def test_two_certificates_of_one_person_for_one_level_are_paid_once_at_once(employer: Claimant) -> None:
    numbers = await employer.certified(*[lathe(4)] * 10, holder="E20000001")
    made = await asyncio.gather(*(tried(employer, number) for number in numbers))
    assert [each.total for each in made if each is not None and each.total] == [150_000]
    assert await held(employer, *numbers) == 1


async def test_the_yearly_cap_holds_when_everything_comes_at_once(employer: Claimant) -> None:
    """In 2024: one a year, and two more in shortage occupations."""
    numbers = await employer.certified(lathe(5), robot(4), robot(3), robot(2), lathe(1), holder="E20000002")
    made = await asyncio.gather(*(tried(employer, number) for number in numbers))
    again = [await tried(employer, number) for number in numbers]
    granted = [each for each in (*made, *again) if each is not None and each.total]
    assert await held(employer, *numbers) == len(granted)
    assert len(granted) <= 3


async def test_two_claims_that_share_many_people_never_wait_in_a_circle(employer: Claimant) -> None:
    numbers = await employer.certified(*[lathe(4)] * 20)
    made = await asyncio.gather(tried(employer, *numbers), tried(employer, *reversed(numbers)))
    assert sum(each.total for each in made if each is not None) == 20 * 150_000
    assert await held(employer, *numbers) == 20


async def test_what_was_posted_or_granted_twice_is_refused_by_the_database_itself(employer: Claimant) -> None:
    (number,) = await employer.certified(lathe(4))
    claim = await employer.claims(number)
    (item,) = await employer.items(claim)
    again = text(
        "INSERT INTO entitlement SELECT gen_random_uuid(), version, claim_id, holder_index, certificate_number,"
        " family, level, line, year, place + 1, shortage, live FROM entitlement WHERE claim_id = :claim"
    )
    with pytest.raises(Exception, match="uq_entitlement"):
        async with employer.works.engine.connect() as connection, connection.begin():
            await connection.execute(again, {"claim": claim.id})
    assert item.amount == 150_000


async def blocked(employer: Claimant) -> bool:
    """Whether somebody waits for another's transaction to end."""
    waits = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = current_user"
    )
    async with employer.works.engine.connect() as connection:
        return int((await connection.execute(waits)).scalar_one()) > 0


async def test_n1_6_who_comes_second_while_the_first_is_not_done_yet_is_told_so(employer: Claimant) -> None:
    (number,) = await employer.certified(robot(3))

    async def second() -> Claim:
        async with employer.works() as work:
            return await open_claim(employer.asks(number), work)

    async with employer.works() as work:
        first = await open_claim(employer.asks(number), work)
        coming = asyncio.create_task(second())
        async with asyncio.timeout(20):
            while not await blocked(employer):
                await asyncio.sleep(0.01)
    assert first.total == 260_000
    with pytest.raises(AlreadyClaimed):
        await coming
