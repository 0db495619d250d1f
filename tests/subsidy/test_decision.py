"""What a certificate is worth: the notice's table, every rule that refuses, and the days on which they turn."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.subsidy.domain.decision import decide
from services.subsidy.domain.rules import months_after
from services.subsidy.domain.terms import CertificateFacts, Decision, Grant, History, Outcome, Rule
from shared.contracts.scope import ScopeItem
from shared.policy import Audience, Policy, Status, UnknownParameter
from shared.values import Level
from tests.subsidy.builders import CLAIMED, ISSUED, evaluator, facts, grant, item, lathe, number, robot


def decided(
    policy: Policy, certificate: CertificateFacts, *grants: Grant, on: date = CLAIMED, **known: date
) -> Decision:
    return decide(certificate, History(grants), policy, on=on, known_on=known.get("known_on", on))


def missed(decision: Decision) -> set[Rule]:
    assert decision.outcome is Outcome.REFUSED
    assert decision.amount == 0
    assert decision.uplift is None
    assert decision.reasons
    return {each.rule for each in decision.rules if not each.passed} - {Rule.UPLIFT}


@pytest.mark.parametrize(
    ("scope_item", "yuan", "uplift"),
    [
        (lathe(4), "1,500.00", None),
        (robot(3), "2,600.00", 30),
        (lathe(3), "2,000.00", None),
        (robot(4), "1,500.00", None),
        (robot(2), "4,550.00", 30),
        (robot(1), "5,590.00", 30),
        (lathe(5), "1,000.00", None),
    ],
)
def test_the_table_of_the_notice(
    policy: Policy, scope_item: ScopeItem, yuan: str, uplift: int | None
) -> None:
    decision = decided(policy, facts(scope_item))
    assert decision.outcome is Outcome.PAYABLE
    assert (decision.amount.yuan, decision.uplift) == (yuan, uplift)
    assert decision.reasons == ()
    assert decision.policy_version == policy.version


def test_n1_4_a_certificate_of_the_five_levels_counts_as_the_national_qualification(policy: Policy) -> None:
    assert "N1.4" in decided(policy, facts(lathe(4))).basis


def test_n1_4_a_number_with_a_letter_for_its_level_proves_none_of_the_five(policy: Policy) -> None:
    decision = decided(policy, facts(lathe(1), number=number("T")))
    assert missed(decision) == {Rule.NATIONAL_EFFECT}
    assert decision.basis == ("N1.4",)


def test_n1_6_the_employer_claims_for_its_own_staff_directly(policy: Policy) -> None:
    assert decided(policy, facts(lathe(4))).basis == ("N1.4", "N1.6")


@pytest.mark.parametrize(
    "changes",
    [
        {"claimant_id": UUID(int=2)},
        {"evaluator": evaluator(audience=Audience.PUBLIC)},
        {"evaluator": evaluator(audience=Audience.OWN_STUDENTS)},
    ],
)
def test_n1_6_nobody_claims_for_what_was_not_its_evaluation_of_its_own_staff(
    policy: Policy, changes: dict[str, Any]
) -> None:
    decision = decided(policy, facts(lathe(4), **changes))
    assert missed(decision) == {Rule.OWN_STAFF}
    assert decision.basis == ("N1.6",)


def test_n1_7_level_3_in_a_shortage_occupation_is_raised_from_2000_to_2600(policy: Policy) -> None:
    decision = decided(policy, facts(robot(3)))
    assert (decision.base, decision.uplift, decision.amount) == (200_000, 30, 260_000)
    assert decision.basis == ("N1.4", "N1.6", "N1.7")


def test_n1_7_level_4_in_a_shortage_occupation_stays_at_the_standard(policy: Policy) -> None:
    decision = decided(policy, facts(robot(4)))
    assert decision.shortage
    assert (decision.amount, decision.uplift) == (150_000, None)
    assert "N1.7" not in decision.basis


def test_n1_7_a_shortage_list_raises_nothing_before_it_is_published(policy: Policy) -> None:
    certificate = facts(robot(3), issued_on=date(2024, 1, 5))
    before = decided(policy, certificate, on=date(2024, 1, 10))
    after = decided(policy, certificate, on=date(2024, 1, 20))
    assert (before.amount, before.shortage) == (200_000, False)
    assert (after.amount, after.shortage) == (260_000, True)


def test_n1_7_a_decision_asked_again_knows_only_what_was_known_then(policy: Policy) -> None:
    certificate = facts(robot(3), issued_on=date(2024, 1, 5))
    again = decided(policy, certificate, on=date(2024, 1, 20), known_on=date(2024, 1, 10))
    assert again.amount == 200_000


def test_n1_7_is_explained_whether_it_raises_or_not(policy: Policy) -> None:
    for scope_item, words in ((robot(3), "上浮 30%"), (robot(4), "低于高级工"), (lathe(3), "紧缺目录")):
        uplift = decided(policy, facts(scope_item)).rules[-1]
        assert uplift.rule is Rule.UPLIFT
        assert words in uplift.detail
        assert (uplift.clause, uplift.source, uplift.status) == ("N1.7", "notice", Status.NOTICE)


def test_every_rule_is_accounted_for_with_its_document(policy: Policy) -> None:
    decision = decided(policy, facts(robot(3)))
    assert [each.rule for each in decision.rules] == list(Rule)
    for outcome in decision.rules:
        assert outcome.source in policy.documents
        assert " · " in outcome.detail
        assert outcome.clause is None or outcome.clause in policy.clauses


@pytest.mark.parametrize(
    "scope_item",
    [item("6-99-99-99", 4), item("4-07-05-01", 4), robot(5), item("6-18-01-01", 4, work_type="无此工种")],
)
def test_an_occupation_that_is_not_evaluated_is_not_paid(policy: Policy, scope_item: ScopeItem) -> None:
    certificate = facts(scope_item, evaluator=evaluator(scope=(scope_item,)))
    assert Rule.CATALOGUE in missed(decided(policy, certificate))


def test_an_occupation_is_not_looked_up_under_another_edition(policy: Policy) -> None:
    missing = item("6-31-01-10", 3, edition="2022")
    certificate = facts(missing, evaluator=evaluator(scope=(missing,)))
    assert missed(decided(policy, certificate)) == {Rule.CATALOGUE, Rule.RATE}


@pytest.mark.parametrize("evaluated_on", [date(2021, 2, 28), date(2027, 3, 1)])
def test_an_evaluation_outside_the_filing_is_not_paid(policy: Policy, evaluated_on: date) -> None:
    decision = decided(policy, facts(lathe(4), evaluated_on=evaluated_on))
    assert missed(decision) == {Rule.IN_FORCE}
    assert decision.basis == ("N2.8",)


def test_the_filing_covers_its_first_and_last_day(policy: Policy) -> None:
    for evaluated_on in (date(2021, 3, 1), date(2027, 2, 28)):
        assert decided(policy, facts(lathe(4), evaluated_on=evaluated_on)).payable


def test_n3_6_a_level_that_was_not_determined_for_the_institution_is_not_paid(policy: Policy) -> None:
    decision = decided(policy, facts(lathe(2), evaluator=evaluator(scope=(lathe(3),))))
    assert (missed(decision), decision.basis) == ({Rule.SCOPE}, ("N3.6",))


def test_a_scope_without_work_type_covers_all_of_them_and_one_with_it_only_that(policy: Policy) -> None:
    wide, narrow = evaluator(scope=(lathe(4),)), evaluator(scope=(lathe(4, "普通车工"),))
    assert decided(policy, facts(lathe(4, "数控车工"), evaluator=wide)).payable
    assert missed(decided(policy, facts(lathe(4, "数控车工"), evaluator=narrow))) == {Rule.SCOPE}


@pytest.mark.parametrize(
    ("issued", "last"),
    [
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2023, 2, 28), date(2024, 2, 28)),
        (date(2023, 8, 31), date(2024, 8, 31)),
        (date(2023, 12, 31), date(2024, 12, 31)),
        (ISSUED, date(2025, 3, 4)),
    ],
)
def test_the_window_closes_twelve_months_after_the_day_of_issue(
    policy: Policy, issued: date, last: date
) -> None:
    certificate = facts(lathe(4), issued_on=issued)
    assert decided(policy, certificate, on=issued).payable
    assert decided(policy, certificate, on=last).payable
    too_late = decided(policy, certificate, on=date.fromordinal(last.toordinal() + 1))
    assert missed(too_late) == {Rule.WINDOW}
    assert too_late.basis == ("NJ2023-WINDOW",)


def test_nothing_is_claimed_before_the_certificate_is_issued(policy: Policy) -> None:
    early = decided(policy, facts(lathe(4)), on=date.fromordinal(ISSUED.toordinal() - 1))
    assert missed(early) == {Rule.WINDOW}


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2023, 10, 31), 1, date(2023, 11, 30)),
        (date(2023, 12, 1), 1, date(2024, 1, 1)),
    ],
)
def test_a_day_the_month_lacks_becomes_its_last(day: date, months: int, then: date) -> None:
    assert months_after(day, months) == then


def test_a_certificate_is_not_claimed_twice(policy: Policy) -> None:
    again = facts(lathe(4), number=number(4, serial=900_000))
    assert Rule.NOT_CLAIMED in missed(decided(policy, again, grant(year=2023)))


def test_a_person_is_paid_once_for_an_occupations_level(policy: Policy) -> None:
    assert missed(decided(policy, facts(lathe(4)), grant("车工", 4, year=2023))) == {Rule.ONCE}


def test_the_same_occupation_of_another_edition_is_the_same_occupation(policy: Policy) -> None:
    newer = item("4-01-06-02", 4, edition="2022")
    certificate = facts(newer, evaluator=evaluator(scope=(newer,)))
    assert missed(decided(policy, certificate, grant("互联网营销师", 4, year=2023))) == {Rule.ONCE}


def test_nothing_is_paid_for_a_lower_level_after_a_higher_one(policy: Policy) -> None:
    assert missed(decided(policy, facts(lathe(4)), grant("车工", 3, year=2023))) == {Rule.NO_HIGHER}


def test_a_higher_level_is_paid_after_a_lower_one_and_so_is_another_occupation(policy: Policy) -> None:
    held = (grant("车工", 5, year=2022), grant("电工", 1, year=2023))
    assert decided(policy, facts(lathe(4)), *held).payable


def test_from_2024_a_person_is_paid_once_a_year(policy: Policy) -> None:
    assert missed(decided(policy, facts(lathe(4)), grant("电工", 4))) == {Rule.YEAR_CAP}


def test_from_2024_two_more_may_follow_in_shortage_occupations(policy: Policy) -> None:
    held = [
        grant("电工", 4),
        grant("焊工", 4, place=2, shortage=True),
        grant("模具工", 4, place=3, shortage=True),
    ]
    assert decided(policy, facts(robot(4)), *held[:2]).payable
    assert missed(decided(policy, facts(robot(4)), *held)) == {Rule.YEAR_CAP}


def test_a_shortage_certificate_takes_nothing_from_the_ordinary_one(policy: Policy) -> None:
    assert decided(policy, facts(lathe(4)), grant("焊工", 4, shortage=True)).payable


def test_until_2023_a_person_is_paid_three_times_a_year(policy: Policy) -> None:
    certificate = facts(lathe(4), issued_on=date(2023, 3, 6))
    held = [grant(name, 4, year=2023, place=place) for place, name in enumerate(("电工", "焊工", "铣工"), 1)]
    assert decided(policy, certificate, *held[:2], on=date(2023, 6, 5)).payable
    third = decided(policy, certificate, *held, on=date(2023, 6, 5))
    assert missed(third) == {Rule.YEAR_CAP}
    assert third.basis == ("NJ2023-CAP",)


def test_the_cap_begins_anew_on_the_first_of_january(policy: Policy) -> None:
    certificate = facts(lathe(4), issued_on=date(2024, 12, 2))
    held = grant("电工", 4, year=2024)
    assert missed(decided(policy, certificate, held, on=date(2024, 12, 31))) == {Rule.YEAR_CAP}
    assert decided(policy, certificate, held, on=date(2025, 1, 1)).payable


def test_without_a_rate_of_the_day_of_issue_nothing_is_paid(policy: Policy) -> None:
    certificate = facts(
        lathe(4), issued_on=date(2021, 2, 22), evaluator=evaluator(valid_from=date(2020, 1, 1))
    )
    decision = decided(policy, certificate, on=date(2021, 6, 1))
    assert missed(decision) == {Rule.RATE}
    assert decision.base == 0


def test_a_claim_before_the_policy_begins_cannot_be_decided(policy: Policy) -> None:
    with pytest.raises(UnknownParameter):
        decided(policy, facts(lathe(4)), on=date(2021, 2, 22))


days = st.dates(date(2021, 2, 23), date(2027, 12, 31))


@settings(max_examples=150, deadline=None)
@given(
    level=st.sampled_from(Level),
    code=st.sampled_from(["6-18-01-01", "6-31-01-10", "4-10-01-05", "4-07-05-01", "6-99-99-99"]),
    issued_on=days,
    on=days,
    years=st.lists(st.integers(2021, 2027), max_size=4),
)
def test_an_amount_is_always_whole_fen_and_nothing_when_refused(
    *, policy: Policy, level: Level, code: str, issued_on: date, on: date, years: list[int]
) -> None:
    scope_item = item(code, level)
    held = [grant("电工", 4, year=year, place=place) for place, year in enumerate(years, 1)]
    decision = decided(policy, facts(scope_item, issued_on=issued_on), *held, on=on)
    assert isinstance(decision.amount, int)
    assert 0 <= decision.amount <= decision.base * 130 // 100
    assert (decision.amount == 0) is (decision.outcome is Outcome.REFUSED)
    assert bool(decision.reasons) is (decision.outcome is Outcome.REFUSED)
