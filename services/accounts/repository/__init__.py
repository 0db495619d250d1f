"""Every query of accounts, a module for each matter; rows are mapped by hand, named constraints become refusals."""

from services.accounts.handlers import Work
from services.accounts.repository.accounts import SqlAccounts
from services.accounts.repository.clients import SqlClients
from services.accounts.repository.drift import SqlDriftChecks, SqlDrifts, SqlEntries
from services.accounts.repository.queries import RegisterQueries
from shared.persistence.unit_of_work import Transaction
from shared.policy import Policy

__all__ = ["SqlAccounts", "SqlClients", "SqlDriftChecks", "SqlDrifts", "SqlEntries", "bind"]


def bind(transaction: Transaction, policy: Policy) -> Work:
    """A unit of work of accounts on a transaction."""
    using = transaction.connection, transaction.ledger
    accounts, clients = SqlAccounts(*using), SqlClients(*using)
    checks, drifts = SqlDriftChecks(*using), SqlDrifts(*using)
    for each in (accounts, clients, checks, drifts):
        transaction.keep(each)
    return Work(
        at=transaction.at,
        new_id=transaction.new_id,
        policy=policy,
        accounts=accounts,
        clients=clients,
        checks=checks,
        entries=SqlEntries(transaction.connection),
        drifts=drifts,
        queries=RegisterQueries(transaction.intents),
        outbox=transaction.outbox,
    )
