"""The first tables of accounts."""

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
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("scope", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("station_codes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("basis", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("institution_id", name=op.f("uq_account_institution_id")),
    )
    op.create_index("ix_account_opened", "account", ["opened_at", "id"], unique=False)
    op.create_table(
        "client",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_digest", sa.LargeBinary(), nullable=False),
        sa.Column("permissions", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("organ", sa.Text(), nullable=True),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
        sa.UniqueConstraint("name", name=op.f("uq_client_name")),
    )
    for statement in protect("account", holder="uscc"):
        op.execute(statement)
    for statement in grants("njt_accounts"):
        op.execute(statement)


def downgrade() -> None:
    drop_machinery()
    op.drop_table("client")
    op.drop_index("ix_account_opened", table_name="account")
    op.drop_table("account")
