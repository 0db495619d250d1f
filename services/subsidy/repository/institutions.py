"""The copy of the register in PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, select

from services.subsidy import tables
from services.subsidy.domain.institution import ClaimingInstitution, Standing
from services.subsidy.domain.refusals import UnknownInstitution
from services.subsidy.repository import stored
from shared.contracts.scope import scope_in, scope_out
from shared.persistence.aggregates import SqlAggregates
from shared.policy import Audience
from shared.values import StationCode, Uscc


class SqlClaimingInstitutions(SqlAggregates[ClaimingInstitution]):
    """The copy of the register in PostgreSQL."""

    table = tables.institution
    missing = UnknownInstitution

    def to_row(self, aggregate: ClaimingInstitution) -> dict[str, Any]:
        institution = aggregate
        return {
            "id": institution.id,
            "organ": institution.organ,
            "uscc": str(institution.uscc),
            "name": institution.name,
            "audience": institution.audience.value,
            "scope": scope_out(institution.scope),
            "station_codes": [str(code) for code in institution.station_codes],
            "valid_from": institution.valid_from,
            "valid_until": institution.valid_until,
            "standing": institution.standing.value,
            "versions": stored.VERSIONS.dump_python(institution.versions, mode="json"),
            "standings": stored.STANDINGS.dump_python(institution.standings, mode="json"),
        }

    def to_aggregate(self, row: RowMapping) -> ClaimingInstitution:
        typed = {
            "uscc": Uscc(row["uscc"]),
            "audience": Audience(row["audience"]),
            "scope": scope_in(row["scope"]),
            "station_codes": tuple(StationCode(code) for code in row["station_codes"]),
            "standing": Standing(row["standing"]),
            "versions": stored.VERSIONS.validate_python(row["versions"]),
            "standings": stored.STANDINGS.validate_python(row["standings"]),
        }
        return ClaimingInstitution(**{**row, **typed})

    async def of_body(self, uscc: Uscc) -> Sequence[ClaimingInstitution]:
        return await self._fetch(select(self.table).where(self.table.c.uscc == str(uscc)))
