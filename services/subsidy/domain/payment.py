"""发放: payment batches of an organ and line, their orders, and what the bank says of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.subsidy.domain.payee import SealedAccount
from services.subsidy.domain.refusals import NotTheHandlingOrgan, SamePerson
from shared.errors import Conflict, Invalid, NotFound
from shared.paging import Page
from shared.policy import MoneyLine, Policy
from shared.policy.terms import Term
from shared.values import Fen


class UnknownBatch(NotFound):
    """没有这个发放批次 · There is no such payment batch."""

    code = "NJT-SUB-1303"


class NothingToPay(Conflict):
    """没有可制单的申领 · No claim is ready to be ordered."""

    code = "NJT-SUB-1304"


class AlreadyOrdered(Conflict):
    """申领已在另一批次中 · A claim stands in another batch already."""

    code = "NJT-SUB-1305"


class BatchOutOfTurn(Conflict):
    """批次当前环节不能办理此事 · This cannot be done at the batch's present stage."""

    code = "NJT-SUB-1306"


class BatchSettled(Conflict):
    """批次已按另一回盘文件入账 · The batch was settled by another result file."""

    code = "NJT-SUB-1307"


class ResultDoesNotAddUp(Invalid):
    """回盘文件与批次不符，未入账 · The bank's result does not add up with the batch; nothing was booked."""

    code = "NJT-SUB-1308"


class UnknownOrder(NotFound):
    """没有这笔付款指令 · There is no such payment order."""

    code = "NJT-SUB-1309"


class BatchState(Term):
    """How far a payment batch is."""

    OPEN = "open", "待放行", "to be released"
    RELEASED = "released", "已放行，待回盘", "released, the bank's result awaited"
    SETTLED = "settled", "已入账", "settled"
    CANCELLED = "cancelled", "已撤销", "cancelled"


class OrderState(Term):
    """What became of an order."""

    ORDERED = "ordered", "已制单", "ordered"
    PAID = "paid", "已付", "paid"
    RETURNED = "returned", "退票", "returned"
    WITHDRAWN = "withdrawn", "已撤出", "withdrawn"


@dataclass(eq=False, kw_only=True)
class Order:
    """付款指令: what one claim is paid. `follows` names the order the bank gave back, which this one repeats."""

    id: UUID
    batch_id: UUID
    organ: str
    uscc: str
    line: MoneyLine
    claim_id: UUID
    amount: Fen
    certificates: int
    account: SealedAccount
    follows: UUID | None = None
    state: OrderState = OrderState.ORDERED
    reason: str = ""
    settled_on: date | None = None
    bank_ref: str = ""
    version: int = 0

    def settle(self, line: "ResultLine") -> None:
        """What the bank says of it."""
        self.state = OrderState.PAID if line.paid else OrderState.RETURNED
        self.reason, self.settled_on, self.bank_ref = line.reason, line.on, line.reference

    def withdraw(self, reason: str) -> None:
        """It is not sent to the bank; its claim may stand in another batch."""
        self.state, self.reason = OrderState.WITHDRAWN, reason


