"""The first tables of subsidy."""

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
        "certificate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("holder_name", sa.LargeBinary(), nullable=False),
        sa.Column("holder_id", sa.LargeBinary(), nullable=False),
        sa.Column("holder_index", sa.LargeBinary(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("occupation", sa.Text(), nullable=False),
        sa.Column("work_type", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("evaluated_on", sa.Date(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("number", name=op.f("uq_certificate_number")),
    )
    op.create_table(
        "claim",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("resumes_as", sa.Text(), nullable=True),
        sa.Column("frozen_for", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by", sa.Text(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_reason", sa.Text(), nullable=True),
        sa.Column("paid_by", sa.Text(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    op.create_index("ix_claim_institution_id", "claim", ["institution_id", "state"], unique=False)
    op.create_index("ix_claim_queue", "claim", ["state", "id"], unique=False)
    op.create_table(
        "entitlement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("holder_index", sa.LargeBinary(), nullable=False),
        sa.Column("certificate_number", sa.Text(), nullable=False),
        sa.Column("occupation", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("shortage", sa.Boolean(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlement")),
    )
    op.create_index("ix_entitlement_claim_id", "entitlement", ["claim_id"], unique=False)
    op.create_index(
        "uq_entitlement_certificate",
        "entitlement",
        ["certificate_number"],
        unique=True,
        postgresql_where=sa.text("live"),
    )
    op.create_index(
        "uq_entitlement_holder",
        "entitlement",
        ["holder_index", "occupation", "level", "line"],
        unique=True,
        postgresql_where=sa.text("live"),
    )
    op.create_index(
        "uq_entitlement_place",
        "entitlement",
        ["holder_index", "line", "year", "place"],
        unique=True,
        postgresql_where=sa.text("live"),
    )
    op.create_table(
        "institution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("scope", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("station_codes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution")),
    )
    op.create_index("ix_institution_uscc", "institution", ["uscc"], unique=False)
    for table in ("institution", "certificate", "claim"):
        for statement in protect(table, holder="uscc"):
            op.execute(statement)
    for statement in grants("njt_subsidy"):
        op.execute(statement)


def downgrade() -> None:
    drop_machinery()
    op.drop_index("ix_institution_uscc", table_name="institution")
    op.drop_table("institution")
    op.drop_index("uq_entitlement_place", table_name="entitlement", postgresql_where=sa.text("live"))
    op.drop_index("uq_entitlement_holder", table_name="entitlement", postgresql_where=sa.text("live"))
    op.drop_index("uq_entitlement_certificate", table_name="entitlement", postgresql_where=sa.text("live"))
    op.drop_index("ix_entitlement_claim_id", table_name="entitlement")
    op.drop_table("entitlement")
    op.drop_index("ix_claim_queue", table_name="claim")
    op.drop_index("ix_claim_institution_id", table_name="claim")
    op.drop_table("claim")
    op.drop_table("certificate")
