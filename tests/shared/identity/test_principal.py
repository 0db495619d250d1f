"""From a token's claims to the rows its caller reaches."""

from typing import Any

import pytest

from shared.identity import Permission, Principal, Scope
from shared.policy import Policy, UnknownOrgan
from tests.builders import CITY, DISTRICT, OTHER_DISTRICT, PARK, PROVINCE, a_uscc


@pytest.mark.parametrize(
    ("scope", "permissions"),
    [
        ("", set()),
        (None, set()),
        ("filing:assess", {Permission.ASSESS}),
        ("  filing:assess \n register:read ", {Permission.ASSESS, Permission.READ_REGISTER}),
        ("filing:assess FILING:APPLY * everything suite:operate2", {Permission.ASSESS}),
    ],
)
def test_permissions_this_suite_does_not_know_are_left_out(
    scope: str | None, permissions: set[Permission]
) -> None:
    assert Principal.from_claims({"sub": "a", "scope": scope}).permissions == permissions
    assert Principal.from_claims({"sub": "a"}).permissions == frozenset()


@pytest.mark.parametrize(
    ("organ", "reached", "unreached"),
    [
        (DISTRICT, {DISTRICT}, {CITY, OTHER_DISTRICT, PARK, PROVINCE}),
        (PARK, {PARK}, {DISTRICT, CITY}),
        (CITY, {CITY, DISTRICT, OTHER_DISTRICT, PARK}, {PROVINCE}),
        (PROVINCE, {PROVINCE, CITY, DISTRICT, PARK}, set()),
    ],
)
def test_an_officer_reaches_its_organ_and_those_below_it(
    policy: Policy, organ: str, reached: set[str], unreached: set[str]
) -> None:
    scope = Principal(subject="a", permissions=frozenset(), organ=organ).scope("act", policy)
    assert reached <= scope.organs
    assert not unreached & scope.organs
    assert (scope.everything, scope.holder) == (False, None)


@pytest.mark.parametrize(
    ("organ", "above"),
    [(DISTRICT, {CITY, PROVINCE}), (PARK, {CITY, PROVINCE}), (CITY, {PROVINCE}), (PROVINCE, set())],
)
def test_what_is_lent_comes_from_the_organs_above_ones_own(
    policy: Policy, organ: str, above: set[str]
) -> None:
    scope = Principal(subject="a", permissions=frozenset(), organ=organ).scope("act", policy)
    assert scope.above == above


def test_an_institution_reaches_what_is_its_own(policy: Policy) -> None:
    uscc = a_uscc()
    scope = Principal(subject="a", permissions=frozenset(), holder=uscc).scope("act", policy)
    assert (scope.holder, scope.organs, scope.everything) == (uscc, frozenset(), False)


def test_whoever_belongs_nowhere_reaches_nothing(policy: Policy) -> None:
    scope = Principal(subject="a", permissions=frozenset(Permission)).scope("act", policy)
    assert scope == Scope(actor="a", act="act")
    assert not scope.organs


def test_an_organ_the_policy_does_not_know_reaches_nothing(policy: Policy) -> None:
    with pytest.raises(UnknownOrgan):
        Principal(subject="a", permissions=frozenset(), organ="990000").scope("act", policy)


def test_a_portal_acts_in_two_names(policy: Policy) -> None:
    claims: dict[str, Any] = {"sub": "portal", "organ": DISTRICT, "act_for": "officer-7"}
    scope = Principal.from_claims(claims).scope("accept_filing", policy)
    assert (scope.actor, scope.on_behalf_of, scope.act) == ("portal", "officer-7", "accept_filing")


def test_a_service_reaches_everything_in_its_own_name() -> None:
    scope = Scope.of_service("filing", "consume")
    assert (scope.actor, scope.everything) == ("service:filing", True)
