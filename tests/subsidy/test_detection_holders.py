"""What looks wrong in the certificates of one holder (N3.3), and what only nearly does."""

from datetime import date, timedelta

import pytest

from services.subsidy.domain.certificate import Mark
from services.subsidy.domain.detection import LIMITS
from services.subsidy.domain.detection.holders import (
    OF_PEOPLE,
    Dossier,
    dispatched,
    issued_early,
    many_certificates,
    out_of_scope,
    pensioners,
    students,
    under_age,
)
from services.subsidy.domain.evaluation import Sitting
from services.subsidy.domain.fact import Fact, FactKind
from services.subsidy.domain.signal import Sign, SignalKind
from services.subsidy.domain.terms import AnyNumber
from shared.policy import Policy
from tests.subsidy.builders import EMPLOYER, ISSUED, lathe
from tests.subsidy.detecting import (
    EVALUATED,
    OTHER_EMPLOYER,
    TODAY,
    a_certificate,
    a_dossier,
    a_fact,
    an_evaluation,
    seen,
)

PENSION, ENROLLED, TIE = FactKind.PENSION, FactKind.ENROLLED, FactKind.EMPLOYMENT
WITHOUT, WITH = "dispatched_without_contract", "dispatched_with_contract"
YES, NO = True, False
DAY = timedelta(days=1)


def found(kind: SignalKind, dossier: Dossier, policy: Policy) -> list[Sign]:
    signs = list(OF_PEOPLE[kind](dossier, policy, TODAY))
    assert {each.kind for each in signs} <= {kind}
    return signs


def test_every_kind_tells_by_which_values_of_the_policy_it_is_found(policy: Policy) -> None:
    assert set(LIMITS) == set(SignalKind)
    stated = {key: policy.parameter(key, TODAY) for keys in LIMITS.values() for key in keys}
    assert len(stated) == 12
    assert {each.source for key, each in stated.items() if key.startswith("risk.")} == {"assumption"}


@pytest.mark.parametrize(
    "about", [date(2020, 1, 1), date(2024, 2, 1), date(2025, 3, 4)], ids=["long before", "then", "last day"]
)
def test_who_drew_a_pension_when_evaluated_or_claimed_for_is_a_pensioner(policy: Policy, about: date) -> None:
    certificate = a_certificate()
    dossier = a_dossier(certificate, facts=(a_fact(PENSION, YES, about),))
    (sign,) = found(SignalKind.PENSIONER, dossier, policy)
    assert sign.subject == str(Sitting.of(certificate))
    assert seen([sign]) == [(certificate.number, about, "province")]


@pytest.mark.parametrize(
    "facts",
    [
        (),
        (a_fact(PENSION, NO, EVALUATED),),
        (a_fact(PENSION, YES, date(2025, 3, 5)),),
        (a_fact(PENSION, YES, EVALUATED, source="file:1"), a_fact(PENSION, NO, EVALUATED)),
        (a_fact(PENSION, YES, EVALUATED), a_fact(PENSION, NO, EVALUATED, day=2)),
    ],
    ids=["nothing known", "none drawn", "drawn after the window", "the better says no", "the later says no"],
)
def test_who_retired_later_or_of_whom_it_is_not_known_is_no_pensioner(
    policy: Policy, facts: tuple[Fact, ...]
) -> None:
    assert list(pensioners(a_dossier(a_certificate(), facts=facts), policy, TODAY)) == []


def test_who_studied_full_time_when_evaluated_is_a_student_but_not_at_a_school(policy: Policy) -> None:
    certificate, facts = a_certificate(), (a_fact(ENROLLED, YES, date(2024, 2, 1)),)
    (sign,) = found(SignalKind.STUDENT, a_dossier(certificate, facts=facts), policy)
    assert seen([sign]) == [(certificate.number, date(2024, 2, 1), "province")]
    at_school = a_dossier(certificate, facts=facts, schools={EMPLOYER})
    assert list(students(at_school, policy, TODAY)) == []


def test_who_had_left_school_before_the_month_of_the_evaluation_is_no_student(policy: Policy) -> None:
    facts = (a_fact(ENROLLED, YES, date(2024, 1, 31)),)
    assert list(students(a_dossier(a_certificate(), facts=facts), policy, TODAY)) == []


def test_n2_1_who_is_known_or_declared_to_be_dispatched_without_a_contract_is_found(policy: Policy) -> None:
    certificate = a_certificate()
    known = a_dossier(certificate, facts=(a_fact(TIE, WITHOUT, EVALUATED, source="file:1"),))
    assert seen(found(SignalKind.DISPATCHED_WITHOUT_CONTRACT, known, policy)) == [
        (certificate.number, EVALUATED, "file")
    ]
    declared = a_dossier(certificate, declared={certificate.number})
    assert seen(list(dispatched(declared, policy, TODAY))) == [(certificate.number, None, "declared")]


def test_n2_1_who_is_dispatched_with_a_contract_is_own_staff(policy: Policy) -> None:
    other: AnyNumber = a_certificate().number
    dossier = a_dossier(a_certificate(), facts=(a_fact(TIE, WITH, EVALUATED),), declared={other})
    assert list(dispatched(dossier, policy, TODAY)) == []


