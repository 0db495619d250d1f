"""What an applicant hands in (N2.8)."""

import pytest

from shared.policy import Audience, Category, FilingKind, MediaKind, NotRoutable, Policy, Status


def kinds(
    policy: Policy, category: Category, audience: Audience, filing: FilingKind = FilingKind.INITIAL
) -> set[str]:
    return {kind.id for kind in policy.materials(category, audience, filing)}


def test_n2_8_everybody_hands_in_a_form_and_the_list_of_occupations(policy: Policy) -> None:
    for row in policy.routing:
        for category in row.categories:
            asked = kinds(policy, category, row.audience)
            assert {"application_form", "legal_registration", "occupation_list"} <= asked


def test_an_enterprise_for_its_own_staff_explains_dispatched_labour_and_incentives(policy: Policy) -> None:
    asked = kinds(policy, Category.MUNICIPAL_ENTERPRISE, Audience.OWN_STAFF)
    assert {"dispatched_labour", "staff_incentives"} <= asked
    assert not {"fee_disclosure", "student_register", "first_filing"} & asked


@pytest.mark.parametrize(
    ("category", "proof"),
    [
        (Category.CENTRAL_ENTERPRISE, "first_filing"),
        (Category.LEADING_ENTERPRISE, "leading_enterprise_evidence"),
        (Category.KEY_TECHNICAL_SCHOOL, "key_school_evidence"),
        (Category.PROVINCIAL_ASSOCIATION, "site_list"),
        (Category.MUNICIPAL_ASSOCIATION, "coverage_statement"),
    ],
)
def test_evaluating_the_public_needs_the_proof_of_its_clause(
    policy: Policy, category: Category, proof: str
) -> None:
    asked = kinds(policy, category, Audience.PUBLIC)
    assert {proof, "fee_disclosure"} <= asked


def test_every_kind_is_assumed_since_the_list_is_not_at_hand(policy: Policy) -> None:
    asked = policy.materials(Category.VOCATIONAL_SCHOOL, Audience.OWN_STUDENTS)
    assert {kind.status for kind in asked} == {Status.ASSUMED}
    assert {kind.source for kind in asked} == {"js-297-2020"}
    assert any(kind.pledge for kind in asked)
    assert all(" · " in kind.name for kind in asked)


def test_nothing_is_handed_in_where_nothing_can_be_filed(policy: Policy) -> None:
    with pytest.raises(NotRoutable):
        policy.materials(Category.VOCATIONAL_SCHOOL, Audience.PUBLIC)


def test_an_initial_filing_is_what_is_asked_for_where_no_kind_is_named(policy: Policy) -> None:
    asked = policy.materials(Category.MUNICIPAL_ENTERPRISE, Audience.OWN_STAFF)
    assert asked == policy.materials(Category.MUNICIPAL_ENTERPRISE, Audience.OWN_STAFF, FilingKind.INITIAL)
    assert not {"work_report", "proof_of_change"} & {kind.id for kind in asked}


@pytest.mark.parametrize("filing", FilingKind)
def test_every_kind_of_filing_has_a_form_wherever_something_can_be_filed(
    policy: Policy, filing: FilingKind
) -> None:
    for row in policy.routing:
        for category in row.categories:
            asked = policy.materials(category, row.audience, filing)
            assert "application_form" in {kind.id for kind in asked if kind.required}
            assert {kind.status for kind in asked} == {Status.ASSUMED}


def test_an_extension_brings_what_the_new_occupations_need_and_not_the_licence_again(policy: Policy) -> None:
    asked = kinds(policy, Category.MUNICIPAL_ENTERPRISE, Audience.OWN_STAFF, FilingKind.EXTENSION)
    assert asked == {
        "application_form",
        "occupation_list",
        "evaluation_plan",
        "premises_and_equipment",
        "examiner_roster",
        "internal_supervisor_roster",
        "expert_roster",
        "question_bank",
    }


def test_n2_7_an_extension_shows_again_that_nobody_covers_the_occupation(policy: Policy) -> None:
    asked = kinds(policy, Category.MUNICIPAL_ASSOCIATION, Audience.PUBLIC, FilingKind.EXTENSION)
    assert {"coverage_statement", "fee_disclosure"} <= asked


def test_a_renewal_accounts_for_the_period_and_an_employer_for_its_incentives(policy: Policy) -> None:
    school = kinds(policy, Category.VOCATIONAL_SCHOOL, Audience.OWN_STUDENTS, FilingKind.RENEWAL)
    employer = kinds(policy, Category.MUNICIPAL_ENTERPRISE, Audience.OWN_STAFF, FilingKind.RENEWAL)
    assert {"application_form", "work_report", "batch_record", "integrity_statement"} <= school
    assert employer - school == {"incentives_honoured"}
    asked = policy.materials(Category.MUNICIPAL_ENTERPRISE, Audience.OWN_STAFF, FilingKind.RENEWAL)
    assert {kind.source for kind in asked if kind.id == "incentives_honoured"} == {"renewal-fj-gd"}


def test_a_change_needs_a_form_and_the_proof_of_what_changed(policy: Policy) -> None:
    asked = kinds(policy, Category.TECHNICAL_SCHOOL, Audience.OWN_STUDENTS, FilingKind.CHANGE)
    assert asked == {"application_form", "proof_of_change"}


def test_materials_are_handed_in_as_pdf_or_image_and_rosters_as_sheets_too(policy: Policy) -> None:
    asked = {it.id: it for it in policy.materials(Category.MUNICIPAL_ENTERPRISE, Audience.OWN_STAFF)}
    assert asked["legal_registration"].formats == {MediaKind.PDF, MediaKind.IMAGE}
    assert asked["examiner_roster"].formats == {"pdf", "image", "xlsx"}
    assert all(MediaKind.PDF in kind.formats for kind in asked.values())


def test_the_proof_of_insurance_may_be_three_months_old_and_a_licence_any_age(policy: Policy) -> None:
    asked = {it.id: it for it in policy.materials(Category.MUNICIPAL_ENTERPRISE, Audience.OWN_STAFF)}
    assert asked["full_time_staff"].valid_months == 3
    assert asked["legal_registration"].valid_months is None
