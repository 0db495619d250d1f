"""Claims and the institutions that make them, by their own rules."""

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.subsidy.domain.claim import UNPAID, Claim, ClaimState, Payment, PublicityRunning, Review
from services.subsidy.domain.institution import Standing, evaluator_of
from services.subsidy.domain.item import Tally
from services.subsidy.domain.refusals import (
    ClaimIsFrozen,
    InstitutionSuspended,
    NotTheHandlingOrgan,
    OutOfTurn,
    ReasonMissing,
    SamePerson,
)
from shared.policy import Audience, Policy
from shared.values import Fen, StationCode
from tests.subsidy.builders import claim, institution, number

AT = datetime(2024, 6, 4, tzinfo=UTC)
LATER = AT + timedelta(days=30)
REVIEW = Review(by="officer-a", at=AT, reason="")
APPROVAL = Review(by="officer-b", at=LATER, reason="")
TALLY = Tally(certificates=1, payable=1, total=Fen(150_000), basis=("N1.6",))


def submitted() -> Claim:
    return claim(tally=TALLY)


def publicised(policy: Policy) -> Claim:
    made = submitted()
    made.decide_on(approve=True, review=REVIEW, organ="320115")
    made.sampled(0, policy, at=AT)
    return made


def approved(policy: Policy) -> Claim:
    made = publicised(policy)
    made.approve(APPROVAL, policy, organ="320115")
    return made


def test_a_claim_is_reviewed_sampled_publicised_and_then_approved_by_somebody_else(policy: Policy) -> None:
    made = publicised(policy)
    assert (made.state, made.review, made.total) == (ClaimState.PUBLICITY, REVIEW, 150_000)
    with pytest.raises(PublicityRunning):
        made.approve(replace(APPROVAL, at=AT), policy, organ="320115")
    made.approve(APPROVAL, policy, organ="320115")
    assert (made.state, made.approval) == (ClaimState.APPROVED, APPROVAL)


def test_the_city_above_the_district_may_approve(policy: Policy) -> None:
    made = publicised(policy)
    made.approve(APPROVAL, policy, organ="320100")
    assert made.state is ClaimState.APPROVED


def test_whoever_reviewed_a_claim_may_not_approve_it(policy: Policy) -> None:
    with pytest.raises(SamePerson):
        publicised(policy).approve(replace(APPROVAL, by="officer-a"), policy, organ="320115")


def test_a_claim_is_declined_with_a_reason() -> None:
    made = submitted()
    with pytest.raises(ReasonMissing):
        made.decide_on(approve=False, review=REVIEW, organ="320115")
    made.decide_on(approve=False, review=replace(REVIEW, reason="材料不实"), organ="320115")
    assert made.state is ClaimState.DECLINED


@pytest.mark.parametrize("organ", ["", "320102", "320100"])
def test_only_the_claims_own_organ_reviews_it(organ: str) -> None:
    with pytest.raises(NotTheHandlingOrgan):
        submitted().decide_on(approve=True, review=REVIEW, organ=organ)


@pytest.mark.parametrize("organ", ["", "320102"])
def test_an_organ_that_is_not_responsible_does_not_approve(policy: Policy, organ: str) -> None:
    with pytest.raises(NotTheHandlingOrgan):
        publicised(policy).approve(APPROVAL, policy, organ=organ)


def test_a_claim_takes_no_step_twice_and_none_before_its_turn(policy: Policy) -> None:
    with pytest.raises(OutOfTurn):
        submitted().approve(APPROVAL, policy, organ="320115")
    with pytest.raises(OutOfTurn):
        publicised(policy).decide_on(approve=True, review=REVIEW, organ="320115")
    with pytest.raises(OutOfTurn):
        publicised(policy).order()
    with pytest.raises(OutOfTurn):
        approved(policy).withdraw()


def test_a_claim_with_nothing_payable_is_refused_once_all_is_decided() -> None:
    made = claim(state=ClaimState.DECIDING)
    made.count(Tally(certificates=2, undecided=1, pending=1))
    assert made.state is ClaimState.DECIDING
    made.count(Tally(certificates=2))
    assert (made.state, made.total) == (ClaimState.REFUSED, 0)
    with pytest.raises(OutOfTurn):
        made.decide_on(approve=True, review=REVIEW, organ="320115")


def test_n3_3_a_frozen_claim_is_neither_reviewed_approved_nor_ordered(policy: Policy) -> None:
    first, second, third = submitted(), publicised(policy), approved(policy)
    for each in (first, second, third):
        assert each.freeze(reason="整改逾期")
    with pytest.raises(ClaimIsFrozen) as refused:
        first.decide_on(approve=True, review=REVIEW, organ="320115")
    assert refused.value.basis == ("N3.3",)
    with pytest.raises(ClaimIsFrozen):
        second.approve(APPROVAL, policy, organ="320115")
    with pytest.raises(ClaimIsFrozen):
        third.order()


def test_what_the_bank_paid_is_paid_though_it_was_frozen_meanwhile(policy: Policy) -> None:
    made = approved(policy)
    made.order()
    made.freeze(reason="整改逾期")
    made.paid(Payment(by="accountant-b", at=LATER))
    assert (made.state, made.resumes_as, made.frozen_for) == (ClaimState.PAID, None, "")


@pytest.mark.parametrize("state", sorted(set(ClaimState) - set(UNPAID)))
def test_what_is_over_a_draft_or_frozen_is_not_frozen(state: ClaimState) -> None:
    made = claim(state=state)
    assert not made.freeze(reason="整改逾期")
    assert made.state is state


@given(state=st.sampled_from(ClaimState), reason=st.text(max_size=40))
def test_freezing_and_releasing_leaves_a_claim_as_it_was(state: ClaimState, reason: str) -> None:
    made = claim(state=state)
    before = deepcopy(vars(made))
    frozen = made.freeze(reason=reason)
    assert made.release() is frozen
    assert vars(made) == before


def test_n3_3_a_suspended_institution_may_not_claim() -> None:
    institution().check_may_claim()
    with pytest.raises(InstitutionSuspended) as refused:
        institution(standing=Standing.SUSPENDED).check_may_claim()
    assert refused.value.basis == ("N3.3",)
    assert not institution(standing=Standing.SUSPENDED).may_claim


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
