"""What goes on the register, by whom, and what is announced of it; on repositories in memory."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.filing import handlers
from services.filing.domain.filing import Filing
from services.filing.domain.institution import Institution, Standing
from services.filing.domain.refusals import (
    AlreadyOnRecord,
    NotEvaluated,
    NotFiledByProvince,
    NothingToAcknowledge,
    NotResponsible,
    NotSuspended,
    PublicityRunning,
    UnknownInstitution,
)
from services.filing.domain.terms import FilingState
from services.filing.handlers import OnFiling, Work
from shared.contracts.filing import (
    InstitutionRecognized,
    InstitutionRegistered,
    InstitutionResumed,
    InstitutionSuspended,
)
from shared.policy import Attribute, Audience, Category, DutyKind, DutyOwner, NotRoutable, UnknownOrgan
from tests.builders import (
    AT,
    CITY,
    DISTRICT,
    GUARD,
    a_filing,
    a_uscc,
    account_opened,
    an_applicant,
    an_institution,
    an_item,
    institution_filed,
    lifted,
    sanctioned,
)
from tests.fakes import MemoryWorks
from tests.filing.works import EVERYTHING, keep

Memory = MemoryWorks[Work]


async def register(memory: Memory, filing: Filing) -> Filing:
    """Put a kept case on record, as its own organ."""
    async with memory(EVERYTHING) as work:
        command = OnFiling(filing_id=filing.id, seen=1, organ=filing.handled_by)
        return await handlers.register_filing(command, work)


async def institution_of(memory: Memory, filing: Filing) -> Institution:
    assert filing.institution_id is not None
    async with memory(EVERYTHING) as work:
        return await work.institutions.get(filing.institution_id)


def publicised(**changes: Any) -> Filing:
    """A case whose publicity is over."""
    return a_filing(state=FilingState.PUBLICITY, publicity_until=AT - timedelta(seconds=1), **changes)


async def test_n2_8_plaque_and_certificate_come_together_and_carry_the_filing_number(memory: Memory) -> None:
    filing = publicised()
    await keep(memory, filing)
    filing = await register(memory, filing)
    institution = await institution_of(memory, filing)
    assert filing.filing_number == institution.number == "宁人社评备〔2024〕江宁区0001号"
    assert institution.plaque_number == "宁人社评备〔2024〕江宁区0001号（牌）"
    assert institution.certificate_number == "宁人社评备〔2024〕江宁区0001号（证）"
    assert (institution.organ, institution.filed_by) == (DISTRICT, DISTRICT)


async def test_a_registration_holds_for_three_years_less_a_day(memory: Memory) -> None:
    filing = publicised()
    await keep(memory, filing)
    institution = await institution_of(memory, await register(memory, filing))
    assert (institution.valid_from, institution.valid_until) == (date(2024, 3, 4), date(2027, 3, 3))


async def test_a_registration_on_a_leap_day_ends_as_if_it_were_the_day_before(memory: Memory) -> None:
    memory.at = AT.replace(month=2, day=29)
    filing = a_filing(state=FilingState.PUBLICITY, publicity_until=memory.at - timedelta(days=1))
    await keep(memory, filing)
    institution = await institution_of(memory, await register(memory, filing))
    assert (institution.valid_from, institution.valid_until) == (date(2024, 2, 29), date(2027, 2, 27))


async def test_a_registration_is_announced_with_scope_number_and_basis(memory: Memory) -> None:
    filing = publicised()
    await keep(memory, filing)
    filing = await register(memory, filing)
    institution = await institution_of(memory, filing)
    assert memory.announced == [
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


async def test_filing_numbers_run_without_gaps_for_each_organ_and_year(memory: Memory) -> None:
    cases = [publicised() for _ in range(3)]
    early = a_filing(state=FilingState.PUBLICITY, publicity_until=AT + timedelta(days=1))
    await keep(memory, *cases, early)
    first = await register(memory, cases[0])
    with pytest.raises(PublicityRunning):
        await register(memory, early)
    second = await register(memory, cases[1])
    memory.at = AT.replace(year=2025)
    third = await register(memory, cases[2])
    assert [each.filing_number for each in (first, second, third)] == [
        "宁人社评备〔2024〕江宁区0001号",
        "宁人社评备〔2024〕江宁区0002号",
        "宁人社评备〔2025〕江宁区0001号",
    ]


async def test_one_body_is_on_record_once_for_each_audience(memory: Memory) -> None:
    uscc = a_uscc()
    filing = publicised(applicant=an_applicant(uscc))
    await keep(memory, filing, an_institution(uscc=uscc))
    with pytest.raises(AlreadyOnRecord):
        await register(memory, filing)
    async with memory(EVERYTHING) as work:
        assert (await work.filings.get(filing.id)).state is FilingState.PUBLICITY
    assert memory.announced == []


async def test_n2_4_what_was_true_of_the_draft_must_still_be_true_at_registration(memory: Memory) -> None:
    first = an_institution(category=Category.CENTRAL_ENTERPRISE, standing=Standing.SUSPENDED)
    second = publicised(
        applicant=an_applicant(first.uscc), category=Category.CENTRAL_ENTERPRISE, audience=Audience.PUBLIC
    )
    await keep(memory, first, second)
    with pytest.raises(NotRoutable):
        await register(memory, second)
    async with memory(EVERYTHING) as work:
        (await work.institutions.get(first.id)).resume()
    filing = await register(memory, second)
    assert [(each.kind, each.organ) for each in filing.obligations] == [
        (DutyKind.OPEN_ACCOUNT, DISTRICT),
        (DutyKind.BE_COPIED, CITY),
    ]


async def test_n2_4_the_city_acknowledges_its_copy_and_the_account_completes_the_case(memory: Memory) -> None:
    first = an_institution(category=Category.LEADING_ENTERPRISE)
    second = publicised(
        applicant=an_applicant(first.uscc), category=Category.LEADING_ENTERPRISE, audience=Audience.PUBLIC
    )
    await keep(memory, first, second)
    filing = await register(memory, second)
    assert filing.institution_id is not None
    async with memory(EVERYTHING) as work:
        await handlers.note_account_opened(account_opened(filing.institution_id), work)
    with pytest.raises(NothingToAcknowledge):
        async with memory(EVERYTHING) as work:
            await handlers.acknowledge_copy(OnFiling(filing_id=filing.id, seen=3, organ=DISTRICT), work)
    async with memory(EVERYTHING) as work:
        done = await handlers.acknowledge_copy(OnFiling(filing_id=filing.id, seen=3, organ=CITY), work)
    assert done.complete


async def test_n2_5_the_city_registers_and_numbers_its_own_cases(memory: Memory) -> None:
    filing = publicised(
        handled_by=CITY,
        category=Category.KEY_TECHNICAL_SCHOOL,
        audience=Audience.PUBLIC,
        evidence=frozenset({Attribute.KEY_SCHOOL_EVIDENCE}),
    )
    await keep(memory, filing)
    filing = await register(memory, filing)
    institution = await institution_of(memory, filing)
    assert filing.filing_number == "宁人社评备〔2024〕南京市0001号"
    assert (institution.organ, institution.filed_by) == (DISTRICT, CITY)


async def test_an_account_of_an_institution_that_was_never_filed_here_completes_nothing(
    memory: Memory,
) -> None:
    filing = publicised()
    await keep(memory, filing)
    async with memory(EVERYTHING) as work:
        await handlers.note_account_opened(account_opened(uuid4()), work)
    async with memory(EVERYTHING) as work:
        assert (await work.filings.get(filing.id)).version == 1


@pytest.mark.parametrize(
    ("category", "audience", "clause"),
    [
        (Category.CENTRAL_ENTERPRISE, Audience.OWN_STAFF, "N2.1"),
        (Category.PROVINCIAL_ENTERPRISE, Audience.OWN_STAFF, "N2.1"),
        (Category.PROVINCIAL_ASSOCIATION, Audience.PUBLIC, "N2.6"),
    ],
)
async def test_n2_1_n2_6_what_the_province_has_filed_is_recognized_without_a_second_assessment(
    memory: Memory, category: Category, audience: Audience, clause: str
) -> None:
    filed = institution_filed(category=category, audience=audience)
    async with memory(EVERYTHING) as work:
        institution = await handlers.recognize_institution(filed, work)
    assert (institution.number, institution.filed_by) == (filed.provincial_number, DutyOwner.PROVINCE)
    assert (institution.basis, institution.station_codes) == ((clause,), filed.station_codes)
    assert (institution.plaque_number, institution.certificate_number) == (None, None)
    (announced,) = memory.announced
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
    memory: Memory, changes: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        async with memory(EVERYTHING) as work:
            await handlers.recognize_institution(institution_filed(**changes), work)
    assert memory.announced == []


async def test_a_sanction_suspends_once_and_its_end_resumes(memory: Memory) -> None:
    institution = an_institution()
    await keep(memory, institution)
    for _ in range(2):
        async with memory(EVERYTHING) as work:
            await handlers.suspend_institution(sanctioned(institution.id), work)
    async with memory(EVERYTHING) as work:
        await handlers.resume_institution(lifted(institution.id), work)
    assert [type(event) for event in memory.announced] == [InstitutionSuspended, InstitutionResumed]
    with pytest.raises(NotSuspended):
        async with memory(EVERYTHING) as work:
            await handlers.resume_institution(lifted(institution.id), work)


async def test_a_sanction_on_an_unknown_institution_waits_for_it(memory: Memory) -> None:
    with pytest.raises(UnknownInstitution):
        async with memory(EVERYTHING) as work:
            await handlers.suspend_institution(sanctioned(uuid4()), work)
