"""Subsidy keeps what an institution was on record for, and how it stood, on which day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

# What was kept before becomes the first of the versions; when a suspension began was not kept.
_FILL = """
    UPDATE institution SET
        versions = jsonb_build_array(jsonb_build_object('valid_from', valid_from, 'items', scope)),
        standings = jsonb_build_array(
            jsonb_build_object('valid_from', valid_from, 'standing', 'active', 'reason', ''))
            || CASE WHEN standing = 'suspended' THEN jsonb_build_array(jsonb_build_object(
                'valid_from', current_date, 'standing', standing, 'reason', '')) ELSE '[]'::jsonb END
"""


def upgrade() -> None:
    for name in ("versions", "standings"):
        op.add_column("institution", sa.Column(name, postgresql.JSONB(), nullable=False, server_default="[]"))
        op.alter_column("institution", name, server_default=None)
    op.execute("ALTER TABLE institution NO FORCE ROW LEVEL SECURITY")
    op.execute(_FILL)
    op.execute("ALTER TABLE institution FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    """Back to the first form, which knows nothing of an end: the institution is shown as suspended."""
    op.execute("ALTER TABLE institution NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE institution SET standing = 'suspended' WHERE standing NOT IN ('active', 'suspended')")
    op.execute("ALTER TABLE institution FORCE ROW LEVEL SECURITY")
    op.drop_column("institution", "standings")
    op.drop_column("institution", "versions")
