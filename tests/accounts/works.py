"""Opening accounts' units of work in tests."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from services.accounts.domain import Account, Client
from services.accounts.handlers import Work
from shared.identity import Scope

OpenWork = Callable[[Scope], AbstractAsyncContextManager[Work]]

EVERYTHING = Scope(actor="test", act="test", everything=True)


def within(*organs: str) -> Scope:
    """What an officer of these organs reaches."""
    return Scope(actor="test", act="test", organs=frozenset(organs))


def holder(uscc: str) -> Scope:
    """What an institution itself reaches."""
    return Scope(actor="test", act="test", holder=uscc)


async def keep(works: OpenWork, *aggregates: Account | Client, scope: Scope = EVERYTHING) -> None:
    async with works(scope) as work:
        for each in aggregates:
            if isinstance(each, Account):
                work.accounts.add(each)
            else:
                work.clients.add(each)
