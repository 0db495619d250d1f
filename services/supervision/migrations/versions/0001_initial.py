"""The first tables of supervision."""

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
        "evaluation_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("item", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_plan")),
    )
    op.create_index("ix_evaluation_plan_planned", "evaluation_plan", ["planned_on", "id"], unique=False)
    op.create_table(
        "inspection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("inspected_by", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("supervisors", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rectification_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
        sa.UniqueConstraint("rectification_id", name=op.f("uq_inspection_rectification_id")),
    )
    op.create_table(
        "rectification",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification")),
        sa.UniqueConstraint("inspection_id", name=op.f("uq_rectification_inspection_id")),
    )
    op.create_index("ix_rectification_due", "rectification", ["due_at", "id"], unique=False)
    op.create_index(
        "ix_rectification_ordered",
        "rectification",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'ordered'"),
    )
    op.create_table(
        "sanction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("rectification_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("basis", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("imposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("open", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sanction")),
        sa.UniqueConstraint("rectification_id", name=op.f("uq_sanction_rectification_id")),
    )
    op.create_index(
        "uq_sanction_in_force",
        "sanction",
        ["institution_id"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "supervised_institution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("scope", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("paid_certificates", sa.BigInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervised_institution")),
    )
    for table in ("evaluation_plan", "inspection", "rectification", "sanction", "supervised_institution"):
        for statement in protect(table, holder="uscc"):
            op.execute(statement)
    for statement in grants("njt_supervision"):
        op.execute(statement)


def downgrade() -> None:
    drop_machinery()
    op.drop_table("supervised_institution")
    op.drop_index(
        "uq_sanction_in_force", table_name="sanction", postgresql_where=sa.text("lifted_at IS NULL")
    )
    op.drop_table("sanction")
    op.drop_index(
        "ix_rectification_ordered", table_name="rectification", postgresql_where=sa.text("state = 'ordered'")
    )
    op.drop_index("ix_rectification_due", table_name="rectification")
    op.drop_table("rectification")
    op.drop_table("inspection")
    op.drop_index("ix_evaluation_plan_planned", table_name="evaluation_plan")
    op.drop_table("evaluation_plan")
