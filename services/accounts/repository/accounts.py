"""Accounts in PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select

from services.accounts import tables
from services.accounts.domain import Account, AccountState, AlreadyOpen, UnknownAccount
from shared.contracts.scope import scope_in, scope_out
from shared.paging import Page, decode_cursor, moment_in, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.persistence.pages import after
from shared.policy import Audience, DutyOwner
from shared.values import StationCode, Uscc


class SqlAccounts(SqlAggregates[Account]):
    """Accounts in PostgreSQL."""

    table = tables.account
    missing = UnknownAccount
    refusals = {"uq_account_institution_id": AlreadyOpen}  # noqa: RUF012 — ClassVar in the base class

    def to_row(self, aggregate: Account) -> dict[str, Any]:
        return {
            "id": aggregate.id,
            "institution_id": aggregate.institution_id,
            "name": aggregate.name,
            "uscc": str(aggregate.uscc),
            "organ": aggregate.organ,
            "audience": aggregate.audience.value,
            "scope": scope_out(aggregate.scope),
            "station_codes": [str(each) for each in aggregate.station_codes],
            "basis": list(aggregate.basis),
            "opened_at": aggregate.opened_at,
            "state": aggregate.state.value,
            "reason": aggregate.reason,
            "scope_from": aggregate.scope_from,
            "closed_at": aggregate.closed_at,
            "number": aggregate.number,
            "filed_by": aggregate.filed_by,
            "held_for": list(aggregate.held_for),
            "operator": aggregate.operator,
            "invited_at": aggregate.invited_at,
        }

    def to_aggregate(self, row: RowMapping) -> Account:
        typed = {
            "uscc": Uscc(row["uscc"]),
            "audience": Audience(row["audience"]),
            "scope": scope_in(row["scope"]),
            "station_codes": tuple(StationCode(each) for each in row["station_codes"]),
            "basis": tuple(row["basis"]),
            "state": AccountState(row["state"]),
            "held_for": tuple(row["held_for"]),
        }
        return Account(**{**row, **typed})

    async def of_institution(self, institution_id: UUID) -> Account:
        found = await self._first(self.table.c.institution_id == institution_id)
        if found is None:
            raise UnknownAccount(f"机构 {institution_id} 尚无账号 · that institution has none yet")
        return found

    async def known_of(self, institution_id: UUID) -> Account | None:
        """Its account if it has one."""
        return await self._first(self.table.c.institution_id == institution_id)

    async def recognised(self) -> Sequence[Account]:
        """The accounts of what the province filed, closed ones among them."""
        return await self._fetch(select(self.table).where(self.table.c.filed_by == DutyOwner.PROVINCE.value))

    async def page(self, *, cursor: str | None, size: int) -> Page[Account]:
        """Accounts in the order in which they were opened."""
        columns = self.table.c
        statement = select(self.table).order_by(columns.opened_at, columns.id).limit(size + 1)
        if cursor is not None:
            opened, key = decode_cursor(cursor, parts=2)
            position = [moment_in(opened), uuid_in(key)]
            statement = statement.where(after([columns.opened_at, columns.id], position))
        rows = await self._fetch(statement)
        return page_of(rows, size=size, position=lambda each: (each.opened_at.isoformat(), each.id))
