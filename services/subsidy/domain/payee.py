"""收款账户: where a claimant wants its money; sealed where it is kept, masked where it is shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from shared.errors import Conflict, NotFound


class UnknownPayee(NotFound):
    """该机构尚未登记收款账户 · The institution has given no account yet."""

    code = "NJT-SUB-1301"


class PayeeKnown(Conflict):
    """收款账户已登记，请按当前版本更改 · There is an account already; change it at its version."""

    code = "NJT-SUB-1302"


@dataclass(frozen=True, kw_only=True)
class SealedAccount:
    """户名、开户行、账号, sealed for the row they stand in; `index` is the same for all writings of a number."""

    name: bytes
    bank: bytes
    number: bytes
    index: bytes


@dataclass(frozen=True, kw_only=True)
class BankAccount:
    """An account in plain words; only ever in memory."""

    name: str
    bank: str
    number: str


@dataclass(eq=False, kw_only=True)
class Payee:
    """Where one institution is paid; its id is the institution's. A person's has that of the claim, and no USCC."""

    id: UUID
    organ: str
    uscc: str | None
    account: SealedAccount
    set_by: str
    set_at: datetime
    version: int = 0


class Payees(Protocol):
    """Where accounts are kept; only those within the caller's reach exist for it."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Payee: ...

    async def known(self, institution_id: UUID) -> Payee | None: ...

    def add(self, aggregate: Payee) -> None: ...
