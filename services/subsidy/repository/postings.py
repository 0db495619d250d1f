"""Postings in PostgreSQL: added, summed up, and held against what they account for."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, case, func, literal, select, union_all

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
        nothing = literal(0)
        sides = union_all(
            _side(_posting.debit, (_posting.amount_fen, nothing), wanted),
            _side(_posting.credit, (nothing, _posting.amount_fen), wanted),
        ).subquery()
        row = sides.c
        totals = select(
            row.organ,
            row.line,
            row.account,
            func.sum(row.debits).label("d"),
            func.sum(row.credits).label("c"),
        ).group_by(row.organ, row.line, row.account)
        found = await self._connection.execute(totals)
        return balances(
            {(it.organ, MoneyLine(it.line), Account(it.account)): (int(it.d), int(it.c)) for it in found}
        )

    async def differences(self) -> list[Difference]:
        """Where the accounts say something else than the claims and orders they account for."""
        booked: defaultdict[_Key, int] = defaultdict(int)
        for each in await self.balances():
            if each.account in _COUNTED:
                booked[each.organ, each.line, each.account] = each.balance
        repaid = select(_posting.organ, _posting.line, func.sum(_posting.amount_fen).label("total")).where(
            _posting.debit == Account.ORDERED.value, _posting.credit == Account.PAID.value
        )
        paid = await self._connection.execute(repaid.group_by(_posting.organ, _posting.line))
        for row in paid.mappings():
            booked[row["organ"], MoneyLine(row["line"]), Account.PAID] = int(row["total"])
        counted = await self._counted()
        return [
            Difference(organ=key[0], line=key[1], account=key[2], booked=booked[key], counted=counted[key])
            for key in sorted(booked.keys() | counted.keys(), key=str)
            if booked[key] != counted[key]
        ]

    async def _counted(self) -> defaultdict[_Key, int]:
        """What claims and orders come to, on the accounts that stand for them."""
        stands = case((_claim.state == ClaimState.FROZEN.value, _claim.resumes_as), else_=_claim.state)
        of_claims = select(
            _claim.organ,
            _claim.line,
            stands.label("stands"),
            func.sum(_claim.total_fen).label("total"),
        ).group_by(_claim.organ, _claim.line, stands)
        of_orders = select(
            _order.organ,
            _order.line,
            _order.state.label("stands"),
            func.sum(_order.amount_fen).label("total"),
        ).group_by(_order.organ, _order.line, _order.state)
        counted: defaultdict[_Key, int] = defaultdict(int)
        for statement, accounts in ((of_claims, _OF_CLAIMS), (of_orders, _OF_ORDERS)):
            found = await self._connection.execute(statement)
            for row in found.mappings():
                if row["stands"] in accounts:
                    key = row["organ"], MoneyLine(row["line"]), accounts[row["stands"]]
                    counted[key] += int(row["total"])
        return counted


_OF_CLAIMS = {
    ClaimState.APPROVED.value: Account.OWED,
    ClaimState.RETURNED.value: Account.RETURNED,
}
_OF_ORDERS = {OrderState.ORDERED.value: Account.ORDERED, OrderState.PAID.value: Account.PAID}
_COUNTED = frozenset({Account.OWED, Account.ORDERED, Account.RETURNED})


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
