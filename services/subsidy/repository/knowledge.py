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
    update,
)
from sqlalchemy.dialects.postgresql import insert

from services.subsidy import tables
from services.subsidy.domain.certificate import Certificate
from services.subsidy.domain.fact import Fact, FactKind, FactSheet
from services.subsidy.domain.knowledge import FactWait, KeptFact, Waiting, answers
from services.subsidy.domain.terms import AnyNumber
from shared.errors import NotFound
from shared.persistence.aggregates import SqlAggregates
from shared.values import Uscc, parse_certificate_number

_TOLD = tuple(tables.fact.c[name] for name in ("kind", "value", "about", "source", "obtained_at"))
"""What is told of anybody: most people's are the same few, so each comes once, with all of whom it is known."""


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
        known = await self.known_of({each.holder.index for each in certificates}, claimant)

        def sheet(of: Certificate) -> FactSheet:
            days = {"issued_on": of.issued_on, "evaluated_on": of.evaluated_on, "on": on}
            return FactSheet(tuple(fact for fact in known.get(of.holder.index, ()) if answers(fact, **days)))

        return {each.number: sheet(each) for each in certificates}

    async def known_of(
        self, holders: Collection[bytes], claimant: Uscc | None
    ) -> Mapping[bytes, Sequence[Fact]]:
        """Everything about each of whom anything is known; what is the same of many people is one tuple for all."""
        columns = self.table.c
        towards = ("", str(claimant)) if claimant else ("",)
        statement = select(*_TOLD, func.array_agg(columns.holder_index).label("people")).where(
            columns.holder_index == any_(literal(list(holders), ARRAY(LargeBinary))),
            columns.employer.in_(towards),
        )
        known: defaultdict[bytes, list[Fact]] = defaultdict(list)
        rows = await self._connection.execute(statement.group_by(*_TOLD).order_by(*_TOLD))
        for row in rows.mappings():
            fact = _fact(row)
            for holder in row["people"]:
                known[holder].append(fact)
        same: dict[tuple[int, ...], tuple[Fact, ...]] = {}
        return {
            holder: same.setdefault(tuple(map(id, found)), tuple(found)) for holder, found in known.items()
        }


class SqlFactWaits(SqlAggregates[FactWait]):
    """Who waits for what."""

    table = tables.fact_wait
    missing = NotFound

    def to_row(self, aggregate: FactWait) -> dict[str, Any]:
        values = {name: value for name, value in vars(aggregate).items() if name != "version"}
        uscc = str(aggregate.uscc) if aggregate.uscc else None
        typed = {"uscc": uscc, "certificate_number": str(aggregate.certificate_number)}
        return {**values, **typed}

    def to_aggregate(self, row: RowMapping) -> FactWait:
        typed = {
            "uscc": Uscc(row["uscc"]) if row["uscc"] else None,
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

    async def begin(self, waits: Sequence[FactWait]) -> None:
        """Wait for these; what is waited for already has been looked at. The claim's entry in the ledger tells of them."""
        if not waits:
            return
        columns = self.table.c
        statement = insert(self.table).on_conflict_do_update(
            index_elements=[columns.claim_id, columns.certificate_number],
            index_where=columns.ended_at.is_(None),
            set_={"told_at": None, "version": columns.version + 1},
        )
        await self._connection.execute(statement, [{**self.to_row(wait), "version": 1} for wait in waits])

    async def end(self, claim_id: UUID, numbers: Collection[AnyNumber] | None, *, at: datetime) -> None:
        """The claim waits no more for these, or for any."""
        columns = self.table.c
        wanted = [columns.claim_id == claim_id, columns.ended_at.is_(None)]
        if numbers is not None:
            among = literal([str(each) for each in numbers], ARRAY(Text))
            wanted.append(columns.certificate_number == any_(among))
        ended = update(self.table).where(*wanted).values(ended_at=at, version=columns.version + 1)
        await self._connection.execute(ended)

    async def looked(self, claim_id: UUID) -> None:
        """The claim has seen all that was told of anybody."""
        columns = self.table.c
        told = (columns.claim_id == claim_id, columns.ended_at.is_(None), columns.told_at.is_not(None))
        seen = update(self.table).where(*told).values(told_at=None, version=columns.version + 1)
        await self._connection.execute(seen)

    async def told_claims(self) -> Sequence[tuple[UUID, int]]:
        """Claims about whose people something new is known, and of how many certificates."""
        columns = self.table.c
        told = (columns.told_at.is_not(None), columns.ended_at.is_(None))
        statement = select(columns.claim_id, func.count().label("news")).where(*told)
        rows = await self._connection.execute(statement.group_by(columns.claim_id).order_by(columns.claim_id))
        return [(row.claim_id, row.news) for row in rows]

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
