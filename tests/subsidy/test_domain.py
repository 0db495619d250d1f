"""Claims, the institutions that make them, and what several certificates of one claim do to each other."""

from copy import deepcopy
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.subsidy.domain.claim import Candidate, Claim, ClaimState, Payment, Review, assess
from services.subsidy.domain.institution import Standing, evaluator_of
from services.subsidy.domain.refusals import (
    ClaimIsFrozen,
    InstitutionSuspended,
    NotTheHandlingOrgan,
    OutOfTurn,
    ReasonMissing,
    SamePerson,
)
from services.subsidy.domain.terms import History
from services.subsidy.stored import item_in, item_out
from shared.policy import Audience, Policy
from shared.values import StationCode
from tests.subsidy.builders import (
    CLAIMED,
    candidate,
    claim,
    grant,
    institution,
    item,
    items_of,
    lathe,
    number,
    robot,
)

AT = datetime(2024, 6, 4, tzinfo=UTC)
REVIEW = Review(by="officer-a", at=AT, reason="")
PAYMENT = Payment(by="officer-b", at=AT)
LATHE_ONLY = [candidate(lathe(4))]


def submitted(policy: Policy) -> Claim:
    return claim(items_of(LATHE_ONLY, policy))


def approved(policy: Policy) -> Claim:
    made = submitted(policy)
    made.decide_on(approve=True, review=REVIEW, organ="320115")
    return made


def total(candidates: list[Candidate], policy: Policy) -> int:
    return sum(each.decision.amount for each in items_of(candidates, policy))


def test_a_claim_is_reviewed_and_then_paid_by_somebody_else(policy: Policy) -> None:
    made = approved(policy)
    assert (made.state, made.review, made.total) == (ClaimState.APPROVED, REVIEW, 150_000)
    made.pay(PAYMENT, policy, organ="320115")
    assert (made.state, made.payment) == (ClaimState.PAID, PAYMENT)


def test_the_city_above_the_district_may_pay(policy: Policy) -> None:
    made = approved(policy)
    made.pay(PAYMENT, policy, organ="320100")
    assert made.state is ClaimState.PAID


def test_whoever_reviewed_a_claim_may_not_pay_it(policy: Policy) -> None:
    with pytest.raises(SamePerson):
        approved(policy).pay(Payment(by="officer-a", at=AT), policy, organ="320115")


def test_a_claim_is_not_declined_without_a_reason(policy: Policy) -> None:
    made = submitted(policy)
    with pytest.raises(ReasonMissing):
        made.decide_on(approve=False, review=REVIEW, organ="320115")
    made.decide_on(approve=False, review=Review(by="officer-a", at=AT, reason="材料不实"), organ="320115")
    assert made.state is ClaimState.DECLINED


@pytest.mark.parametrize("organ", ["", "320102", "320100"])
def test_only_the_claims_own_organ_reviews_it(policy: Policy, organ: str) -> None:
    with pytest.raises(NotTheHandlingOrgan):
        submitted(policy).decide_on(approve=True, review=REVIEW, organ=organ)


@pytest.mark.parametrize("organ", ["", "320102"])
def test_an_organ_that_is_not_responsible_does_not_pay(policy: Policy, organ: str) -> None:
    with pytest.raises(NotTheHandlingOrgan):
        approved(policy).pay(PAYMENT, policy, organ=organ)


def test_a_claim_is_not_paid_before_it_is_approved_nor_reviewed_twice(policy: Policy) -> None:
    with pytest.raises(OutOfTurn):
        submitted(policy).pay(PAYMENT, policy, organ="320115")
    with pytest.raises(OutOfTurn):
        approved(policy).decide_on(approve=True, review=REVIEW, organ="320115")


def test_a_claim_with_nothing_payable_is_refused_and_not_reviewed(policy: Policy) -> None:
    made = claim(items_of([candidate(item("6-99-99-99", 4))], policy))
    assert (made.state, made.total, made.basis) == (ClaimState.REFUSED, 0, ())
    with pytest.raises(OutOfTurn):
        made.decide_on(approve=True, review=REVIEW, organ="320115")


def test_n3_3_a_frozen_claim_is_neither_reviewed_nor_paid(policy: Policy) -> None:
    first, second = submitted(policy), approved(policy)
    assert first.freeze(reason="整改逾期")
    assert second.freeze(reason="整改逾期")
    with pytest.raises(ClaimIsFrozen) as refused:
        first.decide_on(approve=True, review=REVIEW, organ="320115")
    assert refused.value.basis == ("N3.3",)
    with pytest.raises(ClaimIsFrozen):
        second.pay(PAYMENT, policy, organ="320115")


@pytest.mark.parametrize(
    "state", [ClaimState.REFUSED, ClaimState.DECLINED, ClaimState.PAID, ClaimState.FROZEN]
)
def test_what_is_over_or_frozen_is_not_frozen_again(policy: Policy, state: ClaimState) -> None:
    made = claim(items_of(LATHE_ONLY, policy), state=state)
    assert not made.freeze(reason="整改逾期")
    assert made.state is state


