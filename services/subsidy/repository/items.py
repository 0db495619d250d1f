"""The items of claims in PostgreSQL: single ones as aggregates, all of a claim in one statement."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Integer,
    RowMapping,
    Select,
    bindparam,
    func,
    insert,
    literal,
    select,
    update,
)

from services.subsidy import tables
from services.subsidy.domain.item import COUNTED, Check, Item, ItemState, PaidItem, Tally, UnknownItem
from services.subsidy.domain.terms import AnyNumber
from services.subsidy.domain.verdict import Decision, pack, unpack_decision
from shared.paging import BadCursor, Page, decode_cursor, page_of
from shared.persistence.aggregates import SqlAggregates
from shared.policy import MoneyLine
from shared.values import Fen, Level, parse_certificate_number

_CHUNK = 1000
_MOST_PLACE = 2**31 - 1
_PLAIN = (
    "id",
    "claim_id",
    "organ",
    "uscc",
    "place",
    "turn",
    "certificate_id",
    "holder_index",
    "family",
    "employment",
    "decided_at",
    "sampled",
    "excluded_for",
    "excluded_by",
    "objections_open",
)
_PACKED = (
    "outcome",
    "amount_fen",
    "base_fen",
    "uplift",
    "shortage",
    "basis",
    "explanation",
    "policy_version",
    "known_on",
    "inputs_digest",
)
_DECIDED = ("state", *_PACKED, "inputs", "decided_at")
_ROW = tables.claim_item.c
_NOTE_DECIDED = (
    update(tables.claim_item)
    .where(_ROW.id == bindparam("of_item"))
    .values(
        version=_ROW.version + 1,
        **{name: bindparam(f"now_{name}", type_=_ROW[name].type) for name in _DECIDED},
    )
)


class SqlItems(SqlAggregates[Item]):
    """The items of claims in PostgreSQL.

    What touches many at once goes around the ledger's row for each: the claim's own entry, with what its items came to,
    tells of it.
    """

    table = tables.claim_item
    missing = UnknownItem

    def to_row(self, aggregate: Item) -> dict[str, Any]:
        item, check = aggregate, aggregate.check
        return {
            **{name: getattr(item, name) for name in _PLAIN},
            "line": item.line.value,
            "certificate_number": str(item.certificate_number),
            "level": int(item.level),
            **_decision_out(item),
            "checked_by": check.by if check else None,
            "checked_at": check.at if check else None,
            "check_passed": check.passed if check else None,
            "check_note": check.note if check else None,
        }

    def to_aggregate(self, row: RowMapping) -> Item:
        check = Check(
            by=row["checked_by"], at=row["checked_at"], passed=row["check_passed"], note=row["check_note"]
        )
        return Item(
            **{name: row[name] for name in (*_PLAIN, "version")},
            line=MoneyLine(row["line"]),
            certificate_number=parse_certificate_number(row["certificate_number"]),
            level=Level(row["level"]),
            state=ItemState(row["state"]),
            decision=_decision_in(row) if row["outcome"] else None,
            inputs=row["inputs"] or "",
            check=check if row["checked_at"] else None,
        )

    async def keep(self, items: Sequence[Item]) -> None:
        """Write new items in pieces."""
        for start in range(0, len(items), _CHUNK):
            rows = [{**self.to_row(item), "version": 1} for item in items[start : start + _CHUNK]]
            await self._connection.execute(insert(self.table), rows)

    async def write_changed(self) -> None:
        """Write what was changed of single items now, so that what is asked next counts it."""
        await self.save()

    async def of_claim(self, claim_id: UUID, item_id: UUID) -> Item:
        """One item of this claim; raises UnknownItem."""
        item = await self.get(item_id)
        if item.claim_id != claim_id:
            raise UnknownItem(str(item_id))
        return item

    async def undecided(self, claim_id: UUID, *, most: int) -> list[Item]:
        """The next to be decided, in their turns; loose copies, to be given to `note_decided`."""
        statement = self._of(claim_id).where(_ROW.decided_at.is_(None)).order_by(_ROW.turn)
        return await self._loose(statement.limit(most))

    async def waiting(self, claim_id: UUID, *, most: int) -> list[Item]:
        """What was decided and waits for facts, in their turns; loose copies."""
        statement = self._of(claim_id).where(
            _ROW.state == ItemState.PENDING.value, _ROW.decided_at.is_not(None)
        )
        return await self._loose(statement.order_by(_ROW.turn).limit(most))

    async def turns(self, claim_id: UUID, *, after: int, most: int) -> list[Item]:
        """Items in their turns, whatever became of them; loose copies."""
        return await self._loose(self._of(claim_id).where(_ROW.turn > after).order_by(_ROW.turn).limit(most))

    async def note_decided(self, items: Sequence[Item]) -> None:
        """Write what was decided about each."""
        if not items:
            return
        told = [
            {"of_item": item.id, **{f"now_{name}": value for name, value in _told(item).items()}}
            for item in items
        ]
        await self._connection.execute(_NOTE_DECIDED, told)

    async def tally(self, claim_id: UUID) -> Tally:
        counted = _ROW.state.in_([state.value for state in COUNTED])
        undecided = _ROW.decided_at.is_(None) & (_ROW.state == ItemState.PENDING.value)
        sums = select(
            func.count().label("certificates"),
            func.count().filter(undecided).label("undecided"),
            func.count().filter(_ROW.state == ItemState.PENDING.value).label("pending"),
            func.count().filter(counted).label("payable"),
            func.coalesce(func.sum(_ROW.amount_fen).filter(counted), 0).label("total"),
        ).where(_ROW.claim_id == claim_id)
        clauses = select(func.unnest(_ROW.basis)).where(_ROW.claim_id == claim_id, counted).distinct()
        row = (await self._connection.execute(sums)).mappings().one()
        basis = (await self._connection.execute(clauses)).scalars()
        return Tally(
            certificates=row["certificates"],
            undecided=row["undecided"],
            pending=row["pending"],
            payable=row["payable"],
            total=Fen(int(row["total"])),
            basis=tuple(sorted(basis)),
        )

    async def first(self, claim_id: UUID, *, most: int) -> list[Item]:
        return await self._loose(self._of(claim_id).order_by(_ROW.place).limit(most))

    async def page(
        self, claim_id: UUID, *, state: ItemState | None, sampled: bool | None, cursor: str | None, size: int
    ) -> Page[Item]:
        """Items in the order in which they were listed."""
        statement = self._of(claim_id).order_by(_ROW.place)
        if state is not None:
            statement = statement.where(_ROW.state == state.value)
        if sampled is not None:
            statement = statement.where(_ROW.sampled == sampled)
        if cursor is not None:
            statement = statement.where(_ROW.place > literal(_place_in(cursor), Integer))
        found = await self._loose(statement.limit(size + 1))
        return page_of(found, size=size, position=lambda each: (each.place,))

    async def payable_numbers(self, claim_id: UUID) -> list[AnyNumber]:
        statement = select(_ROW.certificate_number).where(
            _ROW.claim_id == claim_id, _ROW.state == ItemState.PAYABLE.value
        )
        return [
            parse_certificate_number(each) for each in (await self._connection.execute(statement)).scalars()
        ]

    async def mark_sampled(self, claim_id: UUID, numbers: Sequence[AnyNumber]) -> None:
        wanted = [str(number) for number in numbers]
        await self._connection.execute(
            update(self.table)
            .where(_ROW.claim_id == claim_id, _ROW.certificate_number.in_(wanted))
            .values(sampled=True, version=_ROW.version + 1)
        )

    async def move(self, claim_id: UUID, before: Sequence[ItemState], after: ItemState) -> None:
        """All items of the claim in these states go into another."""
        await self._connection.execute(
            update(self.table)
            .where(_ROW.claim_id == claim_id, _ROW.state.in_([state.value for state in before]))
            .values(state=after.value, version=_ROW.version + 1)
        )

    async def paid(self, claim_id: UUID) -> list[PaidItem]:
        """What of the claim was paid, in the order in which it was listed."""
        statement = select(_ROW.certificate_number, _ROW.level, _ROW.amount_fen).where(
            _ROW.claim_id == claim_id, _ROW.state == ItemState.PAID.value
        )
        rows = await self._connection.execute(statement.order_by(_ROW.place))
        return [
            PaidItem(
                number=parse_certificate_number(row.certificate_number),
                level=Level(row.level),
                amount=Fen(row.amount_fen),
            )
            for row in rows
        ]

    def _of(self, claim_id: UUID) -> Select[Any]:
        return select(self.table).where(_ROW.claim_id == claim_id)

    async def _loose(self, statement: Select[Any]) -> list[Item]:
        """Items nobody watches for changes: many at once need not be compared row by row."""
        rows = await self._connection.execute(statement)
        return [self.to_aggregate(row) for row in rows.mappings()]


def _told(item: Item) -> dict[str, Any]:
    return {**_decision_out(item), "decided_at": item.decided_at}


def _decision_out(item: Item) -> dict[str, Any]:
    if item.decision is None:
        nothing = {"amount_fen": 0, "base_fen": 0, "shortage": False, "basis": []}
        return {"state": item.state.value, **dict.fromkeys((*_PACKED, "inputs")), **nothing}
    packed = pack(item.decision)
    return {
        "state": item.state.value,
        **packed,
        "known_on": item.decision.known_on,
        "inputs": item.inputs,
    }


def _decision_in(row: RowMapping) -> Decision:
    packed = {name: row[name] for name in _PACKED}
    return unpack_decision({**packed, "known_on": row["known_on"].isoformat()})


def _place_in(cursor: str) -> int:
    (place,) = decode_cursor(cursor, parts=1)
    if not (place.isascii() and place.isdecimal()) or len(place) > len(str(_MOST_PLACE)):
        raise BadCursor
    return min(int(place), _MOST_PLACE)
