"""Rates, uplifts and shortage lists, by the day they hold and the day they were known."""

from datetime import date

import pytest

from shared.policy import MoneyLine, NoRate, Policy, Status, UnknownOccupation, load_policy
from shared.values import Edition, Level, Occupation, OccupationCode
from tests.shared.policy.conftest import Amend

LATHE = Occupation(Edition.Y2015, OccupationCode("6-18-01-01"))
ROBOT = Occupation(Edition.Y2015, OccupationCode("6-31-01-10"))
WELDER = Occupation(Edition.Y2015, OccupationCode("6-18-02-04"))
TRAINER = Occupation(Edition.Y2015, OccupationCode("4-04-05-05"))
CARER = Occupation(Edition.Y2015, OccupationCode("4-10-01-05"))
DAY = date(2024, 3, 4)


def yuan(policy: Policy, line: MoneyLine, occupation: Occupation, level: Level) -> int:
    amount = policy.rate(line, occupation, level, on=DAY, known_on=DAY).amount
    assert amount % 100 == 0
    return amount // 100


@pytest.mark.parametrize(
    ("occupation", "amounts"),
    [
        (LATHE, [4300, 3500, 2000, 1500, 1000]),
        (TRAINER, [3500, 2500, 1800, 1200, 800]),
        (CARER, [3000, 2000, 1500, 1000, 500]),
    ],
)
def test_line_b_pays_by_class_and_level(policy: Policy, occupation: Occupation, amounts: list[int]) -> None:
    assert [yuan(policy, MoneyLine.TRAINING, occupation, level) for level in Level] == amounts


def test_line_a_pays_by_level_alone(policy: Policy) -> None:
    for occupation in (LATHE, TRAINER, CARER):
        levels = (Level.FIVE, Level.FOUR, Level.THREE)
        assert [yuan(policy, MoneyLine.INSURANCE, occupation, level) for level in levels] == [
            1000,
            1500,
            2000,
        ]


@pytest.mark.parametrize("level", [Level.TWO, Level.ONE])
def test_line_a_has_no_rate_above_level_three(policy: Policy, level: Level) -> None:
    with pytest.raises(NoRate, match="has no rate for level"):
        policy.rate(MoneyLine.INSURANCE, LATHE, level, on=DAY, known_on=DAY)


def test_the_rates_of_2021_say_that_they_are_assumed(policy: Policy) -> None:
    then, later = date(2021, 6, 1), date(2023, 6, 1)
    assumed = policy.rate(MoneyLine.TRAINING, LATHE, Level.THREE, on=then, known_on=then)
    cited = policy.rate(MoneyLine.TRAINING, LATHE, Level.THREE, on=later, known_on=later)
    assert (assumed.status, assumed.source) == (Status.ASSUMED, "assumption")
    assert (cited.status, cited.source) == (Status.CITED, "js-rate-2023")


def test_before_the_notice_there_is_no_rate(policy: Policy) -> None:
    with pytest.raises(NoRate):
        policy.rate(MoneyLine.TRAINING, LATHE, Level.THREE, on=date(2021, 2, 22), known_on=DAY)


def test_a_rate_of_an_unknown_occupation_is_not_found(policy: Policy) -> None:
    stranger = Occupation(Edition.Y2022, OccupationCode("6-18-01-04"))
    with pytest.raises(UnknownOccupation):
        policy.rate(MoneyLine.INSURANCE, stranger, Level.THREE, on=DAY, known_on=DAY)


def test_n1_7_line_b_is_uplifted_by_thirty_per_cent_from_level_three_upwards(policy: Policy) -> None:
    uplift = policy.uplift(MoneyLine.TRAINING, DAY)
    assert uplift is not None
    assert (uplift.percent, uplift.clause, uplift.status) == (30, "N1.7", Status.NOTICE)
    assert {level for level in Level if uplift.raises(level)} == {Level.THREE, Level.TWO, Level.ONE}


def test_n1_7_two_thousand_yuan_uplifted_are_two_thousand_six_hundred(policy: Policy) -> None:
    uplift = policy.uplift(MoneyLine.TRAINING, DAY)
    rate = policy.rate(MoneyLine.TRAINING, ROBOT, Level.THREE, on=DAY, known_on=DAY)
    assert uplift is not None
    assert rate.amount.uplifted(uplift.percent).yuan == "2,600.00"


def test_line_a_has_an_uplift_of_its_own_which_does_not_rest_on_the_notice(policy: Policy) -> None:
    uplift = policy.uplift(MoneyLine.INSURANCE, DAY)
    assert uplift is not None
    assert {level for level in Level if uplift.raises(level)} == {Level.FIVE, Level.FOUR, Level.THREE}
    assert policy.clause(uplift.clause).document != "notice"
    assert policy.uplift(MoneyLine.INSURANCE, date(2022, 4, 30)) is None


def test_a_shortage_listing_holds_from_its_first_day_to_its_last(policy: Policy) -> None:
    for day, listed in [
        (date(2021, 2, 22), False),
        (date(2021, 2, 23), True),
        (date(2023, 12, 31), True),
        (date(2024, 3, 4), False),
    ]:
        assert (policy.shortage(WELDER, on=day, known_on=DAY) is not None) is listed


def test_an_occupation_that_is_not_listed_is_no_shortage(policy: Policy) -> None:
    assert policy.shortage(LATHE, on=DAY, known_on=DAY) is None


def test_a_listing_says_its_list_and_that_it_is_assumed(policy: Policy) -> None:
    listed = policy.shortage(ROBOT, on=DAY, known_on=DAY)
    assert listed is not None
    assert (listed.list_id, listed.status, listed.clause) == ("sample-2024", Status.ASSUMED, "N1.7")


def test_a_list_published_later_pays_nothing_back(policy: Policy) -> None:
    issued = date(2026, 3, 2)
    assert policy.shortage(ROBOT, on=issued, known_on=date(2026, 6, 30)) is None
    listed = policy.shortage(ROBOT, on=issued, known_on=date(2026, 7, 1))
    assert listed is not None
    assert listed.list_id == "sample-2026"


def test_a_rate_published_later_is_not_known_before(amend: Amend) -> None:
    policy = load_policy(amend("rates.toml", "known_from = 2024-01-01", "known_from = 2024-05-01"))
    with pytest.raises(NoRate):
        policy.rate(MoneyLine.TRAINING, LATHE, Level.THREE, on=DAY, known_on=date(2024, 4, 30))
    known = policy.rate(MoneyLine.TRAINING, LATHE, Level.THREE, on=DAY, known_on=date(2024, 5, 1))
    assert known.amount.yuan == "2,000.00"
