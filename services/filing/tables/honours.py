"""Outstanding institutions, and ceremonies (N3.5)."""

from sqlalchemy import ARRAY, Column, Date, DateTime, Index, Integer, Table, Text, Uuid, text

from services.filing.tables.metadata import metadata

commendation = Table(
    "commendation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("experience", Text, nullable=False),
    Column("named_by", Text, nullable=False),
    Column("named_at", DateTime(timezone=True), nullable=False),
    Column("published_from", Date, nullable=False),
    Column("published_until", Date),
    Column("basis", ARRAY(Text), nullable=False),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("withdrawn_by", Text, nullable=False),
    Column("withdrawn_for", Text, nullable=False),
)
Index("ix_commendation_named_at", commendation.c.named_at, commendation.c.id)
Index("ix_commendation_institution_id", commendation.c.institution_id)
# An institution is held up for one thing at a time, however many officers name it at the same moment.
Index(
    "uq_commendation_open",
    commendation.c.institution_id,
    unique=True,
    postgresql_where=text("withdrawn_at IS NULL"),
)
Index(
    "ix_commendation_published",
    commendation.c.published_from,
    commendation.c.id,
    postgresql_where=text("withdrawn_at IS NULL"),
)

ceremony = Table(
    "ceremony",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("held_on", Date, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("invited", Integer, nullable=False),
    Column("handed_over", Integer, nullable=False),
    Column("basis", ARRAY(Text), nullable=False),
)
Index("ix_ceremony_recorded_at", ceremony.c.recorded_at, ceremony.c.id)
