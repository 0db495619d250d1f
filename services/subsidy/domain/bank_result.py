"""回盘核对: whether what the bank says of a batch adds up with what it was given."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.subsidy.domain.payment import Batch, Order, ResultDoesNotAddUp, ResultLine
from shared.clock import SHANGHAI
from shared.values import Fen


@dataclass(frozen=True, kw_only=True)
class ResultFault:
    """What does not add up; row 0 is the file as a whole."""

    row: int
    message: str


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What the bank says its file comes to, and the day on which it was handed in."""

    paid: Fen
    returned: Fen
    on: date


def check_result(
    batch: Batch, orders: Iterable[Order], lines: Sequence[ResultLine], declared: Declared
) -> None:
    """Raises ResultDoesNotAddUp with every fault: a bank file is booked whole or not at all.

    Every order of the batch stands in it exactly once with its own amount, on a day between the one on which it was
    drawn up and today, and what was paid and returned sums to the totals the bank declared beside it, and to the
    batch's.
    """
    wanted = {order.id: order for order in orders}
    faults = [
        *_of_lines(wanted, lines),
        *_of_days(batch, lines, declared),
        *_of_whole(batch, lines, declared),
    ]
    missing = wanted.keys() - {line.order_id for line in lines}
    faults += [
        ResultFault(row=0, message=f"缺少 {key} · {key} is missing") for key in sorted(missing, key=str)
    ]
    if faults:
        told = [{"row": fault.row, "message": fault.message} for fault in faults[:_MOST_FAULTS]]
        raise ResultDoesNotAddUp(
            f"{len(faults)} 处不符 · {len(faults)} differences", extra={"lines": told, "count": len(faults)}
        )


_MOST_FAULTS = 200


def _of_lines(wanted: Mapping[UUID, Order], lines: Sequence[ResultLine]) -> Iterator[ResultFault]:
    seen: set[UUID] = set()
    for line in lines:
        order = wanted.get(line.order_id)
        if order is None:
            yield ResultFault(row=line.row, message="批次中没有该指令 · not an order of this batch")
        elif line.amount != order.amount:
            yield ResultFault(
                row=line.row,
                message=f"金额应为 {order.amount.yuan} · the order is for {order.amount.yuan}",
            )
        if line.order_id in seen:
            yield ResultFault(row=line.row, message="指令重复 · the order stands here twice")
        if not line.paid and not line.reason:
            yield ResultFault(row=line.row, message="退票须有原因 · a returned order needs its reason")
        seen.add(line.order_id)


def _of_days(batch: Batch, lines: Sequence[ResultLine], declared: Declared) -> Iterator[ResultFault]:
    drawn_up = batch.created_at.astimezone(SHANGHAI).date()
    for line in lines:
        if not drawn_up <= line.on <= declared.on:
            yield ResultFault(
                row=line.row,
                message=f"日期须在 {drawn_up} 与 {declared.on} 之间 · the day lies between these two",
            )


def _of_whole(batch: Batch, lines: Sequence[ResultLine], declared: Declared) -> Iterator[ResultFault]:
    sums = (sum(line.amount for line in lines if line.paid), sum(x.amount for x in lines if not x.paid))
    said_by_bank = (declared.paid, declared.returned)
    for said, counted, name in zip(said_by_bank, sums, ("已付 · paid", "退票 · returned"), strict=True):
        if said != counted:
            yield ResultFault(row=0, message=f"{name}：合计应为 {Fen(counted).yuan}，声明 {said.yuan}")
    if sum(sums) != batch.total:
        yield ResultFault(row=0, message=f"批次合计 {batch.total.yuan} · the batch's total")
