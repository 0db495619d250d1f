"""资金台账: money as double entries, from what is owed to what was paid, returned or recovered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from shared.errors import Invalid
from shared.policy import MoneyLine
from shared.policy.terms import Term
from shared.values import Fen


class NothingMoved(Invalid):
    """记账须有金额，且借贷科目不同 · A posting moves money from one account to another."""

    code = "NJT-SUB-1320"


class Account(Term):
    """科目: where money stands, on each line and for each organ."""

    GRANTED = "granted", "核定", "granted"
    OWED = "owed", "应付", "owed"
    ORDERED = "ordered", "已制单", "ordered"
    RETURNED = "returned", "退票待重发", "returned"
    PAID = "paid", "已付", "paid"
    DUE_BACK = "due_back", "应追回", "due back"
    RECOVERED = "recovered", "已追回", "recovered"
    WRITTEN_OFF = "written_off", "已核销", "written off"


@dataclass(eq=False, kw_only=True)
class Posting:
    """分录: an amount from the debited to the credited account, never changed afterwards; `month` is `2024-06`."""

    id: UUID
    organ: str
    line: MoneyLine
    month: str
    debit: Account
    credit: Account
    amount: Fen
    claim_id: UUID
    item_id: UUID | None
    ref: str
    at: datetime
    version: int = 0

    def __post_init__(self) -> None:
        if self.amount <= 0 or self.debit is self.credit:
            raise NothingMoved


@dataclass(frozen=True, kw_only=True)
class Balance:
    """What was posted to one account; `balance` is credits less debits."""

    organ: str
    line: MoneyLine
    account: Account
    debits: int
    credits: int

    @property
    def balance(self) -> int:
        return self.credits - self.debits


def balances(sums: Mapping[tuple[str, MoneyLine, Account], tuple[int, int]]) -> list[Balance]:
    """Balances in the order of organs, lines and accounts.

    Every posting debits one account and credits another with the same amount, so over all accounts debits equal
    credits and the balances sum to nought. What was granted (its balance is negative: it is where the money comes
    from) is therefore at any moment what is still owed, plus what stands in payment orders, plus what the bank gave
    back, plus what was paid and nobody asks back, what is due back, recovered and written off. Only what is owed can be
    ordered, only what is ordered can be paid or come back, only what was paid can be asked back, and only what is due back
    recovered or written off, so none of these seven is ever negative. An item that is stopped before it was paid is owed
    no longer: it was not granted.
    """
    order = list(Account)
    rank = sorted(sums.items(), key=lambda each: (each[0][0], each[0][1].value, order.index(each[0][2])))
    return [
        Balance(organ=organ, line=line, account=account, debits=debits, credits=credits_)
        for (organ, line, account), (debits, credits_) in rank
    ]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """An account that says something else than what it accounts for."""

    organ: str
    line: MoneyLine
    account: Account
    booked: int
    counted: int


class Postings(Protocol):
    """Where postings are kept: added, never changed."""

    def add(self, aggregate: Posting) -> None: ...

    async def balances(
        self, *, organ: str | None = None, line: MoneyLine | None = None, month: str | None = None
    ) -> list[Balance]: ...

    async def of_claim(self, claim_id: UUID) -> Sequence[Posting]: ...

    async def differences(self) -> list[Difference]: ...
