"""Facts about people in PostgreSQL, and the claims that wait for them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    LargeBinary,
    RowMapping,
    Select,
    Text,
    any_,
    func,
    literal,
    or_,
    select,
)

from services.subsidy import tables
from services.subsidy.domain.certificate import Certificate
from services.subsidy.domain.fact import MONTHLY, Fact, FactKind, FactSheet
from services.subsidy.domain.knowledge import FactWait, KeptFact, Waiting
from services.subsidy.domain.terms import AnyNumber
from shared.errors import NotFound
from shared.persistence.aggregates import SqlAggregates
from shared.values import Uscc, parse_certificate_number


class SqlFacts(SqlAggregates[KeptFact]):
    """Facts, added and never changed; not under territorial isolation, as a person may change employers."""

    table = tables.fact
    missing = NotFound

    def to_row(self, aggregate: KeptFact) -> dict[str, Any]:
        fact = aggregate.fact
        return {
            "id": aggregate.id,
            "holder_index": aggregate.holder_index,
            "employer": aggregate.employer,
            "kind": fact.kind.value,
            "value": fact.value,
            "about": fact.about,
            "source": fact.source,
            "obtained_at": fact.obtained_at,
        }

    def to_aggregate(self, row: RowMapping) -> KeptFact:
        return KeptFact(
            id=row["id"],
            version=row["version"],
            holder_index=row["holder_index"],
            employer=row["employer"],
            fact=_fact(row),
        )

    async def sheet_for(
        self, certificates: Sequence[Certificate], claimant: Uscc | None, on: date
    ) -> Mapping[AnyNumber, FactSheet]:
        """What is known of the month of issue, and of the time from the evaluation until the claim."""
        known = await self._known_of({each.holder.index for each in certificates}, claimant)
        return {
            each.number: FactSheet(
                tuple(fact for fact in known.get(each.holder.index, ()) if _counts(fact, each, on))
            )
            for each in certificates
        }

    async def _known_of(
        self, holders: Collection[bytes], claimant: Uscc | None
    ) -> Mapping[bytes, Sequence[Fact]]:
        columns = self.table.c
        towards = ("", str(claimant)) if claimant else ("",)
        statement = select(self.table).where(
            columns.holder_index == any_(literal(list(holders), ARRAY(LargeBinary))),
            columns.employer.in_(towards),
        )
        known: defaultdict[bytes, list[Fact]] = defaultdict(list)
        ordered = statement.order_by(columns.obtained_at, columns.id)
        for row in (await self._connection.execute(ordered)).mappings():
            known[row["holder_index"]].append(_fact(row))
        return known


def _counts(fact: Fact, certificate: Certificate, on: date) -> bool:
    if fact.kind in MONTHLY:
        return fact.about == certificate.issued_on.replace(day=1)
    return certificate.evaluated_on.replace(day=1) <= fact.about <= on


class SqlFactWaits(SqlAggregates[FactWait]):
    """Who waits for what."""

    table = tables.fact_wait
    missing = NotFound

    def to_row(self, aggregate: FactWait) -> dict[str, Any]:
        values = {name: value for name, value in vars(aggregate).items() if name != "version"}
        typed = {"uscc": str(aggregate.uscc), "certificate_number": str(aggregate.certificate_number)}
        return {**values, **typed}

    def to_aggregate(self, row: RowMapping) -> FactWait:
        typed = {
            "uscc": Uscc(row["uscc"]),
            "certificate_number": parse_certificate_number(row["certificate_number"]),
        }
        return FactWait(**{**row, **typed})

    async def of_claim(self, claim_id: UUID) -> Sequence[FactWait]:
        """What a claim still waits for."""
        columns = self.table.c
        return await self._fetch(
            select(self.table).where(columns.claim_id == claim_id, columns.ended_at.is_(None))
        )

    async def of_holders(self, holders: Collection[bytes]) -> Sequence[FactWait]:
        """What anybody still waits for about these people."""
        columns = self.table.c
        about = columns.holder_index == any_(literal(list(holders), ARRAY(LargeBinary)))
        return await self._fetch(select(self.table).where(about, columns.ended_at.is_(None)))

    async def to_ask(self, *, asked_before: datetime, most: int) -> Sequence[Waiting]:
        """What the province was not asked about since, the longest unasked first, with the days the question needs."""
        columns, certificate = self.table.c, tables.certificate.c
        statement = self._unasked(select(self.table), asked_before)
        waits = await self._fetch(
            statement.order_by(columns.asked_at.asc().nulls_first(), columns.id).limit(most)
        )
        numbers = [str(wait.certificate_number) for wait in waits]
        days = select(certificate.number, certificate.issued_on, certificate.evaluated_on).where(
            certificate.number == any_(literal(numbers, ARRAY(Text)))
        )
        found = {row.number: row for row in await self._connection.execute(days)}
        return [
            Waiting(
                wait=wait,
                issued_on=found[wait.certificate_number].issued_on,
                evaluated_on=found[wait.certificate_number].evaluated_on,
            )
            for wait in waits
            if wait.certificate_number in found
        ]

    async def count_to_ask(self, *, asked_before: datetime) -> int:
        statement = self._unasked(select(func.count()).select_from(self.table), asked_before)
        return int((await self._connection.execute(statement)).scalar_one())

    async def told_claims(self) -> Sequence[UUID]:
        """Claims about whose people something new is known."""
        columns = self.table.c
        statement = select(columns.claim_id).where(columns.told_at.is_not(None), columns.ended_at.is_(None))
        rows = await self._connection.execute(statement.distinct().order_by(columns.claim_id))
        return list(rows.scalars())

    def _unasked(self, statement: Select[Any], asked_before: datetime) -> Select[Any]:
        columns = self.table.c
        unasked = or_(columns.asked_at.is_(None), columns.asked_at < asked_before)
        return statement.where(columns.ended_at.is_(None), unasked)


def _fact(row: RowMapping) -> Fact:
    return Fact(
        kind=FactKind(row["kind"]),
        value=row["value"],
        about=row["about"],
        source=row["source"],
        obtained_at=row["obtained_at"],
    )
