"""Rows of claims' sheets that were found wrong, sealed, in PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy import tables
from services.subsidy.domain.upload import Returned
from services.subsidy.returned import seal_rows, unseal_rows
from shared.privacy import FieldCipher


class SqlFaults:
    """Rows to be given back, in PostgreSQL."""

    def __init__(self, connection: AsyncConnection, cipher: FieldCipher) -> None:
        self._connection = connection
        self._cipher = cipher

    async def keep(self, claim_id: UUID, owner: tuple[str, str], rows: Sequence[Returned]) -> None:
        """Keep what was wrong with a claim's sheet; `owner` is its organ and USCC."""
        organ, uscc = owner
        sealed = seal_rows(self._cipher, claim_id, rows)
        await self._connection.execute(
            insert(tables.claim_fault).values(claim_id=claim_id, organ=organ, uscc=uscc, returned=sealed)
        )

    async def of_claim(self, claim_id: UUID) -> list[Returned]:
        """The rows in the order of the sheet; none when all were good."""
        columns = tables.claim_fault.c
        statement = select(columns.returned).where(columns.claim_id == claim_id)
        sealed = (await self._connection.execute(statement)).scalars().first()
        return [] if sealed is None else unseal_rows(self._cipher, claim_id, sealed)
