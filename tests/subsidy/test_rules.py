"""Every rule about the evaluation met, missed and waiting, by its clause, and the days on which it turns."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.subsidy.domain.fact import FactKind, FactSheet, Tie
from services.subsidy.domain.institution import Standing
from services.subsidy.domain.terms import CertificateFacts, Grant, Result, Rule, Validity
from services.subsidy.domain.verdict import Decision
from shared.policy import Audience, Policy
from shared.policy.working_days import months_after
from shared.values import CertificateNumber, StationCode
from tests.subsidy.builders import institution
from tests.subsidy.deciding import (
    EMPLOYER,
    ISSUED,
    A,
    certificate,
    decided,
    evaluator,
    fact,
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


def detail(decision: Decision, rule: Rule) -> str:
    return next(each.detail for each in decision.rules if each.rule is rule)


def test_n1_6_the_employer_claims_for_its_own_staff_directly(policy: Policy) -> None:
    assert decided(policy, certificate(lathe(4))).basis == ("N1.4", "N1.6")


@pytest.mark.parametrize(
    "changes",
    [
        {"evaluator": evaluator(institution_id=UUID(int=2))},
        {"evaluator": evaluator(audience=Audience.OWN_STUDENTS)},
    ],
)
def test_n1_6_nobody_claims_for_what_was_not_its_evaluation_of_its_own_staff(
    policy: Policy, changes: dict[str, Any]
) -> None:
    decision = decided(policy, certificate(lathe(4), **changes))
    assert of_result(decision, Result.MISSED) == {Rule.OWN_STAFF}
    assert decision.basis == ("N1.6",)


@pytest.mark.parametrize("tie", [Tie.EMPLOYEE, Tie.DISPATCHED])
def test_n2_1_dispatched_labour_with_a_contract_is_own_staff(policy: Policy, tie: Tie) -> None:
    decision = decided(policy, certificate(lathe(4)), facts=tied(tie))
    assert decision.payable
    assert tie.zh in detail(decision, Rule.EMPLOYMENT)


@pytest.mark.parametrize("tie", [Tie.NONE, Tie.DISPATCHED_WITHOUT])
def test_n2_1_dispatched_labour_without_a_contract_and_strangers_are_not(policy: Policy, tie: Tie) -> None:
    assert missed(policy, certificate(lathe(4)), facts=tied(tie)) == {Rule.EMPLOYMENT}


def test_n1_6_an_unknown_tie_waits(policy: Policy) -> None:
    assert waits(policy, certificate(lathe(4)), facts=FactSheet()) == {Rule.EMPLOYMENT}
    assert waits(policy, certificate(lathe(4)), facts=insured()) == {Rule.EMPLOYMENT}


def test_n1_6_what_the_claimant_declares_counts_only_where_the_policy_says_so(policy: Policy) -> None:
    declared = tied(source=f"declared:{EMPLOYER}")
    assert decided(policy, certificate(lathe(4)), facts=declared).payable
    months = fact(FactKind.INSURED_MONTHS, 36, source="declared:x")
    in_month = fact(FactKind.INSURED_IN_MONTH, True)  # noqa: FBT003 — as the fact says
    assert waits(policy, certificate(lathe(4)), line=A, facts=FactSheet((months, in_month))) == {
        Rule.INSURED_MONTHS
    }


def test_n1_4_a_number_with_a_letter_for_its_level_proves_none_of_the_five(policy: Policy) -> None:
    decision = decided(policy, certificate(lathe(1), number("T")))
    assert of_result(decision, Result.MISSED) == {Rule.NATIONAL_EFFECT}
    assert decision.basis == ("N1.4",)


def test_n1_4_a_number_of_another_level_proves_another_level(policy: Policy) -> None:
    assert missed(policy, certificate(lathe(3), number(4))) == {Rule.NATIONAL_EFFECT}


def test_n1_4_a_national_qualification_counts_the_same_on_line_a(policy: Policy) -> None:
    decision = decided(policy, certificate(lathe(4), old_number(4), evaluator=None), line=A)
    assert (decision.amount, decision.payable) == (150_000, True)
    assert "国家职业资格" in detail(decision, Rule.NATIONAL_EFFECT)
    assert missed(policy, certificate(lathe(3), old_number(4), evaluator=None), line=A) == {
        Rule.NATIONAL_EFFECT
    }


def station(text: str) -> CertificateNumber:
    return CertificateNumber(f"{text}244000001")


@pytest.mark.parametrize(
    ("of", "changes", "words"),
    [
        (station("S000032000001"), {}, "类别 S"),
        (station("Y004132000001"), {}, "0041"),
        (station("Y000044000001"), {}, "44"),
        (station("Y000032000002"), {"station_codes": (StationCode("Y000032000001"),)}, "Y000032000002"),
        (CertificateNumber("Y000032000001234000001"), {}, "2023"),
    ],
)
def test_a_number_is_checked_against_letter_filing_level_province_station_and_year(
    policy: Policy, of: CertificateNumber, changes: dict[str, Any], words: str
) -> None:
    decision = decided(policy, certificate(lathe(4), of, evaluator=evaluator(**changes)))
    assert of_result(decision, Result.MISSED) == {Rule.NUMBER}
    assert words in detail(decision, Rule.NUMBER)


def test_a_number_of_the_institutions_own_station_agrees_whoever_filed_it_first(policy: Policy) -> None:
    own = StationCode("Y004132000001")
    of = certificate(lathe(4), station(own), evaluator=evaluator(station_codes=(own,)))
    assert decided(policy, of).payable


def test_on_line_a_a_number_of_any_province_that_can_be_looked_up_counts(policy: Policy) -> None:
    stations = (StationCode("S000044000001"),)
    social = evaluator(audience=Audience.PUBLIC, station_codes=stations)
    assert decided(policy, certificate(lathe(4), station(stations[0]), evaluator=social), line=A).payable


def test_an_old_numbers_year_is_that_of_its_issue(policy: Policy) -> None:
    of = certificate(lathe(4), old_number(4, year=2023), evaluator=None)
    assert missed(policy, of, line=A) == {Rule.NUMBER}


def test_n3_3_a_revoked_certificate_is_not_paid_and_an_unverified_one_waits(policy: Policy) -> None:
    assert missed(policy, certificate(lathe(4), validity=Validity.REVOKED)) == {Rule.VALIDITY}
    assert waits(policy, certificate(lathe(4), validity=Validity.UNVERIFIED)) == {Rule.VALIDITY}


def of_scope(*items: Any) -> dict[str, Any]:
    return {"evaluator": evaluator(scope=items)}


def test_an_occupation_outside_the_catalogue_is_not_paid_and_the_rest_cannot_be_told(policy: Policy) -> None:
    for stranger in (item("6-99-99-99", 4), item("6-31-01-10", 3, edition="2022")):
        decision = decided(policy, certificate(stranger, **of_scope(stranger)))
        assert of_result(decision, Result.MISSED) == {Rule.CATALOGUE}
        assert of_result(decision, Result.UNKNOWN) == {Rule.LICENSED, Rule.WORK_TYPE, Rule.LEVEL, Rule.RATE}


def test_an_occupation_that_came_into_the_catalogue_after_the_issue_is_not_paid(policy: Policy) -> None:
    newer = item("6-18-01-01", 4, edition="2022")
    early, on = date(2022, 9, 27), date(2022, 12, 1)
    assert missed(policy, certificate(newer, issued_on=early, **of_scope(newer)), on=on) == {Rule.CATALOGUE}
    assert decided(policy, certificate(newer, issued_on=date(2022, 9, 28), **of_scope(newer)), on=on).payable


@pytest.mark.parametrize(
    "trade", [item("4-07-05-01", 4), item("6-18-02-04", 4, work_type="民用核安全设备焊工")]
)
def test_osta_scope_a_licensed_trade_is_not_paid(policy: Policy, trade: Any) -> None:
    decision = decided(policy, certificate(trade, **of_scope(trade)))
    assert Rule.LICENSED in of_result(decision, Result.MISSED)
    assert "OSTA-SCOPE" in decision.basis


def test_a_work_type_the_occupation_does_not_have_is_not_paid(policy: Policy) -> None:
    strange = lathe(4, "无此工种")
    assert missed(policy, certificate(strange, **of_scope(strange))) == {Rule.WORK_TYPE}


@pytest.mark.parametrize("strange", [robot(5), item("4-01-02-07", 2, work_type="平台管理员")])
def test_a_level_not_offered_in_occupation_or_work_type_is_not_paid(policy: Policy, strange: Any) -> None:
    assert missed(policy, certificate(strange, **of_scope(strange))) == {Rule.LEVEL}


@pytest.mark.parametrize("evaluated_on", [date(2021, 2, 28), date(2027, 3, 1)])
def test_n2_8_an_evaluation_outside_the_filing_is_not_paid(policy: Policy, evaluated_on: date) -> None:
    decision = decided(policy, certificate(lathe(4), evaluated_on=evaluated_on))
    assert of_result(decision, Result.MISSED) == {Rule.IN_FORCE}
    assert decision.basis == ("N2.8",)


def test_n2_8_the_filing_covers_its_first_and_last_day(policy: Policy) -> None:
    for evaluated_on in (date(2021, 3, 1), date(2027, 2, 28)):
        assert decided(policy, certificate(lathe(4), evaluated_on=evaluated_on)).payable


@pytest.mark.parametrize("standing", ["suspended", "cancelled", "removed", "revoked", "expired"])
def test_n3_3_what_was_evaluated_on_a_day_of_suspension_or_after_the_end_is_not_paid(
    policy: Policy, standing: str
) -> None:
    of = certificate(lathe(4), evaluator=evaluator(standing=standing))
    decision = decided(policy, of)
    assert (of_result(decision, Result.MISSED), decision.basis) == ({Rule.STANDING}, ("N3.3",))


def test_n3_6_a_level_that_was_not_determined_for_the_institution_is_not_paid(policy: Policy) -> None:
    decision = decided(policy, certificate(lathe(2), **of_scope(lathe(3))))
    assert (of_result(decision, Result.MISSED), decision.basis) == ({Rule.SCOPE}, ("N3.6",))


def test_n3_6_a_scope_without_work_type_covers_all_of_them_and_one_with_it_only_that(policy: Policy) -> None:
    turner = lathe(4, "数控车工")
    assert decided(policy, certificate(turner, **of_scope(lathe(4)))).payable
    assert missed(policy, certificate(turner, **of_scope(lathe(4, "普通车工")))) == {Rule.SCOPE}


def test_what_an_institution_off_the_register_evaluated_waits_on_line_a(policy: Policy) -> None:
    assert waits(policy, certificate(lathe(4), evaluator=None), line=A) == {
        Rule.IN_FORCE,
        Rule.STANDING,
        Rule.SCOPE,
    }


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
def test_nj2023_window_closes_twelve_months_after_the_day_of_issue(
    policy: Policy, issued: date, last: date
) -> None:
    of = certificate(lathe(4), issued_on=issued)
    assert decided(policy, of, on=issued).payable
    assert decided(policy, of, on=last).payable
    too_late = decided(policy, of, on=date.fromordinal(last.toordinal() + 1))
    assert of_result(too_late, Result.MISSED) == {Rule.WINDOW}
    assert too_late.basis == ("NJ2023-WINDOW",)


def test_nj2023_window_does_not_open_before_the_certificate_is_issued(policy: Policy) -> None:
    early = date.fromordinal(ISSUED.toordinal() - 1)
    assert missed(policy, certificate(lathe(4)), on=early) == {Rule.WINDOW}


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


def test_n3_3_and_n3_6_an_institution_is_judged_as_it_stood_on_the_day_of_the_evaluation(
    policy: Policy,
) -> None:
    own = institution(scope=(lathe(4),), station_codes=(StationCode("Y000032000001"),))
    own.rescope((lathe(3),), since=date(2024, 2, 1))
    own.stand(Standing.SUSPENDED, since=date(2024, 2, 19), reason="整改逾期")
    own.stand(Standing.ACTIVE, since=date(2024, 2, 21))

    def told(day: int, level: int) -> set[Rule]:
        on = date(2024, 2, day) if day else date(2024, 1, 31)
        return missed(policy, certificate(lathe(level), evaluated_on=on, evaluator=own.evaluator_on(on)))

    assert (told(18, 3), told(0, 4), told(21, 3)) == (set(), set(), set())
    assert (told(19, 3), told(20, 3)) == ({Rule.STANDING}, {Rule.STANDING})
    assert (told(18, 4), told(0, 3)) == ({Rule.SCOPE}, {Rule.SCOPE})
    assert own.evaluator_on(date(2024, 2, 18)).station_codes == own.station_codes
