"""Sheets taken in, facts about people, and what is still waited for."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.subsidy.tables.metadata import metadata

# A spreadsheet that was taken in row by row; the rows given back may name people, so they are sealed.
upload = Table(
    "upload",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text),
    Column("kind", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("marked", Integer, nullable=False),
    Column("returned", LargeBinary, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    # Whose upload it is: the body's for a roster, else the organ's.
    Column("owner", Text, nullable=False),
)
Index("uq_upload_sheet", upload.c.kind, upload.c.owner, upload.c.sha256, unique=True)

# Facts about people, found by the blind index of their number. Like entitlements they have no organ, and name nobody.
# Rows are added, never changed: of two about the same the later counts more.
fact = Table(
    "fact",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("holder_index", LargeBinary, nullable=False),
    Column("employer", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", JSONB, nullable=False),
    Column("about", Date, nullable=False),
    Column("source", Text, nullable=False),
    Column("obtained_at", DateTime(timezone=True), nullable=False),
)
Index("ix_fact_holder_index", fact.c.holder_index, fact.c.obtained_at)

fact_wait = Table(
    "fact_wait",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("claim_id", Uuid, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text),
    Column("certificate_number", Text, nullable=False),
    Column("holder_index", LargeBinary, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("asked_at", DateTime(timezone=True)),
    Column("told_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
)
_waiting = text("ended_at IS NULL")
Index(
    "uq_fact_wait_certificate",
    fact_wait.c.claim_id,
    fact_wait.c.certificate_number,
    unique=True,
    postgresql_where=_waiting,
)
Index("ix_fact_wait_holder_index", fact_wait.c.holder_index, postgresql_where=_waiting)
Index("ix_fact_wait_asked_at", fact_wait.c.asked_at, fact_wait.c.id, postgresql_where=_waiting)

evidence = Table(
    "evidence",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("certificate_number", Text, nullable=False),
    Column("holder_index", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", JSONB, nullable=False),
    Column("about", Date, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("extension", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("checked_by", Text),
    Column("checked_at", DateTime(timezone=True)),
    Column("checked_organ", Text),
    Column("check_reason", Text),
)
Index("ix_evidence_queue", evidence.c.state, evidence.c.id)
