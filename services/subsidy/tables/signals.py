"""Signals, the certificates they are about, and what to look at."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.subsidy.tables.metadata import metadata

# What supervision said was held, to hold the certificates of a day against.
evaluation = Table(
    "evaluation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("edition", Text, nullable=False),
    Column("occupation", Text, nullable=False),
    Column("work_type", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("held_on", Date, nullable=False),
    Column("candidates", Integer, nullable=False),
)
Index("ix_evaluation_institution_id", evaluation.c.institution_id, evaluation.c.held_on)

# Signals are for organs alone: the institution they are about does not see them, so its USCC has a name of its own.
signal = Table(
    "signal",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("organ", Text, nullable=False),
    Column("institution_id", Uuid),
    Column("institution_uscc", Text),
    Column("evidence", JSONB, nullable=False),
    Column("weight", Integer, nullable=False),
    Column("raised_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("finding", Text),
    Column("closed_at", DateTime(timezone=True)),
    Column("closed_weight", Integer, nullable=False),
    Column("lead_id", Uuid),
)
# Raised once, whatever two processes find at the same moment.
Index("uq_signal_subject", signal.c.kind, signal.c.subject, unique=True)
Index("ix_signal_institution_id", signal.c.institution_id, signal.c.state)

# The certificates that a signal is about, with what was seen of each.
signal_certificate = Table(
    "signal_certificate",
    metadata,
    Column("signal_id", Uuid, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("organ", Text, nullable=False),
    Column("evaluated_on", Date, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("day", Date),
    Column("note", Text, nullable=False),
)
Index("ix_signal_certificate_number", signal_certificate.c.number)

# Whom and what to look at for signals: added by whatever arrives, taken away by who looks.
signal_look = Table(
    "signal_look",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
)
Index("ix_signal_look_due_at", signal_look.c.due_at, signal_look.c.id)
