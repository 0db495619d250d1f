"""One entry for every act: who, when, on what, from which state to which, by which clauses, in which trace."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from shared.identity.scope import Scope
from shared.ledger.states import state_digest
from shared.observability import current_trace_id
from shared.persistence.together import Part

_APPEND = """
    entered AS (
        INSERT INTO ledger_entry (at, actor, on_behalf_of, act, subject_kind, subject_id, before_digest, after_digest,
                                  basis, reason, trace_id)
        SELECT :at, :actor, :on_behalf_of, act, kind, subject, before, after,
               string_to_array(basis, ' '), :reason, trace_id
        FROM unnest(CAST(:all_act AS text[]), CAST(:all_kind AS text[]), CAST(:all_subject AS uuid[]),
                    CAST(:all_before AS bytea[]), CAST(:all_after AS bytea[]), CAST(:all_basis AS text[]),
                    CAST(:all_trace_id AS text[]))
             WITH ORDINALITY AS changed (act, kind, subject, before, after, basis, trace_id, place)
        ORDER BY place
    )
"""


def ledger_tables(metadata: MetaData) -> None:
    """Entries, and the chain that a sealer links over them.

    The service's role may add to either and mark an entry sealed; nothing else.
    """
    entry = Table(
        "ledger_entry",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("actor", Text, nullable=False),
        Column("on_behalf_of", Text),
        Column("act", Text, nullable=False),
        Column("subject_kind", Text, nullable=False),
        Column("subject_id", Uuid, nullable=False),
        Column("before_digest", LargeBinary),
        Column("after_digest", LargeBinary),
        Column("basis", ARRAY(Text), nullable=False),
        Column("reason", Text),
        Column("trace_id", Text),
        Column("sealed", Boolean, nullable=False, server_default=text("false")),
    )
    Index("ix_ledger_entry_unsealed", entry.c.id, postgresql_where=text("NOT sealed"))
    Index("ix_ledger_entry_subject", entry.c.subject_id, entry.c.id)
    Table(
        "ledger_link",
        metadata,
        Column("position", BigInteger, primary_key=True, autoincrement=False),
        Column("entry_id", BigInteger, nullable=False, unique=True),
        Column("digest", LargeBinary, nullable=False),
    )


class Change(NamedTuple):
    """One subject's step from one state to another, as it will stand in the ledger."""

    act: str
    kind: str
    subject: UUID
    before: bytes | None
    after: bytes | None
    basis: str
    trace_id: str | None


def _digest(row: Mapping[str, Any] | None) -> bytes | None:
    return state_digest(row) if row is not None else None


class Ledger:
    """Collects the changes of one unit of work, to be appended in the same transaction.

    `act` names what is being done just now; `reason` is what the caller gave for it.
    """

    def __init__(self, scope: Scope, *, at: datetime) -> None:
        self._scope = scope
        self._at = at
        self._basis: tuple[str, ...] = ()
        self._changes: list[Change] = []
        self.act = scope.act
        self.reason: str | None = None

    def changed(
        self,
        kind: str,
        subject: UUID,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """Note that a subject went from one state to another; both None for an act that changed no row."""
        self._note(kind, [(subject, _digest(before), _digest(after))])

    def added(self, kind: str, rows: Iterable[tuple[UUID, Mapping[str, Any]]]) -> None:
        """Note that these subjects came to be in these states."""
        self._note(kind, [(subject, None, state_digest(row)) for subject, row in rows])

    def _note(self, kind: str, steps: Iterable[tuple[UUID, bytes | None, bytes | None]]) -> None:
        act, basis, trace_id = self.act, " ".join(self._basis), current_trace_id()
        self._changes += [Change(act, kind, *step, basis, trace_id) for step in steps]

    def because(self, basis: Iterable[str]) -> None:
        """Name the clauses that decided the changes noted from now on."""
        self._basis = tuple(dict.fromkeys(basis))

    def take(self) -> Part | None:
        """What is to be appended of all that was noted since this was last asked."""
        if not self._changes:
            return None
        changes, self._changes = self._changes, []
        columns = {
            f"all_{name}": list(column)
            for name, column in zip(Change._fields, zip(*changes, strict=True), strict=True)
        }
        constants = {
            "at": self._at,
            "actor": self._scope.actor,
            "on_behalf_of": self._scope.on_behalf_of,
            "reason": self.reason,
        }
        return Part(queries=_APPEND, values={**columns, **constants})
