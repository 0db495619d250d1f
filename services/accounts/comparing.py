"""Holds the accounts against the provincial register: what differs, and why (N2.1, N2.6)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.accounts.domain import Account, AccountState
from services.accounts.drift import SETTLES, Cause, Found
from shared.contracts.queries import ProvincialStanding, RegisteredInstitution, scope_digest
from shared.policy import Category


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What differs, and the numbers of what is too young to say."""

    found: tuple[Found, ...]
    unsettled: frozenset[str]


def compare(
    entries: Iterable[RegisteredInstitution], accounts: Sequence[Account], *, at: datetime
) -> Comparison:
    """Hold the accounts of what the province filed against its register, by number, or by USCC where none is known."""
    numbered = {each.number: each for each in accounts if each.number}
    unnumbered = {each.uscc: each for each in accounts if not each.number}
    left = {each.id: each for each in accounts}
    found: list[Found] = []
    unsettled: set[str] = set()
    for entry in entries:
        account = numbered.get(entry.provincial_number) or unnumbered.get(entry.uscc)
        if account is not None:
            left.pop(account.id, None)
        if at - entry.told_at < SETTLES:
            unsettled.add(entry.provincial_number)
        else:
            found += _differing(entry, account)
    for account in left.values():
        if at - account.opened_at < SETTLES:
            unsettled.add(account.number)
        elif account.state is not AccountState.CLOSED:
            found.append(_unknown(account))
    return Comparison(found=tuple(found), unsettled=frozenset(unsettled))


def _differing(entry: RegisteredInstitution, account: Account | None) -> Iterator[Found]:
    if account is None:
        if entry.standing in (ProvincialStanding.ACTIVE, ProvincialStanding.SUSPENDED):
            yield _found(Cause.MISSING, entry, None, ours="", theirs=entry.standing.value)
        return
    cause = _cause_of_standing(entry, account)
    if cause is not None:
        yield _found(cause, entry, account, ours=account.state.value, theirs=entry.standing.value)
    if account.state is AccountState.CLOSED:
        return
    if (digest := scope_digest(account.scope)) != entry.scope_digest:
        yield _found(Cause.SCOPE, entry, account, ours=digest, theirs=entry.scope_digest)
    if account.name != entry.name:
        yield _found(Cause.NAME, entry, account, ours=account.name, theirs=entry.name)


def _cause_of_standing(entry: RegisteredInstitution, account: Account) -> Cause | None:
    match entry.standing, account.state:
        case ProvincialStanding.ACTIVE, AccountState.CLOSED:
            return Cause.CLOSED_HERE
        case ProvincialStanding.ACTIVE, AccountState.SUSPENDED:
            return Cause.SUSPENDED_HERE if account.held_for == account.basis else None
        case ProvincialStanding.SUSPENDED, AccountState.OPEN:
            return Cause.SUSPENDED_THERE
        case (
            (ProvincialStanding.REVOKED | ProvincialStanding.EXPIRED),
            (AccountState.OPEN | AccountState.SUSPENDED),
        ):
            return Cause.ENDED_THERE
    return None


def _found(
    cause: Cause, entry: RegisteredInstitution, account: Account | None, *, ours: str, theirs: str
) -> Found:
    return Found(
        number=entry.provincial_number,
        name=entry.name,
        uscc=entry.uscc,
        organ=account.organ if account else entry.organ,
        cause=cause,
        basis=account.basis if account else clauses_of(entry.category),
        ours=ours,
        theirs=theirs,
        standing=entry.standing.value,
        account_id=account.id if account else None,
        lane=entry.lane,
        sequence=entry.sequence,
    )


def _unknown(account: Account) -> Found:
    return Found(
        number=account.number,
        name=account.name,
        uscc=account.uscc,
        organ=account.organ,
        cause=Cause.UNKNOWN_THERE,
        basis=account.basis,
        ours=account.state.value,
        theirs="",
        account_id=account.id,
    )


def clauses_of(category: Category) -> tuple[str, ...]:
    """By which clause the province files such a body."""
    return ("N2.6",) if category is Category.PROVINCIAL_ASSOCIATION else ("N2.1",)
