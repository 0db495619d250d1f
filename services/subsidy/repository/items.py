"""The items of claims in PostgreSQL: single ones as aggregates, all of a claim in one statement."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    RowMapping,
    Select,
    func,
    literal,
    select,
    update,
)

from services.subsidy import tables
from services.subsidy.domain.inputs import joined
from services.subsidy.domain.item import COUNTED, Check, Item, ItemState, PaidItem, Tally, UnknownItem
from services.subsidy.domain.terms import AnyNumber
from services.subsidy.domain.verdict import Decision, unpack_verdict
from services.subsidy.repository.verdicts import SqlVerdicts
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
_ROW, _VERDICT = tables.claim_item.c, tables.verdict.c
_ASKED, _KNOWN = tables.decision_input.alias("asked_half"), tables.decision_input.alias("known_half")
WHOLE = (
    tables.claim_item.outerjoin(tables.verdict, _VERDICT.id == _ROW.verdict)
    .outerjoin(_ASKED, _ASKED.c.id == _ROW.asked)
    .outerjoin(_KNOWN, _KNOWN.c.id == _ROW.known)
)
HALVES = tuple(
    half.c[name].label(f"{word}_{name}")
    for word, half in (("asked", _ASKED), ("known", _KNOWN))
    for name in ("written", "digest")
)
_OF_VERDICT = ("outcome", "amount_fen", "base_fen", "uplift", "shortage")
ITEMS = select(
    *tables.claim_item.columns,
    *(_VERDICT[name].label(f"verdict_{name}") for name in _OF_VERDICT),
    *(_VERDICT.basis, _VERDICT.explanation, _VERDICT.policy_version, _VERDICT.known_on),
    *HALVES,
).select_from(WHOLE)
"""Items as they are read: each with what was decided about it, and from what."""


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
            "state": item.state.value,
            **_sums(item.decision),
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
            decision=_decision_in(row) if row["verdict"] else None,
            inputs=inputs_in(row).decode(),
            check=check if row["checked_at"] else None,
        )

    async def keep(self, items: Sequence[Item]) -> None:
        """Write new items in pieces, in their turns: what is decided together then stands together."""
        ordered = sorted(items, key=lambda item: item.turn)
        kept = SqlVerdicts(self._connection)
        for start in range(0, len(ordered), _CHUNK):
            some = ordered[start : start + _CHUNK]
            told = await kept.keep_decisions([item.decision for item in some])
            rows = [
                {**self.to_row(item), **refers, "version": 1} for item, refers in zip(some, told, strict=True)
            ]
            await self._connection.insert(self.table, rows)

    async def write_changed(self) -> None:
        """Write what was changed of single items now, so that what is asked next counts it."""
        await self.save()

    async def of_claim(self, claim_id: UUID, item_id: UUID) -> Item:
        """One item of this claim; raises UnknownItem."""
        item = await self.get(item_id)
        if item.claim_id != claim_id:
            raise UnknownItem(str(item_id))
        return item

    async def numbered(self, claim_id: UUID, number: AnyNumber) -> Item:
        """The item of one certificate of this claim; raises UnknownItem."""
        found = await self._first(_ROW.claim_id == claim_id, _ROW.certificate_number == str(number))
        if found is None:
            raise UnknownItem
        return found

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
        verdicts = select(_ROW.verdict).where(_ROW.claim_id == claim_id, counted).distinct()
        clauses = select(func.unnest(_VERDICT.basis)).where(_VERDICT.id.in_(verdicts)).distinct()
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

    async def _first(self, *conditions: ColumnElement[bool]) -> Item | None:
        rows = await self._fetch(ITEMS.where(*conditions).limit(1))
        return rows[0] if rows else None

    def _of(self, claim_id: UUID) -> Select[Any]:
        return ITEMS.where(_ROW.claim_id == claim_id)

    async def _loose(self, statement: Select[Any]) -> list[Item]:
        """Items nobody watches for changes: many at once need not be compared row by row."""
        rows = await self._connection.execute(statement)
        return [self.to_aggregate(row) for row in rows.mappings()]


def _sums(decision: Decision | None) -> dict[str, Any]:
    """What a row tells of a decision by itself."""
    if decision is None:
        return {"outcome": None, "amount_fen": 0, "base_fen": 0, "uplift": None, "shortage": False}
    return {
        "outcome": decision.outcome.value,
        "amount_fen": int(decision.amount),
        "base_fen": int(decision.base),
        "uplift": decision.uplift,
        "shortage": decision.shortage,
    }


def _decision_in(row: RowMapping) -> Decision:
    inputs = inputs_in(row)
    verdict = unpack_verdict(
        {
            **{name: row[f"verdict_{name}"] for name in _OF_VERDICT},
            **{name: row[name] for name in ("basis", "explanation", "policy_version")},
            "known_on": row["known_on"].isoformat(),
        }
    )
    return Decision(verdict, sha256(inputs).hexdigest() if inputs else "")


def inputs_in(row: RowMapping) -> bytes:
    """The canonical form again, of the halves that were kept; what was decided before they were has none.

    Raises ValueError for a half that is no longer what it was written as.
    """
    if row["asked_written"] is None:
        return b""
    number = parse_certificate_number(row["certificate_number"])
    return joined(_half(row, "asked"), number, _half(row, "known"))


def _half(row: RowMapping, name: str) -> bytes:
    written: bytes = row[f"{name}_written"].encode()
    if sha256(written).digest() != row[f"{name}_digest"]:
        raise ValueError("核算输入被改动 · what a decision was made from was altered")
    return written


def _place_in(cursor: str) -> int:
    (place,) = decode_cursor(cursor, parts=1)
    if not (place.isascii() and place.isdecimal()) or len(place) > len(str(_MOST_PLACE)):
        raise BadCursor
    return min(int(place), _MOST_PLACE)
