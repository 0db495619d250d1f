"""Claims in PostgreSQL."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, exists, func, select

from services.subsidy import tables
from services.subsidy.domain.certificate import SealedHolder
from services.subsidy.domain.claim import (
    PAYABLE,
    UNPAID,
    Claim,
    ClaimState,
    Payment,
    Review,
)
from services.subsidy.domain.deadline import Deadline
from services.subsidy.domain.item import Tally
from services.subsidy.domain.person import Channel, Person
from services.subsidy.domain.queue import ClaimSummary, Wanted
from services.subsidy.domain.refusals import AlreadyClaimed, UnknownClaim
from shared.paging import Page, decode_cursor, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.policy import MoneyLine
from shared.values import Fen, Uscc

_PLAIN = (
    "id",
    "version",
    "organ",
    "institution_id",
    "frozen_for",
    "created_at",
    "submitted_at",
    "file_name",
    "faulty",
    "unchecked",
    "publicity_until",
    "objections_open",
)


class SqlClaims(SqlAggregates[Claim]):
    """Claims in PostgreSQL."""

    table = tables.claim
    missing = UnknownClaim
    refusals = {  # noqa: RUF012 — ClassVar in the base class
        "uq_claim_number": AlreadyClaimed,
        "uq_claim_reference": AlreadyClaimed,
    }

    def to_row(self, aggregate: Claim) -> dict[str, Any]:
        claim, payment = aggregate, aggregate.payment
        return {
            **{name: getattr(claim, name) for name in _PLAIN if name != "version"},
            "uscc": str(claim.uscc) if claim.uscc else None,
            **_person_out(claim.person),
            "line": claim.line.value,
            "state": claim.state.value,
            "resumes_as": claim.resumes_as.value if claim.resumes_as else None,
            **_tally_out(claim.tally),
            **_said(claim.review, ("reviewed_by", "reviewed_at", "review_reason")),
            **_said(claim.approval, ("approved_by", "approved_at", "approval_reason")),
            "due_at": claim.due.due_at if claim.due else None,
            "escalated_at": claim.due.escalated_at if claim.due else None,
            "paid_by": payment.by if payment else None,
            "paid_at": payment.at if payment else None,
        }

    def to_aggregate(self, row: RowMapping) -> Claim:
        return Claim(
            **{name: row[name] for name in _PLAIN},
            uscc=_uscc(row),
            person=_person_in(row),
            line=MoneyLine(row["line"]),
            state=ClaimState(row["state"]),
            resumes_as=ClaimState(row["resumes_as"]) if row["resumes_as"] else None,
            tally=_tally_in(row),
            due=Deadline(due_at=row["due_at"], escalated_at=row["escalated_at"]) if row["due_at"] else None,
            review=_heard(row["reviewed_by"], row["reviewed_at"], row["review_reason"]),
            approval=_heard(row["approved_by"], row["approved_at"], row["approval_reason"]),
            payment=Payment(by=row["paid_by"], at=row["paid_at"]) if row["paid_at"] else None,
        )

    async def numbered(self, number: str) -> Claim | None:
        """A person's claim by its number, if there is one."""
        return await self._first(self.table.c.number == number)

    async def referred_to(self, reference: str) -> Claim | None:
        """A person's claim by the code that was given out with it, if there is one."""
        return await self._first(self.table.c.reference == reference)

    async def take_turn(self, claim_id: UUID) -> None:
        """Wait until nobody else is at this claim, and keep others from it until the unit of work ends.

        Called before the claim is read, or what is read may be older than what the one before left.
        """
        held = self.table.c.id
        await self._connection.execute(select(held).where(held == claim_id).with_for_update())

    async def claimed(self, claim_id: UUID) -> Claim | None:
        """The claim being decided, on which nobody else works before this unit of work ends; None otherwise."""
        columns = self.table.c
        statement = select(columns.id).where(
            columns.id == claim_id, columns.state == ClaimState.DECIDING.value
        )
        found = await self._connection.execute(statement.with_for_update(skip_locked=True))
        return await self.get(claim_id) if found.first() else None

    async def deciding(self) -> list[tuple[UUID, int]]:
        """Claims that are being decided, and how many items each has left."""
        columns = self.table.c
        statement = select(columns.id, columns.undecided).where(columns.state == ClaimState.DECIDING.value)
        rows = await self._connection.execute(statement.order_by(columns.id))
        return [(row.id, row.undecided) for row in rows]

    async def unpaid_of(self, institution_id: UUID) -> Sequence[Claim]:
        return await self._in_states(institution_id, UNPAID)

    async def frozen_of(self, institution_id: UUID) -> Sequence[Claim]:
        return await self._in_states(institution_id, (ClaimState.FROZEN,))

    async def payable(self, organ: str, line: MoneyLine, *, most: int) -> Sequence[Claim]:
        """What the next batch takes in, the earliest submitted first; nobody else is at these claims meanwhile.

        Those without an account are left out here, or some thousand of them would keep all others from being paid.
        """
        columns, account = self.table.c, tables.payee.c
        known = exists().where(account.id == func.coalesce(columns.institution_id, columns.id))
        wanted = (columns.organ == organ, columns.line == line.value, _in(columns.state, PAYABLE), known)
        statement = select(self.table).where(*wanted).order_by(columns.submitted_at, columns.id)
        return await self._fetch(statement.limit(most).with_for_update())

    async def _in_states(self, institution_id: UUID, states: Iterable[ClaimState]) -> Sequence[Claim]:
        columns = self.table.c
        return await self._fetch(
            select(self.table)
            .where(columns.institution_id == institution_id, _in(columns.state, states))
            .order_by(columns.id)
        )

    async def late(self, *, at: datetime) -> list[UUID]:
        """Those nobody reviewed in time and the city was not told of, what was due first first."""
        columns = self.table.c
        late = select(columns.id).where(*_overdue(at), columns.escalated_at.is_(None))
        return list((await self._connection.execute(late.order_by(columns.due_at))).scalars())

    async def count_overdue(self, *, at: datetime) -> int:
        counted = select(func.count()).select_from(self.table).where(*_overdue(at))
        return int((await self._connection.execute(counted)).scalar_one())

    async def page(self, wanted: Wanted, *, cursor: str | None, size: int) -> Page[ClaimSummary]:
        """Claims without their items, in the order of their ids: that in which they came in."""
        columns = self.table.c
        statement: Select[Any] = select(*(columns[name] for name in _SUMMARY)).order_by(columns.id)
        if wanted.state is not None:
            statement = statement.where(columns.state == wanted.state.value)
        if wanted.overdue_at is not None:
            statement = statement.where(*_overdue(wanted.overdue_at))
        if wanted.escalated:
            statement = statement.where(columns.escalated_at.is_not(None), _waiting)
        if cursor is not None:
            statement = statement.where(columns.id > uuid_in(*decode_cursor(cursor, parts=1)))
        rows = await self._connection.execute(statement.limit(size + 1))
        found = [_summary(row) for row in rows.mappings()]
        return page_of(found, size=size, position=lambda each: (each.id,))


