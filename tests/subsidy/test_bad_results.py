"""Bank files that do not add up, as real files: nothing is booked, the reasons are told, the right file goes through."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from services.subsidy.claim_sheets import RESULT, plain_yuan, result_lines
from services.subsidy.domain.claim import Claim, ClaimState
from services.subsidy.domain.payment import Batch, Order, ResultDoesNotAddUp
from services.subsidy.domain.posting import Account
from services.subsidy.handlers.payments import TakeResult, take_result
from services.subsidy.sheets import read_sheet
from shared.errors import Refusal
from shared.sheets.cells import Fault
from shared.sheets.marks import NAME_LABEL, VERSION_LABEL
from shared.values import Fen
from tests.shared.sheets.samples import as_csv, typed
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import Claimant

MARKS = ((NAME_LABEL, RESULT.name), (VERSION_LABEL, RESULT.version))
TITLES = [column.title for column in RESULT.columns]
Cells = list[Any]
Rows = list[Cells]


class Bank:
    """Two orders of one released batch, and the file in which the bank says that it paid them."""

    def __init__(self, payee: Claimant, batch: Batch, claims: list[Claim], orders: list[Order]) -> None:
        self._payee = payee
        self._batch = batch
        self._claims = claims
        self.total = batch.total
        day = payee.works.at.date().isoformat()
        self.rows: Rows = [
            [str(order.id), plain_yuan(order.amount), "paid", "", day, f"REF{place}"]
            for place, order in enumerate(orders)
        ]

    async def says(self, content: bytes, *, paid: int | None = None, returned: int = 0) -> Batch:
        """Hand in a file with the totals declared beside it."""
        sheet = read_sheet(content, RESULT, most_rows=100, most_bytes=10**6)
        command = TakeResult(
            batch=self._payee.on(self._batch),
            lines=result_lines(sheet),
            paid=Fen(self.total if paid is None else paid),
            returned=Fen(returned),
            sha256=sheet.sha256,
        )
        async with self._payee.works() as work:
            return await take_result(command, work)

    async def nothing_booked(self) -> bool:
        async with self._payee.works() as work:
            postings = [it for each in self._claims for it in await work.postings.of_claim(each.id)]
        states = {(await self._payee.now(each)).state for each in self._claims}
        booked = {it.credit for it in postings} & {Account.PAID, Account.RETURNED}
        return states == {ClaimState.ORDERED} and not booked


@pytest.fixture
async def bank(payee: Claimant) -> Bank:
    claims = [await payee.approved(await payee.claimed(each)) for each in (lathe(4), robot(3))]
    batch = await payee.released()
    return Bank(payee, batch, claims, list(await payee.orders(batch)))


def first(**cells: Any) -> Callable[[Rows], Rows]:
    """The file with other cells in its first row."""
    places = {column.key: place for place, column in enumerate(RESULT.columns)}

    def spoil(rows: Rows) -> Rows:
        changed = list(rows[0])
        for key, cell in cells.items():
            changed[places[key]] = cell
        return [changed, *rows[1:]]

    return spoil


def amounts_exchanged(rows: Rows) -> Rows:
    (one, mine, *more), (two, other, *rest) = rows
    return [[one, other, *more], [two, mine, *rest]]


SPOILT: dict[str, tuple[Callable[[Rows], Rows], str]] = {
    "a line is missing": (lambda rows: rows[1:], "is missing"),
    "an order twice": (lambda rows: [*rows, rows[0]], "stands here twice"),
    "an order twice, in another spelling": (
        lambda rows: [*rows, [rows[0][0].replace("-", "").upper(), *rows[0][1:]]],
        "stands here twice",
    ),
    "an order nobody gave": (
        first(order="00000000-0000-7000-8000-000000000001"),
        "not an order of this batch",
    ),
    "an order that is none": (first(order="12345"), "this is no order"),
    "an order typed as a number": (first(order=3.2e35), "设为“文本”"),
    "a look-alike in an order": (lambda rows: [["О" + rows[0][0][1:], *rows[0][1:]], rows[1]], "CYRILLIC"),
    "a fen more": (first(amount="1500.01"), "the order is for"),
    "amounts exchanged, the sum right": (amounts_exchanged, "the order is for"),
    "negative": (first(amount="-1500.00"), "1500.00"),
    "another currency": (first(amount="USD 1500.00"), "1500.00"),
    "with its sign": (first(amount="¥1500.00"), "1500.00"),
    "with its unit": (first(amount="1500.00元"), "1500.00"),
    "digits of full width": (first(amount="１５００.００"), "1500.00"),
    "thousands at the wrong place": (first(amount="15,00.00"), "1500.00"),
    "a third of a fen": (first(amount="1500.003"), "1500.00"),
    "written as a power": (first(amount="1.5e3"), "1500.00"),
    "a number instead of text": (first(amount=1500.0), "设为“文本”"),
    "more than there is": (first(amount="99999999999999.00"), "1500.00"),
    "no amount": (first(amount=""), "必填"),
    "an outcome nobody knows": (first(outcome="处理中"), "选项"),
    "no outcome": (first(outcome=""), "必填"),
    "returned without a reason": (first(outcome="退票"), "needs its reason"),
    "no day": (first(on=""), "必填"),
    "30 February": (first(on="2024-02-30"), "没有这一天"),
    "29 February of another year": (first(on="2023-02-29"), "没有这一天"),
    "a day typed as a number": (first(on=45_450), "须为日期"),
    "a day to come": (first(on=date(2199, 1, 1)), "between these two"),
    "a day before it was ordered": (first(on="2024-01-31"), "between these two"),
    "more cells than columns": (lambda rows: [[*rows[0], "x"], rows[1]], "列之后还有内容"),
    "an error for a reference": (first(reference="#REF!"), "#REF!"),
}


@pytest.mark.parametrize(("spoil", "told"), SPOILT.values(), ids=SPOILT)
async def test_a_result_with_one_bad_row_books_nothing_of_the_others(
    bank: Bank, spoil: Callable[[Rows], Rows], told: str
) -> None:
    with pytest.raises(ResultDoesNotAddUp) as refused:
        await bank.says(typed([TITLES, *spoil(bank.rows)], marks=MARKS))
    lines = refused.value.extra["lines"]
    assert isinstance(lines, list)
    assert any(told in each["message"] for each in lines), lines
    assert all(" · " in each["message"] or "：" in each["message"] for each in lines)
    assert await bank.nothing_booked()
    settled = await bank.says(typed([TITLES, *bank.rows], marks=MARKS))
    assert settled.state.value == "settled"


@pytest.mark.parametrize(("paid", "returned"), [(-1, 0), (1, 0), (0, 1), (-150_000, 150_000), (-410_000, 0)])
async def test_totals_that_say_something_else_than_the_lines_book_nothing(
    bank: Bank, paid: int, returned: int
) -> None:
    with pytest.raises(ResultDoesNotAddUp):
        await bank.says(as_csv(bank.rows, RESULT), paid=bank.total + paid, returned=returned)
    assert await bank.nothing_booked()


async def test_a_file_that_was_cut_off_anywhere_books_nothing(bank: Bank) -> None:
    whole = as_csv(bank.rows, RESULT)
    for end in range(len(whole) - 1):
        with pytest.raises(Refusal):
            await bank.says(whole[:end])
    for rows in ([], bank.rows[:1]):
        with pytest.raises(Refusal):
            await bank.says(as_csv(rows, RESULT))
    assert await bank.nothing_booked()


async def test_a_bad_cell_is_told_by_its_row_and_code(bank: Bank) -> None:
    sheet = read_sheet(
        typed([TITLES, *first(amount=1500.0)(bank.rows)], marks=MARKS), RESULT, most_rows=9, most_bytes=10**6
    )
    (wrong,) = sheet.wrong
    assert (wrong.row, [each.code for each in wrong.findings]) == (2, [Fault.NOT_TEXT])
