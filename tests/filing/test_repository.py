"""What the repositories promise."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.filing.domain.deadline import Deadline
from services.filing.domain.filing import Filing
from services.filing.domain.institution import PostLevel, ScopeWhy, Standing
from services.filing.domain.refusals import AlreadyOnRecord, UnknownFiling, UnknownInstitution
from services.filing.domain.stages import FilingState
from services.filing.domain.terms import Correction, CorrectionItem, Particulars, Site, Training
from shared.errors import Stale
from shared.identity import Scope
from shared.persistence.aggregates import OutOfReach
from shared.policy import Attribute, Audience, Channel, FilingKind
from shared.values import Edition, Level, Occupation, OccupationCode, StationCode
from tests.builders import (
    AT,
    TURNER,
    a_filing,
    a_material,
    a_uscc,
    a_version,
    an_applicant,
    an_institution,
    an_item,
    standing,
)
from tests.filing.works import EVERYTHING, FilingWorks, holder, keep, within

DAY = timedelta(days=1)
SAME = {"organ", "handled_by", "category", "audience", "basis", "drafted_at", "version"}
"""What the case below has in common with any other; all else is told apart."""


OCCUPATION = Occupation(Edition.Y2015, OccupationCode(TURNER))


def a_site(code: StationCode | None = None) -> Site:
    return Site(name="一号考核点", address="江宁区某路2号", capacity=40, station_code=code)


async def filing_of(works: FilingWorks, key: UUID, scope: Scope = EVERYTHING) -> Filing:
    async with works(scope) as work:
        return await work.filings.get(key)


async def test_a_filing_comes_back_as_it_was_kept(works: FilingWorks) -> None:
    filing = a_filing(
        state=FilingState.REGISTERED,
        scope=(an_item(TURNER, level=3, work_type="数控车工"), an_item("4-03-02-07")),
        training=frozenset(Training),
        evidence=frozenset({Attribute.KEY_SCHOOL_EVIDENCE}),
        materials=(a_material("application_form"), a_material("legal_registration", pledged=True)),
        kind=FilingKind.CHANGE,
        channel=Channel.DOOR_TO_DOOR,
        particulars=Particulars(name="测试乙公司", sites=(a_site(), a_site(StationCode("S000032000002")))),
        officer_id=uuid4(),
        deadline=Deadline(
            due_at=AT, paused_at=AT + DAY, left=3, warned_at=AT - DAY, escalated_at=AT + 2 * DAY
        ),
        correction=Correction(
            items=(CorrectionItem(field="scope", reason="等级有误"),),
            asked_at=AT,
            due_at=AT + DAY,
            answered_at=AT + DAY,
        ),
        rounds=2,
        objections_open=1,
        submitted_at=AT,
        publicity_until=AT + DAY,
        decided_at=AT + 2 * DAY,
        refused_for="材料不实",
        filing_number=f"号{uuid4()}",
        institution_id=uuid4(),
    )
    await keep(works, filing)
    found = await filing_of(works, filing.id)
    assert vars(found) == vars(filing)
    assert found.version == 1
    assert {name for name, value in vars(filing).items() if value == vars(a_filing())[name]} <= SAME


async def test_an_institution_comes_back_as_it_was_kept(works: FilingWorks) -> None:
    institution = an_institution(
        station_codes=(StationCode("Y000032000001"), StationCode("S000032000002")),
        plaque_number="牌",
        certificate_number="证",
        legal_representative="测试员甲",
        address="江宁区某路1号",
        sites=(a_site(), a_site(StationCode("S000032000002"))),
        versions=(
            a_version(an_item()),
            a_version(an_item(level=3), on=date(2025, 1, 1), why=ScopeWhy.EXTENDED, filing_id=uuid4()),
        ),
        standings=(standing(Standing.ACTIVE), standing(Standing.SUSPENDED, reason="逾期未整改")),
        post_levels=(PostLevel(occupation=OCCUPATION, name="首席车工", held_as=Level.ONE),),
        last_evaluated_on=date(2024, 6, 1),
        batches=7,
    )
    await keep(works, institution)
    async with works(EVERYTHING) as work:
        found = await work.institutions.get(institution.id)
    assert vars(found) == vars(institution)


async def test_what_is_not_there_is_unknown(works: FilingWorks) -> None:
    async with works(EVERYTHING) as work:
        with pytest.raises(UnknownFiling):
            await work.filings.get(uuid4())
        with pytest.raises(UnknownInstitution):
            await work.institutions.get(uuid4())
        assert await work.filings.of_institution(uuid4()) is None


async def test_a_filing_is_found_by_its_institution(works: FilingWorks) -> None:
    filing = a_filing(institution_id=uuid4())
    await keep(works, filing)
    async with works(EVERYTHING) as work:
        assert filing.institution_id is not None
        found = await work.filings.of_institution(filing.institution_id)
        assert found is await work.filings.get(filing.id)


async def test_a_case_that_amends_a_record_is_not_the_one_that_made_it(works: FilingWorks) -> None:
    amending = a_filing(kind=FilingKind.CHANGE, institution_id=uuid4())
    await keep(works, amending)
    async with works(EVERYTHING) as work:
        assert amending.institution_id is not None
        assert await work.filings.of_institution(amending.institution_id) is None


async def test_a_change_is_saved_with_the_next_version_and_looking_changes_nothing(
    works: FilingWorks,
) -> None:
    filing = a_filing()
    await keep(works, filing)
    async with works(EVERYTHING) as work:
        (await work.filings.get(filing.id, seen=1)).withdraw(work.policy, at=AT)
    await filing_of(works, filing.id)
    found = await filing_of(works, filing.id)
    assert (found.state, found.version) == (FilingState.WITHDRAWN, 2)


async def test_a_version_seen_that_is_not_the_present_one_is_stale(works: FilingWorks) -> None:
    filing = a_filing()
    await keep(works, filing)
    async with works(EVERYTHING) as work:
        for seen in (0, 2):
            with pytest.raises(Stale):
                await work.filings.get(filing.id, seen=seen)


async def test_of_two_who_change_the_same_the_later_is_stale(works: FilingWorks) -> None:
    filing = a_filing()
    await keep(works, filing)

    async def overtaken() -> None:
        async with works(EVERYTHING) as slow:
            mine = await slow.filings.get(filing.id)
            async with works(EVERYTHING) as quick:
                (await quick.filings.get(filing.id)).state = FilingState.SUBMITTED
            mine.withdraw(slow.policy, at=AT)

    with pytest.raises(Stale):
        await overtaken()
    assert (await filing_of(works, filing.id)).state is FilingState.SUBMITTED


async def test_a_unit_of_work_that_raises_leaves_nothing_behind(works: FilingWorks) -> None:
    known, unknown = a_filing(), a_filing()
    await keep(works, known)

    async def broken() -> None:
        async with works(EVERYTHING) as work:
            work.filings.add(unknown)
            (await work.filings.get(known.id)).withdraw(work.policy, at=AT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await broken()
    assert (await filing_of(works, known.id)).state is FilingState.DRAFT
    with pytest.raises(UnknownFiling):
        await filing_of(works, unknown.id)


async def test_filings_exist_for_their_organ_their_applicant_and_nobody_else(
    works: FilingWorks, organ: str
) -> None:
    filing = a_filing(organ=organ)
    await keep(works, filing)
    for scope in (EVERYTHING, within(organ), within("other", organ), holder(filing.applicant.uscc)):
        assert (await filing_of(works, filing.id, scope)).id == filing.id
    for scope in (within(), within("other"), holder(a_uscc()), within(organ[:-1])):
        with pytest.raises(UnknownFiling):
            await filing_of(works, filing.id, scope)


async def test_institutions_exist_for_their_organ_themselves_and_nobody_else(
    works: FilingWorks, organ: str
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
async def test_nothing_is_kept_beyond_ones_reach(works: FilingWorks, organ: str, aggregate: Any) -> None:
    with pytest.raises(OutOfReach):
        await keep(works, aggregate(organ="other"), scope=within(organ))
    await keep(works, aggregate(organ=organ), scope=within(organ))


async def test_an_applicant_keeps_its_own_case_in_any_district(works: FilingWorks, organ: str) -> None:
    uscc = a_uscc()
    filing = a_filing(organ=organ, applicant=an_applicant(uscc))
    await keep(works, filing, scope=holder(uscc))
    assert (await filing_of(works, filing.id, within(organ))).applicant.uscc == uscc


async def test_serials_run_for_each_organ_and_year_and_are_given_back_by_what_raises(
    works: FilingWorks, organ: str
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


async def test_a_body_is_on_record_once_for_an_audience_and_a_number_once(works: FilingWorks) -> None:
    known = an_institution()
    await keep(works, known, an_institution(uscc=known.uscc, audience=Audience.PUBLIC))
    with pytest.raises(AlreadyOnRecord):
        await keep(works, an_institution(uscc=known.uscc))
    with pytest.raises(AlreadyOnRecord):
        await keep(works, an_institution(number=known.number))
