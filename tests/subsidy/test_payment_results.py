"""The bank's result: booked whole when it adds up, refused whole when it does not, the same file once."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.subsidy.claim_sheets import RESULT, plain_yuan, result_lines
from services.subsidy.domain.claim import Claim, ClaimState
from services.subsidy.domain.payment import (
    Batch,
    BatchOutOfTurn,
    BatchSettled,
    BatchState,
    ResultDoesNotAddUp,
    ResultLine,
)
from services.subsidy.sheets import read_sheet
from shared.errors import Stale
from shared.sheets.exporting import csv_rows
from shared.values import Fen
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import Claimant, line_of

Spoil = Callable[[list[ResultLine]], list[ResultLine]]


async def two_ordered(payee: Claimant) -> tuple[Batch, list[Claim], list[ResultLine]]:
    claims = [await payee.approved(await payee.claimed(each)) for each in (lathe(4), robot(3))]
    batch = await payee.released()
    orders = await payee.orders(batch)
    lines = [line_of(order, row, at=payee.works.at) for row, order in enumerate(orders, start=2)]
    return batch, claims, lines


def changed(**values: Any) -> Spoil:
    return lambda lines: [replace(lines[0], **values), *lines[1:]]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (changed(order_id=UUID(int=5)), "not an order of this batch"),
        (changed(amount=Fen(150_001)), "the order is for"),
        (changed(paid=False), "needs its reason"),
        (lambda lines: lines[1:], "is missing"),
        (lambda lines: [*lines, lines[0]], "stands here twice"),
        (lambda _: [], "is missing"),
    ],
    ids=["unknown order", "changed amount", "returned without reason", "missing", "double", "empty"],
)
async def test_a_result_that_does_not_add_up_books_nothing(payee: Claimant, spoil: Spoil, told: str) -> None:
    batch, claims, lines = await two_ordered(payee)
    with pytest.raises(ResultDoesNotAddUp) as refused:
        await payee.result(batch, spoil(lines))
    faults = refused.value.extra["lines"]
    assert isinstance(faults, list)
    assert any(told in each["message"] for each in faults)
    assert {(await payee.now(each)).state for each in claims} == {ClaimState.ORDERED}
    await payee.result(batch, lines)
    assert {(await payee.now(each)).state for each in claims} == {ClaimState.PAID}


@pytest.mark.parametrize("totals", [{"paid": Fen(1)}, {"returned": Fen(1)}])
async def test_totals_that_are_off_book_nothing(payee: Claimant, totals: dict[str, Any]) -> None:
    batch, claims, lines = await two_ordered(payee)
    with pytest.raises(ResultDoesNotAddUp):
        await payee.result(batch, lines, **totals)
    assert {(await payee.now(each)).state for each in claims} == {ClaimState.ORDERED}


async def test_the_same_file_again_changes_nothing(payee: Claimant) -> None:
    batch, claims, lines = await two_ordered(payee)
    first = await payee.result(batch, lines)
    payee.works.announced.clear()
    again = await payee.result(batch, lines)
    assert (again.state, again.version) == (BatchState.SETTLED, first.version)
    assert payee.works.announced == []
    async with payee.works() as work:
        postings = await work.postings.of_claim(claims[0].id)
    assert sorted(each.credit.value for each in postings) == ["ordered", "owed", "paid"]


async def test_the_same_file_at_once_from_two_desks_is_booked_once(payee: Claimant) -> None:
    batch, claims, lines = await two_ordered(payee)
    payee.works.announced.clear()

    async def sent() -> str:
        try:
            return (await payee.result(batch, lines)).state.value
        except Stale:
            return "stale"

    made = await asyncio.gather(*(sent() for _ in range(5)))
    assert "settled" in made
    assert set(made) <= {"settled", "stale"}
    assert len(payee.works.announced) == len(claims)


async def test_another_file_for_a_settled_batch_is_refused(payee: Claimant) -> None:
    batch, _, lines = await two_ordered(payee)
    await payee.result(batch, lines)
    with pytest.raises(BatchSettled):
        await payee.result(batch, lines, sha256="c" * 64)


async def test_a_batch_nobody_released_has_no_result(payee: Claimant) -> None:
    await payee.approved(await payee.claimed(lathe(4)))
    batch = await payee.batch()
    with pytest.raises(BatchOutOfTurn):
        await payee.settled(batch)


def read_lines(*rows: tuple[str, str, str, str, str, str]) -> list[ResultLine]:
    content = b"".join(csv_rows(RESULT, rows))
    return result_lines(read_sheet(content, RESULT, most_rows=100, most_bytes=10**6))


def test_a_result_file_is_read_line_by_line() -> None:
    key = uuid4()
    paid, returned = read_lines(
        (str(key), "1,500.00", "paid", "", "2024-06-25", "R1"),
        (str(key), plain_yuan(Fen(260_000)), "退票", "户名不符", "2024-06-25", ""),
    )
    assert (paid.order_id, paid.amount, paid.paid, paid.reference) == (key, 150_000, True, "R1")
    assert (returned.amount, returned.paid, returned.reason) == (260_000, False, "户名不符")


@pytest.mark.parametrize(
    "row",
    [
        ("no-order", "1500.00", "paid", "", "2024-06-25", ""),
        (str(UUID(int=1)), "1500.005", "paid", "", "2024-06-25", ""),
        (str(UUID(int=1)), "-1", "paid", "", "2024-06-25", ""),
        (str(UUID(int=1)), "1500.00", "perhaps", "", "2024-06-25", ""),
        (str(UUID(int=1)), "1500.00", "paid", "", "2024-02-30", ""),
        (str(UUID(int=1)), "99999999999999", "paid", "", "2024-06-25", ""),
    ],
)
def test_a_line_that_cannot_be_read_refuses_the_file(row: tuple[str, str, str, str, str, str]) -> None:
    with pytest.raises(ResultDoesNotAddUp) as refused:
        read_lines((str(UUID(int=2)), "1.00", "paid", "", "2024-06-25", ""), row)
    lines = refused.value.extra["lines"]
    assert isinstance(lines, list)
    assert [each["row"] for each in lines] == [3]
