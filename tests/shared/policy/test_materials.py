"""What an applicant hands in (N2.8)."""

import pytest

from shared.policy import Audience, Category, NotRoutable, Policy, Status


def kinds(policy: Policy, category: Category, audience: Audience) -> set[str]:
    return {kind.id for kind in policy.materials(category, audience)}


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
