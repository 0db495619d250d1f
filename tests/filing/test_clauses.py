"""Part two of the notice, clause by clause: who handles a case, what is asked of it, who owes what afterwards."""

from datetime import date, timedelta

import pytest

from services.filing.domain.obligation import ObligationKind, deadline_of, duties_owed
from services.filing.domain.placing import check_scope, handling_organ, responsible_organ
from services.filing.domain.refusals import (
    FiledElsewhere,
    MaterialsIncomplete,
    NotEvaluated,
    NotPledgeable,
    NotResponsible,
    UnknownMaterial,
)
from services.filing.domain.stages import FilingState, Verdict
from services.filing.domain.terms import Training
from shared.clock import SHANGHAI
from shared.contracts.scope import ScopeItem
from shared.policy import Attribute, Audience, Category, Policy, Routing, UnknownOrgan
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
    a_verdict,
    an_item,
    required_materials,
)

ALL = frozenset(Attribute)


def decided(policy: Policy, category: Category, audience: Audience) -> Routing:
    return policy.decide_routing(category, audience, ALL)


def owed(policy: Policy, category: Category, audience: Audience) -> dict[ObligationKind, str]:
    """Who owes what by the clause once such a case of the district is registered."""
    return dict(duties_owed(decided(policy, category, audience), policy, organ=DISTRICT))


@pytest.mark.parametrize("training", Training)
def test_n1_1_an_enterprise_that_trained_is_taken_first_and_passes_no_more_easily(
    policy: Policy, training: Training
) -> None:
    trained = a_filing(state=FilingState.ACCEPTED, training=frozenset({training}))
    untrained = a_filing(state=FilingState.ACCEPTED)
    assert trained.priority
    assert not untrained.priority
    for filing in (trained, untrained):
        filing.assess(a_verdict(239), policy, at=AT)
        assert filing.state is FilingState.MENDING


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (a_verdict(240), FilingState.PASSED),
        (a_verdict(239), FilingState.MENDING),
        (a_verdict(180), FilingState.MENDING),
        (a_verdict(179), FilingState.FAILED),
        (a_verdict(300, vetoes=("法人资格不实",)), FilingState.FAILED),
    ],
)
def test_n1_2_the_average_mark_decides_and_a_veto_fails_whatever_the_marks(
    policy: Policy, verdict: Verdict, state: FilingState
) -> None:
    filing = a_filing(state=FilingState.ACCEPTED)
    filing.assess(verdict, policy, at=AT)
    assert (filing.state, filing.rounds) == (state, 1)
    assert (filing.decided_at == AT) == (state is FilingState.FAILED)
    assert all(veto in filing.refused_for for veto in verdict.vetoes)


def test_n1_2_a_middling_mark_is_mended_and_assessed_once_more_and_no_more(policy: Policy) -> None:
    for second, state in ((240, FilingState.PASSED), (239, FilingState.FAILED)):
        filing = a_filing(state=FilingState.ACCEPTED)
        filing.assess(a_verdict(200), policy, at=AT)
        filing.mend(policy, at=AT + timedelta(days=3))
        filing.assess(a_verdict(second), policy, at=AT + timedelta(days=5))
        assert (filing.state, filing.rounds) == (state, 2)


@pytest.mark.parametrize(
    ("item", "basis"),
    [
        (an_item("1-01-01-01"), ("N1.5",)),
        (an_item(GUARD), ("N1.5", "OSTA-SCOPE")),
        (an_item("6-18-02-04", work_type="特种设备焊接作业人员"), ("N1.5", "OSTA-SCOPE")),
        (an_item("4-10-01-02", level=1), ("N1.5",)),
        (an_item(TURNER, work_type="没有的工种"), ("N1.5",)),
        (an_item("4-01-02-07", work_type="平台管理员", level=2), ("N1.5",)),
    ],
    ids=[
        "unknown",
        "licensed trade",
        "licensed work type",
        "not at this level",
        "unknown work type",
        "work type at this level",
    ],
)
def test_n1_5_a_scope_holds_only_what_the_catalogue_offers(
    policy: Policy, item: ScopeItem, basis: tuple[str, ...]
) -> None:
    with pytest.raises(NotEvaluated) as caught:
        check_scope([an_item(TURNER), item], policy)
    assert caught.value.basis == basis


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
        ObligationKind.OPEN_ACCOUNT: DISTRICT,
        ObligationKind.CONNECT: DISTRICT,
    }


def is_the_districts_alone(policy: Policy, category: Category, audience: Audience) -> bool:
    """Whether the responsible district or park files such a case and owes nothing but the account."""
    routing = decided(policy, category, audience)
    handled = [handling_organ(routing, policy, organ=organ) for organ in (DISTRICT, PARK)]
    return handled == [DISTRICT, PARK] and owed(policy, category, audience) == {
        ObligationKind.OPEN_ACCOUNT: DISTRICT
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
        ObligationKind.OPEN_ACCOUNT: DISTRICT,
        ObligationKind.BE_COPIED: CITY,
    }


def test_n2_4_the_copy_is_due_in_five_working_days_and_every_other_duty_has_its_own_term(
    policy: Policy,
) -> None:
    terms = {
        ObligationKind.OPEN_ACCOUNT: date(2024, 3, 7),
        ObligationKind.CONNECT: date(2024, 3, 7),
        ObligationKind.TELL_PROVINCE: date(2024, 3, 7),
        ObligationKind.HAND_OVER: date(2024, 3, 7),
        ObligationKind.BE_COPIED: date(2024, 3, 11),
        ObligationKind.CHECK_PLEDGE: date(2024, 4, 16),
    }
    due = {kind: deadline_of(kind, policy, at=AT).due_at.astimezone(SHANGHAI).date() for kind in terms}
    assert due == terms


def test_n2_5_the_city_handles_a_key_school_for_the_public_and_its_district_opens_the_account(
    policy: Policy,
) -> None:
    routing = decided(policy, Category.KEY_TECHNICAL_SCHOOL, Audience.PUBLIC)
    assert handling_organ(routing, policy, organ=DISTRICT) == CITY
    assert handling_organ(routing, policy, organ=PARK) == CITY
    assert owed(policy, Category.KEY_TECHNICAL_SCHOOL, Audience.PUBLIC) == {
        ObligationKind.OPEN_ACCOUNT: DISTRICT
    }


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
