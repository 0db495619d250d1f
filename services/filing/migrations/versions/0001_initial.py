"""The first tables of filing."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.persistence.machinery import create_machinery, drop_machinery
from shared.persistence.security import protect
from shared.persistence.tables import grants

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_machinery()
    op.create_table(
        "coverage",
        sa.Column("occupation", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("occupation", "institution_id", name=op.f("pk_coverage")),
    )
    op.create_table(
        "filing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("handled_by", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("scope", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("basis", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("training", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("evidence", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("materials", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("priority", sa.Boolean(), nullable=False),
        sa.Column("scores", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("obligations", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("publicity_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("filing_number", sa.Text(), nullable=True),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing")),
        sa.UniqueConstraint("filing_number", name=op.f("uq_filing_filing_number")),
        sa.UniqueConstraint("institution_id", name=op.f("uq_filing_institution_id")),
    )
    op.create_index(
        "ix_filing_queue",
        "filing",
        ["state", sa.literal_column("priority DESC"), "drafted_at", "id"],
        unique=False,
    )
    op.create_index("ix_filing_uscc", "filing", ["uscc"], unique=False)
    op.create_table(
        "filing_serial",
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organ", "year", name=op.f("pk_filing_serial")),
    )
    op.create_table(
        "institution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("scope", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("plaque_number", sa.Text(), nullable=True),
        sa.Column("certificate_number", sa.Text(), nullable=True),
        sa.Column("station_codes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("basis", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("filed_by", sa.Text(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("suspended_for", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution")),
        sa.UniqueConstraint("number", name=op.f("uq_institution_number")),
        sa.UniqueConstraint("uscc", "audience", name="uq_institution_uscc_audience"),
    )
    op.create_index("ix_institution_name", "institution", ["name", "id"], unique=False)
    for statement in protect("filing", holder="uscc"):
        op.execute(statement)
    for statement in protect("institution", holder="uscc"):
        op.execute(statement)
    for statement in grants("njt_filing"):
        op.execute(statement)


def downgrade() -> None:
    drop_machinery()
    op.drop_index("ix_institution_name", table_name="institution")
    op.drop_table("institution")
    op.drop_table("filing_serial")
    op.drop_index("ix_filing_uscc", table_name="filing")
    op.drop_index("ix_filing_queue", table_name="filing")
    op.drop_table("filing")
    op.drop_table("coverage")
