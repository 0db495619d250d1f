"""The exchange as one request meets it: who looks, how far he may look, and whose messages these are."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, Request

from shared.http.auth import allowed
from shared.identity import NotYours, Permission, Principal, Scope
from shared.persistence.unit_of_work import Transaction, Works
from shared.policy import Policy
from shared.policy.organs import OrganKind
from shared.province.operating.parked import Shelf
from shared.service.correspondence import Correspondence
from shared.settings import ProvinceSettings

Watcher = Annotated[Principal, allowed(Permission.READ_EXCHANGE)]
Operator = Annotated[Principal, allowed(Permission.OPERATE_EXCHANGE)]


class Desk:
    """Transactions of one request; the act in the ledger is the route's name."""

    def __init__(self, request: Request) -> None:
        state = request.app.state
        self._works: Works[Any] = state.works
        self._policy: Policy = state.policy
        self._act: str = request.scope["route"].name
        self.correspondence: Correspondence[Any] = state.correspondence
        self.province: ProvinceSettings = state.province

    @asynccontextmanager
    async def within(self, caller: Principal) -> AsyncIterator[Transaction]:
        """Reaches the messages about the caller's organ and those below it; the city's, whatever names no organ too.

        To a caller of no organ there are none.
        """
        async with self._works.transaction(self._scope(caller)) as transaction:
            yield transaction

    @asynccontextmanager
    async def whole(self, caller: Principal) -> AsyncIterator[Transaction]:
        """Reaches what belongs to no organ: the line itself, its ledger, what came in unread. Raises NotYours."""
        async with self._works.transaction(self.everywhere(caller)) as transaction:
            yield transaction

    def everywhere(self, caller: Principal) -> Scope:
        """The reach of `whole`, for what takes several transactions. Raises NotYours."""
        scope = self._scope(caller)
        if not scope.everything:
            raise NotYours("仅市级可办理 · for the city alone")
        return scope

    def sees_everything(self, caller: Principal) -> bool:
        """Whether the caller is the city's."""
        return caller.organ is not None and self._policy.organ(caller.organ).kind is OrganKind.CITY

    def _scope(self, caller: Principal) -> Scope:
        scope = replace(caller.scope(self._act, self._policy), holder=None)
        return replace(scope, everything=True) if self.sees_everything(caller) else scope

    @property
    def queue(self) -> str:
        """Where the province's messages for this service come in."""
        return self.correspondence.consumer.queue.name

    @property
    def shelf(self) -> Shelf:
        """Where those lie that wait for a person."""
        ours = self.correspondence
        return Shelf(
            queue=self.queue, opened=ours.consumer.opened, dialect=ours.dialect, journal=ours.journal
        )


async def desk_of(request: Request) -> Desk:
    """The exchange for a request."""
    return Desk(request)


AtDesk = Annotated[Desk, Depends(desk_of)]
