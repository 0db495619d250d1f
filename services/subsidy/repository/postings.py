"""Postings in PostgreSQL: added, summed up, and held against what they account for."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    case,
    func,
    literal,
    select,
    union_all,
)

from services.subsidy import tables
from services.subsidy.domain.claim import ClaimState
from services.subsidy.domain.payment import OrderState
from services.subsidy.domain.posting import Account, Balance, Difference, Posting, balances
from shared.errors import NotFound
from shared.persistence.aggregates import SqlAggregates
from shared.policy import MoneyLine
from shared.values import Fen

_posting = tables.posting.c
_claim = tables.claim.c
_order = tables.payment_order.c
_recovery = tables.recovery.c
_under = tables.recovery_item.c
_PLAIN = ("id", "organ", "month", "claim_id", "item_id", "ref", "at")
_Key = tuple[str, MoneyLine, Account]


class SqlPostings(SqlAggregates[Posting]):
    """Postings in PostgreSQL."""

    table = tables.posting
    missing = NotFound

    def to_row(self, aggregate: Posting) -> dict[str, Any]:
        return {
            **{name: getattr(aggregate, name) for name in _PLAIN},
            "line": aggregate.line.value,
            "debit": aggregate.debit.value,
            "credit": aggregate.credit.value,
            "amount_fen": int(aggregate.amount),
        }

    def to_aggregate(self, row: RowMapping) -> Posting:
        return Posting(
            **{name: row[name] for name in (*_PLAIN, "version")},
            line=MoneyLine(row["line"]),
            debit=Account(row["debit"]),
            credit=Account(row["credit"]),
            amount=Fen(row["amount_fen"]),
        )

    async def of_claim(self, claim_id: UUID) -> Sequence[Posting]:
        """In the order in which they were made."""
        return await self._fetch(
            select(self.table).where(_posting.claim_id == claim_id).order_by(_posting.at, _posting.id)
        )

    async def balances(
        self, *, organ: str | None = None, line: MoneyLine | None = None, month: str | None = None
    ) -> list[Balance]:
        wanted = [
            column == value
            for column, value in ((_posting.organ, organ), (_posting.line, line), (_posting.month, month))
            if value is not None
        ]
        found = await self._connection.execute(_totals(wanted))
        return balances(
            {
                (it.organ, MoneyLine(it.line), Account(it.stands)): (int(it.debits), int(it.credits))
                for it in found
            }
        )

    async def differences(self) -> list[Difference]:
        """Where the accounts say something else than the claims, orders and recoveries they account for.

        One statement, so that a payment committed meanwhile is seen on both sides or on neither.
        """
        totals: dict[_Key, tuple[int, int]] = {}
        booked: defaultdict[_Key, int] = defaultdict(int)
        counted: defaultdict[_Key, int] = defaultdict(int)
        for row in await self._connection.execute(_EVERYTHING):
            organ, line = row.organ, MoneyLine(row.line)
            if row.told_by == _BY_ACCOUNTS:
                totals[organ, line, Account(row.stands)] = int(row.debits), int(row.credits)
            elif row.told_by == _BY_PAYMENTS:
                booked[organ, line, Account.PAID] = int(row.debits)
            elif row.stands in _STANDS_FOR[row.told_by]:
                counted[organ, line, _STANDS_FOR[row.told_by][row.stands]] += int(row.debits)
        for each in balances(totals):
            if each.account in _COUNTED:
                booked[each.organ, each.line, each.account] = each.balance
        return [
            Difference(organ=key[0], line=key[1], account=key[2], booked=booked[key], counted=counted[key])
            for key in sorted(booked.keys() | counted.keys(), key=str)
            if booked[key] != counted[key]
        ]


_OF_CLAIMS = {
    ClaimState.APPROVED.value: Account.OWED,
    ClaimState.RETURNED.value: Account.RETURNED,
}
_OF_ORDERS = {OrderState.ORDERED.value: Account.ORDERED, OrderState.PAID.value: Account.PAID}
_OF_RECOVERIES = {each.value: each for each in (Account.DUE_BACK, Account.RECOVERED, Account.WRITTEN_OFF)}
_COUNTED = frozenset({Account.OWED, Account.ORDERED, Account.RETURNED, *_OF_RECOVERIES.values()})


def _side(
    account: ColumnElement[Any],
    amounts: tuple[ColumnElement[Any], ColumnElement[Any]],
    wanted: Sequence[ColumnElement[bool]],
) -> Select[Any]:
    """One side of every posting: the account, and the amount as debit or as credit."""
    return select(
        _posting.organ,
        _posting.line,
        account.label("account"),
        amounts[0].label("debits"),
        amounts[1].label("credits"),
    ).where(*wanted)


_BY_ACCOUNTS, _BY_PAYMENTS, _BY_CLAIMS, _BY_ORDERS = "accounts", "payments", "claims", "orders"
_BY_RECOVERIES = "recoveries"
_STANDS_FOR = {_BY_CLAIMS: _OF_CLAIMS, _BY_ORDERS: _OF_ORDERS, _BY_RECOVERIES: _OF_RECOVERIES}


def _totals(wanted: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Debits and credits of every account."""
    nothing = literal(0)
    row = (
        union_all(
            _side(_posting.debit, (_posting.amount_fen, nothing), wanted),
            _side(_posting.credit, (nothing, _posting.amount_fen), wanted),
        )
        .subquery()
        .c
    )
    return select(
        literal(_BY_ACCOUNTS).label("told_by"),
        row.organ,
        row.line,
        row.account.label("stands"),
        func.sum(row.debits).label("debits"),
        func.sum(row.credits).label("credits"),
    ).group_by(row.organ, row.line, row.account)


def _told(by: str, table: Any, stands: ColumnElement[Any], amount: ColumnElement[Any]) -> Select[Any]:
    """What these rows come to, by what they stand for."""
    return select(
        literal(by).label("told_by"),
        table.organ,
        table.line,
        stands.label("stands"),
        func.sum(amount).label("debits"),
        literal(0).label("credits"),
    ).group_by(table.organ, table.line, stands)


def _recovered(account: Account, amount: ColumnElement[Any]) -> Select[Any]:
    """What the items under recovery come to, of which the debtors were told and that were not let go again."""
    noticed = (_recovery.id == _under.recovery_id, _recovery.notice_number.is_not(None), ~_under.spared)
    stands = literal(account.value)
    return _told(_BY_RECOVERIES, _under, stands, amount).where(*noticed)


_EVERYTHING = union_all(
    _totals(()),
    _told(_BY_PAYMENTS, _posting, _posting.credit, _posting.amount_fen).where(
        _posting.debit == Account.ORDERED.value, _posting.credit == Account.PAID.value
    ),
    _told(
        _BY_CLAIMS,
        _claim,
        case((_claim.state == ClaimState.FROZEN.value, _claim.resumes_as), else_=_claim.state),
        _claim.total_fen,
    ),
    _told(_BY_ORDERS, _order, _order.state, _order.amount_fen + _order.offset_fen),
    _recovered(Account.DUE_BACK, _under.due_fen - _under.recovered_fen - _under.written_off_fen),
    _recovered(Account.RECOVERED, _under.recovered_fen),
    _recovered(Account.WRITTEN_OFF, _under.written_off_fen),
)
