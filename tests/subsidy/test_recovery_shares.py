"""Sharing out what came in, among items and instalments: to the fen, and never more than each has."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.subsidy.domain.instalment import Instalment, Part, check_plan, fill, payable_by
from services.subsidy.domain.recovery_faults import (
    PlanDoesNotAddUp,
)
from services.subsidy.domain.recovery_item import EntryKind, RecoveryItem, shares
from shared.policy import MoneyLine, Policy
from shared.values import Fen, Level
from tests.subsidy.builders import number

TODAY = date(2024, 6, 3)


def under(*dues: int) -> list[RecoveryItem]:
    return [
        RecoveryItem(
            id=uuid4(),
            recovery_id=UUID(int=1),
            organ="320115",
            uscc=None,
            line=MoneyLine.TRAINING,
            place=place,
            item_id=uuid4(),
            claim_id=UUID(int=2),
            certificate_number=number(4, serial=place + 1),
            level=Level.FOUR,
            paid=Fen(due),
            before=Fen(0),
            due=Fen(due),
        )
        for place, due in enumerate(dues)
    ]


def plan_of(*amounts: int, agreed: bool = True) -> list[Instalment]:
    return [
        Instalment(
            id=uuid4(),
            recovery_id=UUID(int=1),
            organ="320115",
            uscc=None,
            place=place,
            due_on=TODAY + timedelta(days=30 * (place + 1)),
            amount=Fen(amount),
            agreed=agreed,
        )
        for place, amount in enumerate(amounts)
    ]


@given(
    dues=st.lists(st.integers(1, 400_000), min_size=1, max_size=8),
    sums=st.lists(st.tuples(st.integers(1, 900_000), st.sampled_from(EntryKind)), max_size=12),
)
def test_whatever_comes_in_is_shared_out_to_the_fen_and_no_item_gives_more_than_its_own(
    dues: list[int], sums: list[tuple[int, EntryKind]]
) -> None:
    items, plan = under(*dues), plan_of(*dues)
    for wanted, kind in sums:
        amount = min(wanted, sum(each.remaining for each in items))
        shared = list(shares(items, Fen(amount)))
        assert sum(share for _, share in shared) == amount
        for item, share in shared:
            item.take(share, kind)
        fill(plan, Fen(amount))
    assert sum(each.unpaid for each in plan) == sum(each.remaining for each in items)
    for item in items:
        assert item.recovered + item.written_off + item.remaining == item.due
        assert item.live == (item.remaining > 0)
        assert item.came_back == (item.recovered == item.paid)
    started = [each for each in items if each.remaining < each.due]
    assert all(each.remaining == 0 for each in started[:-1])


@given(amounts=st.lists(st.integers(1, 10**9), min_size=1, max_size=24), off=st.integers(-3, 3))
def test_a_plan_is_taken_when_it_comes_to_what_remains_and_by_a_fen_less_or_more_it_is_not(
    policy: Policy, amounts: list[int], off: int
) -> None:
    parts = [
        Part(due_on=TODAY + timedelta(days=20 * place), amount=Fen(each))
        for place, each in enumerate(amounts, start=1)
    ]
    remaining = sum(amounts) + off
    if not off:
        check_plan(parts, Fen(remaining), policy, today=TODAY)
    elif remaining >= 0:
        with pytest.raises(PlanDoesNotAddUp):
            check_plan(parts, Fen(remaining), policy, today=TODAY)


def test_what_may_be_kept_back_is_what_is_due_by_the_day_of_payment_or_all_without_an_agreement() -> None:
    agreed = plan_of(10, 20, 30)
    days = [TODAY + timedelta(days=days) for days in (0, 30, 60, 90)]
    assert [payable_by(agreed, day) for day in days] == [0, 10, 30, 60]
    fill(agreed, Fen(15))
    assert [payable_by(agreed, day) for day in days] == [0, 0, 15, 45]
    agreed[2].drop()
    assert payable_by(agreed, days[3]) == 15
    assert payable_by(plan_of(70, agreed=False), TODAY) == 70