_SUMMARY = (
    "id",
    "version",
    "organ",
    "institution_id",
    "uscc",
    "number",
    "line",
    "state",
    "certificates",
    "total_fen",
    "created_at",
    "submitted_at",
    "due_at",
    "escalated_at",
)

_waiting = tables.claim.c.state == ClaimState.SUBMITTED.value


def _overdue(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return _waiting, tables.claim.c.due_at < at


def _in(column: Any, states: Iterable[ClaimState]) -> Any:
    return column.in_([state.value for state in states])


def _summary(row: RowMapping) -> ClaimSummary:
    typed = {
        "uscc": _uscc(row),
        "line": MoneyLine(row["line"]),
        "state": ClaimState(row["state"]),
        "total_fen": Fen(row["total_fen"]),
    }
    return ClaimSummary(**{**row, **typed})


def _uscc(row: RowMapping) -> Uscc | None:
    return Uscc(row["uscc"]) if row["uscc"] else None


def _person_out(person: Person | None) -> dict[str, Any]:
    if person is None:
        return dict.fromkeys(("holder_name", "holder_id", "holder_index", "channel", *_TOLD))
    return {
        "holder_name": person.holder.name,
        "holder_id": person.holder.id,
        "holder_index": person.holder.index,
        "channel": person.channel.value,
        **{name: getattr(person, name) for name in _TOLD},
    }


def _person_in(row: RowMapping) -> Person | None:
    if row["holder_index"] is None:
        return None
    return Person(
        holder=SealedHolder(name=row["holder_name"], id=row["holder_id"], index=row["holder_index"]),
        channel=Channel(row["channel"]),
        **{name: row[name] for name in _TOLD},
    )


_TOLD = ("taken_by", "number", "reference")


def _tally_out(tally: Tally) -> dict[str, Any]:
    return {
        "certificates": tally.certificates,
        "undecided": tally.undecided,
        "pending": tally.pending,
        "payable": tally.payable,
        "total_fen": int(tally.total),
        "basis": list(tally.basis),
    }


def _tally_in(row: RowMapping) -> Tally:
    return Tally(
        certificates=row["certificates"],
        undecided=row["undecided"],
        pending=row["pending"],
        payable=row["payable"],
        total=Fen(row["total_fen"]),
        basis=tuple(row["basis"]),
    )


def _said(review: Review | None, names: tuple[str, str, str]) -> dict[str, Any]:
    values = (review.by, review.at, review.reason) if review else (None, None, None)
    return dict(zip(names, values, strict=True))


def _heard(by: str, at: datetime | None, reason: str) -> Review | None:
    return Review(by=by, at=at, reason=reason) if at else None
