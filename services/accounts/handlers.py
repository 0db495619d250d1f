"""What callers may ask of accounts: one message type, one function each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
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
from services.accounts.drift import DriftChecks, Drifts, Entries, Queries
from shared.clock import SHANGHAI
from shared.contracts.accounts import AccountClosed, AccountOpened, AccountResumed, AccountSuspended
from shared.contracts.filing import (
    InstitutionAmended,
    InstitutionEnded,
    InstitutionRecognized,
    InstitutionRegistered,
    InstitutionRescoped,
    InstitutionResumed,
    InstitutionSuspended,
    RecordFact,
    RecordRepeated,
)
from shared.messaging.outbox import Outbox
from shared.policy import DutyOwner, Policy
from shared.values import Uscc

_ON_RECORD = ("active", "suspended")


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one unit of work of accounts holds."""

    at: datetime
    new_id: Callable[[], UUID]
    policy: Policy
    accounts: Accounts
    clients: Clients
    checks: DriftChecks
    entries: Entries
    drifts: Drifts
    queries: Queries
    outbox: Outbox

    @property
    def today(self) -> date:
        return self.at.astimezone(SHANGHAI).date()


async def open_account(event: InstitutionRegistered, work: Work) -> Account:
    """The district opens the account of an institution that a district or the city has filed."""
    return _open(event, work, number=event.filing_number)


async def open_recognized_account(event: InstitutionRecognized, work: Work) -> Account:
    """The district opens the account of what the province has filed, without a second assessment (N2.1)."""
    return _open(event, work, number=event.provincial_number, filed_by=DutyOwner.PROVINCE)


def _open(
    event: InstitutionRegistered | InstitutionRecognized, work: Work, *, number: str, filed_by: str = ""
) -> Account:
    account = Account(
        id=work.new_id(),
        institution_id=event.institution_id,
        name=event.name,
        uscc=event.uscc,
        organ=event.organ,
        audience=event.audience,
        scope=event.scope,
        station_codes=event.station_codes,
        basis=event.basis,
        opened_at=work.at,
        number=number,
        filed_by=filed_by,
    )
    return announce_opened(account, work)


def announce_opened(account: Account, work: Work) -> Account:
    """Add it, and tell everybody."""
    work.accounts.add(account)
    work.outbox.add(AccountOpened(**_about(account, account.basis)))
    return account


async def suspend_account(event: InstitutionSuspended, work: Work) -> None:
    account = await work.accounts.of_institution(event.institution_id)
    note_record(account, event.record)
    suspend(account, work, reason=event.reason, basis=event.basis)


async def resume_account(event: InstitutionResumed, work: Work) -> None:
    account = await work.accounts.of_institution(event.institution_id)
    note_record(account, event.record)
    resume(account, work, basis=event.basis)


async def rescope_account(event: InstitutionRescoped, work: Work) -> None:
    account = await work.accounts.of_institution(event.institution_id)
    note_record(account, event.record)
    account.rescope(event.scope, since=event.valid_from)


async def rename_account(event: InstitutionAmended, work: Work) -> None:
    account = await work.accounts.of_institution(event.institution_id)
    note_record(account, event.record)
    account.rename(event.name, station_codes=event.station_codes)


async def close_account(event: InstitutionEnded, work: Work) -> None:
    """Expired, cancelled, removed or revoked: nothing is evaluated under this account any more."""
    account = await work.accounts.of_institution(event.institution_id)
    note_record(account, event.record)
    close(account, work, reason=event.reason, basis=event.basis)


async def follow_record(event: RecordRepeated, work: Work) -> None:
    """Whatever was missed is made up for: the account is opened, or made to be as the record says (N2.1)."""
    account = await work.accounts.known_of(event.institution_id)
    if account is None:
        _open_late(event, work)
        return
    note_record(account, event.record)
    account.rename(event.record.name, station_codes=event.record.station_codes)
    if set(account.scope) != set(event.record.scope):
        account.rescope(event.record.scope, since=event.scope_from)
    _stand(account, event, work)


def _open_late(event: RecordRepeated, work: Work) -> None:
    """Nothing is opened for what has ended."""
    record = event.record
    if record.standing not in _ON_RECORD:
        return
    account = Account(
        id=work.new_id(),
        institution_id=event.institution_id,
        name=record.name,
        uscc=record.uscc,
        organ=event.organ,
        audience=record.audience,
        scope=record.scope,
        station_codes=record.station_codes,
        basis=event.basis,
        opened_at=work.at,
    )
    note_record(account, record)
    announce_opened(account, work)
    if record.standing == "suspended":
        account.suspend(reason=event.reason, basis=event.held_for)


def _stand(account: Account, event: RecordRepeated, work: Work) -> None:
    if event.record.standing == "active":
        resume(account, work, basis=event.basis)
    elif event.record.standing == "suspended":
        suspend(account, work, reason=event.reason, basis=event.held_for)
    else:
        close(account, work, reason=event.reason, basis=event.basis)


def note_record(account: Account, record: RecordFact | None) -> None:
    """Under which number it is on record and who filed it; the first announcements of changes did not say."""
    if record is not None:
        account.number = record.number
        account.filed_by = record.filed_by if record.filed_by == DutyOwner.PROVINCE else ""


def suspend(account: Account, work: Work, *, reason: str, basis: tuple[str, ...]) -> None:
    """Suspend it and say so, unless it is so already or closed."""
    if account.suspend(reason=reason, basis=basis):
        work.outbox.add(AccountSuspended(**_about(account, basis), change=account.version, reason=reason))


def resume(account: Account, work: Work, *, basis: tuple[str, ...]) -> None:
    """Open it again and say so, unless it was open or is closed."""
    if account.resume():
        work.outbox.add(AccountResumed(**_about(account, basis), change=account.version))


def close(account: Account, work: Work, *, reason: str, basis: tuple[str, ...]) -> None:
    """Close it for good and say so, unless it was closed."""
    if account.close(reason=reason, at=work.at):
        work.outbox.add(AccountClosed(**_about(account, basis), change=account.version, reason=reason))


def _about(account: Account, basis: tuple[str, ...]) -> dict[str, Any]:
    return {
        "account_id": account.id,
        "institution_id": account.institution_id,
        "uscc": account.uscc,
        "organ": account.organ,
        "basis": basis,
    }


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
