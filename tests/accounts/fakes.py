"""Accounts' repositories in memory."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from services.accounts.domain import (
    Account,
    AlreadyOpen,
    Client,
    ClientNameTaken,
    UnknownAccount,
    UnknownClient,
)
from services.accounts.drift import (
    CheckedToday,
    CheckState,
    Drift,
    DriftCheck,
    DriftState,
    UnknownCheck,
    UnknownDrift,
)
from services.accounts.handlers import Work
from shared.contracts.queries import RegisteredInstitution, RegisterQuery
from shared.identity import Scope
from shared.ids import uuid7
from shared.paging import Page, decode_cursor, moment_in, page_of, uuid_in
from shared.policy import Policy
from tests.fakes import MemoryAggregates, MemoryOutbox, MemoryWorks, page_after, reaches


class MemoryAccounts(MemoryAggregates[Account]):
    """Accounts in a dictionary."""

    missing = UnknownAccount

    def is_visible(self, aggregate: Account) -> bool:
        return reaches(self.scope, organ=aggregate.organ, uscc=aggregate.uscc)

    def check_unique(self, aggregate: Account) -> None:
        if any(row.institution_id == aggregate.institution_id for row in self.rows.values()):
            raise AlreadyOpen

    async def of_institution(self, institution_id: UUID) -> Account:
        for account in self.visible():
            if account.institution_id == institution_id:
                return account
        raise UnknownAccount(str(institution_id))

    async def known_of(self, institution_id: UUID) -> Account | None:
        return next((each for each in self.visible() if each.institution_id == institution_id), None)

    async def recognised(self) -> Sequence[Account]:
        return [each for each in self.visible() if each.filed_by == "province"]

    async def page(self, *, cursor: str | None, size: int) -> Page[Account]:
        position = None
        if cursor is not None:
            opened, key = decode_cursor(cursor, parts=2)
            position = (moment_in(opened), uuid_in(key))
        rows = page_after(self.visible(), lambda it: (it.opened_at, it.id), after=position, size=size)
        return page_of(rows, size=size, position=lambda it: (it.opened_at.isoformat(), it.id))


class MemoryClients(MemoryAggregates[Client]):
    """Clients in a dictionary."""

    missing = UnknownClient

    def check_unique(self, aggregate: Client) -> None:
        if any(row.name == aggregate.name for row in self.rows.values()):
            raise ClientNameTaken

    async def named(self, name: str) -> Client:
        for client in self.visible():
            if client.name == name:
                return client
        raise UnknownClient(name)


class MemoryChecks(MemoryAggregates[DriftCheck]):
    """Checks in a dictionary."""

    missing = UnknownCheck

    def check_unique(self, aggregate: DriftCheck) -> None:
        if aggregate.day is not None and any(row.day == aggregate.day for row in self.rows.values()):
            raise CheckedToday

    async def on(self, day: date) -> DriftCheck | None:
        return next((each for each in self.visible() if each.day == day), None)

    async def running(self) -> Sequence[DriftCheck]:
        return [each for each in self.visible() if each.state is CheckState.ASKING]

    async def waiting_for(self, query_id: UUID) -> DriftCheck | None:
        return next((each for each in await self.running() if each.query_id == query_id), None)


class MemoryEntries:
    """Pages of the register in a dictionary."""

    def __init__(self, pages: dict[UUID, dict[str, RegisteredInstitution]]) -> None:
        self.pages = pages

    async def keep(self, check_id: UUID, entries: Iterable[RegisteredInstitution]) -> None:
        self.pages.setdefault(check_id, {}).update({it.provincial_number: it for it in entries})

    async def take(self, check_id: UUID) -> Sequence[RegisteredInstitution]:
        return list(self.pages.pop(check_id, {}).values())


class MemoryDrifts(MemoryAggregates[Drift]):
    """Differences in a dictionary."""

    missing = UnknownDrift

    def is_visible(self, aggregate: Drift) -> bool:
        return self.scope.everything or aggregate.organ in self.scope.organs

    async def unhealed(self) -> Sequence[Drift]:
        return [each for each in self.visible() if each.state is not DriftState.HEALED]

    async def count_open(self) -> int:
        waiting = (DriftState.OPEN, DriftState.PROPOSED)
        return len([each for each in self.visible() if each.state in waiting])

    async def page(self, *, state: DriftState | None, cursor: str | None, size: int) -> Page[Drift]:
        last = uuid_in(*decode_cursor(cursor, parts=1)) if cursor else None
        found = sorted(self.visible(), key=lambda it: it.id, reverse=True)
        wanted = [it for it in found if state in (None, it.state) and (last is None or it.id < last)]
        return page_of(wanted[: size + 1], size=size, position=lambda each: (each.id,))


class MemoryQueries:
    """What the province was asked."""

    def __init__(self) -> None:
        self.asked: list[RegisterQuery] = []

    def ask(self, query: RegisterQuery) -> None:
        self.asked.append(query)


Kept = tuple[MemoryAccounts, MemoryClients, MemoryChecks, MemoryDrifts]


def memory_works(policy: Policy, queries: MemoryQueries | None = None) -> MemoryWorks[Work]:
    """Accounts' units of work over an empty memory."""
    accounts: dict[UUID, Account] = {}
    clients: dict[UUID, Client] = {}
    checks: dict[UUID, DriftCheck] = {}
    drifts: dict[UUID, Drift] = {}
    entries = MemoryEntries({})

    def bind(scope: Scope, at: datetime, outbox: MemoryOutbox) -> tuple[Work, Kept]:
        kept = (
            MemoryAccounts(accounts, scope),
            MemoryClients(clients, scope),
            MemoryChecks(checks, scope),
            MemoryDrifts(drifts, scope),
        )
        work = Work(
            at=at,
            new_id=lambda: uuid7(at),
            policy=policy,
            accounts=kept[0],
            clients=kept[1],
            checks=kept[2],
            entries=entries,
            drifts=kept[3],
            queries=queries or MemoryQueries(),
            outbox=outbox,
        )
        return work, kept

    return MemoryWorks(bind)
