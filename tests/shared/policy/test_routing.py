"""Who files, held against the notice clause by clause."""

from itertools import combinations, product

import pytest

from shared.policy import (
    Attribute,
    Audience,
    Category,
    Channel,
    DutyKind,
    DutyOwner,
    FilingKind,
    MediaKind,
    NotRoutable,
    Policy,
    Routing,
    Status,
)

ALL = frozenset(Attribute)
NOTHING: frozenset[Attribute] = frozenset()
BY_DISTRICT = {
    DutyKind.ASSESS: DutyOwner.DISTRICT,
    DutyKind.FILE: DutyOwner.DISTRICT,
    DutyKind.OPEN_ACCOUNT: DutyOwner.DISTRICT,
}
SUBSETS = [frozenset(facts) for size in range(len(Attribute) + 1) for facts in combinations(Attribute, size)]


def owners(routing: Routing) -> dict[DutyKind, DutyOwner]:
    return {duty.kind: duty.owner for duty in routing.duties}


def assumed(routing: Routing) -> set[DutyKind]:
    return {duty.kind for duty in routing.duties if duty.status is Status.ASSUMED}


def decide(
    policy: Policy, category: Category, audience: Audience, facts: frozenset[Attribute]
) -> Routing | NotRoutable:
    try:
        return policy.decide_routing(category, audience, facts)
    except NotRoutable as refusal:
        return refusal


def refused(
    policy: Policy, category: Category, audience: Audience, facts: frozenset[Attribute] = ALL
) -> NotRoutable:
    with pytest.raises(NotRoutable) as caught:
        policy.decide_routing(category, audience, facts)
    return caught.value


def alternatives(refusal: NotRoutable) -> list[tuple[str, str, str]]:
    offered = refusal.extra["alternatives"]
    assert isinstance(offered, list)
    return [(it["category"], it["audience"], it["clause"]) for it in offered]


@pytest.mark.parametrize("category", [Category.CENTRAL_ENTERPRISE, Category.PROVINCIAL_ENTERPRISE])
def test_n2_1_the_province_files_central_and_provincial_enterprises_and_the_district_opens_the_account(
    policy: Policy, category: Category
) -> None:
    routing = policy.decide_routing(category, Audience.OWN_STAFF, NOTHING)
    assert routing.basis == ("N2.1",)
    assert owners(routing) == {
        DutyKind.ASSESS: DutyOwner.PROVINCE,
        DutyKind.FILE: DutyOwner.PROVINCE,
        DutyKind.OPEN_ACCOUNT: DutyOwner.DISTRICT,
        DutyKind.CONNECT: DutyOwner.DISTRICT,
    }
    assert not assumed(routing)


def test_n2_2_the_district_files_municipal_enterprises_directly(policy: Policy) -> None:
    routing = policy.decide_routing(Category.MUNICIPAL_ENTERPRISE, Audience.OWN_STAFF, NOTHING)
    assert routing.basis == ("N2.2",)
    assert owners(routing) == BY_DISTRICT
    assert not assumed(routing)


@pytest.mark.parametrize(
    "category", [Category.TECHNICAL_SCHOOL, Category.KEY_TECHNICAL_SCHOOL, Category.VOCATIONAL_SCHOOL]
)
def test_n2_3_the_district_files_schools_for_their_own_students(policy: Policy, category: Category) -> None:
    routing = policy.decide_routing(category, Audience.OWN_STUDENTS, NOTHING)
    assert routing.basis == ("N2.3",)
    assert owners(routing) == BY_DISTRICT
    assert not assumed(routing)


@pytest.mark.parametrize(
    "category", [Category.CENTRAL_ENTERPRISE, Category.PROVINCIAL_ENTERPRISE, Category.LEADING_ENTERPRISE]
)
def test_n2_4_the_district_assesses_again_for_the_public_and_copies_the_city(
    policy: Policy, category: Category
) -> None:
    routing = policy.decide_routing(category, Audience.PUBLIC, frozenset({Attribute.FIRST_FILING_IN_FORCE}))
    assert routing.basis == ("N2.4",)
    assert owners(routing) == BY_DISTRICT | {DutyKind.BE_COPIED: DutyOwner.CITY}
    assert not assumed(routing)


