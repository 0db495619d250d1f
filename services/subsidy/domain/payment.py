"""发放: payment batches of an organ and line, their orders, and what the bank says of them."""

from collections.abc import Sequence
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


WHOLLY_OFFSET = "全额抵扣 · wholly offset"
"""Why an order is paid that never went to the bank."""


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


@dataclass(frozen=True, kw_only=True)
class Offset:
    """抵扣: what of a recovery is kept back from an order."""

    recovery_id: UUID
    amount: Fen


@dataclass(eq=False, kw_only=True)
class Order:
    """付款指令: what one claim is paid. `follows` names the order the bank gave back, which this one repeats.

    `amount` is what the bank transfers: the claim's total less what is kept back to offset recoveries, down to nothing.
    """

    id: UUID
    batch_id: UUID
    organ: str
    uscc: str | None
    line: MoneyLine
    claim_id: UUID
    amount: Fen
    certificates: int
    account: SealedAccount
    follows: UUID | None = None
    offsets: tuple[Offset, ...] = ()
    state: OrderState = OrderState.ORDERED
    reason: str = ""
    settled_on: date | None = None
    bank_ref: str = ""
    version: int = 0

    @property
    def offset(self) -> Fen:
        """What is kept back of the claim's total."""
        return Fen(sum(each.amount for each in self.offsets))

    @property
    def gross(self) -> Fen:
        """The claim's total: what is transferred and what is kept back."""
        return Fen(self.amount + self.offset)

    def settle_by_offset(self, on: date) -> None:
        """All of it is kept back: nothing goes to the bank, and it is paid."""
        self.state, self.reason, self.settled_on = OrderState.PAID, WHOLLY_OFFSET, on

    def settle(self, line: "ResultLine") -> None:
        """What the bank says of it."""
        self.state = OrderState.PAID if line.paid else OrderState.RETURNED
        self.reason, self.settled_on, self.bank_ref = line.reason, line.on, line.reference

    def withdraw(self, reason: str) -> None:
        """It is not sent to the bank; its claim may stand in another batch."""
        self.state, self.reason = OrderState.WITHDRAWN, reason


@dataclass(eq=False, kw_only=True)
class Batch:
    """发放批次: the orders of one organ and line that go to the bank together, to be paid on `pay_on`.

    `total` is what the bank transfers, `offset` what is kept back from its orders beside that.
    """

    id: UUID
    number: str
    organ: str
    line: MoneyLine
    pay_on: date
    orders: int
    total: Fen
    offset: Fen
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
        self.offset = Fen(self.offset - order.offset)
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
