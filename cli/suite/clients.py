"""The first clients of a suite: written through the accounts service's own handler, since nobody can ask for them yet."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from services.accounts.domain import UnknownClient
from services.accounts.handlers import AddClient, Work, add_client
from shared.identity import Permission, Scope
from shared.persistence.unit_of_work import Works
from shared.values import Uscc

OFFICER = frozenset(
    {
        Permission.ASSESS,
        Permission.MANAGE_NETWORK,
        Permission.READ_REGISTER,
        Permission.READ_ACCOUNTS,
        Permission.REVIEW_CLAIMS,
        Permission.CLAIM_IN_PERSON,
        Permission.SUPERVISE,
    }
)
INSTITUTION = frozenset(
    {Permission.APPLY, Permission.READ_REGISTER, Permission.READ_ACCOUNTS, Permission.CLAIM, Permission.PLAN}
)

PAYER = frozenset({Permission.PAY_CLAIMS, Permission.READ_REGISTER})
"""Payment takes two people: whoever drew up a batch may not release it."""

PUBLISHER = frozenset({Permission.PUBLISH_POLICY, Permission.READ_REGISTER})
RELEASER = frozenset({Permission.RELEASE_POLICY, Permission.READ_REGISTER})
"""Policy takes two people: whoever published a release may not release it."""

EXPERT = frozenset({Permission.SCORE})
"""An expert enters its own marks, and may do nothing else."""


@dataclass(frozen=True, kw_only=True)
class ClientSpec:
    """A client to be there: of an organ, or of the institution with this USCC."""

    name: str
    permissions: frozenset[Permission]
    organ: str | None = None
    holder: Uscc | None = None


async def ensure_clients(works: Works[Work], wanted: Sequence[ClientSpec]) -> dict[str, str]:
    """Add the clients that are not there yet; their names with their new secrets."""
    added: dict[str, str] = {}
    for spec in wanted:
        scope = Scope.of_service("accounts", "ensure-client")
        async with works(scope) as work:
            try:
                await work.clients.named(spec.name)
            except UnknownClient:
                secret = secrets.token_urlsafe(32)
                command = AddClient(
                    name=spec.name,
                    secret=secret,
                    permissions=frozenset(each.value for each in spec.permissions),
                    organ=spec.organ,
                    holder=spec.holder,
                )
                await add_client(command, work)
                added[spec.name] = secret
    return added
