"""One entry for every act: who, when, on what, from which state to which, by which clauses, in which trace."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
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
from shared.observability import current_traceparent
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
_TRACE_ID = slice(3, 35)


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


def state_digest(row: Mapping[str, Any]) -> bytes:
    """SHA-256 over a row's values as canonical JSON; the values themselves never enter the ledger."""
    canonical = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
    return sha256(canonical.encode()).digest()


def _plain(value: object) -> str:
    if isinstance(value, datetime):  # the database gives a moment back in another zone than it was given
        return value.astimezone(UTC).isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)


@dataclass(frozen=True, kw_only=True)
class Change:
    """One subject's step from one state to another, as it will stand in the ledger."""

    act: str
    kind: str
    subject: UUID
    before: bytes | None
    after: bytes | None
    basis: str
    trace_id: str | None


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
        traceparent = current_traceparent()
        self._changes.append(
            Change(
                act=self.act,
                kind=kind,
                subject=subject,
                before=state_digest(before) if before is not None else None,
                after=state_digest(after) if after is not None else None,
                basis=" ".join(self._basis),
                trace_id=traceparent[_TRACE_ID] if traceparent else None,
            )
        )

    def because(self, basis: Iterable[str]) -> None:
        """Name the clauses that decided the changes noted from now on."""
        self._basis = tuple(dict.fromkeys(basis))

    def take(self) -> Part | None:
        """What is to be appended of all that was noted since this was last asked."""
        if not self._changes:
            return None
        changes, self._changes = self._changes, []
        columns = {
            f"all_{name}": [getattr(each, name) for each in changes] for name in Change.__annotations__
        }
        constants = {
            "at": self._at,
            "actor": self._scope.actor,
            "on_behalf_of": self._scope.on_behalf_of,
            "reason": self.reason,
        }
        return Part(queries=_APPEND, values={**columns, **constants})
