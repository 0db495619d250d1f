"""What goes on the register, by whom, and what is announced of it."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.filing.domain.filing import Filing
from services.filing.domain.institution import Institution, Standing
from services.filing.domain.refusals import (
    AlreadyOnRecord,
    NotEvaluated,
    NotFiledByProvince,
    NotResponsible,
    NotSuspended,
    PublicityRunning,
    UnknownInstitution,
)
from services.filing.domain.stages import FilingState
from services.filing.handlers import registration
from services.filing.handlers.cases import OnFiling
from services.filing.handlers.register import (
    recognize_institution,
    resume_institution,
    suspend_institution,
)
from shared.contracts.filing import (
    InstitutionRecognized,
    InstitutionRegistered,
    InstitutionResumed,
    InstitutionSuspended,
)
from shared.policy import Attribute, Audience, Category, DutyOwner, NotRoutable, UnknownOrgan
from tests.builders import (
    AT,
    CITY,
    DISTRICT,
    GUARD,
    a_filing,
    a_uscc,
    an_applicant,
    an_institution,
    an_item,
    institution_filed,
    lifted,
    sanctioned,
)
from tests.filing.works import EVERYTHING, FilingWorks, keep

NUMBER = re.compile(r"宁人社评备〔(\d{4})〕(\w+?)(\d{4})号")


async def register(works: FilingWorks, filing: Filing) -> Filing:
    """Put a kept case on record, as its own organ."""
    async with works(EVERYTHING) as work:
        command = OnFiling(filing_id=filing.id, seen=1, organ=filing.handled_by)
        return await registration.register_filing(command, work)


async def institution_of(works: FilingWorks, filing: Filing) -> Institution:
    assert filing.institution_id is not None
    async with works(EVERYTHING) as work:
        return await work.institutions.get(filing.institution_id)


def publicised(**changes: Any) -> Filing:
    """A case whose publicity is over."""
    return a_filing(state=FilingState.PUBLICITY, publicity_until=AT - timedelta(seconds=1), **changes)


def numbered(filing: Filing) -> tuple[str, str, int]:
    """Year, organ and serial of its number."""
    found = NUMBER.fullmatch(filing.filing_number or "")
    assert found is not None
    year, organ, serial = found.groups()
    return year, organ, int(serial)


async def test_n2_8_plaque_and_certificate_come_together_and_carry_the_filing_number(
    works: FilingWorks,
) -> None:
    filing = publicised()
    await keep(works, filing)
    filing = await register(works, filing)
    institution = await institution_of(works, filing)
    assert numbered(filing)[:2] == ("2024", "江宁区")
    assert institution.number == filing.filing_number
    assert institution.plaque_number == f"{institution.number}（牌）"
    assert institution.certificate_number == f"{institution.number}（证）"
    assert len(institution.verification) >= 16
    assert (institution.organ, institution.filed_by) == (DISTRICT, DISTRICT)


async def test_a_registration_holds_for_three_years_less_a_day(works: FilingWorks) -> None:
    filing = publicised()
    await keep(works, filing)
    institution = await institution_of(works, await register(works, filing))
    assert (institution.valid_from, institution.valid_until) == (date(2024, 3, 4), date(2027, 3, 3))


async def test_a_registration_on_a_leap_day_ends_as_if_it_were_the_day_before(works: FilingWorks) -> None:
    works.at = AT.replace(month=2, day=29)
    filing = a_filing(state=FilingState.PUBLICITY, publicity_until=works.at - timedelta(days=1))
    await keep(works, filing)
    institution = await institution_of(works, await register(works, filing))
    assert (institution.valid_from, institution.valid_until) == (date(2024, 2, 29), date(2027, 2, 27))


async def test_a_registration_is_announced_with_scope_number_and_basis(works: FilingWorks) -> None:
    filing = publicised()
    await keep(works, filing)
    filing = await register(works, filing)
    institution = await institution_of(works, filing)
    assert works.announced == [
        InstitutionRegistered(
            institution_id=institution.id,
            organ=DISTRICT,
            basis=("N2.2",),
            filing_id=filing.id,
            name=filing.applicant.name,
            uscc=filing.applicant.uscc,
            category=filing.category,
            audience=filing.audience,
            scope=filing.scope,
            filing_number=institution.number,
            valid_from=institution.valid_from,
            valid_until=institution.valid_until,
        )
    ]


async def test_filing_numbers_run_without_gaps_for_each_organ_and_year(works: FilingWorks) -> None:
    cases = [publicised() for _ in range(4)]
    early = a_filing(state=FilingState.PUBLICITY, publicity_until=AT + timedelta(days=1))
    await keep(works, *cases, early)
    first = numbered(await register(works, cases[0]))
    with pytest.raises(PublicityRunning):
        await register(works, early)
    second = numbered(await register(works, cases[1]))
    works.at = AT.replace(year=2025)
    another_year = numbered(await register(works, cases[2]))
    works.at = AT
    third = numbered(await register(works, cases[3]))
    assert [second, third] == [(*first[:2], first[2] + 1), (*first[:2], first[2] + 2)]
    assert another_year[0] == "2025"


async def test_one_body_is_on_record_once_for_each_audience(works: FilingWorks) -> None:
    uscc = a_uscc()
    filing = publicised(applicant=an_applicant(uscc))
    await keep(works, filing, an_institution(uscc=uscc))
    with pytest.raises(AlreadyOnRecord):
        await register(works, filing)
    async with works(EVERYTHING) as work:
        assert (await work.filings.get(filing.id)).state is FilingState.PUBLICITY
    assert works.announced == []


async def test_n2_4_what_was_true_of_the_draft_must_still_be_true_at_registration(
    works: FilingWorks,
) -> None:
    first = an_institution(category=Category.CENTRAL_ENTERPRISE)
    first.suspend(reason="逾期未整改", on=AT.date())
    second = publicised(
        applicant=an_applicant(first.uscc), category=Category.CENTRAL_ENTERPRISE, audience=Audience.PUBLIC
    )
    await keep(works, first, second)
    with pytest.raises(NotRoutable):
        await register(works, second)
    async with works(EVERYTHING) as work:
        (await work.institutions.get(first.id)).resume(on=AT.date())
    filing = await register(works, second)
    assert filing.state is FilingState.REGISTERED


async def test_n2_5_the_city_registers_and_numbers_its_own_cases(works: FilingWorks) -> None:
    filing = publicised(
        handled_by=CITY,
        category=Category.KEY_TECHNICAL_SCHOOL,
        audience=Audience.PUBLIC,
        evidence=frozenset({Attribute.KEY_SCHOOL_EVIDENCE}),
    )
    await keep(works, filing)
    filing = await register(works, filing)
    institution = await institution_of(works, filing)
    assert numbered(filing)[:2] == ("2024", "南京市")
    assert (institution.organ, institution.filed_by) == (DISTRICT, CITY)


@pytest.mark.parametrize(
    ("category", "audience", "clause"),
    [
        (Category.CENTRAL_ENTERPRISE, Audience.OWN_STAFF, "N2.1"),
        (Category.PROVINCIAL_ENTERPRISE, Audience.OWN_STAFF, "N2.1"),
        (Category.PROVINCIAL_ASSOCIATION, Audience.PUBLIC, "N2.6"),
    ],
)
async def test_n2_1_n2_6_what_the_province_has_filed_is_recognized_without_a_second_assessment(
    works: FilingWorks, category: Category, audience: Audience, clause: str
) -> None:
    filed = institution_filed(category=category, audience=audience)
    async with works(EVERYTHING) as work:
        institution = await recognize_institution(filed, work)
    assert (institution.number, institution.filed_by) == (filed.provincial_number, DutyOwner.PROVINCE)
    assert (institution.basis, institution.station_codes) == ((clause,), filed.station_codes)
    assert (institution.plaque_number, institution.certificate_number) == (None, None)
    (announced,) = works.announced
    assert isinstance(announced, InstitutionRecognized)
    assert (announced.basis, announced.provincial_number) == ((clause,), filed.provincial_number)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"category": Category.MUNICIPAL_ENTERPRISE}, NotFiledByProvince),
        ({"category": Category.LEADING_ENTERPRISE}, NotFiledByProvince),
        ({"audience": Audience.PUBLIC}, NotRoutable),
        ({"audience": Audience.OWN_STUDENTS}, NotRoutable),
        ({"organ": "990000"}, UnknownOrgan),
        ({"organ": CITY}, NotResponsible),
        ({"scope": (an_item(GUARD),)}, NotEvaluated),
    ],
)
async def test_the_province_puts_nothing_on_record_that_the_notice_does_not_give_to_it(
    works: FilingWorks, changes: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        async with works(EVERYTHING) as work:
            await recognize_institution(institution_filed(**changes), work)
    assert works.announced == []


async def test_a_sanction_suspends_once_and_its_end_resumes(works: FilingWorks) -> None:
    institution = an_institution()
    await keep(works, institution)
    for _ in range(2):
        async with works(EVERYTHING) as work:
            await suspend_institution(sanctioned(institution.id), work)
    async with works(EVERYTHING) as work:
        await resume_institution(lifted(institution.id), work)
    assert [type(event) for event in works.announced] == [InstitutionSuspended, InstitutionResumed]
    with pytest.raises(NotSuspended):
        async with works(EVERYTHING) as work:
            await resume_institution(lifted(institution.id), work)


async def test_a_sanction_on_an_unknown_institution_waits_for_it(works: FilingWorks) -> None:
    with pytest.raises(UnknownInstitution):
        async with works(EVERYTHING) as work:
            await suspend_institution(sanctioned(uuid4()), work)


@pytest.mark.parametrize("standing", [Standing.EXPIRED, Standing.REVOKED])
async def test_what_is_on_record_no_more_is_neither_suspended_nor_resumed(
    works: FilingWorks, standing: Standing
) -> None:
    institution = an_institution()
    institution.end(standing, reason="已终止", on=AT.date())
    await keep(works, institution)
    async with works(EVERYTHING) as work:
        await suspend_institution(sanctioned(institution.id), work)
        await resume_institution(lifted(institution.id), work)
    async with works(EVERYTHING) as work:
        assert (await work.institutions.get(institution.id)).version == 1
    assert works.announced == []


async def test_what_has_ended_may_be_filed_again(works: FilingWorks) -> None:
    ended = an_institution()
    ended.end(Standing.CANCELLED, reason="自行注销", on=AT.date())
    again = publicised(applicant=an_applicant(ended.uscc))
    await keep(works, ended, again)
    assert (await register(works, again)).state is FilingState.REGISTERED
