"""Pledges, and who may not pledge (N3.3)."""

from sqlalchemy import ARRAY, Column, Date, DateTime, Index, Integer, Table, Text, Uuid, text

from services.filing.tables.metadata import metadata

pledge = Table(
    "pledge",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("filing_id", Uuid, nullable=False),
    Column("institution_id", Uuid),
    Column("organ", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text_version", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("signed_by", Text, nullable=False),
    Column("signed_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("settled_at", DateTime(timezone=True)),
    Column("settled_by", Text, nullable=False),
    Column("finding", Text, nullable=False),
)
Index("ix_pledge_uscc", pledge.c.uscc)
# What was withdrawn may be pledged again the year after; otherwise one pledge for each document of a case.
Index(
    "uq_pledge_filing_kind",
    pledge.c.filing_id,
    pledge.c.kind,
    unique=True,
    postgresql_where=text("state <> 'withdrawn'"),
)

# Who may not pledge, city-wide: every organ has to know, so not under territorial isolation.
integrity_record = Table(
    "integrity_record",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("basis", ARRAY(Text), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", DateTime(timezone=True), nullable=False),
    Column("pledge_id", Uuid),
    Column("annulled_at", DateTime(timezone=True)),
    Column("annulled_by", Text, nullable=False),
    Column("annulled_for", Text, nullable=False),
)
Index("ix_integrity_record_uscc", integrity_record.c.uscc, integrity_record.c.valid_until)
Index("ix_integrity_record_entered_at", integrity_record.c.entered_at, integrity_record.c.id)
