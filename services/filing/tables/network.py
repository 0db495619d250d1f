"""The service network: offices, officers, and whose turn it is (N3.2)."""

from sqlalchemy import ARRAY, Boolean, Column, Date, DateTime, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.filing.tables.metadata import metadata

office = Table(
    "office",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("working_group", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("hours", Text, nullable=False),
    Column("channels", ARRAY(Text), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
)
Index("ix_office_organ", office.c.organ, office.c.name, office.c.id)

officer = Table(
    "officer",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("office_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("duties", Text, nullable=False),
    Column("public_name", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("leave_from", Date),
    Column("leave_until", Date),
    Column("deputy_id", Uuid),
    Column("recusals", JSONB, nullable=False),
)
Index("uq_officer_organ_subject", officer.c.organ, officer.c.subject, unique=True)
Index("ix_officer_office_id", officer.c.office_id)

# When each officer was last given a case: beside the officer, whose version it must not change.
officer_turn = Table(
    "officer_turn",
    metadata,
    Column("officer_id", Uuid, primary_key=True),
    Column("organ", Text, nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
)
