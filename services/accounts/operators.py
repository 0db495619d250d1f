"""邀请首位操作员: the district gives somebody of the institution the first way in, who adds any others (N2.1)."""

from dataclasses import dataclass
from uuid import UUID

from services.accounts.domain import Client, secret_digest
from services.accounts.handlers import Work
from shared.contracts.accounts import OperatorInvited
from shared.identity import NotYours, Permission

OPERATES = frozenset(
    {
        Permission.APPLY,
        Permission.READ_REGISTER,
        Permission.READ_ACCOUNTS,
        Permission.MANAGE_CLIENTS,
        Permission.CLAIM,
        Permission.PLAN,
    }
)
"""What an institution does for itself; all of it within its own rows alone."""


@dataclass(frozen=True, kw_only=True)
class InviteOperator:
    """For which account, under which name and with the secret made for it, by an officer of which organ."""

    account_id: UUID
    name: str
    secret: str
    organ: str | None


async def invite_operator(command: InviteOperator, work: Work) -> Client:
    """Raises UnknownAccount, NotYours, AccountShut, OperatorKnown or ClientNameTaken."""
    account = await work.accounts.get(command.account_id)
    if command.organ is None:
        raise NotYours("由经办机关邀请 · An organ invites the first operator")
    account.invite(command.name, at=work.at)
    client = Client(
        id=work.new_id(),
        name=command.name,
        secret_digest=secret_digest(command.secret),
        permissions=frozenset(each.value for each in OPERATES),
        organ=None,
        holder=account.uscc,
    )
    work.clients.add(client)
    work.outbox.add(
        OperatorInvited(
            account_id=account.id,
            institution_id=account.institution_id,
            uscc=account.uscc,
            organ=account.organ,
            basis=account.basis,
            client=client.name,
        )
    )
    return client
