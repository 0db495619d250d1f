"""The catalogue of occupations."""

import pytest

from shared.policy import Policy, RateClass, Status, UnknownOccupation
from shared.values import Edition, Level, Occupation, OccupationCode


def of(edition: Edition, code: str) -> Occupation:
    return Occupation(edition, OccupationCode(code))


def test_an_occupation_is_found_by_edition_and_code_together(policy: Policy) -> None:
    old = policy.occupation(of(Edition.Y2015, "4-01-02-07"))
    new = policy.occupation(of(Edition.Y2022, "4-01-06-02"))
    assert old.name == new.name == "互联网营销师"
    assert old.occupation != new.occupation


def test_a_code_of_another_edition_is_not_found(policy: Policy) -> None:
    with pytest.raises(UnknownOccupation, match="4-01-02-07"):
        policy.occupation(of(Edition.Y2022, "4-01-02-07"))


def test_levels_differ_by_occupation(policy: Policy) -> None:
    lathe = policy.occupation(of(Edition.Y2015, "6-18-01-01"))
    robot = policy.occupation(of(Edition.Y2015, "6-30-99-00"))
    assert lathe.offers(Level.FIVE)
    assert not robot.offers(Level.FIVE)
    assert robot.offers(Level.FOUR)


def test_levels_differ_by_work_type(policy: Policy) -> None:
    marketing = policy.occupation(of(Edition.Y2015, "4-01-02-07"))
    assert marketing.offers(Level.ONE, "直播销售员")
    assert marketing.offers(Level.THREE, "平台管理员")
    assert not marketing.offers(Level.TWO, "平台管理员")
    assert not marketing.offers(Level.THREE, "没有的工种")


def test_a_licensed_trade_is_offered_at_no_level(policy: Policy) -> None:
    fire = policy.occupation(of(Edition.Y2015, "4-07-05-04"))
    assert fire.excluded
    assert not any(fire.offers(level) for level in Level)


def test_what_was_not_verified_is_assumed_and_what_a_standard_says_is_cited(policy: Policy) -> None:
    assert policy.occupation(of(Edition.Y2015, "6-18-01-01")).status is Status.ASSUMED
    assert policy.occupation(of(Edition.Y2015, "6-30-99-00")).status is Status.CITED


def test_manufacturing_is_class_a_and_everyday_services_are_class_c(policy: Policy) -> None:
    for entry in policy.occupations.values():
        if entry.code.startswith("6"):
            assert entry.rate_class is RateClass.A
    assert policy.occupation(of(Edition.Y2015, "4-10-01-05")).rate_class is RateClass.C


def test_the_eight_chains_are_named_and_used(policy: Policy) -> None:
    used = {chain for entry in policy.occupations.values() for chain in entry.chains}
    assert len(policy.chains) == 8
    assert used == set(policy.chains)
