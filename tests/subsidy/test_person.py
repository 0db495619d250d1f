"""A person who claims, the days on which counters take claims in, and the organs that do, by the rules alone."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.subsidy.domain.certificate import SealedHolder
from services.subsidy.domain.person import (
    Channel,
    CounterClosed,
    NotAHandlingOrgan,
    Person,
    check_handling_organ,
    check_open,
)
from services.subsidy.handlers.personal import Applicant
from shared.policy import Policy, Status
from shared.values import DocumentKind, Uscc
from tests.subsidy.builders import CLAIMED, HOLDER, USCC, claim

PERSON = Person(
    holder=SealedHolder(name=b"n", id=b"i", index=b"x"),
    channel=Channel.ONLINE,
    number="320115-A-20240603-00000000",
    reference="r" * 16,
    taken_by="portal",
)


@pytest.mark.parametrize(
    "named",
    [
        {"person": PERSON},
        {"institution_id": None, "uscc": None},
        {"institution_id": None},
        {"uscc": None},
        {"uscc": None, "person": PERSON},
    ],
)
def test_a_claim_has_exactly_one_claimant(named: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="one claimant"):
        claim(**named)


def test_a_persons_account_stands_with_its_claim_and_a_bodys_with_the_body() -> None:
    own = claim(institution_id=None, uscc=None, person=PERSON)
    assert (own.payee_id, own.uscc) == (own.id, None)
    body = claim()
    assert (body.payee_id, body.uscc) == (UUID(int=1), Uscc(USCC))


@pytest.mark.parametrize(
    ("day", "next_day"),
    [
        ("2024-06-07", "2024-06-11"),
        ("2024-06-08", "2024-06-11"),
        ("2024-06-10", "2024-06-11"),
        ("2024-06-15", "2024-06-17"),
        ("2024-02-10", "2024-02-18"),
        ("2024-09-07", "2024-09-11"),
    ],
)
def test_nj2023_counters_take_no_claims_from_the_7th_to_the_10th_nor_on_days_off(
    policy: Policy, day: str, next_day: str
) -> None:
    """The 10th of June 2024 was a holiday, the 18th of February a Sunday that was worked."""
    with pytest.raises(CounterClosed) as refused:
        check_open(Channel.COUNTER, policy, on=date.fromisoformat(day))
    assert refused.value.extra == {"next_day": next_day}
    check_open(Channel.COUNTER, policy, on=date.fromisoformat(next_day))


@pytest.mark.parametrize("day", ["2024-06-06", "2024-06-11", "2024-02-18", "2024-02-29", "2024-04-28"])
def test_nj2023_counters_take_claims_on_every_other_day_that_is_worked(policy: Policy, day: str) -> None:
    check_open(Channel.COUNTER, policy, on=date.fromisoformat(day))


@pytest.mark.parametrize("day", ["2024-06-07", "2024-06-09", "2024-06-10"])
def test_online_claims_are_taken_every_day_as_is_assumed(policy: Policy, day: str) -> None:
    check_open(Channel.ONLINE, policy, on=date.fromisoformat(day))
    days = [policy.parameter(f"subsidy.counter_closed_{end}", CLAIMED) for end in ("from", "to")]
    assert [(each.value, each.status) for each in days] == [(7, Status.CITED), (10, Status.CITED)]
    assert policy.parameter("subsidy.counter_day_channels", CLAIMED).status is Status.ASSUMED


def test_any_districts_counter_handles_a_persons_claim(policy: Policy) -> None:
    """The eleven districts, and 江北新区, which is one without a code of its own."""
    handling = [code for code in policy.organs if _handles(code, policy)]
    assert len(handling) == 12
    assert "320115" in handling
    assert not {"320000", "320100"} & set(handling)


@pytest.mark.parametrize("organ", ["320100", "320000", "999999", ""])
def test_no_other_organ_handles_a_persons_claim(policy: Policy, organ: str) -> None:
    with pytest.raises(NotAHandlingOrgan):
        check_handling_organ(organ, policy, on=CLAIMED)


def test_an_applicant_is_not_told_by_whatever_prints_it() -> None:
    applicant = Applicant(name="测试员乙", kind=DocumentKind.RESIDENT_ID, number=HOLDER)
    assert HOLDER not in repr(applicant)
    assert "测试员乙" not in f"{replace(applicant, number='X')!r}"


def _handles(organ: str, policy: Policy) -> bool:
    try:
        check_handling_organ(organ, policy, on=CLAIMED)
    except NotAHandlingOrgan:
        return False
    return True
