"""What an account and a client are and what may happen to them."""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Protocol
from uuid import UUID

from shared.contracts.scope import ScopeItem
from shared.errors import Conflict, Invalid, NotFound, Refusal
from shared.paging import Page
from shared.policy import Audience
from shared.values import StationCode, Uscc


class UnknownAccount(NotFound):
    """没有这个账号 · There is no such account."""

    code = "NJT-ACC-1001"


class AlreadyOpen(Conflict):
    """该机构的账号已开通 · This institution's account is open already."""

    code = "NJT-ACC-1002"


class UnknownClient(NotFound):
    """没有这个客户端 · There is no such client."""

    code = "NJT-ACC-1003"


class ClientNameTaken(Conflict):
    """客户端名称已被使用 · This client id is taken."""

    code = "NJT-ACC-1004"


class BadCredentials(Refusal):
    """客户端凭据有误 · The client credentials are wrong."""

    code = "NJT-ACC-1005"


class ScopeNotGranted(Refusal):
    """申请的权限未授予该客户端 · The client was not granted this scope."""

    code = "NJT-ACC-1006"


class BadReach(Invalid):
    """客户端须属于一个机关或一家单位 · A client belongs to one organ or one institution."""

    code = "NJT-ACC-1007"


class OperatorKnown(Conflict):
    """首位操作员已邀请，其后由机构自行增设 · Its first operator was invited; it adds any more by itself."""

    code = "NJT-ACC-1028"


class AccountShut(Conflict):
    """账号已关闭 · The account is closed."""

    code = "NJT-ACC-1029"


class AccountState(StrEnum):
    """Whether the account may be used for evaluations; closed is for good."""

    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"


@dataclass(eq=False, kw_only=True)
class Account:
    """An institution's account, opened by the district where it is located, whoever filed it (N2.1–N2.7).

    An account of N2.1 rests on the province's filing alone: no district assesses again. `scope` holds from `scope_from`
    on, which may be yet to come; None when it is the first. `number` is the filing's, "" where it was not announced yet,
    `filed_by` is `province` or "", `held_for` are the clauses by which it is suspended, `operator` is the first who may
    use it.
    """

    id: UUID
    institution_id: UUID
    name: str
    uscc: Uscc
    organ: str
    audience: Audience
    scope: tuple[ScopeItem, ...]
    station_codes: tuple[StationCode, ...]
    basis: tuple[str, ...]
    opened_at: datetime
    state: AccountState = AccountState.OPEN
    reason: str = ""
    scope_from: date | None = None
    closed_at: datetime | None = None
    number: str = ""
    filed_by: str = ""
    held_for: tuple[str, ...] = ()
    operator: str = ""
    invited_at: datetime | None = None
    version: int = 0

    def suspend(self, *, reason: str, basis: tuple[str, ...] = ()) -> bool:
        """No new evaluations until resumed; False when it was suspended already, or is closed."""
        if self.state is not AccountState.OPEN:
            return False
        self.state = AccountState.SUSPENDED
        self.reason, self.held_for = reason, basis
        return True

    def resume(self) -> bool:
        """It may be used again; False when it was open, or is closed."""
        if self.state is not AccountState.SUSPENDED:
            return False
        self.state = AccountState.OPEN
        self.reason, self.held_for = "", ()
        return True

    def close(self, *, reason: str, at: datetime) -> bool:
        """The institution is on record no more; False when it was closed already."""
        if self.state is AccountState.CLOSED:
            return False
        self.state, self.reason, self.closed_at = AccountState.CLOSED, reason, at
        return True

    def invite(self, operator: str, *, at: datetime) -> None:
        """Its first operator gets a way in; raises OperatorKnown or AccountShut."""
        if self.state is AccountState.CLOSED:
            raise AccountShut(basis=self.basis)
        if self.operator:
            raise OperatorKnown(self.operator, basis=self.basis)
        self.operator, self.invited_at = operator, at

    def rescope(self, scope: tuple[ScopeItem, ...], *, since: date) -> None:
        """It may be used for this, from that day on."""
        self.scope, self.scope_from = scope, since

    def rename(self, name: str, *, station_codes: tuple[StationCode, ...]) -> None:
        """The institution is called so now, and has these station codes."""
        self.name, self.station_codes = name, station_codes


@dataclass(eq=False, kw_only=True)
class Client:
    """A program that may ask for tokens: of an organ, or of one institution (`holder`, its USCC).

    The secret is 256 random bits, so a plain digest of it is as good as a slow one; the secret itself is not kept.
    """

    id: UUID
    name: str
    secret_digest: bytes
    permissions: frozenset[str]
    organ: str | None
    holder: Uscc | None
    version: int = 0

    def __post_init__(self) -> None:
        if (self.organ is None) == (self.holder is None):
            raise BadReach

    def authenticate(self, secret: str) -> None:
        """Raises BadCredentials unless this is its secret; takes the same time either way."""
        if not hmac.compare_digest(secret_digest(secret), self.secret_digest):
            raise BadCredentials

    def grant(self, asked: Iterable[str]) -> frozenset[str]:
        """The permissions of a token: those asked for, or all of its own; raises ScopeNotGranted."""
        wanted = frozenset(asked)
        if wanted - self.permissions:
            raise ScopeNotGranted(" ".join(sorted(wanted - self.permissions)))
        return wanted or self.permissions


def secret_digest(secret: str) -> bytes:
    """What is kept of a client's secret."""
    return sha256(secret.encode()).digest()


class Accounts(Protocol):
    """Where accounts are kept; only those within the caller's reach exist for it."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Account: ...

    def add(self, aggregate: Account) -> None: ...

    async def of_institution(self, institution_id: UUID) -> Account: ...

    async def known_of(self, institution_id: UUID) -> Account | None: ...

    async def recognised(self) -> Sequence[Account]: ...

    async def page(self, *, cursor: str | None, size: int) -> Page[Account]: ...


class Clients(Protocol):
    """Where clients are kept."""

    def add(self, aggregate: Client) -> None: ...

    async def named(self, name: str) -> Client: ...
