"""REST bodies of accounts, in and out."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.accounts.domain import Account, AccountState, Client
from shared.contracts.scope import ScopeItem
from shared.http.work import View
from shared.identity import Permission
from shared.policy import Audience
from shared.values import StationCode, Uscc


class AccountView(View):
    """An institution's account."""

    institution_id: UUID
    name: str
    uscc: Uscc
    organ: str
    audience: Audience
    scope: tuple[ScopeItem, ...]
    station_codes: tuple[StationCode, ...]
    basis: tuple[str, ...]
    opened_at: datetime
    state: AccountState
    reason: str
    scope_from: date | None
    closed_at: datetime | None
    number: str = Field(description="备案号 · the filing's number; empty until it is announced again")
    operator: str = Field(description="首位操作员 · its first operator's client; empty until one is invited")
    invited_at: datetime | None

    @classmethod
    def of(cls, account: Account) -> "AccountView":
        return cls.model_validate(account)


class NewOperator(BaseModel):
    """The institution's first operator, by the name of the access it is given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{2,60}$")]


class NewClient(BaseModel):
    """A program that is to call the suite, for an organ or for one institution."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{2,60}$")]
    permissions: Annotated[frozenset[Permission], Field(min_length=1)]
    organ: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,12}$")] | None = None
    holder: Uscc | None = Field(default=None, description="单位的统一社会信用代码 · the institution's USCC")


class ClientView(View):
    """A client; its secret is shown once, when it is made."""

    client_id: str
    permissions: list[str]
    organ: str | None
    holder: str | None
    client_secret: str | None = None

    @classmethod
    def of(cls, client: Client, *, secret: str | None = None) -> "ClientView":
        return cls(
            id=client.id,
            version=client.version,
            client_id=client.name,
            permissions=sorted(client.permissions),
            organ=client.organ,
            holder=client.holder,
            client_secret=secret,
        )


class Token(BaseModel):
    """An access token (RFC 6749 §5.1)."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 — the name of the scheme
    expires_in: int
    scope: str


class TokenProblem(BaseModel):
    """Why there is no token (RFC 6749 §5.2)."""

    error: str
    error_description: str


class Metadata(BaseModel):
    """Where things are (RFC 8414)."""

    issuer: str
    token_endpoint: str
    jwks_uri: str
    grant_types_supported: list[str] = ["client_credentials"]
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_post", "client_secret_basic"]
    scopes_supported: list[str] = [permission.value for permission in Permission]
    response_types_supported: list[str] = []


class PublishedKey(BaseModel):
    """One public key (RFC 7517)."""

    model_config = ConfigDict(extra="allow")

    kty: str
    kid: str


class PublishedKeys(BaseModel):
    """The issuer's public keys."""

    keys: list[PublishedKey]
