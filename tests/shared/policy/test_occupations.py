"""The catalogue of occupations."""

import pytest

from shared.policy import Policy, RateClass, Status, UnknownOccupation, load_policy
from shared.values import Edition, Level, Occupation, OccupationCode
from tests.shared.policy.conftest import Amend


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


@pytest.mark.parametrize("code", ["4-07-05-04", "4-02-01-01", "4-07-05-01"])
def test_a_licensed_trade_is_offered_at_no_level_and_says_why(policy: Policy, code: str) -> None:
    trade = policy.occupation(of(Edition.Y2015, code))
    assert trade.excluded
    assert trade.excludes()
    assert not any(trade.offers(level) for level in Level)
    assert "准入类" in trade.exclusion_note
    assert " · " in trade.exclusion_note
    assert trade.exclusion is not None
    assert trade.exclusion.status is Status.ASSUMED
    assert "准入类" in policy.clause(trade.exclusion.clause).zh


def test_of_welding_only_the_licensed_work_types_are_left_out(policy: Policy) -> None:
    for edition in (Edition.Y2015, Edition.Y2022):
        welder = policy.occupation(of(edition, "6-18-02-04"))
        assert not welder.excluded
        assert welder.offers(Level.THREE, "电焊工")
        assert welder.excludes("民用核安全设备焊工")
        assert not welder.excludes("电焊工")
        assert not welder.offers(Level.THREE, "民用核安全设备焊工")


def test_what_is_not_licensed_has_no_note_of_exclusion(policy: Policy) -> None:
    assert policy.occupation(of(Edition.Y2015, "6-18-01-01")).exclusion_note == ""


def test_what_may_be_evaluated_leaves_out_licensed_trades(policy: Policy) -> None:
    every = list(policy.evaluable())
    assert {entry.occupation for entry in policy.occupations.values()} - {it.occupation for it in every} == {
        of(Edition.Y2015, code) for code in ("4-02-01-01", "4-07-05-01", "4-07-05-04")
    }
    new = list(policy.evaluable(Edition.Y2022))
    assert {entry.edition for entry in new} == {Edition.Y2022}
    assert len(new) + len(list(policy.evaluable(Edition.Y2015))) == len(every)


def test_an_occupation_of_2022_belongs_to_the_family_of_the_one_it_continues(policy: Policy) -> None:
    old, new = of(Edition.Y2015, "4-01-02-07"), of(Edition.Y2022, "4-01-06-02")
    assert policy.family(new) == policy.family(old) == old
    assert policy.occupation(new).status is Status.ASSUMED


def test_an_occupation_that_continues_nothing_is_its_own_family(policy: Policy) -> None:
    alone = of(Edition.Y2015, "6-18-01-02")
    assert policy.family(alone) == alone
    with pytest.raises(UnknownOccupation):
        policy.family(of(Edition.Y2022, "6-18-01-02"))


def test_a_family_goes_back_as_far_as_the_catalogue(amend: Amend) -> None:
    older = 'name = "互联网营销师", succeeds = [{ edition = "2015", code = "4-01-02-02" }],'
    policy = load_policy(amend("occupations.toml", 'name = "互联网营销师",', older))
    assert policy.family(of(Edition.Y2022, "4-01-06-02")) == of(Edition.Y2015, "4-01-02-02")


def test_every_occupation_of_2022_here_continues_one_of_the_same_name(policy: Policy) -> None:
    for entry in policy.evaluable(Edition.Y2022):
        (before,) = entry.succeeds
        assert policy.occupation(before).name == entry.name
        assert before.edition == Edition.Y2015


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
