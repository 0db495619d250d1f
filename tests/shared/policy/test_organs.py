"""Organs: tiers, territories and streets (N2.0)."""

from collections import Counter

import pytest

from shared.policy import OrganKind, Policy, Status, UnknownOrgan

DISTRICTS = {
    "320102": "玄武区",
    "320104": "秦淮区",
    "320105": "建邺区",
    "320106": "鼓楼区",
    "320111": "浦口区",
    "320113": "栖霞区",
    "320114": "雨花台区",
    "320115": "江宁区",
    "320116": "六合区",
    "320117": "溧水区",
    "320118": "高淳区",
}


def test_the_eleven_districts_stand_under_the_city_by_their_gb_2260_codes(policy: Policy) -> None:
    found = {
        organ.code: organ.name_zh
        for organ in policy.organs.values()
        if organ.kind is OrganKind.DISTRICT and organ.code.isdigit()
    }
    assert found == DISTRICTS
    assert {policy.organ(code).parent for code in DISTRICTS} == {"320100"}
    assert all(policy.organ(code).region_code == code for code in DISTRICTS)


def test_jiangbei_is_a_district_like_organ_with_its_own_office_and_no_code_of_its_own(policy: Policy) -> None:
    jiangbei = policy.organ("JBXQ")
    assert jiangbei.kind is OrganKind.DISTRICT
    assert jiangbei.office == "江北新区教育和社会保障局"
    assert jiangbei.status is Status.NOTICE
    assert jiangbei.region_code in DISTRICTS
    assert jiangbei.region_status is Status.ASSUMED


def test_parks_are_organs_and_say_that_they_are_assumed(policy: Policy) -> None:
    parks = [organ for organ in policy.organs.values() if organ.kind is OrganKind.PARK]
    assert parks
    assert {park.status for park in parks} == {Status.ASSUMED}


def test_a_district_sees_itself_alone(policy: Policy) -> None:
    assert policy.territory("320106") == {"320106"}


def test_the_city_sees_its_districts_and_parks_but_not_the_province(policy: Policy) -> None:
    assert policy.territory("320100") == set(policy.organs) - {"320000"}


def test_the_province_sees_all(policy: Policy) -> None:
    assert policy.territory("320000") == set(policy.organs)


@pytest.mark.parametrize(
    ("street", "organ"),
    [
        ("320106001", "320106"),
        ("320111004", "320111"),
        ("320111001", "JBXQ"),
        ("320116005", "JBXQ"),
        ("320116006", "320116"),
        ("320113450", "NJJKQ"),
        ("320115402", "JNJKQ"),
    ],
)
def test_a_street_has_one_responsible_organ_whatever_its_region(
    policy: Policy, street: str, organ: str
) -> None:
    assert policy.organ_of_street(street).code == organ


def test_no_street_belongs_to_two_organs(policy: Policy) -> None:
    holders = Counter(street for organ in policy.organs.values() for street in organ.jurisdiction)
    assert len(holders) > 100
    assert set(holders.values()) == {1}
    assert all(len(street) == 9 and street[:6] in DISTRICTS for street in holders)


def test_an_unknown_organ_or_street_is_not_found_by_n2_0(policy: Policy) -> None:
    for ask in (policy.organ, policy.territory, policy.organ_of_street):
        with pytest.raises(UnknownOrgan) as caught:
            ask("320199")
        assert caught.value.basis == ("N2.0",)
        assert " · " in caught.value.detail
