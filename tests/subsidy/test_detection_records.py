"""What looks wrong in serials, pass rates and accounts (N3.3), and what only nearly does."""

from uuid import UUID

import pytest

from services.subsidy.domain.detection.records import (
    AccountUser,
    pass_rate,
    serial_duplicates,
    serial_gap,
    shared_account,
)
from services.subsidy.domain.signal import SignalKind, Whose
from shared.policy import Policy
from tests.subsidy.builders import OTHER_USCC, USCC, lathe
from tests.subsidy.detecting import (
    EVALUATED,
    HERE,
    ORGAN,
    OTHER_ORGAN,
    STATION,
    TODAY,
    a_body,
    a_certificate,
    a_series,
    an_evaluation,
)

KEY = (STATION, 2024)
DIGEST = "ab" * 8


def test_serials_missing_below_one_issued_long_ago_are_a_gap_and_those_above_are_on_their_way(
    policy: Policy,
) -> None:
    series = a_series((3, 4), (10, 10), (90, 99))
    found = serial_gap(KEY, series, HERE, policy, settled=50, on=TODAY)
    assert found is not None
    assert (found.kind, found.subject, found.whose) == (SignalKind.SERIAL_GAP, f"{STATION}/2024/4", HERE)
    assert (found.evidence.count, found.evidence.gaps, found.weight) == (3, ((3, 4), (10, 10)), 3)
    assert {(each.key, each.value, each.status) for each in found.evidence.limits} == {
        ("risk.gap_min", 1, "assumed"),
        ("risk.gap_patience_days", 30, "assumed"),
    }


@pytest.mark.parametrize("settled", [0, 3, 4])
def test_a_gap_that_nothing_old_enough_stands_above_is_none_yet(policy: Policy, settled: int) -> None:
    assert serial_gap(KEY, a_series((3, 4)), HERE, policy, settled=settled, on=TODAY) is None
    assert serial_gap(KEY, a_series((3, 4)), HERE, policy, settled=5, on=TODAY) is not None


def test_an_unbroken_series_has_no_gap(policy: Policy) -> None:
    assert serial_gap(KEY, a_series(), HERE, policy, settled=100, on=TODAY) is None


def test_a_number_handed_in_for_another_person_is_a_duplicate_and_no_other_is() -> None:
    doubled, single = a_certificate(clashes=2), a_certificate()
    (sign,) = serial_duplicates(KEY, a_series(), [doubled, single])
    assert (sign.kind, sign.subject) == (SignalKind.SERIAL_DUPLICATE, f"{STATION}/2024/4")
    assert (sign.sight.number, sign.sight.note) == (doubled.number, "2")


@pytest.mark.parametrize(("certificates", "weight"), [(39, 2), (40, 5), (41, 7), (19, 3), (0, 50)])
def test_nearly_all_or_too_few_of_enough_candidates_is_an_unusual_rate(
    policy: Policy, certificates: int, weight: int
) -> None:
    found = pass_rate([an_evaluation(candidates=40)], certificates, policy, TODAY)
    assert found is not None
    assert (found.kind, found.weight) == (SignalKind.PASS_RATE, weight)
    evidence = found.evidence
    assert (evidence.count, evidence.of, evidence.day) == (certificates, 40, EVALUATED)


@pytest.mark.parametrize(("candidates", "certificates"), [(40, 38), (40, 20), (29, 29), (29, 0), (100, 95)])
def test_a_rate_within_the_limits_or_of_too_few_candidates_is_usual(
    policy: Policy, candidates: int, certificates: int
) -> None:
    assert pass_rate([an_evaluation(candidates=candidates)], certificates, policy, TODAY) is None


def test_evaluations_of_several_work_types_on_one_day_are_taken_together(policy: Policy) -> None:
    held = [an_evaluation(candidates=20), an_evaluation(candidates=20, item=lathe(4, "数控车工"))]
    assert len({each.sitting for each in held}) == 1
    found = pass_rate(held, 40, policy, TODAY)
    assert found is not None
    assert found.evidence.of == 40
    assert pass_rate([], 40, policy, TODAY) is None


def test_two_bodies_on_one_account_are_told_each_to_its_own_organ_which_sees_its_own(
    policy: Policy,
) -> None:
    found = shared_account(DIGEST, [a_body(1), a_body(2, OTHER_ORGAN, OTHER_USCC)], policy, TODAY)
    told = {each.subject: (each.whose.organ, each.evidence) for each, _ in found}
    assert told.keys() == {f"{DIGEST}/{UUID(int=1)}", f"{DIGEST}/{UUID(int=2)}"}
    organ, evidence = told[f"{DIGEST}/{UUID(int=1)}"]
    assert (organ, evidence.bodies, evidence.count) == (ORGAN, (USCC,), 2)
    organ, evidence = told[f"{DIGEST}/{UUID(int=2)}"]
    assert (organ, evidence.bodies, evidence.digest) == (OTHER_ORGAN, (OTHER_USCC,), DIGEST)


def test_one_body_on_record_for_two_audiences_may_have_one_account(policy: Policy) -> None:
    assert shared_account(DIGEST, [a_body(1), a_body(2)], policy, TODAY) == []


def test_people_on_one_account_are_told_together_with_what_they_claimed_for(policy: Policy) -> None:
    certificates = [a_certificate() for _ in range(3)]
    users = [
        AccountUser(whose=Whose(None, None, ORGAN), person=f"{number}", certificates=(certificate,))
        for number, certificate in enumerate(certificates)
    ]
    ((found, sights),) = shared_account(DIGEST, users, policy, TODAY)
    assert (found.subject, found.whose) == (f"{DIGEST}/{ORGAN}", Whose(None, None, ORGAN))
    assert [each.number for each in sights] == [each.number for each in certificates]
    assert (found.evidence.count, len(found.evidence.certificates)) == (3, 3)
    assert shared_account(DIGEST, [*users[:1], *users[:1]], policy, TODAY) == []
