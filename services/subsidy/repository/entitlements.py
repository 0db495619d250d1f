"""Grants in PostgreSQL; its unique indexes are what makes a certificate paid once."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select, update

from services.subsidy import tables
from services.subsidy.domain.entitlement import Entitlement
from services.subsidy.domain.refusals import AlreadyClaimed
from services.subsidy.domain.terms import AnyNumber, Grant, History
from shared.errors import NotFound
from shared.persistence.aggregates import SqlAggregates
from shared.policy import MoneyLine
from shared.values import Level, parse_certificate_number


class SqlEntitlements(SqlAggregates[Entitlement]):
    """Grants in PostgreSQL; its unique indexes are what makes a certificate paid once."""

    table = tables.entitlement
    missing = NotFound
    refusals = {  # noqa: RUF012 — ClassVar in the base class
        "uq_entitlement_certificate": AlreadyClaimed,
        "uq_entitlement_holder": AlreadyClaimed,
        "uq_entitlement_place": AlreadyClaimed,
    }

    def to_row(self, aggregate: Entitlement) -> dict[str, Any]:
        entitlement, grant = aggregate, aggregate.grant
        return {
            "id": entitlement.id,
            "claim_id": entitlement.claim_id,
            "holder_index": entitlement.holder_index,
            "certificate_number": str(grant.certificate_number),
            "family": grant.family,
            "level": int(grant.level),
            "line": grant.line.value,
            "year": grant.year,
            "place": grant.place,
            "shortage": grant.shortage,
            "live": entitlement.live,
        }

    def to_aggregate(self, row: RowMapping) -> Entitlement:
        return Entitlement(
            id=row["id"],
            version=row["version"],
            claim_id=row["claim_id"],
            holder_index=row["holder_index"],
            grant=_grant(row),
            live=row["live"],
        )

    async def histories(self, holders: Collection[bytes]) -> Mapping[bytes, History]:
        """What each was granted on either line of money."""
        columns = self.table.c
        held = (columns.holder_index.in_(list(holders)), columns.live)
        rows = await self._connection.execute(select(self.table).where(*held))
        grants: dict[bytes, list[Grant]] = {holder: [] for holder in holders}
        for row in rows.mappings():
            grants[row["holder_index"]].append(_grant(row))
        return {holder: History(tuple(found)) for holder, found in grants.items()}

    async def give_back(self, claim_id: UUID, *, certificate: AnyNumber | None = None) -> None:
        """What a claim holds, all of it or for one certificate, may be claimed again."""
        columns = self.table.c
        wanted = [columns.claim_id == claim_id, columns.live]
        if certificate is not None:
            wanted.append(columns.certificate_number == str(certificate))
        await self._connection.execute(
            update(self.table).where(*wanted).values(live=False, version=columns.version + 1)
        )


def _grant(row: RowMapping) -> Grant:
    return Grant(
        certificate_number=parse_certificate_number(row["certificate_number"]),
        family=row["family"],
        level=Level(row["level"]),
        line=MoneyLine(row["line"]),
        year=row["year"],
        place=row["place"],
        shortage=row["shortage"],
    )
