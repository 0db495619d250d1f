"""Recoveries in PostgreSQL; their items, instalments and entries are in `recovery_parts`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, func, select

from services.subsidy import tables
from services.subsidy.domain.recoveries import Wanted
from services.subsidy.domain.recovery import Recovery
from services.subsidy.domain.recovery_faults import UnknownRecovery
from services.subsidy.domain.recovery_terms import (
    Answer,
    Cause,
    Debtor,
    Notice,
    Proposal,
    RecoveryState,
    Statement,
)
from shared.paging import Page, decode_cursor, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.policy import MoneyLine
from shared.values import Fen, Uscc

MOST_ITEMS = 5000
"""What one proposal takes in before another is opened beside it."""

_PLAIN = (
    "id",
    "organ",
    "reason",
    "opened_by",
    "opened_at",
    "certificates",
    "stopped",
    "overdue_since",
    "closed_by",
    "closed_at",
    "closed_for",
)
_SUMS = ("due", "recovered", "written_off", "reserved")
_NOTICE = {
    "notice_number": "number",
    "noticed_by": "by",
    "noticed_at": "at",
    "statement_until": "statement_until",
    "due_on": "due_on",
    "notice_fen": "amount",
    "notice_certificates": "certificates",
}
_STATEMENT, _ANSWER, _PROPOSAL = TypeAdapter(Statement), TypeAdapter(Answer), TypeAdapter(Proposal)


class SqlRecoveries(SqlAggregates[Recovery]):
    """Recoveries in PostgreSQL."""

    table = tables.recovery
    missing = UnknownRecovery

    def to_row(self, aggregate: Recovery) -> dict[str, Any]:
        recovery, debtor = aggregate, aggregate.debtor
        return {
            **{name: getattr(recovery, name) for name in _PLAIN},
            **{f"{name}_fen": int(getattr(recovery, name)) for name in _SUMS},
            "evidence": list(recovery.evidence),
            # Territorial isolation shows rows with its USCC to the debtor: what it was not told of yet has none.
            "uscc": str(debtor.uscc) if debtor.uscc and recovery.notice else None,
            "debtor": debtor.key,
            "institution_id": debtor.institution_id,
            "holder_index": debtor.holder_index,
            "line": recovery.line.value,
            "cause": recovery.cause.value,
            "state": recovery.state.value,
            **_notice_out(recovery.notice),
            "statement": _out(_STATEMENT, recovery.statement),
            "answer": _out(_ANSWER, recovery.answer),
            "proposal": _out(_PROPOSAL, recovery.proposal),
        }

    def to_aggregate(self, row: RowMapping) -> Recovery:
        body = row["institution_id"] is not None
        plain: dict[str, Any] = {name: row[name] for name in (*_PLAIN, "version")}
        return Recovery(
            **plain | {name: Fen(row[f"{name}_fen"]) for name in _SUMS},
            evidence=tuple(row["evidence"]),
            debtor=Debtor(
                institution_id=row["institution_id"],
                uscc=Uscc(row["debtor"]) if body else None,
                holder_index=row["holder_index"],
            ),
            line=MoneyLine(row["line"]),
            cause=Cause(row["cause"]),
            state=RecoveryState(row["state"]),
            notice=_notice_in(row),
            statement=_in(_STATEMENT, row["statement"]),
            answer=_in(_ANSWER, row["answer"]),
            proposal=_in(_PROPOSAL, row["proposal"]),
        )

    async def write_changed(self) -> None:
        """Write what was opened or changed now, so that what is asked next finds it."""
        await self.save()

    async def take_turn(self, debtor: Debtor, organ: str) -> None:
        """Wait until nobody else opens a recovery from this debtor or gives it a number, and keep others from it."""
        key = f"recovery {organ} {debtor.key}"
        await self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))

    async def proposed(self, debtor: Debtor, organ: str, line: MoneyLine, *, cause: Cause) -> Recovery | None:
        """The proposal to which another item of this debtor's institution may be added, if there is one."""
        columns = self.table.c
        return await self._first(
            columns.debtor == debtor.key,
            columns.institution_id.is_not_distinct_from(debtor.institution_id),
            columns.organ == organ,
            columns.line == line.value,
            columns.cause == cause.value,
            columns.state == RecoveryState.PROPOSED.value,
            columns.certificates < MOST_ITEMS,
        )

    async def count_noticed(self, organ: str, line: MoneyLine) -> int:
        """How many notices an organ issued on a line; nobody else issues one before this unit of work ends."""
        key = f"recovery-notice {organ} {line.value}"
        await self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
        columns = self.table.c
        noticed = (columns.organ == organ, columns.line == line.value, columns.notice_number.is_not(None))
        counted = select(func.count()).select_from(self.table).where(*noticed)
        return int((await self._connection.execute(counted)).scalar_one())

    async def final_of(self, debtor: Debtor, organ: str, line: MoneyLine) -> Sequence[Recovery]:
        """What a debtor has to pay back to an organ on a line beyond objection, the earliest noticed first."""
        columns = self.table.c
        wanted = (
            columns.debtor == debtor.key,
            columns.organ == organ,
            columns.line == line.value,
            columns.state == RecoveryState.DUE.value,
        )
        return await self._fetch(
            select(self.table).where(*wanted).order_by(columns.noticed_at, columns.id).with_for_update()
        )

    async def freezing(self, institution_id: UUID, *, besides: UUID | None = None) -> bool:
        """Whether fraud of this institution is being looked into, besides in one recovery."""
        columns = self.table.c
        looked_into = (RecoveryState.PROPOSED.value, RecoveryState.NOTICED.value)
        return await self._exists(
            select(columns.id).where(
                columns.institution_id == institution_id,
                columns.cause == Cause.FRAUD.value,
                columns.state.in_(looked_into),
                columns.id.is_distinct_from(besides),
            )
        )

    async def silent(self, *, at: datetime) -> list[UUID]:
        """Noticed, and the debtor's term ended without a statement."""
        columns = self.table.c
        statement = select(columns.id).where(
            columns.state == RecoveryState.NOTICED.value,
            columns.statement_until < at,
            columns.statement.is_(None),
        )
        return list((await self._connection.execute(statement.order_by(columns.id))).scalars())

    async def page(self, wanted: Wanted, *, cursor: str | None, size: int) -> Page[Recovery]:
        """Recoveries, the latest first."""
        columns = self.table.c
        statement = select(self.table).order_by(columns.id.desc())
        if wanted.state is not None:
            statement = statement.where(columns.state == wanted.state.value)
        if wanted.cause is not None:
            statement = statement.where(columns.cause == wanted.cause.value)
        if wanted.overdue:
            statement = statement.where(columns.overdue_since.is_not(None))
        if wanted.noticed:
            statement = statement.where(columns.notice_number.is_not(None))
        if cursor is not None:
            statement = statement.where(columns.id < uuid_in(*decode_cursor(cursor, parts=1)))
        found = await self._fetch(statement.limit(size + 1))
        return page_of(found, size=size, position=lambda each: (each.id,))


def _notice_out(notice: Notice | None) -> dict[str, Any]:
    if notice is None:
        return dict.fromkeys(_NOTICE)
    return {column: getattr(notice, name) for column, name in _NOTICE.items()}


def _notice_in(row: RowMapping) -> Notice | None:
    if row["notice_number"] is None:
        return None
    told = {name: row[column] for column, name in _NOTICE.items()}
    return Notice(**{**told, "amount": Fen(told["amount"])})


def _out(adapter: TypeAdapter[Any], told: object) -> Any:
    return None if told is None else adapter.dump_python(told, mode="json")


def _in(adapter: TypeAdapter[Any], kept: Any) -> Any:
    return None if kept is None else adapter.validate_python(kept)
