"""Signals in PostgreSQL, with the certificates each is about."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    RowMapping,
    Text,
    and_,
    any_,
    delete,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy import tables
from services.subsidy.domain.claim import Claim
from services.subsidy.domain.evaluation import Sitting
from services.subsidy.domain.signal import (
    SHOWN,
    Sight,
    Signal,
    SignalEvidence,
    SignalFinding,
    SignalKind,
    SignalKnown,
    SignalState,
    Sought,
    Subject,
    UnknownSignal,
)
from services.subsidy.domain.terms import AnyNumber
from services.subsidy.repository.records import of_sitting
from shared.ledger.entries import Ledger
from shared.paging import Page, decode_cursor, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.values import Uscc

_EVIDENCE = TypeAdapter(SignalEvidence)
_PLAIN = (
    "id",
    "subject",
    "organ",
    "institution_id",
    "weight",
    "raised_at",
    "changed_at",
    "revision",
    "closed_at",
    "closed_weight",
    "lead_id",
)
_WHOLE = (SignalKind.SHARED_ACCOUNT.value, SignalKind.SERIAL_GAP.value)
"""What concerns all that an institution claims for, not single certificates."""
_signal = tables.signal.c
_seen = tables.signal_certificate.c


class SqlSignals(SqlAggregates[Signal]):
    """Signals in PostgreSQL; `for_officers` is whether the unit of work is an organ's, or the service's own."""

    table = tables.signal
    missing = UnknownSignal
    refusals = {"uq_signal_subject": SignalKnown}  # noqa: RUF012 — ClassVar in the base class

    def __init__(self, connection: AsyncConnection, ledger: Ledger, *, for_officers: bool) -> None:
        super().__init__(connection, ledger)
        self._for_officers = for_officers

    def to_row(self, aggregate: Signal) -> dict[str, Any]:
        uscc, finding = aggregate.institution_uscc, aggregate.finding
        return {
            **{name: getattr(aggregate, name) for name in _PLAIN},
            "kind": aggregate.kind.value,
            "institution_uscc": str(uscc) if uscc else None,
            "evidence": _EVIDENCE.dump_python(aggregate.evidence, mode="json"),
            "state": aggregate.state.value,
            "finding": finding.value if finding else None,
        }

    def to_aggregate(self, row: RowMapping) -> Signal:
        return Signal(
            **{name: row[name] for name in (*_PLAIN, "version")},
            kind=SignalKind(row["kind"]),
            institution_uscc=Uscc(row["institution_uscc"]) if row["institution_uscc"] else None,
            evidence=_EVIDENCE.validate_python(row["evidence"]),
            state=SignalState(row["state"]),
            finding=SignalFinding(row["finding"]) if row["finding"] else None,
        )

    async def about(self, subjects: Collection[Subject]) -> Mapping[Subject, Signal]:
        """What was raised about each of these before."""
        wanted = [(kind.value, subject) for kind, subject in subjects]
        found = await self._fetch(select(self.table).where(tuple_(_signal.kind, _signal.subject).in_(wanted)))
        return {(each.kind, each.subject): each for each in found}

    async def beginning(self, kind: SignalKind, prefix: str) -> Sequence[Signal]:
        """Signals of a kind about subjects that begin so."""
        begins = _signal.subject.startswith(prefix, autoescape=True)
        return await self._fetch(select(self.table).where(_signal.kind == kind.value, begins))

    async def page(self, sought: Sought, *, cursor: str | None, size: int) -> Page[Signal]:
        """Signals, the latest raised first."""
        statement = select(self.table).where(*_sought(sought)).order_by(_signal.id.desc())
        if cursor is not None:
            statement = statement.where(_signal.id < uuid_in(*decode_cursor(cursor, parts=1)))
        found = await self._fetch(statement.limit(size + 1))
        return page_of(found, size=size, position=lambda each: (each.id,))

    async def open_on(self, claim: Claim) -> int | None:
        """How many open signals touch a claim; None to whoever is no officer."""
        if not self._for_officers:
            return None
        wanted = (_signal.state == SignalState.OPEN.value, _touching(claim))
        found = await self._connection.execute(select(func.count()).select_from(self.table).where(*wanted))
        return int(found.scalar_one())

    async def signs_of(
        self, numbers: Iterable[AnyNumber], kinds: Collection[SignalKind]
    ) -> Mapping[tuple[SignalKind, str, str], Sight]:
        """What was seen of these certificates before, by kind, subject and number."""
        wanted = literal([str(number) for number in numbers], ARRAY(Text))
        statement = (
            select(_signal.kind, _signal.subject, tables.signal_certificate)
            .join(self.table, _signal.id == _seen.signal_id)
            .where(_seen.number == any_(wanted), _signal.kind.in_([kind.value for kind in kinds]))
        )
        rows = await self._connection.execute(statement)
        return {
            (SignalKind(row["kind"]), row["subject"], row["number"]): _sight(row) for row in rows.mappings()
        }

    async def forget_signs(self, kind: SignalKind, subject: str, numbers: Collection[str]) -> None:
        """They are no longer among the certificates of a signal."""
        own = select(_signal.id).where(_signal.kind == kind.value, _signal.subject == subject)
        await self._connection.execute(
            delete(tables.signal_certificate).where(
                _seen.signal_id.in_(own), _seen.number == any_(literal(list(numbers), ARRAY(Text)))
            )
        )

    async def keep_signs(self, signal: Signal, sights: Sequence[Sight]) -> None:
        """These are among the certificates of a signal, and look so."""
        if not sights:
            return
        new = insert(tables.signal_certificate)
        changed = {name: new.excluded[name] for name in ("evaluated_on", "issued_on", "day", "note")}
        await self._connection.execute(
            new.on_conflict_do_update(index_elements=["signal_id", "number"], set_=changed),
            [{"signal_id": signal.id, "organ": signal.organ, **vars(each)} for each in sights],
        )

    async def keep_sitting(self, signal: Signal, sitting: Sitting) -> None:
        """All certificates of a sitting are among those of a signal."""
        certificate = tables.certificate.c
        own = select(
            literal(signal.id),
            certificate.number,
            literal(signal.organ),
            certificate.evaluated_on,
            certificate.issued_on,
            null(),
            literal(""),
        ).where(*of_sitting(sitting))
        names = ["signal_id", "number", "organ", "evaluated_on", "issued_on", "day", "note"]
        new = insert(tables.signal_certificate).from_select(names, own)
        await self._connection.execute(new.on_conflict_do_nothing())

    async def seen_of(self, signals: Collection[UUID]) -> Mapping[UUID, tuple[int, tuple[Sight, ...]]]:
        """Of how many certificates each is, and the first of them by number."""
        ranked = (
            select(
                tables.signal_certificate,
                func.count().over(partition_by=_seen.signal_id).label("counted"),
                func.row_number().over(partition_by=_seen.signal_id, order_by=_seen.number).label("place"),
            )
            .where(_seen.signal_id.in_(list(signals)))
            .subquery()
        )
        statement = select(ranked).where(ranked.c.place <= SHOWN).order_by(ranked.c.signal_id, ranked.c.place)
        found: dict[UUID, tuple[int, tuple[Sight, ...]]] = {}
        for row in (await self._connection.execute(statement)).mappings():
            _, before = found.get(row["signal_id"], (0, ()))
            found[row["signal_id"]] = row["counted"], (*before, _sight(row))
        return found


def _sight(row: RowMapping) -> Sight:
    return Sight(**{name: row[name] for name in ("number", "evaluated_on", "issued_on", "day", "note")})


def _sought(sought: Sought) -> list[ColumnElement[bool]]:
    pairs = (
        (_signal.kind, sought.kind.value if sought.kind else None),
        (_signal.state, sought.state.value if sought.state else None),
        (_signal.institution_id, sought.institution_id),
        (_signal.organ, sought.organ),
    )
    wanted = [column == value for column, value in pairs if value is not None]
    return [*wanted, _touching(sought.touching)] if sought.touching else wanted


def _touching(claim: Claim) -> ColumnElement[bool]:
    """Signals about a certificate of a claim, or about its institution as a whole."""
    item = tables.claim_item.c
    certificates = (
        select(_seen.signal_id)
        .join(tables.claim_item, item.certificate_number == _seen.number)
        .where(item.claim_id == claim.id)
    )
    whole = and_(_signal.kind.in_(_WHOLE), _signal.institution_id == claim.institution_id)
    return or_(_signal.id.in_(certificates), whole) if claim.institution_id else _signal.id.in_(certificates)