@dataclass(eq=False, kw_only=True)
class Batch:
    """发放批次: the orders of one organ and line that go to the bank together, to be paid on `pay_on`."""

    id: UUID
    number: str
    organ: str
    line: MoneyLine
    pay_on: date
    orders: int
    total: Fen
    created_by: str
    created_at: datetime
    state: BatchState = BatchState.OPEN
    released_by: str = ""
    released_at: datetime | None = None
    result_sha256: str = ""
    settled_by: str = ""
    settled_at: datetime | None = None
    version: int = 0

    def release(self, *, by: str, at: datetime) -> None:
        """放行, by another person than the one who drew it up; raises BatchOutOfTurn or SamePerson."""
        self.expect(BatchState.OPEN)
        if by == self.created_by:
            raise SamePerson("制单与放行须由不同人员办理 · Whoever drew it up may not release it")
        self.state, self.released_by, self.released_at = BatchState.RELEASED, by, at

    def cancel(self) -> None:
        """撤销, before its release; raises BatchOutOfTurn."""
        self.expect(BatchState.OPEN)
        self.state = BatchState.CANCELLED

    def less(self, order: Order) -> None:
        """An order was taken out; with none left the batch is cancelled."""
        self.orders -= 1
        self.total = Fen(self.total - order.amount)
        if not self.orders:
            self.state = BatchState.CANCELLED

    def settle(self, sha256: str, *, by: str, at: datetime) -> None:
        """入账: the bank's word on every order is booked."""
        self.state, self.result_sha256 = BatchState.SETTLED, sha256
        self.settled_by, self.settled_at = by, at

    def expect(self, state: BatchState) -> None:
        if self.state is not state:
            raise BatchOutOfTurn(f"当前为 {self.state.label} · it is {self.state}")

    def check_released(self) -> None:
        """Raises BatchOutOfTurn before its release: until then nothing goes to the bank."""
        if self.state not in (BatchState.RELEASED, BatchState.SETTLED):
            self.expect(BatchState.RELEASED)

    def check_paid_by(self, organ: str, policy: Policy) -> None:
        """Raises NotTheHandlingOrgan unless it is the batch's own organ or one above it."""
        if not organ or self.organ not in policy.territory(organ):
            raise NotTheHandlingOrgan(f"由 {self.organ} 经办 · {self.organ} handles it", basis=("N2.0",))


@dataclass(frozen=True, kw_only=True)
class ResultLine:
    """What the bank says of one order; `row` is the row of its file."""

    row: int
    order_id: UUID
    amount: Fen
    paid: bool
    reason: str
    on: date
    reference: str


@dataclass(frozen=True, kw_only=True)
class ResultFault:
    """What does not add up; row 0 is the file as a whole."""

    row: int
    message: str


def check_result(
    batch: Batch, orders: Iterable[Order], lines: Sequence[ResultLine], *, paid: Fen, returned: Fen
) -> None:
    """Raises ResultDoesNotAddUp with every fault: a bank file is booked whole or not at all.

    Every order of the batch stands in it exactly once with its own amount, and what was paid and returned sums to the
    totals the bank declared beside it, and to the batch's.
    """
    wanted = {order.id: order for order in orders}
    faults = [*_of_lines(wanted, lines), *_of_whole(batch, lines, paid=paid, returned=returned)]
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


def _of_whole(
    batch: Batch, lines: Sequence[ResultLine], *, paid: Fen, returned: Fen
) -> Iterator[ResultFault]:
    sums = (sum(line.amount for line in lines if line.paid), sum(x.amount for x in lines if not x.paid))
    for said, counted, name in zip((paid, returned), sums, ("已付 · paid", "退票 · returned"), strict=True):
        if said != counted:
            yield ResultFault(row=0, message=f"{name}：合计应为 {Fen(counted).yuan}，声明 {said.yuan}")
    if sum(sums) != batch.total:
        yield ResultFault(row=0, message=f"批次合计 {batch.total.yuan} · the batch's total")


def next_pay_day(policy: Policy, on: date) -> date:
    """The coming day of payment, or the first working day after it where it is none."""
    day = policy.number("subsidy.pay_day", on)
    year, month = on.year, on.month
    if on.day > day:
        year, month = (year + 1, 1) if month == _DECEMBER else (year, month + 1)
    wanted = date(year, month, day)
    if policy.calendar.is_working_day(wanted):
        return wanted
    return policy.calendar.add_working_days(wanted, 1)


_DECEMBER = 12


class Batches(Protocol):
    """Where batches are kept; only those within the caller's reach exist for it."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Batch: ...

    def add(self, aggregate: Batch) -> None: ...

    async def take_turn(self, organ: str, line: MoneyLine) -> int: ...

    async def page(self, *, state: BatchState | None, cursor: str | None, size: int) -> Page[Batch]: ...


class Orders(Protocol):
    """Where orders are kept; only those within the caller's reach exist for it."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Order: ...

    def add(self, aggregate: Order) -> None: ...

    async def of_batch(self, batch_id: UUID) -> Sequence[Order]: ...

    async def of_claim(self, claim_id: UUID) -> Sequence[Order]: ...