@pytest.mark.parametrize(
    ("category", "clause"),
    [
        (Category.CENTRAL_ENTERPRISE, "N2.1"),
        (Category.PROVINCIAL_ENTERPRISE, "N2.1"),
        (Category.LEADING_ENTERPRISE, "N2.8"),
    ],
)
def test_n2_4_a_second_filing_without_a_first_in_force_is_refused_and_the_first_is_offered(
    policy: Policy, category: Category, clause: str
) -> None:
    refusal = refused(policy, category, Audience.PUBLIC, ALL - {Attribute.FIRST_FILING_IN_FORCE})
    assert refusal.basis == ("N2.4",)
    assert refusal.extra["missing"] == ["first_filing_in_force"]
    assert alternatives(refusal) == [(category, "own_staff", clause)]


def test_n2_5_the_city_files_key_technical_schools_for_the_public(policy: Policy) -> None:
    routing = policy.decide_routing(
        Category.KEY_TECHNICAL_SCHOOL, Audience.PUBLIC, frozenset({Attribute.KEY_SCHOOL_EVIDENCE})
    )
    assert routing.basis == ("N2.5",)
    assert owners(routing) == {
        DutyKind.ASSESS: DutyOwner.CITY,
        DutyKind.FILE: DutyOwner.CITY,
        DutyKind.OPEN_ACCOUNT: DutyOwner.DISTRICT,
    }


def test_n2_5_without_evidence_of_a_key_school_only_its_own_students_remain(policy: Policy) -> None:
    refusal = refused(policy, Category.KEY_TECHNICAL_SCHOOL, Audience.PUBLIC, NOTHING)
    assert refusal.basis == ("N2.5",)
    assert alternatives(refusal) == [("key_technical_school", "own_students", "N2.3")]


def test_n2_6_the_province_files_provincial_associations_and_both_tiers_supervise(policy: Policy) -> None:
    routing = policy.decide_routing(Category.PROVINCIAL_ASSOCIATION, Audience.PUBLIC, NOTHING)
    assert routing.basis == ("N2.6",)
    assert owners(routing) == {
        DutyKind.ASSESS: DutyOwner.PROVINCE,
        DutyKind.FILE: DutyOwner.PROVINCE,
        DutyKind.OPEN_ACCOUNT: DutyOwner.DISTRICT,
        DutyKind.SUPERVISE_JOINTLY: DutyOwner.CITY_AND_DISTRICT,
    }
    assert routing.row.audience_status is Status.ASSUMED


@pytest.mark.parametrize("category", [Category.KEY_TECHNICAL_SCHOOL, Category.PROVINCIAL_ASSOCIATION])
def test_n2_5_and_n2_6_leave_open_who_opens_the_account_so_that_alone_is_assumed(
    policy: Policy, category: Category
) -> None:
    routing = policy.decide_routing(category, Audience.PUBLIC, ALL)
    assert assumed(routing) == {DutyKind.OPEN_ACCOUNT}
    assert routing.owner(DutyKind.OPEN_ACCOUNT) is DutyOwner.DISTRICT
    assert routing.row.status is Status.NOTICE


def test_n2_7_the_district_files_municipal_associations_where_nobody_covers_the_occupation(
    policy: Policy,
) -> None:
    needed = frozenset({Attribute.NO_INSTITUTION_COVERS_OCCUPATION})
    routing = policy.decide_routing(Category.MUNICIPAL_ASSOCIATION, Audience.PUBLIC, needed)
    assert routing.basis == ("N2.7",)
    assert owners(routing) == BY_DISTRICT
    assert not assumed(routing)


def test_n2_7_an_occupation_that_is_covered_is_refused(policy: Policy) -> None:
    refusal = refused(policy, Category.MUNICIPAL_ASSOCIATION, Audience.PUBLIC, NOTHING)
    assert refusal.basis == ("N2.7",)
    assert refusal.extra["missing"] == ["no_institution_covers_occupation"]
    assert alternatives(refusal) == []


