"""Rescoping campaigns and their reviews (N3.6)."""

from sqlalchemy import ARRAY, Column, Date, DateTime, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.filing.tables.metadata import metadata

# Addressed to every district and institution, so not under territorial isolation.
campaign = Table(
    "campaign",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("institutions", Integer, nullable=False),
    Column("left_out", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    Column("forced_because", Text, nullable=False),
    Column("left_open", Integer, nullable=False),
    Column("basis", ARRAY(Text), nullable=False),
)
Index("ix_campaign_opened_at", campaign.c.opened_at, campaign.c.id)
# One campaign at a time.
Index("uq_campaign_running", campaign.c.opened_by, unique=True, postgresql_where=text("state <> 'closed'"))

# Who was on record when a campaign was opened and has no review yet; a row goes when its review comes.
campaign_intake = Table(
    "campaign_intake",
    metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("institution_id", Uuid, primary_key=True),
)

review = Table(
    "review",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("campaign_id", Uuid, nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("items", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text),
    Column("withdrawn", JSONB, nullable=False),
    Column("added", JSONB, nullable=False),
    Column("opinion", Text, nullable=False),
    Column("opinion_at", DateTime(timezone=True)),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("basis", ARRAY(Text), nullable=False),
)
Index("uq_review_campaign_institution", review.c.campaign_id, review.c.institution_id, unique=True)
Index("ix_review_queue", review.c.campaign_id, review.c.organ, review.c.name, review.c.id)
Index("ix_review_open", review.c.institution_id, postgresql_where=text("state = 'open'"))
