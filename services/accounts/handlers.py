"""What callers may ask of accounts: one message type, one function each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.accounts.domain import (
    Account,
    Accounts,
    BadCredentials,
    Client,
    Clients,
    UnknownClient,
    secret_digest,
)
from shared.contracts.accounts import AccountClosed, AccountOpened, AccountResumed, AccountSuspended
from shared.contracts.filing import (
    InstitutionAmended,
    InstitutionEnded,
    InstitutionRecognized,
    InstitutionRegistered,
    InstitutionRescoped,
    InstitutionResumed,
    InstitutionSuspended,
)
from shared.messaging.outbox import Outbox
from shared.policy import Policy
from shared.values import StationCode, Uscc


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one unit of work of accounts holds."""

    at: datetime
    new_id: Callable[[], UUID]
    policy: Policy
    accounts: Accounts
    clients: Clients
    outbox: Outbox


async def open_account(event: InstitutionRegistered, work: Work) -> Account:
    """The district opens the account of an institution that a district or the city has filed."""
    return _open(event, event.station_codes, work)


async def open_recognized_account(event: InstitutionRecognized, work: Work) -> Account:
    """The district opens the account of what the province has filed, without a second assessment (N2.1)."""
    return _open(event, event.station_codes, work)


def _open(
    event: InstitutionRegistered | InstitutionRecognized, stations: tuple[StationCode, ...], work: Work
) -> Account:
    account = Account(
        id=work.new_id(),
        institution_id=event.institution_id,
        name=event.name,
        uscc=event.uscc,
        organ=event.organ,
        audience=event.audience,
        scope=event.scope,
        station_codes=stations,
        basis=event.basis,
        opened_at=work.at,
    )
    work.accounts.add(account)
    work.outbox.add(
        AccountOpened(
            account_id=account.id,
            institution_id=account.institution_id,
            uscc=account.uscc,
            organ=account.organ,
            basis=account.basis,
        )
    )
    return account


async def suspend_account(event: InstitutionSuspended, work: Work) -> None:
    account = await work.accounts.of_institution(event.institution_id)
    if account.suspend(reason=event.reason):
        work.outbox.add(
            AccountSuspended(
                account_id=account.id,
                institution_id=account.institution_id,
                uscc=account.uscc,
                organ=account.organ,
                basis=event.basis,
                change=account.version,
                reason=event.reason,
            )
        )


async def resume_account(event: InstitutionResumed, work: Work) -> None:
    account = await work.accounts.of_institution(event.institution_id)
    if account.resume():
        work.outbox.add(
            AccountResumed(
                account_id=account.id,
                institution_id=account.institution_id,
                uscc=account.uscc,
                organ=account.organ,
                basis=event.basis,
                change=account.version,
            )
        )


async def rescope_account(event: InstitutionRescoped, work: Work) -> None:
    account = await work.accounts.of_institution(event.institution_id)
    account.rescope(event.scope, since=event.valid_from)


async def rename_account(event: InstitutionAmended, work: Work) -> None:
    account = await work.accounts.of_institution(event.institution_id)
    account.rename(event.name, station_codes=event.station_codes)


async def close_account(event: InstitutionEnded, work: Work) -> None:
    """Expired, cancelled, removed or revoked: nothing is evaluated under this account any more."""
    account = await work.accounts.of_institution(event.institution_id)
    if account.close(reason=event.reason, at=work.at):
        work.outbox.add(
            AccountClosed(
                account_id=account.id,
                institution_id=account.institution_id,
                uscc=account.uscc,
                organ=account.organ,
                basis=event.basis,
                change=account.version,
                reason=event.reason,
            )
        )


@dataclass(frozen=True, kw_only=True)
class AddClient:
    """A client of an organ or of an institution, with what it may ask for and the secret made for it."""

    name: str
    secret: str
    permissions: frozenset[str]
    organ: str | None
    holder: Uscc | None


async def add_client(command: AddClient, work: Work) -> Client:
    if command.organ is not None:
        work.policy.organ(command.organ)
    client = Client(
        id=work.new_id(),
        name=command.name,
        secret_digest=secret_digest(command.secret),
        permissions=command.permissions,
        organ=command.organ,
        holder=command.holder,
    )
    work.clients.add(client)
    return client


@dataclass(frozen=True, kw_only=True)
class Authenticate:
    """A client's name and secret, and the permissions it asks for (none asks for all)."""

    name: str
    secret: str
    asked: frozenset[str]


async def authenticate(query: Authenticate, work: Work) -> tuple[Client, frozenset[str]]:
    """The client and what it is granted; an unknown name and a wrong secret are refused alike."""
    try:
        client = await work.clients.named(query.name)
    except UnknownClient:
        raise BadCredentials from None
    client.authenticate(query.secret)
    return client, client.grant(query.asked)
