"""Part two of the notice, clause by clause: who handles a case, what is asked of it, who owes what afterwards."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from services.filing.domain.filing import check_scope, handling_organ, obligations, responsible_organ
from services.filing.domain.refusals import (
    BadPanel,
    FiledElsewhere,
    MaterialsIncomplete,
    NotEvaluated,
    NotPledgeable,
    NotResponsible,
    UnknownMaterial,
)
from services.filing.domain.terms import FilingState, Score, Training
from shared.clock import SHANGHAI
from shared.policy import Attribute, Audience, Category, DutyKind, Policy, Routing, UnknownOrgan
from tests.builders import (
    AT,
    CITY,
    DISTRICT,
    GUARD,
    MILLER,
    PARK,
    PROVINCE,
    TURNER,
    a_filing,
    a_material,
    an_item,
    marks,
    required_materials,
)

ALL = frozenset(Attribute)


def decided(policy: Policy, category: Category, audience: Audience) -> Routing:
    return policy.decide_routing(category, audience, ALL)


def owed(policy: Policy, category: Category, audience: Audience) -> dict[DutyKind, str]:
    """Who owes what once such a case of the district is registered."""
    routing = decided(policy, category, audience)
    return {each.kind: each.organ for each in obligations(routing, policy, organ=DISTRICT, at=AT)}


@pytest.mark.parametrize("training", Training)
def test_n1_1_an_enterprise_that_trained_is_taken_first_and_passes_no_more_easily(
    policy: Policy, training: Training
) -> None:
    trained = a_filing(state=FilingState.ACCEPTED, training=frozenset({training}))
    untrained = a_filing(state=FilingState.ACCEPTED)
    assert trained.priority
    assert not untrained.priority
    for filing in (trained, untrained):
        filing.assess(marks(79, 79, 79), policy, organ=DISTRICT, at=AT)
        assert filing.state is FilingState.ACCEPTED


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ((80, 80, 80), FilingState.PASSED),
        ((100, 100, 40), FilingState.PASSED),
        ((79, 80, 80), FilingState.ACCEPTED),
        ((60, 60, 60), FilingState.ACCEPTED),
        ((59, 60, 60), FilingState.FAILED),
        ((0, 0, 0), FilingState.FAILED),
    ],
)
def test_n1_2_the_average_mark_decides_and_between_the_limits_it_may_be_assessed_again(
    policy: Policy, given: tuple[int, ...], state: FilingState
) -> None:
    filing = a_filing(state=FilingState.ACCEPTED)
    filing.assess(marks(*given), policy, organ=DISTRICT, at=AT)
    assert filing.state is state
    if state is FilingState.ACCEPTED:
        filing.assess(marks(90, 90, 90), policy, organ=DISTRICT, at=AT)
        assert [score.mark for score in filing.scores] == [90, 90, 90]


@pytest.mark.parametrize(
    "scores",
    [
        (),
        marks(90),
        marks(90, 90),
        marks(90, 90, 90, 90),
        (*marks(90, 90), Score(expert="专家1", mark=90)),
        marks(90, 90, 101),
        marks(-1, 90, 90),
    ],
)
def test_n1_2_a_panel_is_an_odd_number_of_at_least_three_experts_each_once_with_marks_to_a_hundred(
    policy: Policy, scores: tuple[Score, ...]
) -> None:
    filing = a_filing(state=FilingState.ACCEPTED)
    with pytest.raises(BadPanel) as caught:
        filing.assess(scores, policy, organ=DISTRICT, at=AT)
    assert caught.value.basis == ("N1.2",)
    assert filing.state is FilingState.ACCEPTED
    assert filing.scores == ()


@pytest.mark.parametrize(
    "item",
    [
        an_item("1-01-01-01"),
        an_item(GUARD),
        an_item("4-10-01-02", level=1),
        an_item(TURNER, work_type="没有的工种"),
        an_item("4-01-02-07", work_type="平台管理员", level=2),
    ],
    ids=["unknown", "licensed trade", "not at this level", "unknown work type", "work type at this level"],
)
def test_n1_5_a_scope_holds_only_what_the_catalogue_offers(policy: Policy, item: object) -> None:
    with pytest.raises(NotEvaluated) as caught:
        check_scope([an_item(TURNER), item], policy)  # type: ignore[list-item]  # parametrised
    assert caught.value.basis == ("N1.5",)


def test_n1_5_an_enterprise_chooses_its_scope_freely_within_the_catalogue(policy: Policy) -> None:
    scope = [an_item(code, level=level) for code in (TURNER, MILLER) for level in (5, 4, 3, 2, 1)]
    check_scope([*scope, an_item(TURNER, work_type="数控车工")], policy)
    check_scope([], policy)
    assert len({*scope}) == 10


@pytest.mark.parametrize("organ", [DISTRICT, PARK, "JBXQ"])
def test_n2_0_a_district_a_park_or_jiangbei_is_responsible(policy: Policy, organ: str) -> None:
    assert responsible_organ(organ, policy) == organ


@pytest.mark.parametrize("organ", [CITY, PROVINCE])
def test_n2_0_neither_city_nor_province_is_the_responsible_organ(policy: Policy, organ: str) -> None:
    with pytest.raises(NotResponsible) as caught:
        responsible_organ(organ, policy)
    assert caught.value.basis == ("N2.0",)


def test_n2_0_an_organ_that_does_not_exist_is_not_responsible_for_anybody(policy: Policy) -> None:
    with pytest.raises(UnknownOrgan):
        responsible_organ("990000", policy)


@pytest.mark.parametrize("category", [Category.CENTRAL_ENTERPRISE, Category.PROVINCIAL_ENTERPRISE])
def test_n2_1_what_the_province_files_no_district_takes(policy: Policy, category: Category) -> None:
    with pytest.raises(FiledElsewhere) as caught:
        handling_organ(decided(policy, category, Audience.OWN_STAFF), policy, organ=DISTRICT)
    assert caught.value.basis == ("N2.1",)


def test_n2_1_the_district_connects_and_opens_the_account(policy: Policy) -> None:
    assert owed(policy, Category.CENTRAL_ENTERPRISE, Audience.OWN_STAFF) == {
        DutyKind.OPEN_ACCOUNT: DISTRICT,
        DutyKind.CONNECT: DISTRICT,
    }


def is_the_districts_alone(policy: Policy, category: Category, audience: Audience) -> bool:
    """Whether the responsible district or park files such a case and owes nothing but the account."""
    routing = decided(policy, category, audience)
    handled = [handling_organ(routing, policy, organ=organ) for organ in (DISTRICT, PARK)]
    return handled == [DISTRICT, PARK] and owed(policy, category, audience) == {
        DutyKind.OPEN_ACCOUNT: DISTRICT
    }


def test_n2_2_the_district_files_municipal_enterprises_directly(policy: Policy) -> None:
    assert is_the_districts_alone(policy, Category.MUNICIPAL_ENTERPRISE, Audience.OWN_STAFF)


@pytest.mark.parametrize(
    "category", [Category.TECHNICAL_SCHOOL, Category.KEY_TECHNICAL_SCHOOL, Category.VOCATIONAL_SCHOOL]
)
def test_n2_3_the_district_files_schools_for_their_own_students(policy: Policy, category: Category) -> None:
    assert is_the_districts_alone(policy, category, Audience.OWN_STUDENTS)


@pytest.mark.parametrize(
    "category", [Category.CENTRAL_ENTERPRISE, Category.PROVINCIAL_ENTERPRISE, Category.LEADING_ENTERPRISE]
)
def test_n2_4_the_district_assesses_again_and_the_city_is_copied(policy: Policy, category: Category) -> None:
    assert handling_organ(decided(policy, category, Audience.PUBLIC), policy, organ=DISTRICT) == DISTRICT
    assert owed(policy, category, Audience.PUBLIC) == {
        DutyKind.OPEN_ACCOUNT: DISTRICT,
        DutyKind.BE_COPIED: CITY,
    }


def test_n2_4_the_copy_is_due_in_five_working_days_and_the_account_in_three(policy: Policy) -> None:
    routing = decided(policy, Category.LEADING_ENTERPRISE, Audience.PUBLIC)
    due = {each.kind: each.due_at for each in obligations(routing, policy, organ=DISTRICT, at=AT)}
    assert (
        due[DutyKind.BE_COPIED].astimezone(SHANGHAI).date() == datetime(2024, 3, 11, tzinfo=SHANGHAI).date()
    )
    assert (
        due[DutyKind.OPEN_ACCOUNT].astimezone(SHANGHAI).date() == datetime(2024, 3, 7, tzinfo=SHANGHAI).date()
    )


def test_n2_5_the_city_handles_a_key_school_for_the_public_and_its_district_opens_the_account(
    policy: Policy,
) -> None:
    routing = decided(policy, Category.KEY_TECHNICAL_SCHOOL, Audience.PUBLIC)
    assert handling_organ(routing, policy, organ=DISTRICT) == CITY
    assert handling_organ(routing, policy, organ=PARK) == CITY
    assert owed(policy, Category.KEY_TECHNICAL_SCHOOL, Audience.PUBLIC) == {DutyKind.OPEN_ACCOUNT: DISTRICT}


def test_n2_6_provincial_associations_are_filed_by_the_province(policy: Policy) -> None:
    with pytest.raises(FiledElsewhere) as caught:
        handling_organ(
            decided(policy, Category.PROVINCIAL_ASSOCIATION, Audience.PUBLIC), policy, organ=DISTRICT
        )
    assert caught.value.basis == ("N2.6",)


def test_n2_7_the_district_files_municipal_associations_directly(policy: Policy) -> None:
    assert is_the_districts_alone(policy, Category.MUNICIPAL_ASSOCIATION, Audience.PUBLIC)


def test_n2_8_a_leading_enterprise_files_first_with_its_district(policy: Policy) -> None:
    assert is_the_districts_alone(policy, Category.LEADING_ENTERPRISE, Audience.OWN_STAFF)


def test_n2_8_a_case_is_submitted_when_all_that_is_required_was_handed_in(policy: Policy) -> None:
    materials = required_materials(policy)
    filing = a_filing(materials=materials)
    filing.submit(policy, at=AT)
    assert (filing.state, filing.submitted_at) == (FilingState.SUBMITTED, AT)


def test_n2_8_what_is_missing_is_named_all_at_once(policy: Policy) -> None:
    filing = a_filing(materials=required_materials(policy)[2:])
    with pytest.raises(MaterialsIncomplete) as caught:
        filing.submit(policy, at=AT)
    kinds = {kind.id: kind.name for kind in policy.materials(filing.category, filing.audience)}
    missing = [kinds[each.kind] for each in required_materials(policy)[:2]]
    assert caught.value.extra == {"missing": missing}
    assert caught.value.basis == ("N2.8",)
    assert all(name in caught.value.detail for name in missing)
    assert filing.state is FilingState.DRAFT


def test_n2_8_each_missing_document_alone_keeps_a_case_a_draft(policy: Policy) -> None:
    materials = required_materials(policy)
    for left_out in materials:
        filing = a_filing(materials=tuple(each for each in materials if each is not left_out))
        with pytest.raises(MaterialsIncomplete) as caught:
            filing.submit(policy, at=AT)
        assert len(caught.value.extra["missing"]) == 1  # type: ignore[arg-type]  # a list, open content


def test_n2_8_a_document_nobody_asked_for_is_refused(policy: Policy) -> None:
    with pytest.raises(UnknownMaterial) as caught:
        a_filing().hand_in(a_material("student_register"), policy)
    assert caught.value.basis == ("N2.8",)


def test_n2_8_a_registration_gives_the_case_its_number_and_its_institution(policy: Policy) -> None:
    filing = a_filing(state=FilingState.PUBLICITY, publicity_until=AT)
    routing = decided(policy, filing.category, filing.audience)
    institution_id, later = uuid4(), AT + timedelta(seconds=1)
    filing.register(routing, policy, organ=DISTRICT, at=later, numbered=("1号", institution_id))
    assert (filing.state, filing.registered_at) == (FilingState.REGISTERED, later)
    assert (filing.filing_number, filing.institution_id) == ("1号", institution_id)


def test_n3_3_what_may_be_pledged_is_pledged_and_nothing_else(policy: Policy) -> None:
    filing = a_filing()
    for kind in policy.materials(filing.category, filing.audience):
        if kind.pledge:
            filing.hand_in(a_material(kind.id, pledged=True), policy)
        else:
            with pytest.raises(NotPledgeable) as caught:
                filing.hand_in(a_material(kind.id, pledged=True), policy)
            assert caught.value.basis == ("N3.3",)
    pledged = {each.kind for each in filing.materials}
    assert pledged == {"legal_registration", "full_time_staff", "integrity_statement"}