@given(state=st.sampled_from(ClaimState), reason=st.text(max_size=40))
def test_freezing_and_releasing_leaves_a_claim_as_it_was(
    policy: Policy, state: ClaimState, reason: str
) -> None:
    made = claim(items_of(LATHE_ONLY, policy), state=state)
    before = deepcopy(vars(made))
    frozen = made.freeze(reason=reason)
    assert made.release() is frozen
    assert vars(made) == before


def test_a_payment_rests_on_the_clauses_of_its_payable_items_only(policy: Policy) -> None:
    candidates = [candidate(robot(3)), candidate(item("6-99-99-99", 4), holder=b"b", serial=2)]
    made = claim(items_of(candidates, policy))
    assert made.basis == ("N1.4", "N1.6", "N1.7")
    assert [each.level for each in made.payable] == [3]


def test_n3_3_a_suspended_institution_may_not_claim() -> None:
    institution().check_may_claim()
    with pytest.raises(InstitutionSuspended) as refused:
        institution(standing=Standing.SUSPENDED).check_may_claim()
    assert refused.value.basis == ("N3.3",)


def test_certificates_of_one_claim_count_against_each_other(policy: Policy) -> None:
    same_person = [candidate(lathe(4)), candidate(lathe(4), serial=2)]
    two_people = [candidate(lathe(4)), candidate(lathe(4), holder=b"b", serial=2)]
    assert total(same_person, policy) == 150_000
    assert total(two_people, policy) == 300_000


def test_items_are_answered_in_the_order_in_which_they_were_asked(policy: Policy) -> None:
    candidates = [
        candidate(lathe(3), serial=7),
        candidate(lathe(5), holder=b"b", serial=2, issued_on=date(2024, 1, 8)),
    ]
    numbers = [each.facts.number for each in candidates]
    assert [each.certificate_number for each in items_of(candidates, policy)] == numbers


def test_a_new_grant_takes_the_years_lowest_free_place(policy: Policy) -> None:
    held = {b"a": History((grant("电工", 4, place=2, shortage=True), grant("焊工", 4, year=2023)))}
    granted = assess([candidate(robot(4))], held, policy, on=CLAIMED).grants
    assert [(holder, each.place, each.occupation) for holder, each in granted] == [
        (b"a", 1, "工业机器人系统运维员")
    ]


def test_grants_are_made_person_by_person(policy: Policy) -> None:
    candidates = [
        candidate(lathe(4), holder=b"b"),
        candidate(lathe(4), holder=b"a", serial=2),
        candidate(robot(4), holder=b"b", serial=3, issued_on=date(2024, 3, 8)),
    ]
    granted = assess(candidates, {}, policy, on=CLAIMED).grants
    assert [(holder, each.place) for holder, each in granted] == [(b"a", 1), (b"b", 1), (b"b", 2)]


@st.composite
def claims_together(draw: st.DrawFn) -> tuple[list[Candidate], list[Candidate]]:
    """The same certificates in two orders."""
    kinds = draw(
        st.lists(
            st.tuples(
                st.sampled_from([*map(lathe, (5, 4, 3)), *map(robot, (4, 3)), item("6-99-99-99", 4)]),
                st.sampled_from([b"a", b"b"]),
                st.dates(date(2023, 9, 1), date(2024, 5, 31)),
            ),
            min_size=1,
            max_size=8,
        )
    )
    listed = [
        candidate(scope_item, holder=holder, serial=serial, issued_on=issued)
        for serial, (scope_item, holder, issued) in enumerate(kinds, start=1)
    ]
    return listed, draw(st.permutations(listed))


@settings(max_examples=60, deadline=None)
@given(orders=claims_together())
def test_the_order_of_items_changes_neither_a_total_nor_a_decision(
    policy: Policy, orders: tuple[list[Candidate], list[Candidate]]
) -> None:
    one, other = (items_of(order, policy) for order in orders)
    assert {each.certificate_number: each for each in one} == {
        each.certificate_number: each for each in other
    }


@settings(max_examples=30, deadline=None)
@given(orders=claims_together())
def test_a_decision_is_read_back_as_it_was_kept(
    policy: Policy, orders: tuple[list[Candidate], list[Candidate]]
) -> None:
    for made in items_of(orders[0], policy):
        assert item_in(item_out(made)) == made


def test_a_body_on_record_twice_issues_under_the_letter_of_each_audience() -> None:
    own = institution()
    public = institution(id=UUID(int=2), audience=Audience.PUBLIC)
    students = institution(id=UUID(int=3), audience=Audience.OWN_STUDENTS)
    assert evaluator_of(number(4), [public, students, own]) is own
    assert evaluator_of(number(4, letter="S"), [own, students, public]) is public
    assert evaluator_of(number(4, letter="S"), [own, students]) is students
    assert evaluator_of(number(4, letter="S"), [own]) is None


def test_a_number_must_carry_a_station_code_the_province_gave_the_institution() -> None:
    own = StationCode(number(4)[:13])
    assert institution(station_codes=(own,)).issues(number(4))
    assert not institution(station_codes=(StationCode("Y000032000002"),)).issues(number(4))
