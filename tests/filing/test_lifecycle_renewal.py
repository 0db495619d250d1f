"""续期: when it may be asked for, what it needs, and what a removal bars."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from services.filing.domain.filing import Filing
from services.filing.domain.institution import Institution, Standing
from services.filing.domain.refusals import Banned, NotRenewable
from services.filing.domain.stages import FilingState
from services.filing.handlers.cases import (
    DraftAmendment,
    DraftFiling,
    OnFiling,
    draft_amendment,
    draft_filing,
)
from services.filing.handlers.registration import register_filing
from shared.clock import SHANGHAI
from shared.contracts.filing import InstitutionRenewed
from shared.policy import Audience, Category, FilingKind
from tests.builders import (
    AT,
    DISTRICT,
    OTHER_DISTRICT,
    a_filing,
    a_material,
    a_uscc,
    an_applicant,
    an_institution,
    an_item,
    standing,
)
from tests.filing.works import EVERYTHING, FilingWorks, keep

LAST = date(2027, 3, 3)
OPENS = LAST - timedelta(days=90)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)


async def renewal_of(institution: Institution, works: FilingWorks, **changes: object) -> Filing:
    """A renewal that its organ has taken on."""
    filing = a_filing(
        kind=FilingKind.RENEWAL,
        state=FilingState.ACCEPTED,
        applicant=an_applicant(institution.uscc),
        institution_id=institution.id,
        scope=(),
        submitted_at=works.at,
        **changes,
    )
    await keep(works, institution, filing)
    return filing


async def decide(filing: Filing, works: FilingWorks) -> Institution:
    assert filing.institution_id is not None
    async with works(EVERYTHING) as work:
        await register_filing(OnFiling(filing_id=filing.id, seen=1, organ=DISTRICT), work)
        return await work.institutions.get(filing.institution_id)


@pytest.mark.parametrize(
    ("day", "opens"),
    [(OPENS - timedelta(days=1), False), (OPENS, True), (LAST, True), (LAST + timedelta(days=1), False)],
)
async def test_a_renewal_is_drafted_in_the_ninety_days_before_expiry(
    works: FilingWorks, day: date, *, opens: bool
) -> None:
    institution = an_institution()
    await keep(works, institution)
    works.at = noon(day)
    command = DraftAmendment(institution_id=institution.id, kind=FilingKind.RENEWAL)
    async with works() as work:
        if opens:
            assert (await draft_amendment(command, work)).kind is FilingKind.RENEWAL
            return
        with pytest.raises(NotRenewable) as refused:
            await draft_amendment(command, work)
    assert refused.value.extra["filing.renew_window_days"] == "assumed"


async def test_a_suspended_institution_is_not_renewed(works: FilingWorks) -> None:
    institution = an_institution(standings=(standing(Standing.SUSPENDED, reason="整改逾期"),), batches=6)
    filing = await renewal_of(institution, works)
    works.at = noon(OPENS)
    async with works() as work:
        with pytest.raises(NotRenewable, match="整改逾期"):
            await draft_amendment(
                DraftAmendment(institution_id=institution.id, kind=FilingKind.RENEWAL), work
            )
    with pytest.raises(NotRenewable):
        await decide(filing, works)


@pytest.mark.parametrize(("batches", "explained"), [(6, False), (5, True), (9, True)])
async def test_six_batches_or_an_explanation_renew_it_for_three_years_and_batches_count_anew(
    works: FilingWorks, batches: int, *, explained: bool
) -> None:
    institution = an_institution(batches=batches)
    papers = (a_material("batch_explanation"),) if explained else ()
    filing = await renewal_of(institution, works, materials=papers)
    renewed = await decide(filing, works)
    assert (renewed.valid_until, renewed.batches) == (date(2030, 3, 3), 0)
    assert [each.valid_until for each in works.announced if isinstance(each, InstitutionRenewed)] == [
        date(2030, 3, 3)
    ]


async def test_decided_late_it_is_valid_again_from_that_day_only(works: FilingWorks) -> None:
    institution = an_institution(batches=6)
    filing = await renewal_of(institution, works)
    works.at = noon(date(2027, 3, 24))
    renewed = await decide(filing, works)
    assert renewed.valid_until == date(2030, 3, 3)
    assert [(each.since, each.until) for each in renewed.lapses] == [(date(2027, 3, 4), date(2027, 3, 23))]
    assert renewed.scope_on(date(2027, 3, 10)) == ()
    (told,) = [each for each in works.announced if isinstance(each, InstitutionRenewed)]
    assert told.valid_from == date(2027, 3, 24)


async def test_too_few_batches_without_an_explanation_are_not_renewed(works: FilingWorks) -> None:
    filing = await renewal_of(an_institution(batches=5), works)
    with pytest.raises(NotRenewable) as refused:
        await decide(filing, works)
    assert (refused.value.extra["batches"], refused.value.extra["needed"]) == (5, 6)


def a_draft(institution: Institution) -> DraftFiling:
    """The same body asks again, in another district."""
    return DraftFiling(
        applicant=an_applicant(institution.uscc),
        organ=OTHER_DISTRICT,
        category=Category.MUNICIPAL_ENTERPRISE,
        audience=Audience.OWN_STAFF,
        scope=(an_item(),),
    )


async def test_a_removed_body_files_nothing_anew_for_two_years_anywhere_in_the_city(
    works: FilingWorks,
) -> None:
    removed = standing(Standing.REMOVED, on=date(2024, 3, 4))
    institution = an_institution(standings=(removed,))
    await keep(works, institution)
    for day, barred in ((date(2026, 3, 3), True), (date(2026, 3, 4), False)):
        works.at = noon(day)
        async with works() as work:
            if barred:
                with pytest.raises(Banned, match="2024-03-04"):
                    await draft_filing(a_draft(institution), work)
            else:
                assert (await draft_filing(a_draft(institution), work)).organ == OTHER_DISTRICT


async def test_who_was_removed_meanwhile_is_not_put_on_record(works: FilingWorks) -> None:
    uscc = a_uscc()
    removed = an_institution(uscc=uscc, standings=(standing(Standing.REMOVED),))
    filing = a_filing(
        applicant=an_applicant(uscc),
        state=FilingState.PUBLICITY,
        publicity_until=AT - timedelta(seconds=1),
    )
    await keep(works, removed, filing)
    async with works() as work:
        with pytest.raises(Banned):
            await register_filing(OnFiling(filing_id=filing.id, seen=1, organ=DISTRICT), work)


async def test_a_cancelled_body_may_file_again(works: FilingWorks) -> None:
    institution = an_institution(standings=(standing(Standing.CANCELLED),))
    await keep(works, institution)
    async with works() as work:
        drafted = await draft_filing(replace(a_draft(institution), organ=DISTRICT), work)
    assert drafted.organ == DISTRICT
