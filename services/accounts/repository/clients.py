"""Clients in PostgreSQL."""

from typing import Any

from sqlalchemy import RowMapping

from services.accounts import tables
from services.accounts.domain import Client, ClientNameTaken, UnknownClient
from shared.persistence.aggregates import SqlAggregates
from shared.values import Uscc


class SqlClients(SqlAggregates[Client]):
    """Clients in PostgreSQL."""

    table = tables.client
    missing = UnknownClient
    refusals = {"uq_client_name": ClientNameTaken}  # noqa: RUF012 — ClassVar in the base class

    def to_row(self, aggregate: Client) -> dict[str, Any]:
        return {
            "id": aggregate.id,
            "name": aggregate.name,
            "secret_digest": aggregate.secret_digest,
            "permissions": sorted(aggregate.permissions),
            "organ": aggregate.organ,
            "holder": str(aggregate.holder) if aggregate.holder else None,
        }

    def to_aggregate(self, row: RowMapping) -> Client:
        typed = {
            "permissions": frozenset(row["permissions"]),
            "holder": Uscc(row["holder"]) if row["holder"] else None,
        }
        return Client(**{**row, **typed})

    async def named(self, name: str) -> Client:
        found = await self._first(self.table.c.name == name)
        if found is None:
            raise UnknownClient(name)
        return found
