"""What the repositories promise; the ones in memory and the ones on PostgreSQL keep it alike."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.filing.domain.filing import Filing
from services.filing.domain.institution import Standing
from services.filing.domain.refusals import AlreadyOnRecord, UnknownFiling, UnknownInstitution
from services.filing.domain.terms import FilingState, Obligation, Training
from shared.errors import Stale
from shared.identity import Scope
from shared.persistence.aggregates import OutOfReach
from shared.policy import Attribute, Audience, DutyKind
from shared.values import StationCode
from tests.builders import (
    AT,
    TURNER,
    a_filing,
    a_material,
    a_uscc,
    an_applicant,
    an_institution,
    an_item,
    marks,
)
from tests.filing.works import EVERYTHING, OpenWork, holder, keep, within

DAY = timedelta(days=1)


async def filing_of(works: OpenWork, key: UUID, scope: Scope = EVERYTHING) -> Filing:
    async with works(scope) as work:
        return await work.filings.get(key)


async def test_a_filing_comes_back_as_it_was_kept(works: OpenWork) -> None:
    filing = a_filing(
        state=FilingState.REGISTERED,
        scope=(an_item(TURNER, level=3, work_type="数控车工"), an_item("4-03-02-07")),
        training=frozenset(Training),
        evidence=frozenset({Attribute.KEY_SCHOOL_EVIDENCE}),
        materials=(a_material("application_form"), a_material("legal_registration", pledged=True)),
        scores=marks(80, 90, 100),
        obligations=(
            Obligation(kind=DutyKind.OPEN_ACCOUNT, organ="320115", due_at=AT + DAY, done_at=AT),
            Obligation(kind=DutyKind.BE_COPIED, organ="320100", due_at=AT + DAY),
        ),
        submitted_at=AT,
        publicity_until=AT + DAY,
        registered_at=AT + 2 * DAY,
        filing_number=f"号{uuid4()}",
        institution_id=uuid4(),
    )
    await keep(works, filing)
    found = await filing_of(works, filing.id)
    assert vars(found) == vars(filing)
    assert found.version == 1


async def test_an_institution_comes_back_as_it_was_kept(works: OpenWork) -> None:
    institution = an_institution(
        station_codes=(StationCode("Y000032000001"), StationCode("S000032000002")),
        plaque_number="牌",
        certificate_number="证",
        standing=Standing.SUSPENDED,
        suspended_for="逾期未整改",
    )
    await keep(works, institution)
    async with works(EVERYTHING) as work:
        found = await work.institutions.get(institution.id)
    assert vars(found) == vars(institution)


async def test_what_is_not_there_is_unknown(works: OpenWork) -> None:
    async with works(EVERYTHING) as work:
        with pytest.raises(UnknownFiling):
            await work.filings.get(uuid4())
        with pytest.raises(UnknownInstitution):
            await work.institutions.get(uuid4())
        assert await work.filings.of_institution(uuid4()) is None


async def test_a_filing_is_found_by_its_institution(works: OpenWork) -> None:
    filing = a_filing(institution_id=uuid4())
    await keep(works, filing)
    async with works(EVERYTHING) as work:
        assert filing.institution_id is not None
        found = await work.filings.of_institution(filing.institution_id)
        assert found is await work.filings.get(filing.id)


async def test_a_change_is_saved_with_the_next_version_and_looking_changes_nothing(works: OpenWork) -> None:
    filing = a_filing()
    await keep(works, filing)
    async with works(EVERYTHING) as work:
        (await work.filings.get(filing.id, seen=1)).withdraw()
    await filing_of(works, filing.id)
    found = await filing_of(works, filing.id)
    assert (found.state, found.version) == (FilingState.WITHDRAWN, 2)


async def test_a_version_seen_that_is_not_the_present_one_is_stale(works: OpenWork) -> None:
    filing = a_filing()
    await keep(works, filing)
    async with works(EVERYTHING) as work:
        for seen in (0, 2):
            with pytest.raises(Stale):
                await work.filings.get(filing.id, seen=seen)


async def test_of_two_who_change_the_same_the_later_is_stale(works: OpenWork) -> None:
    filing = a_filing()
    await keep(works, filing)

    async def overtaken() -> None:
        async with works(EVERYTHING) as slow:
            mine = await slow.filings.get(filing.id)
            async with works(EVERYTHING) as quick:
                (await quick.filings.get(filing.id)).state = FilingState.SUBMITTED
            mine.withdraw()

    with pytest.raises(Stale):
        await overtaken()
    assert (await filing_of(works, filing.id)).state is FilingState.SUBMITTED


async def test_a_unit_of_work_that_raises_leaves_nothing_behind(works: OpenWork) -> None:
    known, unknown = a_filing(), a_filing()
    await keep(works, known)

    async def broken() -> None:
        async with works(EVERYTHING) as work:
            work.filings.add(unknown)
            (await work.filings.get(known.id)).withdraw()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await broken()
    assert (await filing_of(works, known.id)).state is FilingState.DRAFT
    with pytest.raises(UnknownFiling):
        await filing_of(works, unknown.id)


async def test_filings_exist_for_their_organ_their_applicant_and_nobody_else(
    works: OpenWork, organ: str
) -> None:
    filing = a_filing(organ=organ)
    await keep(works, filing)
    for scope in (EVERYTHING, within(organ), within("other", organ), holder(filing.applicant.uscc)):
        assert (await filing_of(works, filing.id, scope)).id == filing.id
    for scope in (within(), within("other"), holder(a_uscc()), within(organ[:-1])):
        with pytest.raises(UnknownFiling):
            await filing_of(works, filing.id, scope)


async def test_institutions_exist_for_their_organ_themselves_and_nobody_else(
    works: OpenWork, organ: str
) -> None:
    institution = an_institution(organ=organ)
    await keep(works, institution)
    for scope, many in (
        (within(organ), 1),
        (holder(institution.uscc), 1),
        (within(), 0),
        (within("other"), 0),
    ):
        async with works(scope) as work:
            page = await work.institutions.page(cursor=None, size=5)
        assert len(page.items) == many


@pytest.mark.parametrize("aggregate", [a_filing, an_institution])
async def test_nothing_is_kept_beyond_ones_reach(works: OpenWork, organ: str, aggregate: Any) -> None:
    with pytest.raises(OutOfReach):
        await keep(works, aggregate(organ="other"), scope=within(organ))
    await keep(works, aggregate(organ=organ), scope=within(organ))


async def test_an_applicant_keeps_its_own_case_in_any_district(works: OpenWork, organ: str) -> None:
    uscc = a_uscc()
    filing = a_filing(organ=organ, applicant=an_applicant(uscc))
    await keep(works, filing, scope=holder(uscc))
    assert (await filing_of(works, filing.id, within(organ))).applicant.uscc == uscc


async def test_serials_run_for_each_organ_and_year_and_are_given_back_by_what_raises(
    works: OpenWork, organ: str
) -> None:
    async with works(EVERYTHING) as work:
        assert [await work.filings.next_serial(organ=organ, year=2024) for _ in range(2)] == [1, 2]
        assert await work.filings.next_serial(organ=organ, year=2025) == 1

    async def broken() -> None:
        async with works(EVERYTHING) as work:
            assert await work.filings.next_serial(organ=organ, year=2024) == 3
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await broken()
    async with works(EVERYTHING) as work:
        assert await work.filings.next_serial(organ=organ, year=2024) == 3


async def test_a_body_is_on_record_once_for_an_audience_and_a_number_once(works: OpenWork) -> None:
    known = an_institution()
    await keep(works, known, an_institution(uscc=known.uscc, audience=Audience.PUBLIC))
    with pytest.raises(AlreadyOnRecord):
        await keep(works, an_institution(uscc=known.uscc))
    with pytest.raises(AlreadyOnRecord):
        await keep(works, an_institution(number=known.number))
