"""What is public of a scope that changes on a day to come: today's, and of its occupations both (N2.7, N3.6)."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.filing.domain.coverage import covered_by
from services.filing.domain.institution import Institution, Standing
from services.filing.domain.register import Sought
from services.filing.domain.stages import FilingState
from shared.contracts.scope import ScopeItem
from shared.policy import NotRoutable
from shared.values import Occupation
from tests.builders import AT, MILLER, TURNER, a_version, an_institution, an_item, standing
from tests.filing.test_coverage import an_association, is_covered, occupation, publicised, register
from tests.filing.works import EVERYTHING, FilingWorks, keep

TODAY, DAY, UNTIL = AT.date(), timedelta(days=1), date(2027, 3, 3)
BEGINS = date(2024, 7, 1)
TURNING, MILLING = an_item(TURNER), an_item(MILLER)


def of(*versions: tuple[date, tuple[ScopeItem, ...]], **changes: Any) -> Institution:
    return an_institution(versions=tuple(a_version(*items, on=day) for day, items in versions), **changes)


def told(institution: Institution, *, on: date = TODAY) -> dict[str, date]:
    return {str(each.code): last for each, last in covered_by(institution, on=on).items()}


def test_n2_7_what_a_coming_version_takes_away_is_covered_until_it_begins_and_what_it_adds_at_once() -> None:
    institution = of((TODAY, (TURNING,)), (BEGINS, (MILLING,)))
    assert told(institution) == {TURNER: BEGINS - DAY, MILLER: UNTIL}
    assert told(institution, on=BEGINS - DAY) == {TURNER: BEGINS - DAY, MILLER: UNTIL}
    assert told(institution, on=BEGINS) == {MILLER: UNTIL}
    assert told(institution, on=UNTIL + DAY) == {}


def test_what_every_version_holds_is_covered_to_the_end() -> None:
    assert told(of((TODAY, (TURNING,)), (BEGINS, (TURNING, MILLING)))) == {TURNER: UNTIL, MILLER: UNTIL}


def test_of_versions_of_one_day_and_of_none_that_ever_holds_only_the_later_counts() -> None:
    assert told(of((TODAY, (TURNING,)), (TODAY, (MILLING,)))) == {MILLER: UNTIL}
    assert told(of((TODAY, (TURNING,)), (BEGINS, (MILLING,)), (BEGINS, (TURNING,)))) == {TURNER: UNTIL}
    assert told(of((TODAY, (TURNING,)), (UNTIL + DAY, (MILLING,)))) == {TURNER: UNTIL}


@pytest.mark.parametrize("kind", sorted(set(Standing)))
def test_only_who_is_on_record_covers_anything(kind: Standing) -> None:
    institution = of((TODAY, (TURNING,)), standings=(standing(kind),))
    assert bool(told(institution)) == (kind in {Standing.ACTIVE, Standing.SUSPENDED})


async def changing(works: FilingWorks, now: ScopeItem, then: ScopeItem) -> Institution:
    """An association that may evaluate one occupation until BEGINS and another from then on."""
    institution = an_association(now)
    await keep(works, institution)
    async with works(EVERYTHING) as work:
        (await work.institutions.get(institution.id)).rescope(a_version(then, on=BEGINS))
    return institution


async def test_n3_6_everybody_reads_the_scope_of_the_day_whoever_saved_it_and_whenever(
    works: FilingWorks, uncovered: list[ScopeItem]
) -> None:
    institution = await changing(works, *uncovered[:2])
    found = {}
    for day in (TODAY, BEGINS - DAY, BEGINS, UNTIL):
        works.at = AT + (day - TODAY)
        async with works(EVERYTHING) as work:
            entry = await work.public.verified(institution.verification)
            assert entry is not None
            found[day] = entry.scope
            assert entry.scope == (await work.institutions.get(institution.id)).scope_on(day)
    now, then = tuple(uncovered[:1]), tuple(uncovered[1:2])
    assert found == {TODAY: now, BEGINS - DAY: now, BEGINS: then, UNTIL: then}


async def test_n2_7_of_a_scope_that_changes_both_are_taken_until_it_does_and_then_one_is_free(
    works: FilingWorks, uncovered: list[ScopeItem]
) -> None:
    now, then = uncovered[:2]
    await changing(works, now, then)
    for day, expected in ((TODAY, (True, True)), (BEGINS - DAY, (True, True)), (BEGINS, (False, True))):
        assert (await is_covered(works, now, on=day), await is_covered(works, then, on=day)) == expected
    for item in (now, then):
        early = publicised(item)
        await keep(works, early)
        with pytest.raises(NotRoutable) as caught:
            await register(works, early)
        assert caught.value.basis == ("N2.7",)
    works.at = AT + (BEGINS - TODAY)
    successor = publicised(now, publicity_until=works.at - timedelta(seconds=1))
    await keep(works, successor)
    assert (await register(works, successor)).state is FilingState.REGISTERED


async def test_the_register_is_asked_by_an_occupation_that_is_covered_or_is_to_be(
    works: FilingWorks, uncovered: list[ScopeItem]
) -> None:
    now, then = uncovered[:2]
    institution = await changing(works, now, then)

    async def who_has(item: ScopeItem) -> bool:
        sought = Sought(occupation=Occupation(item.edition, item.occupation), uscc=institution.uscc)
        async with works(EVERYTHING) as work:
            page = await work.institutions.page(sought, cursor=None, size=5)
        return [each.id for each in page.items] == [institution.id]

    assert (await who_has(now), await who_has(then)) == (True, True)
    works.at = AT + (BEGINS - TODAY)
    assert (await who_has(now), await who_has(then)) == (False, True)
    async with works(EVERYTHING) as work:
        covered = await work.public.covered()
    assert work.policy.family(occupation(then)) in covered
    assert work.policy.family(occupation(now)) not in covered
