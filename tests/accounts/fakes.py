"""Accounts' repositories in memory."""

from datetime import datetime
from uuid import UUID, uuid4

from services.accounts.domain import (
    Account,
    AlreadyOpen,
    Client,
    ClientNameTaken,
    UnknownAccount,
    UnknownClient,
)
from services.accounts.handlers import Work
from shared.identity import Scope
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


def memory_works(policy: Policy) -> MemoryWorks[Work]:
    """Accounts' units of work over an empty memory."""
    accounts: dict[UUID, Account] = {}
    clients: dict[UUID, Client] = {}

    def bind(
        scope: Scope, at: datetime, outbox: MemoryOutbox
    ) -> tuple[Work, tuple[MemoryAccounts, MemoryClients]]:
        kept = (MemoryAccounts(accounts, scope), MemoryClients(clients, scope))
        work = Work(at=at, new_id=uuid4, policy=policy, accounts=kept[0], clients=kept[1], outbox=outbox)
        return work, kept

    return MemoryWorks(bind)
