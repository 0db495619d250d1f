"""Extensions, renewals and changes of what is on record: who handles them, and what they leave as it was."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.filing.domain.institution import Institution, ScopeWhy
from services.filing.domain.obligation import ObligationKind
from services.filing.domain.stages import FilingState
from services.filing.domain.terms import Particulars
from shared.contracts.filing import InstitutionAmended, InstitutionRenewed, InstitutionRescoped
from shared.policy import FilingKind
from tests.builders import (
    AT,
    DISTRICT,
    a_material,
    a_version,
    an_applicant,
    an_institution,
    an_item,
)
from tests.filing.amending import (
    CHANGE,
    EXTENSION,
    MILLING,
    RENEWAL,
    SITE,
    TURNING,
    UNTIL,
    WANTED,
    amended,
    drafted,
    registered,
)
from tests.filing.works import EVERYTHING, FilingWorks, keep


@pytest.fixture
async def known(works: FilingWorks) -> Institution:
    """An enterprise on record for turning."""
    institution = an_institution(scope=(TURNING,), batches=9)
    await keep(works, institution)
    return institution


@pytest.mark.parametrize("kind", WANTED)
async def test_an_amending_case_speaks_of_the_body_on_record_and_goes_to_the_organ_that_filed_it(
    works: FilingWorks, kind: FilingKind
) -> None:
    institution = an_institution(address="江宁区某路1号", legal_representative="测试员甲", batches=9)
    await keep(works, institution)
    filing = await drafted(works, institution, kind)
    assert (filing.kind, filing.institution_id) == (kind, institution.id)
    assert filing.applicant == replace(
        an_applicant(institution.uscc), address="江宁区某路1号", legal_representative="测试员甲"
    )
    assert (filing.organ, filing.handled_by, filing.basis) == (DISTRICT, DISTRICT, ("N2.2",))
    assert (filing.state, filing.priority) == (FilingState.DRAFT, False)


async def test_an_extension_adds_to_the_scope_and_leaves_the_validity_as_it_was(
    works: FilingWorks, known: Institution
) -> None:
    works.at = AT + timedelta(days=100)
    today = works.at.date()
    after = await amended(works, known, EXTENSION)
    assert after.scope == (TURNING, MILLING)
    assert (after.valid_from, after.valid_until) == (known.valid_from, UNTIL)
    assert (after.number, after.plaque_number) == (known.number, known.plaque_number)
    assert after.scope_on(today - timedelta(days=1)) == (TURNING,)
    assert after.scope_on(today) == (TURNING, MILLING)
    version = after.versions[-1]
    assert (version.why, version.valid_from, len(after.versions)) == (ScopeWhy.EXTENDED, today, 2)
    (told,) = works.announced
    assert isinstance(told, InstitutionRescoped)
    assert (told.scope, told.valid_from, told.why) == ((TURNING, MILLING), today, "extended")
    assert told.revision == after.version == 2


async def test_an_extension_of_a_version_that_is_yet_to_begin_begins_with_it(
    works: FilingWorks, known: Institution
) -> None:
    begins = AT.date() + timedelta(days=30)
    cooking = an_item("4-03-02-01")
    async with works(EVERYTHING) as work:
        (await work.institutions.get(known.id)).rescope(a_version(cooking, on=begins))
    after = await amended(works, known, EXTENSION)
    assert after.scope_on(AT.date()) == after.scope_on(begins - timedelta(days=1)) == (TURNING,)
    assert after.scope_on(begins) == (cooking, MILLING)


async def test_a_renewal_prolongs_by_the_years_of_a_filing_and_leaves_all_else_as_it_was(
    works: FilingWorks, known: Institution
) -> None:
    after = await amended(works, known, RENEWAL)
    assert vars(after) == vars(known) | {"valid_until": date(2030, 3, 3), "batches": 0, "version": 2}
    (told,) = works.announced
    assert isinstance(told, InstitutionRenewed)
    assert (told.valid_until, told.revision, told.organ) == (date(2030, 3, 3), 2, DISTRICT)


async def test_a_change_alters_the_particulars_and_neither_scope_nor_validity(
    works: FilingWorks, known: Institution
) -> None:
    after = await amended(works, known, CHANGE)
    changed = {"name": "测试乙公司", "sites": (SITE,), "version": 2}
    assert vars(after) == vars(known) | changed
    (told,) = works.announced
    assert isinstance(told, InstitutionAmended)
    assert (told.name, [each.name for each in told.sites]) == ("测试乙公司", ["二号考核点"])


async def test_a_change_to_what_is_so_already_is_on_record_and_announces_nothing(
    works: FilingWorks, known: Institution
) -> None:
    after = await amended(works, known, CHANGE, particulars=Particulars(name=known.name))
    assert (after.version, works.announced) == (1, [])


@pytest.mark.parametrize("kind", WANTED)
async def test_n3_7_the_province_is_told_and_a_certificate_that_says_what_has_changed_is_handed_over(
    works: FilingWorks, known: Institution, kind: FilingKind
) -> None:
    filing = await registered(works, await drafted(works, known, kind))
    async with works(EVERYTHING) as work:
        owed = await work.obligations.of_filings([filing.id])
    assert {each.kind: each.owner for each in owed} == {
        ObligationKind.TELL_PROVINCE: DISTRICT,
        ObligationKind.HAND_OVER: DISTRICT,
    }
    (printed,) = (each for each in owed if each.kind is ObligationKind.HAND_OVER)
    assert (printed.subject, printed.institution_id) == ("certificate", known.id)
    assert (filing.filing_number, filing.registered_at) == (None, works.at)


async def test_n3_3_what_was_pledged_for_a_renewal_is_to_be_checked(
    works: FilingWorks, known: Institution
) -> None:
    filing = await drafted(works, known, RENEWAL)
    async with works(EVERYTHING) as work:
        pledged = a_material("integrity_statement", pledged=True)
        (await work.filings.get(filing.id)).hand_in(pledged, work.policy)
    await registered(works, filing)
    async with works(EVERYTHING) as work:
        owed = await work.obligations.of_filings([filing.id])
    assert {each.kind for each in owed} == {
        ObligationKind.TELL_PROVINCE,
        ObligationKind.HAND_OVER,
        ObligationKind.CHECK_PLEDGE,
    }
    (check,) = (each for each in owed if each.kind is ObligationKind.CHECK_PLEDGE)
    assert (check.subject, check.owner) == ("integrity_statement", DISTRICT)
