"""Supervision keeps since when it has ordered a filing to be revoked over a sanction, and why."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("sanction", sa.Column("revoked_at", sa.DateTime(timezone=True)))
    op.add_column("sanction", sa.Column("revoked_for", sa.Text(), nullable=False, server_default=""))
    op.alter_column("sanction", "revoked_for", server_default=None)


def downgrade() -> None:
    op.drop_column("sanction", "revoked_for")
    op.drop_column("sanction", "revoked_at")
