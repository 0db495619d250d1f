"""Accounts follow the register: since when their scope holds, and when they were closed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("account", sa.Column("scope_from", sa.Date()))
    op.add_column("account", sa.Column("closed_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Back to the first form, which knows no closed accounts: they are shown as suspended."""
    op.execute("ALTER TABLE account NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE account SET state = 'suspended' WHERE state = 'closed'")
    op.execute("ALTER TABLE account FORCE ROW LEVEL SECURITY")
    op.drop_column("account", "closed_at")
    op.drop_column("account", "scope_from")
