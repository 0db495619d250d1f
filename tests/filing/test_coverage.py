"""Who evaluates what in the city, as routing asks it: what an association may still take, and who was filed first."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from services.filing.domain.filing import Filing
from services.filing.domain.institution import Institution, Standing
from services.filing.domain.refusals import AlreadyCovered, UnknownInstitution
from services.filing.domain.stages import FilingState
from services.filing.handlers import registration
from services.filing.handlers.cases import DraftFiling, OnFiling, draft_filing
from shared.contracts.scope import ScopeItem
from shared.policy import Audience, Category, NotRoutable, Policy
from shared.values import Occupation
from tests.builders import (
    AT,
    DISTRICT,
    OTHER_DISTRICT,
    a_filing,
    a_uscc,
    a_version,
    an_applicant,
    an_institution,
)
from tests.filing.works import EVERYTHING, FilingWorks, keep, within

FROM, UNTIL, DAY = date(2024, 3, 4), date(2027, 3, 3), timedelta(days=1)
ASSOCIATION: dict[str, Any] = {
    "category": Category.MUNICIPAL_ASSOCIATION,
    "audience": Audience.PUBLIC,
    "basis": ("N2.7",),
}


def publicised(*scope: ScopeItem, **changes: Any) -> Filing:
    """An association's case whose publicity is over."""
    filing = a_filing(state=FilingState.PUBLICITY, publicity_until=AT - timedelta(seconds=1), scope=scope)
    for name, value in (ASSOCIATION | changes).items():
        setattr(filing, name, value)
    return filing


def an_association(*scope: ScopeItem, **changes: Any) -> Institution:
    return an_institution(scope=scope, **ASSOCIATION | changes)


async def register(works: FilingWorks, filing: Filing) -> Filing:
    async with works(within(filing.organ)) as work:
        command = OnFiling(filing_id=filing.id, seen=1, organ=filing.organ)
        return await registration.register_filing(command, work)


def occupation(item: ScopeItem) -> Occupation:
    return Occupation(item.edition, item.occupation)


async def is_covered(works: FilingWorks, *items: ScopeItem, on: date = UNTIL) -> bool:
    """As an officer of a district that has nothing to do with it is told."""
    async with works(within("nowhere")) as work:
        return await work.institutions.any_covers([occupation(each) for each in items], on=on)


async def test_n2_7_of_two_associations_that_register_one_occupation_at_once_exactly_one_wins(
    works: FilingWorks, uncovered: list[ScopeItem]
) -> None:
    for contested, other, another in zip(*[iter(uncovered[:9])] * 3, strict=True):
        cases = [publicised(contested, other), publicised(another, contested, organ=OTHER_DISTRICT)]
        cases[1].handled_by = OTHER_DISTRICT
        await keep(works, *cases)
        answers = await asyncio.gather(*(register(works, each) for each in cases), return_exceptions=True)
        refused = [each for each in answers if isinstance(each, BaseException)]
        assert len(refused) == 1
        assert isinstance(refused[0], AlreadyCovered | NotRoutable)
        async with works(EVERYTHING) as work:
            after = [await work.filings.get(each.id) for each in cases]
            lost = cases[answers.index(refused[0])]
            loser = next(each for each in after if each.id == lost.id)
            owed = await work.obligations.of_filings([lost.id])
        assert sorted(each.state for each in after) == [FilingState.PUBLICITY, FilingState.REGISTERED]
        assert vars(loser) == vars(lost)
        assert (loser.version, loser.filing_number, owed) == (1, None, [])
        assert await is_covered(works, contested)


async def test_n2_7_one_after_the_other_the_second_is_told_by_its_clause(
    works: FilingWorks, uncovered: list[ScopeItem]
) -> None:
    first, second = publicised(uncovered[0]), publicised(uncovered[0])
    await keep(works, first, second)
    await register(works, first)
    with pytest.raises(NotRoutable) as caught:
        await register(works, second)
    assert caught.value.basis == ("N2.7",)


async def test_n2_7_two_associations_with_nothing_in_common_are_both_registered(
    works: FilingWorks, uncovered: list[ScopeItem]
) -> None:
    cases = [publicised(uncovered[0]), publicised(uncovered[1])]
    await keep(works, *cases)
    await asyncio.gather(*(register(works, each) for each in cases))
    assert await is_covered(works, uncovered[0])
    assert await is_covered(works, uncovered[1])


async def test_n2_7_enterprises_may_share_what_an_association_may_not(
    works: FilingWorks, uncovered: list[ScopeItem]
) -> None:
    scope = uncovered[:1]
    await keep(works, an_institution(scope=tuple(scope)), an_institution(scope=tuple(scope)))
    late = publicised(*scope)
    await keep(works, late)
    with pytest.raises(NotRoutable):
        await register(works, late)


async def test_n2_7_an_occupation_is_covered_until_the_last_day_of_whoever_evaluates_it(
    works: FilingWorks, uncovered: list[ScopeItem]
) -> None:
    item, other = uncovered[:2]
    lower = item.model_copy(update={"level": 5})
    await keep(works, an_institution(scope=(item, lower)))
    assert await is_covered(works, item)
    assert await is_covered(works, other, item)
    assert not await is_covered(works, item, on=UNTIL + DAY)
    assert not await is_covered(works, other)
    assert not await is_covered(works)


