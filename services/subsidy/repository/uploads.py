"""Uploaded sheets in PostgreSQL."""

from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select

from services.subsidy import tables
from services.subsidy.domain.upload import SameUpload, UnknownUpload, Upload, UploadKind
from shared.persistence.aggregates import SqlAggregates
from shared.values import Uscc


class SqlUploads(SqlAggregates[Upload]):
    """Uploads, each file once for its owner."""

    table = tables.upload
    missing = UnknownUpload
    refusals = {"uq_upload_sheet": SameUpload}  # noqa: RUF012 — ClassVar in the base class

    def to_row(self, aggregate: Upload) -> dict[str, Any]:
        values = {name: value for name, value in vars(aggregate).items() if name != "version"}
        uscc = str(aggregate.uscc) if aggregate.uscc else None
        return {**values, "kind": aggregate.kind.value, "uscc": uscc, "owner": uscc or aggregate.organ}

    def to_aggregate(self, row: RowMapping) -> Upload:
        values = {name: value for name, value in row.items() if name != "owner"}
        typed = {"kind": UploadKind(row["kind"]), "uscc": Uscc(row["uscc"]) if row["uscc"] else None}
        return Upload(**{**values, **typed})

    async def first_of(self, kind: UploadKind, owner: str, sha256: str) -> UUID | None:
        columns = self.table.c
        statement = select(columns.id).where(
            columns.kind == kind.value, columns.owner == owner, columns.sha256 == sha256
        )
        found: UUID | None = (await self._connection.execute(statement)).scalar_one_or_none()
        return found
