"""Accounts, payment batches and balances, in and out."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.subsidy.domain.payee import BankAccount, Payee
from services.subsidy.domain.payment import Batch, BatchState, Order, OrderState
from services.subsidy.domain.posting import Account, Balance
from services.subsidy.schemas.parts import Body, Line, OrganCode
from shared.http.work import View
from shared.policy import MoneyLine
from shared.values import Fen

Yuan = Annotated[str, StringConstraints(pattern=r"^[0-9,]{1,17}(\.[0-9]{1,2})?$")]
AccountNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{8,32}$")]


class AccountBody(Body):
    """Where you want to be paid."""

    name: Line = Field(description="户名 · in whose name", examples=["测试一厂"])
    bank: Line = Field(description="开户行 · with which bank")
    number: AccountNumber = Field(description="账号 · digits only", examples=["32001888123456789012"])

    def made(self) -> BankAccount:
        return BankAccount(name=self.name, bank=self.bank, number=self.number)


class PayeeView(View):
    """An account, its number masked."""

    name: str
    bank: str
    number: str = Field(examples=["320***************12"])
    set_by: str
    set_at: datetime

    @classmethod
    def of(cls, payee: Payee, shown: BankAccount) -> "PayeeView":
        return cls(
            id=payee.id,
            version=payee.version,
            name=shown.name,
            bank=shown.bank,
            number=shown.number,
            set_by=payee.set_by,
            set_at=payee.set_at,
        )


class NewBatch(Body):
    """Of which organ's approved claims, on which line, a batch is drawn up."""

    organ: OrganCode | None = Field(default=None, description="缺省为本机关 · your own organ by default")
    line: MoneyLine = MoneyLine.TRAINING


class OffsetView(BaseModel):
    """What of a recovery is kept back from an order."""

    recovery_id: UUID
    amount_fen: Fen


class OrderView(View):
    """An order, its account masked."""

    claim_id: UUID
    uscc: str | None
    amount_fen: Fen = Field(description="实付 · what is transferred")
    offset_fen: Fen = Field(description="抵扣追回款 · kept back to offset recoveries")
    offsets: list[OffsetView]
    certificates: int
    account_name: str
    account_bank: str
    account_number: str
    follows: UUID | None = Field(description="重发所据的退票指令 · the returned order it repeats")
    state: OrderState
    reason: str
    settled_on: date | None
    bank_ref: str

    @classmethod
    def of(cls, order: Order, shown: BankAccount) -> "OrderView":
        plain = (
            "id",
            "version",
            "claim_id",
            "uscc",
            "certificates",
            "follows",
            "state",
            "reason",
            "settled_on",
            "bank_ref",
        )
        return cls(
            **{name: getattr(order, name) for name in plain},
            amount_fen=order.amount,
            offset_fen=order.offset,
            offsets=[
                OffsetView(recovery_id=each.recovery_id, amount_fen=each.amount) for each in order.offsets
            ],
            account_name=shown.name,
            account_bank=shown.bank,
            account_number=shown.number,
        )


class BatchView(View):
    """A payment batch."""

    number: str
    organ: str
    line: MoneyLine
    pay_on: date
    orders: int
    total_fen: Fen = Field(description="实付合计 · what is transferred")
    offset_fen: Fen = Field(description="抵扣合计 · what is kept back beside that")
    state: BatchState
    created_by: str
    created_at: datetime
    released_by: str
    released_at: datetime | None
    settled_by: str
    settled_at: datetime | None

    @classmethod
    def of(cls, batch: Batch) -> "BatchView":
        sums = {"total_fen": batch.total, "offset_fen": batch.offset}
        plain = {name: getattr(batch, name) for name in cls.model_fields if name not in sums}
        return cls(**plain, **sums)


class OrdersView(BaseModel):
    """The orders of a batch."""

    items: list[OrderView]


class BalanceView(BaseModel):
    """What was posted to one account."""

    organ: str
    line: MoneyLine
    account: Account
    debits_fen: int
    credits_fen: int
    balance_fen: int = Field(description="贷方减借方 · credits less debits")


class BalancesView(BaseModel):
    """All accounts that were posted to; over all of them debits equal credits."""

    items: list[BalanceView]
    debits_fen: int
    credits_fen: int

    @classmethod
    def of(cls, balances: Sequence[Balance]) -> "BalancesView":
        return cls(
            items=[
                BalanceView(
                    organ=each.organ,
                    line=each.line,
                    account=each.account,
                    debits_fen=each.debits,
                    credits_fen=each.credits,
                    balance_fen=each.balance,
                )
                for each in balances
            ],
            debits_fen=sum(each.debits for each in balances),
            credits_fen=sum(each.credits for each in balances),
        )
