"""The local copy of the register in PostgreSQL."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, select

from services.supervision import tables
from services.supervision.domain.institution import SupervisedInstitution
from services.supervision.domain.refusals import UnknownInstitution
from services.supervision.domain.terms import Standing
from shared.contracts.scope import DatedScope, scope_in, scope_out
from shared.persistence.aggregates import SqlAggregates
from shared.policy import Audience
from shared.values import Uscc

_VERSIONS = TypeAdapter(tuple[DatedScope, ...])


class SqlInstitutions(SqlAggregates[SupervisedInstitution]):
    """The local copy of the register in PostgreSQL."""

    table = tables.supervised_institution
    missing = UnknownInstitution

    def to_row(self, aggregate: SupervisedInstitution) -> dict[str, Any]:
        institution = aggregate
        return {
            "id": institution.id,
            "organ": institution.organ,
            "name": institution.name,
            "uscc": str(institution.uscc),
            "audience": institution.audience.value,
            "scope": scope_out(institution.scope),
            "valid_from": institution.valid_from,
            "valid_until": institution.valid_until,
            "standing": institution.standing.value,
            "paid_certificates": institution.paid_certificates,
            "paid_fen": institution.paid_fen,
            "recovered_fen": institution.recovered_fen,
            "revoked_certificates": institution.revoked_certificates,
            "versions": _VERSIONS.dump_python(institution.versions, mode="json"),
            "number": institution.number,
            "joint": list(institution.joint),
        }

    def to_aggregate(self, row: RowMapping) -> SupervisedInstitution:
        typed = {
            "uscc": Uscc(row["uscc"]),
            "audience": Audience(row["audience"]),
            "scope": scope_in(row["scope"]),
            "standing": Standing(row["standing"]),
            "versions": _VERSIONS.validate_python(row["versions"]),
            "joint": tuple(row["joint"]),
        }
        return SupervisedInstitution(**{**row, **typed})

    async def known(self, key: UUID) -> SupervisedInstitution | None:
        """It if it is on record here."""
        return await self._first(self.table.c.id == key)

    async def of_uscc(self, uscc: Uscc) -> Sequence[SupervisedInstitution]:
        """Every filing of one body, also those that have ended."""
        return await self._fetch(select(self.table).where(self.table.c.uscc == str(uscc)))

    async def in_force(self, *, on: date) -> Sequence[SupervisedInstitution]:
        """Every institution that may evaluate on the day."""
        columns = self.table.c
        return await self._fetch(
            select(self.table).where(
                columns.standing == Standing.ACTIVE.value,
                columns.valid_from <= on,
                columns.valid_until >= on,
            )
        )
