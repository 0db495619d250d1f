"""Accounts know their filing and first operator, and are compared with the provincial register: checks, what differs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.persistence.security import protect

revision = "0004"
down_revision = "0003"

_BY_PROVINCE = "UPDATE account SET filed_by = 'province' WHERE basis && ARRAY['N2.1', 'N2.6']"


def upgrade() -> None:
    """Whose account rests on a clause by which the province files, is of its filing; numbers come with the next change."""
    for name in ("number", "filed_by", "operator"):
        op.add_column("account", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("account", sa.Column("held_for", sa.ARRAY(sa.Text()), nullable=False, server_default="{}"))
    op.execute("ALTER TABLE account NO FORCE ROW LEVEL SECURITY")
    op.execute(_BY_PROVINCE)
    op.execute("ALTER TABLE account FORCE ROW LEVEL SECURITY")
    op.add_column("account", sa.Column("invited_at", sa.DateTime(timezone=True)))
    for name in ("number", "filed_by", "operator", "held_for"):
        op.alter_column("account", name, server_default=None)
    _checks()
    _drift()
    for statement in protect("drift"):
        op.execute(statement)
    for table in ("drift_check", "register_entry", "drift"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO njt_accounts")


def _checks() -> None:
    op.create_table(
        "drift_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("query_id", sa.Uuid(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("healed", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drift_check")),
        sa.UniqueConstraint("day", name=op.f("uq_drift_check_day")),
    )
    op.create_table(
        "register_entry",
        sa.Column("check_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("check_id", "number", name=op.f("pk_register_entry")),
    )


def _drift() -> None:
    told = ("number", "name", "uscc")
    compared = ("ours", "theirs", "standing", "lane")
    op.create_table(
        "drift",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("check_id", sa.Uuid(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in told),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("basis", sa.ARRAY(sa.Text()), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in compared),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("repair", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("healed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drift")),
    )
    op.create_index(
        "uq_drift_known",
        "drift",
        ["number", "uscc", "cause", "account_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("state <> 'healed'"),
    )


def downgrade() -> None:
    for table in ("drift", "register_entry", "drift_check"):
        op.drop_table(table)
    for name in ("invited_at", "operator", "held_for", "filed_by", "number"):
        op.drop_column("account", name)
