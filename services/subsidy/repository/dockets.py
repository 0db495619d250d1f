"""Many items at once in PostgreSQL: read in columns, and what was decided written in a statement for each table."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Row,
    Update,
    any_,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy import tables
from services.subsidy.domain.certificate import (
    CertificateState,
    Issue,
    Mark,
    is_evaluated_here,
    validity_in,
)
from services.subsidy.domain.decision import Tariff
from services.subsidy.domain.docket import Listed, Rulings
from services.subsidy.domain.item import ItemState
from services.subsidy.domain.refusals import UnknownCertificate
from services.subsidy.domain.terms import head_of
from services.subsidy.repository.verdicts import SqlVerdicts
from shared.contracts.scope import ScopeItem
from shared.values import Edition, Level, OccupationCode, parse_certificate_number

_ROW, _CERTIFICATE, _VERDICT, _WAIT = (
    tables.claim_item.c,
    tables.certificate.c,
    tables.verdict.c,
    tables.fact_wait.c,
)
_OF_ISSUE = (
    *(_CERTIFICATE.institution_id, _CERTIFICATE.edition, _CERTIFICATE.occupation, _CERTIFICATE.work_type),
    *(_CERTIFICATE.level, _CERTIFICATE.issued_on, _CERTIFICATE.evaluated_on, _CERTIFICATE.state),
    _CERTIFICATE.marks,
)
_OF_ITEM = tuple(
    func.array_agg(column).label(f"all_{column.name}")
    for column in (_ROW.turn, _ROW.certificate_number, _ROW.holder_index, _ROW.employment)
)


class SqlDockets:
    """Items to be decided and what was decided about them, without an object for each."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._verdicts = SqlVerdicts(connection)

    async def listed(self, claim_id: UUID, turns: Sequence[int]) -> Listed:
        """These items of a claim; raises UnknownCertificate where one is out of reach."""
        joined = tables.claim_item.join(tables.certificate, _CERTIFICATE.id == _ROW.certificate_id)
        of = (_ROW.claim_id == claim_id, _among(turns))
        # What many have in common comes once, with columns of what is each one's own.
        statement = select(*_OF_ITEM, *_OF_ISSUE).select_from(joined).where(*of).group_by(*_OF_ISSUE)
        found = _Found(turns)
        for row in await self._connection.execute(statement):
            found.add(row)
        return found.listed

    async def note(
        self, claim_id: UUID, turns: Sequence[int], rulings: Rulings, tariff: Tariff, *, at: datetime
    ) -> None:
        """Write what was decided about the items of these turns, and what it was decided from."""
        docket = rulings.docket
        of = {id(each): each for each in rulings.verdicts}
        ids = await self._verdicts.keep(of.values())
        verdicts = {key: ids[each.digest] for key, each in of.items()}
        asked = [tariff.asked(lot).written for lot in docket.lots]
        known = rulings.known
        halves = await self._verdicts.keep_inputs({*asked, *known})
        by_lot = [halves[each] for each in asked]
        told = (
            func.unnest(
                literal(list(turns), ARRAY(Integer)),
                literal([verdicts[id(each)] for each in rulings.verdicts], ARRAY(BigInteger)),
                literal([by_lot[lot] for lot in docket.lot], ARRAY(BigInteger)),
                literal([halves[each] for each in known], ARRAY(BigInteger)),
            )
            .table_valued("turn", "verdict", "asked", "known")
            .render_derived(name="told")
        )
        await self._connection.execute(_writing(claim_id, turns, told, at=at))

    async def with_news(self, claim_id: UUID, *, most: int) -> Sequence[int]:
        """The turns of the next items that wait, and about whose holders or certificates something new is known."""
        waiting = (_WAIT.claim_id == claim_id, _WAIT.told_at.is_not(None), _WAIT.ended_at.is_(None))
        of = (_ROW.claim_id == claim_id, _ROW.certificate_number == _WAIT.certificate_number)
        pending = (_ROW.state == ItemState.PENDING.value, _ROW.decided_at.is_not(None))
        statement = select(_ROW.turn).where(*waiting, *of, *pending).order_by(_ROW.turn).limit(most)
        return list((await self._connection.execute(statement)).scalars())


class _Found:
    """Items as they come, issue by issue, put where their turns are."""

    def __init__(self, turns: Sequence[int]) -> None:
        self._turns = turns
        self._places = {turn: place for place, turn in enumerate(turns)}
        self._issues: list[Issue] = []
        self._columns: list[Any] = [[None] * len(turns) for _ in range(4)]
        self._count = 0

    def add(self, row: Row[*tuple[Any, ...]]) -> None:
        heads: dict[str, int] = {}
        numbers, holders, employments, issue = self._columns
        for turn, number, holder, employment in zip(
            row.all_turn,
            row.all_certificate_number,
            row.all_holder_index,
            row.all_employment,
            strict=True,
        ):
            place, head = self._places[turn], head_of(number)
            if head not in heads:
                heads[head] = len(self._issues)
                self._issues.append(_issue(row, number))
            numbers[place], holders[place], employments[place] = number, holder, employment
            issue[place] = heads[head]
        self._count += len(row.all_turn)

    @property
    def listed(self) -> Listed:
        """Raises UnknownCertificate where something is missing."""
        if self._count != len(self._turns):
            raise UnknownCertificate
        numbers, holders, employments, issue = self._columns
        return Listed(
            turns=self._turns,
            numbers=numbers,
            holders=holders,
            employments=employments,
            issue=issue,
            issues=self._issues,
        )


def _writing(claim_id: UUID, turns: Sequence[int], told: FromClause, *, at: datetime) -> Update:
    """What each item refers to now, and what its own row says of the verdict."""
    of = (_ROW.claim_id == claim_id, _between(turns), _ROW.turn == told.c.turn, _VERDICT.id == told.c.verdict)
    said = {name: _VERDICT[name] for name in ("outcome", "amount_fen", "base_fen", "uplift", "shortage")}
    refers = {name: told.c[name] for name in ("verdict", "asked", "known")}
    changed = {"version": _ROW.version + 1, "state": _VERDICT.outcome, "decided_at": at}
    return update(tables.claim_item).where(*of).values(**changed, **said, **refers)


def _among(turns: Sequence[int]) -> ColumnElement[bool]:
    if isinstance(turns, range):
        return _between(turns)
    return _ROW.turn == any_(literal(list(turns), ARRAY(Integer)))


def _between(turns: Sequence[int]) -> ColumnElement[bool]:
    """Said besides, so that no other part of the claim is looked at."""
    return _ROW.turn.between(turns[0], turns[-1])


def _issue(row: Row[*tuple[Any, ...]], written: str) -> Issue:
    number = parse_certificate_number(written)
    return Issue(
        institution_id=row.institution_id,
        head=head_of(number),
        item=ScopeItem(
            edition=Edition(row.edition),
            occupation=OccupationCode(row.occupation),
            work_type=row.work_type,
            level=Level(row.level),
        ),
        issued_on=row.issued_on,
        evaluated_on=row.evaluated_on,
        validity=validity_in(CertificateState(row.state)),
        evaluated_here=is_evaluated_here(number, [Mark(each) for each in row.marks]),
    )
