"""Experts, panels and objections."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.filing.tables.metadata import metadata

expert = Table(
    "expert",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("employer", Text, nullable=False),
    Column("employer_uscc", Text),
    Column("subject", Text),
    Column("occupations", ARRAY(Text), nullable=False),
    Column("recused_from", ARRAY(Text), nullable=False),
    Column("active", Boolean, nullable=False),
)
Index("ix_expert_name", expert.c.name, expert.c.id)
# A login is one expert's.
Index("uq_expert_subject", expert.c.subject, unique=True)

panel = Table(
    "panel",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("filing_id", Uuid, nullable=False),
    Column("organ", Text, nullable=False),
    Column("convened_by", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("round", SmallInteger, nullable=False),
    Column("members", JSONB, nullable=False),
    Column("subjects", ARRAY(Text), nullable=False),
    Column("withdrawn", JSONB, nullable=False),
    Column("rubric_on", Date, nullable=False),
    Column("sheets", JSONB, nullable=False),
    Column("convened_at", DateTime(timezone=True), nullable=False),
    Column("concluded_at", DateTime(timezone=True)),
    Column("outcome", Text),
    Column("vetoes", ARRAY(Text), nullable=False),
    Column("report", Text, nullable=False),
)
# One panel for each round of a case, however many officers convene at the same moment.
Index("uq_panel_filing_round", panel.c.filing_id, panel.c.round, unique=True)
Index("ix_panel_subjects", panel.c.subjects, postgresql_using="gin")

# It carries no USCC: an applicant must not learn who objected, so no holder sees these rows.
objection = Table(
    "objection",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("filing_id", Uuid, nullable=False),
    Column("organ", Text, nullable=False),
    Column("handled_by", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("received_by", Text, nullable=False),
    Column("reference", Text, nullable=False, unique=True),
    Column("raised_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("warned_at", DateTime(timezone=True)),
    Column("escalated_at", DateTime(timezone=True)),
    Column("state", Text, nullable=False),
    Column("finding", Text, nullable=False),
    Column("resolved_at", DateTime(timezone=True)),
    Column("resolved_by", Text, nullable=False),
)
Index("ix_objection_filing_id", objection.c.filing_id, objection.c.raised_at, objection.c.id)
Index("ix_objection_due_at", objection.c.due_at, postgresql_where=text("state = 'open'"))
