"""Every rule about the person met, missed and waiting: the insurance, what was granted before, and the facts."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from services.subsidy.domain.fact import FactKind, FactSheet, FaultyFact, Tie, Value
from services.subsidy.domain.rules import DayTerms
from services.subsidy.domain.terms import CertificateFacts, Grant, Result, Rule
from shared.policy import Policy, Status
from tests.subsidy.deciding import (
    CLAIMED,
    ELECTRICIAN,
    LATHE,
    MILLER,
    WELDER,
    A,
    B,
    certificate,
    claiming,
    decided,
    evaluator,
    fact,
    family,
    grant,
    insured,
    item,
    lathe,
    number,
    of_result,
    old_number,
    robot,
    tied,
)


def missed(policy: Policy, of: CertificateFacts, *grants: Grant, **asked: Any) -> set[Rule]:
    return of_result(decided(policy, of, *grants, **asked), Result.MISSED)


def waits(policy: Policy, of: CertificateFacts, *grants: Grant, **asked: Any) -> set[Rule]:
    return of_result(decided(policy, of, *grants, **asked), Result.UNKNOWN)


def test_nj2023_insured_twelve_months_in_all_are_enough_and_eleven_are_not(policy: Policy) -> None:
    assert decided(policy, certificate(lathe(4)), line=A, facts=insured(12)).payable
    short = decided(policy, certificate(lathe(4)), line=A, facts=insured(11))
    assert (of_result(short, Result.MISSED), short.basis) == ({Rule.INSURED_MONTHS}, ("NJ2023-INSURED",))
    assert waits(policy, certificate(lathe(4)), line=A, facts=insured(None)) == {Rule.INSURED_MONTHS}


def test_nj2023_the_premium_was_paid_in_the_month_of_issue(policy: Policy) -> None:
    assert missed(policy, certificate(lathe(4)), line=A, facts=insured(in_month=False)) == {
        Rule.INSURED_IN_MONTH
    }
    assert waits(policy, certificate(lathe(4)), line=A, facts=insured(in_month=None)) == {
        Rule.INSURED_IN_MONTH
    }


@pytest.mark.parametrize("about", [date(2024, 2, 29), date(2024, 4, 1), date(2023, 3, 4)])
def test_nj2023_what_is_known_of_another_month_than_that_of_issue_answers_nothing(
    policy: Policy, about: date
) -> None:
    assert waits(policy, certificate(lathe(4)), line=A, facts=insured(about=about)) == {
        Rule.INSURED_MONTHS,
        Rule.INSURED_IN_MONTH,
    }


def test_nj2023_any_day_of_the_month_of_issue_answers_for_it(policy: Policy) -> None:
    for about in (date(2024, 3, 1), date(2024, 3, 31)):
        assert decided(policy, certificate(lathe(4)), line=A, facts=insured(about=about)).payable


@pytest.mark.parametrize("line", [A, B])
def test_a_certificate_is_claimed_once_on_either_line(policy: Policy, line: Any) -> None:
    again = certificate(lathe(4), number(4, serial=900_000))
    for paid_by in (A, B):
        assert Rule.NOT_CLAIMED in missed(policy, again, grant(year=2023, line=paid_by), line=line)


def test_nj2022_a_person_is_paid_once_for_an_occupations_level(policy: Policy) -> None:
    assert missed(policy, certificate(lathe(4)), grant(LATHE, 4, year=2023)) == {Rule.ONCE}


def test_nj2022_the_same_occupation_of_another_edition_is_the_same_occupation(policy: Policy) -> None:
    newer = item("4-01-06-02", 4, edition="2022")
    of = certificate(newer, evaluator=evaluator(scope=(newer,)))
    assert missed(policy, of, grant(family("4-01-02-07"), 4, year=2023)) == {Rule.ONCE}


def test_n1_4_an_old_certificate_and_a_new_one_of_an_occupations_level_are_paid_once(policy: Policy) -> None:
    held = grant(LATHE, 4, year=2023, certificate_number=old_number(4, year=2023))
    assert missed(policy, certificate(lathe(4)), held) == {Rule.ONCE}


@pytest.mark.parametrize(("line", "other"), [(A, B), (B, A)])
def test_nj2022_what_the_other_money_paid_is_not_paid_again(policy: Policy, line: Any, other: Any) -> None:
    held = grant(LATHE, 4, year=2023, line=other)
    assert missed(policy, certificate(lathe(4)), held, line=line) == {Rule.OTHER_LINE}
    assert decided(policy, certificate(lathe(3)), held, line=line).payable, "of another level"


def test_nj2023_nothing_is_paid_for_a_lower_level_after_a_higher_one_of_either_line(policy: Policy) -> None:
    for line in (A, B):
        held = grant(LATHE, 3, year=2023, line=line)
        assert missed(policy, certificate(lathe(4)), held) == {Rule.NO_HIGHER}


def test_a_higher_level_is_paid_after_a_lower_one_and_so_is_another_occupation(policy: Policy) -> None:
    held = (grant(LATHE, 5, year=2022), grant(ELECTRICIAN, 1, year=2023))
    assert decided(policy, certificate(lathe(4)), *held).payable


def test_from_2024_a_person_is_paid_once_a_year(policy: Policy) -> None:
    assert missed(policy, certificate(lathe(4)), grant(ELECTRICIAN)) == {Rule.YEAR_CAP}


def test_from_2024_two_more_may_follow_in_shortage_occupations(policy: Policy) -> None:
    held = [
        grant(ELECTRICIAN),
        grant(WELDER, place=2, shortage=True),
        grant(MILLER, place=3, shortage=True),
    ]
    assert decided(policy, certificate(robot(4)), *held[:2]).payable
    assert missed(policy, certificate(robot(4)), *held) == {Rule.YEAR_CAP}


def test_a_shortage_certificate_takes_nothing_from_the_ordinary_one(policy: Policy) -> None:
    assert decided(policy, certificate(lathe(4)), grant(WELDER, shortage=True)).payable


def test_nj2023_cap_until_2023_a_person_is_paid_three_times_a_year_on_both_lines_together(
    policy: Policy,
) -> None:
    of = certificate(lathe(4), issued_on=date(2023, 3, 6))
    held = [
        grant(name, year=2023, place=place, line=line)
        for place, (name, line) in enumerate(((ELECTRICIAN, A), (WELDER, B), (MILLER, B)), 1)
    ]
    assert decided(policy, of, *held[:2], on=date(2023, 6, 5)).payable
    third = decided(policy, of, *held, on=date(2023, 6, 5))
    assert (of_result(third, Result.MISSED), third.basis) == ({Rule.YEAR_CAP}, ("NJ2023-CAP",))


def test_the_cap_begins_anew_on_the_first_of_january(policy: Policy) -> None:
    of = certificate(lathe(4), issued_on=date(2024, 12, 2))
    held = grant(ELECTRICIAN, year=2024)
    assert missed(policy, of, held, on=date(2024, 12, 31)) == {Rule.YEAR_CAP}
    assert decided(policy, of, held, on=date(2025, 1, 1)).payable


def test_without_a_rate_of_the_day_of_issue_nothing_is_paid(policy: Policy) -> None:
    of = certificate(lathe(4), issued_on=date(2021, 2, 22), evaluator=evaluator(valid_from=date(2020, 1, 1)))
    decision = decided(policy, of, on=date(2021, 6, 1))
    assert of_result(decision, Result.MISSED) == {Rule.CATALOGUE, Rule.RATE}
    assert decision.base == 0


def test_nj2022_uplift_nothing_is_raised_on_line_a_before_its_rule_began(policy: Policy) -> None:
    of = certificate(robot(4), issued_on=date(2022, 4, 29))
    decision = decided(policy, of, line=A, on=date(2022, 6, 1))
    assert (decision.amount, decision.shortage) == (150_000, True)
    assert "没有上浮规定" in decision.rules[-1].detail


@pytest.mark.parametrize(
    ("kind", "value", "source"),
    [
        (FactKind.EMPLOYMENT, "boss", "province"),
        (FactKind.INSURED_MONTHS, -1, "province"),
        (FactKind.INSURED_MONTHS, 1201, "province"),
        (FactKind.INSURED_MONTHS, True, "province"),
        (FactKind.INSURED_IN_MONTH, "yes", "province"),
        (FactKind.INSURED_IN_MONTH, 1, "province"),
        (FactKind.PENSION, True, "hearsay"),
    ],
)
def test_a_fact_that_cannot_be_is_refused(kind: FactKind, value: Value, source: str) -> None:
    with pytest.raises(FaultyFact):
        fact(kind, value, source=source)


def test_a_later_answer_of_one_origin_counts_more(policy: Policy) -> None:
    then, now = (datetime(2024, 5, day, tzinfo=UTC) for day in (1, 2))
    answers = [
        fact(FactKind.EMPLOYMENT, tie.value, obtained_at=at)
        for tie, at in ((Tie.NONE, now), (Tie.EMPLOYEE, then))
    ]
    for sheet in (FactSheet(tuple(answers)), FactSheet(tuple(answers[::-1]))):
        assert missed(policy, certificate(lathe(4)), facts=sheet) == {Rule.EMPLOYMENT}


def test_what_the_policy_asks_for_is_named_as_facts_are(policy: Policy) -> None:
    asked = {line: DayTerms(policy, line, CLAIMED, known_on=CLAIMED) for line in (A, B)}
    assert asked[A].needed_kinds == {FactKind.INSURED_MONTHS, FactKind.INSURED_IN_MONTH}
    assert asked[B].needed_kinds == asked[B].declared_kinds == {FactKind.EMPLOYMENT}
    assert (asked[A].needed.status, asked[B].needed.status) == (Status.CITED, Status.ASSUMED)


class Lenient(Policy):
    """The city's policy, but it asks for no fact at all."""

    def text(self, key: str, on: date, *, known_on: date | None = None) -> str:
        return "none" if "facts_" in key else super().text(key, on, known_on=known_on)


def test_a_policy_that_asks_for_no_fact_pays_without_it_but_not_against_it(policy: Policy) -> None:
    lenient = Lenient(policy.head, policy.pack, digest=policy.pack_digest)
    for line in (A, B):
        assert decided(lenient, certificate(lathe(4)), line=line, facts=FactSheet()).payable
    assert missed(lenient, certificate(lathe(4)), facts=tied(Tie.NONE)) == {Rule.EMPLOYMENT}
    assert missed(lenient, certificate(lathe(4)), line=A, facts=insured(1)) == {Rule.INSURED_MONTHS}


def test_the_claim_of_another_institution_is_not_its_own(policy: Policy) -> None:
    stranger = claiming()
    asked = type(stranger)(line=B, claimant_id=UUID(int=5), on=CLAIMED)
    assert missed(policy, certificate(lathe(4)), claim=asked) == {Rule.OWN_STAFF}
