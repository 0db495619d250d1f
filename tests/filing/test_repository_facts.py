"""What the register says to a routing decision; the one in memory and the one on PostgreSQL say it alike."""

from datetime import date
from itertools import count
from typing import Any

import pytest

from services.filing.domain.institution import Standing
from shared.policy import Audience
from shared.values import OccupationCode
from tests.builders import DISTRICT, an_institution, an_item
from tests.filing.works import EVERYTHING, OpenWork, within

FROM, UNTIL = date(2024, 3, 4), date(2027, 3, 3)

_codes = count(1)


@pytest.fixture
def code() -> OccupationCode:
    """An occupation nobody else covers."""
    return OccupationCode(f"8-99-99-{next(_codes):02}")


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        ({}, [FROM, UNTIL]),
        ({"audience": Audience.PUBLIC}, []),
        ({"standing": Standing.SUSPENDED}, []),
    ],
)
async def test_n2_4_a_first_filing_is_for_own_staff_valid_on_the_day_and_not_suspended(
    works: OpenWork, changes: dict[str, Any], days: list[date]
) -> None:
    institution = an_institution(**changes)
    async with works(EVERYTHING) as work:
        work.institutions.add(institution)
    async with works(EVERYTHING) as work:
        for day in (date(2024, 3, 3), FROM, UNTIL, date(2027, 3, 4)):
            found = await work.institutions.has_first_filing(institution.uscc, on=day)
            assert found is (day in days)
            assert not await work.institutions.has_first_filing(an_institution().uscc, on=day)


async def test_n2_7_an_occupation_is_covered_until_the_last_day_of_whoever_evaluates_it(
    works: OpenWork, code: OccupationCode
) -> None:
    async with works(EVERYTHING) as work:
        work.institutions.add(an_institution(scope=(an_item(code, level=5), an_item(code, level=4))))
    async with works(EVERYTHING) as work:
        assert await work.institutions.any_covers([code], on=UNTIL)
        assert not await work.institutions.any_covers([code], on=date(2027, 3, 4))
        assert not await work.institutions.any_covers([], on=UNTIL)
        assert await work.institutions.any_covers([OccupationCode("8-98-98-98"), code], on=UNTIL)


async def test_n2_7_what_is_covered_in_the_city_is_known_to_every_district(
    works: OpenWork, code: OccupationCode
) -> None:
    async with works(EVERYTHING) as work:
        work.institutions.add(an_institution(organ="320102", scope=(an_item(code),)))
    async with works(within(DISTRICT)) as work:
        assert await work.institutions.any_covers([code], on=UNTIL)