@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.EXPIRED, Standing.REVOKED])
async def test_n2_7_what_has_ended_covers_nothing_and_what_is_suspended_covers_on(
    works: FilingWorks, uncovered: list[ScopeItem], standing: Standing
) -> None:
    institution = an_association(uncovered[0])
    await keep(works, institution)
    async with works(EVERYTHING) as work:
        found = await work.institutions.get(institution.id)
        if standing is Standing.SUSPENDED:
            found.suspend(reason="督导", on=AT.date())
        else:
            found.end(standing, reason="终止", on=AT.date())
    assert await is_covered(works, uncovered[0]) == (standing is Standing.SUSPENDED)


async def test_n2_7_an_expired_associations_occupation_is_free_though_nobody_has_noted_that_yet(
    works: FilingWorks, uncovered: list[ScopeItem]
) -> None:
    expired = an_association(uncovered[0], valid_from=date(2021, 3, 1), valid_until=AT.date() - DAY)
    works.at = AT - timedelta(days=30)
    await keep(works, expired)
    assert await is_covered(works, uncovered[0], on=AT.date() - DAY)
    works.at = AT
    successor = publicised(uncovered[0])
    await keep(works, successor)
    assert (await register(works, successor)).state is FilingState.REGISTERED
    async with works(EVERYTHING) as work:
        assert (await work.institutions.get(expired.id)).suspend(reason="督导", on=AT.date())


async def test_n2_7_what_an_institution_gives_up_is_free_again(
    works: FilingWorks, uncovered: list[ScopeItem]
) -> None:
    kept, given_up = uncovered[:2]
    institution = an_association(kept, given_up)
    await keep(works, institution)
    async with works(EVERYTHING) as work:
        (await work.institutions.get(institution.id)).rescope(a_version(kept, on=AT.date()))
    assert await is_covered(works, kept)
    assert not await is_covered(works, given_up)


async def successor_of(works: FilingWorks, policy: Policy) -> tuple[ScopeItem, ScopeItem]:
    """An occupation nobody covers as the new edition has it, and as the one before had it."""
    for entry in policy.evaluable():
        if entry.succeeds:
            level = min(entry.levels)
            new = ScopeItem(edition=entry.edition, occupation=entry.code, work_type="", level=level)
            (before,) = entry.succeeds
            old = new.model_copy(update={"edition": before.edition, "occupation": before.code})
            if not await is_covered(works, new, on=works.at.date()):
                return new, old
    raise AssertionError("the catalogue renumbers nothing that is free")


@pytest.mark.parametrize("newer_first", [True, False])
async def test_n2_7_the_same_occupation_under_another_editions_code_is_covered(
    works: FilingWorks,
    policy: Policy,
    newer_first: bool,  # noqa: FBT001 — parametrised
) -> None:
    new, old = await successor_of(works, policy)
    held, wanted = (new, old) if newer_first else (old, new)
    assert policy.family(occupation(new)) == occupation(old)
    await keep(works, an_association(held))
    assert await is_covered(works, wanted)
    late = publicised(wanted)
    await keep(works, late)
    with pytest.raises(NotRoutable) as caught:
        await register(works, late)
    assert caught.value.basis == ("N2.7",)


async def test_n2_7_two_editions_codes_of_one_occupation_are_not_registered_side_by_side(
    works: FilingWorks, policy: Policy
) -> None:
    new, old = await successor_of(works, policy)
    cases = [publicised(new), publicised(old)]
    await keep(works, *cases)
    answers = await asyncio.gather(*(register(works, each) for each in cases), return_exceptions=True)
    refused = [each for each in answers if isinstance(each, BaseException)]
    assert len(refused) == 1
    assert isinstance(refused[0], AlreadyCovered | NotRoutable)


@pytest.mark.parametrize(
    ("changes", "days"),
    [({}, [FROM, UNTIL]), ({"audience": Audience.PUBLIC}, [])],
)
async def test_n2_4_a_first_filing_is_for_own_staff_and_valid_on_the_day(
    works: FilingWorks, changes: dict[str, Any], days: list[date]
) -> None:
    institution = an_institution(**changes)
    await keep(works, institution)
    async with works(EVERYTHING) as work:
        for day in (FROM - DAY, FROM, UNTIL, UNTIL + DAY):
            found = await work.institutions.has_first_filing(institution.uscc, on=day)
            assert found is (day in days)
            assert not await work.institutions.has_first_filing(a_uscc(), on=day)


@pytest.mark.parametrize("standing", sorted(set(Standing) - {Standing.ACTIVE}))
async def test_n2_4_a_first_filing_that_is_not_in_force_does_not_count(
    works: FilingWorks, standing: Standing
) -> None:
    institution = an_institution()
    await keep(works, institution)
    async with works(EVERYTHING) as work:
        found = await work.institutions.get(institution.id)
        if standing is Standing.SUSPENDED:
            found.suspend(reason="督导", on=AT.date())
        else:
            found.end(standing, reason="终止", on=AT.date())
    async with works(EVERYTHING) as work:
        assert not await work.institutions.has_first_filing(institution.uscc, on=FROM)


async def test_n2_4_a_first_filing_in_another_district_counts_for_an_officer_who_sees_only_his_own(
    works: FilingWorks,
) -> None:
    first = an_institution(
        category=Category.CENTRAL_ENTERPRISE, organ=OTHER_DISTRICT, filed_by=OTHER_DISTRICT, basis=("N2.1",)
    )
    await keep(works, first)
    command = DraftFiling(
        applicant=an_applicant(first.uscc),
        organ=DISTRICT,
        category=Category.CENTRAL_ENTERPRISE,
        audience=Audience.PUBLIC,
        scope=first.scope,
    )
    async with works(within(DISTRICT)) as work:
        with pytest.raises(UnknownInstitution):
            await work.institutions.get(first.id)
        filing = await draft_filing(command, work)
    assert (filing.handled_by, filing.basis) == (DISTRICT, ("N2.4",))
