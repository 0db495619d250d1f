"""Grants in PostgreSQL; its unique indexes are what makes a certificate paid once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Integer,
    LargeBinary,
    RowMapping,
    SmallInteger,
    Uuid,
    any_,
    func,
    insert,
    literal,
    select,
    true,
    update,
)

from services.subsidy import tables
from services.subsidy.domain.entitlement import Entitlement, Taken
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

    async def take_up(self, claim_id: UUID, grants: Sequence[Taken], *, year: int) -> None:
        """Write what these items make their holders' grants; raises AlreadyClaimed when another claim was first.

        The claim's own entry in the ledger, with what its items came to, tells of them.
        """
        if not grants:
            return
        ids, turns, places = zip(*grants, strict=True)
        told = (
            func.unnest(
                literal(list(ids), ARRAY(Uuid)),
                literal(list(turns), ARRAY(Integer)),
                literal(list(places), ARRAY(SmallInteger)),
            )
            .table_valued("id", "turn", "place")
            .render_derived(name="told")
        )
        item = tables.claim_item.c
        of = (item.claim_id == claim_id, item.turn.between(min(turns), max(turns)), item.turn == told.c.turn)
        # In the order of people, so that two claims for the same wait for each other and never in a circle.
        made = select(
            *(told.c.id, literal(1), item.claim_id, item.holder_index, item.certificate_number, item.family),
            *(item.level, item.line, literal(year), told.c.place, item.shortage, true()),
        ).where(*of)
        names = [column.name for column in self.table.columns]
        with self._refusing():
            await self._connection.execute(insert(self.table).from_select(names, made.order_by(item.turn)))

    async def histories(self, holders: Collection[bytes]) -> Mapping[bytes, History]:
        """What each to whom anything was granted was granted, on either line of money."""
        columns = self.table.c
        held = (columns.holder_index == any_(literal(list(holders), ARRAY(LargeBinary))), columns.live)
        rows = await self._connection.execute(select(self.table).where(*held))
        grants: defaultdict[bytes, list[Grant]] = defaultdict(list)
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

    async def give_back_each(self, claim_id: UUID, certificates: Collection[AnyNumber]) -> None:
        """What a claim holds for these certificates may be claimed again."""
        columns = self.table.c
        named = columns.certificate_number.in_([str(number) for number in certificates])
        await self._connection.execute(
            update(self.table)
            .where(columns.claim_id == claim_id, columns.live, named)
            .values(live=False, version=columns.version + 1)
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
