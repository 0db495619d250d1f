"""Bulk imports and their rows."""

from sqlalchemy import Column, DateTime, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.filing.tables.metadata import metadata

bulk_import = Table(
    "bulk_import",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("template_version", Integer, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("good", Integer, nullable=False),
    Column("bad", Integer, nullable=False),
    Column("groups", Integer, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("done", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("cursor", Integer, nullable=False),
    Column("committed_by", Text, nullable=False),
    Column("finished_at", DateTime(timezone=True)),
)
Index("ix_bulk_import_created_at", bulk_import.c.created_at, bulk_import.c.id)
Index("ix_bulk_import_committing", bulk_import.c.id, postgresql_where=text("state = 'committing'"))
# The same file is imported once; when that was discarded it may be handed in again.
Index(
    "uq_bulk_import_file",
    bulk_import.c.organ,
    bulk_import.c.kind,
    bulk_import.c.sha256,
    unique=True,
    postgresql_where=text("state <> 'discarded'"),
)

import_row = Table(
    "import_row",
    metadata,
    Column("import_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("organ", Text, nullable=False),
    Column("place", Integer, nullable=False),
    Column("values", JSONB, nullable=False),
    Column("cells", JSONB),
    Column("errors", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome_id", Uuid),
    Column("outcome_code", Text, nullable=False),
    Column("outcome", Text, nullable=False),
)
Index("ix_import_row_place", import_row.c.import_id, import_row.c.place, import_row.c.number)
Index("ix_import_row_state", import_row.c.import_id, import_row.c.state, import_row.c.number)