def test_who_was_evaluated_before_the_sixteenth_birthday_is_under_age_and_the_birthday_is_not_told(
    policy: Policy,
) -> None:
    born = date(2008, 2, 20)
    certificate = a_certificate(evaluated_on=date(2024, 2, 19))
    signs = found(SignalKind.UNDER_AGE, a_dossier(certificate, born=born), policy)
    assert seen(signs) == [(certificate.number, None, "")]
    on_the_day = a_certificate(evaluated_on=date(2024, 2, 20))
    assert list(under_age(a_dossier(on_the_day, born=born), policy, TODAY)) == []
    assert list(under_age(a_dossier(certificate), policy, TODAY)) == []


def test_three_certificates_in_thirty_days_are_many_and_each_institution_is_told_of_its_own(
    policy: Policy,
) -> None:
    own = [a_certificate(evaluated_on=EVALUATED + days * DAY) for days in (0, 29)]
    other = a_certificate(evaluated_on=EVALUATED + 15 * DAY, institution_id=OTHER_EMPLOYER)
    dossier = a_dossier(own[1], other, own[0])
    signs = found(SignalKind.MANY_CERTIFICATES, dossier, policy)
    assert {(each.subject, each.sight.number, each.sight.note) for each in signs} == {
        (f"{EMPLOYER}/{dossier.digest}", own[0].number, "3"),
        (f"{EMPLOYER}/{dossier.digest}", own[1].number, "3"),
        (f"{OTHER_EMPLOYER}/{dossier.digest}", other.number, "3"),
    }


@pytest.mark.parametrize("days", [(0, 29), (0, 15, 30), (0, 30, 60)], ids=str)
def test_two_certificates_or_three_over_more_days_are_not_many(policy: Policy, days: tuple[int, ...]) -> None:
    certificates = [a_certificate(evaluated_on=EVALUATED + each * DAY) for each in days]
    assert list(many_certificates(a_dossier(*certificates), policy, TODAY)) == []


def test_what_was_issued_before_the_results_were_public_long_enough_is_early(policy: Policy) -> None:
    ended = date(2024, 2, 26)
    certificate = a_certificate(issued_on=ended - DAY)
    signs = found(SignalKind.ISSUED_BEFORE_EVALUATED, a_dossier(certificate), policy)
    assert seen(signs) == [(certificate.number, ended, "publicity")]
    assert list(issued_early(a_dossier(a_certificate(issued_on=ended)), policy, TODAY)) == []


def test_what_was_issued_before_the_day_its_evaluation_was_held_on_is_early(policy: Policy) -> None:
    certificate = a_certificate()
    before, after = an_evaluation(date(2024, 1, 8), item=lathe(3)), an_evaluation(ISSUED + DAY)
    dossier = a_dossier(certificate, held={EMPLOYER: (before, after)})
    signs = found(SignalKind.ISSUED_BEFORE_EVALUATED, dossier, policy)
    assert seen(signs) == [(certificate.number, ISSUED + DAY, "held")]


@pytest.mark.parametrize(
    "held",
    [
        (date(2024, 1, 8), EVALUATED, ISSUED + DAY),
        (ISSUED + DAY,),
        (date(2024, 1, 8), ISSUED + 61 * DAY),
        (date(2024, 1, 8), ISSUED),
    ],
    ids=["held on its day too", "nothing reported before", "much later", "on the day of issue"],
)
def test_another_evaluation_held_later_makes_nothing_early(policy: Policy, held: tuple[date, ...]) -> None:
    dossier = a_dossier(a_certificate(), held={EMPLOYER: [an_evaluation(day) for day in held]})
    assert list(issued_early(dossier, policy, TODAY)) == []


def test_n3_6_what_was_marked_beyond_the_filing_is_out_of_scope_and_another_mark_is_not(
    policy: Policy,
) -> None:
    beyond = a_certificate(marks=(Mark.OUT_OF_SCOPE, Mark.NOT_IN_FORCE, Mark.FILING_LEVEL))
    signs = found(SignalKind.OUT_OF_SCOPE, a_dossier(beyond), policy)
    assert seen(signs) == [(beyond.number, None, "out_of_scope,not_in_force")]
    assert list(out_of_scope(a_dossier(a_certificate(marks=(Mark.FILING_LEVEL,))), policy, TODAY)) == []


@pytest.mark.parametrize(
    "kind",
    [
        SignalKind.UNDER_AGE,
        SignalKind.MANY_CERTIFICATES,
        SignalKind.ISSUED_BEFORE_EVALUATED,
        SignalKind.OUT_OF_SCOPE,
    ],
)
def test_of_what_somebody_elsewhere_evaluated_the_institution_is_not_suspected(
    policy: Policy, kind: SignalKind
) -> None:
    elsewhere = (Mark.OTHER_PROVINCE, Mark.OUT_OF_SCOPE)
    certificates = [a_certificate(issued_on=EVALUATED, marks=elsewhere) for _ in range(3)]
    assert found(kind, a_dossier(*certificates, born=date(2015, 1, 1)), policy) == []
    here = [a_certificate(issued_on=EVALUATED, marks=(Mark.OUT_OF_SCOPE,)) for _ in range(3)]
    assert len(found(kind, a_dossier(*here, born=date(2015, 1, 1)), policy)) == 3