def test_n2_8_a_leading_enterprise_files_first_with_its_district_which_is_assumed(policy: Policy) -> None:
    routing = policy.decide_routing(Category.LEADING_ENTERPRISE, Audience.OWN_STAFF, NOTHING)
    assert routing.basis == ("N2.8",)
    assert routing.row.status is Status.ASSUMED
    assert owners(routing) == BY_DISTRICT
    assert assumed(routing) == set(BY_DISTRICT)


def test_a_vocational_school_is_refused_for_the_public_by_n2_3_and_its_students_are_offered(
    policy: Policy,
) -> None:
    refusal = refused(policy, Category.VOCATIONAL_SCHOOL, Audience.PUBLIC)
    assert refusal.basis == ("N2.3",)
    assert refusal.extra["status"] is Status.NOTICE
    assert alternatives(refusal) == [("vocational_school", "own_students", "N2.3")]


def test_a_municipal_enterprise_is_refused_for_the_public_unless_it_is_a_leading_one(policy: Policy) -> None:
    refusal = refused(policy, Category.MUNICIPAL_ENTERPRISE, Audience.PUBLIC)
    assert refusal.basis == ("N2.2", "N2.4")
    assert alternatives(refusal) == [
        ("municipal_enterprise", "own_staff", "N2.2"),
        ("leading_enterprise", "public", "N2.4"),
    ]


def test_a_refusal_the_notice_is_silent_on_says_that_it_is_assumed(policy: Policy) -> None:
    refusal = refused(policy, Category.PROVINCIAL_ASSOCIATION, Audience.OWN_STAFF)
    assert refusal.extra["status"] is Status.ASSUMED


def test_only_what_concerns_the_applicant_is_offered_instead(policy: Policy) -> None:
    refusal = refused(policy, Category.PROVINCIAL_ENTERPRISE, Audience.OWN_STUDENTS)
    assert {category for category, _, _ in alternatives(refusal)} == {"provincial_enterprise"}


@pytest.mark.parametrize("facts", SUBSETS)
@pytest.mark.parametrize(("category", "audience"), list(product(Category, Audience)))
def test_every_combination_is_decided(
    policy: Policy, category: Category, audience: Audience, facts: frozenset[Attribute]
) -> None:
    decided = decide(policy, category, audience, facts)
    assert set(decided.basis) <= set(policy.clauses)
    assert decided.basis
    if isinstance(decided, NotRoutable):
        assert " · " in decided.detail
        assert isinstance(decided.extra["alternatives"], list)
    else:
        assert category in decided.row.categories
        assert decided.row.requires <= facts
        assert {DutyKind.ASSESS, DutyKind.FILE, DutyKind.OPEN_ACCOUNT} <= set(owners(decided))


@pytest.mark.parametrize(("category", "audience"), list(product(Category, Audience)))
def test_what_is_offered_instead_can_be_filed(policy: Policy, category: Category, audience: Audience) -> None:
    decisions = [decide(policy, category, audience, facts) for facts in SUBSETS]
    for refusal in (decided for decided in decisions if isinstance(decided, NotRoutable)):
        for other, whom, clause in alternatives(refusal):
            offered = policy.decide_routing(Category(other), Audience(whom), ALL)
            assert offered.row.clause == clause


def test_a_duty_the_row_does_not_know_has_no_owner(policy: Policy) -> None:
    routing = policy.decide_routing(Category.MUNICIPAL_ENTERPRISE, Audience.OWN_STAFF, NOTHING)
    assert routing.owner(DutyKind.BE_COPIED) is None


def test_every_word_of_the_table_reads_in_chinese_and_english() -> None:
    for terms in (Category, Audience, Attribute, Channel, DutyKind, DutyOwner, FilingKind, MediaKind, Status):
        labels = [term.label for term in terms]
        assert len(set(labels)) == len(labels)
        assert all(term.zh and term.en for term in terms)
