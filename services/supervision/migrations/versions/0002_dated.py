"""Supervision keeps what an institution may evaluate on which day, and which planned evaluations were held."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

_FILL = """
    UPDATE supervised_institution
    SET versions = jsonb_build_array(jsonb_build_object('valid_from', valid_from, 'items', scope))
"""
# The first form knows nothing of an end: the institution is shown as suspended.
_BACK = """
    UPDATE supervised_institution SET standing = 'suspended' WHERE standing NOT IN ('active', 'suspended')
"""


def upgrade() -> None:
    op.add_column(
        "supervised_institution",
        sa.Column("versions", postgresql.JSONB(), nullable=False, server_default="[]"),
    )
    op.alter_column("supervised_institution", "versions", server_default=None)
    _on_every_row(_FILL)
    op.add_column("evaluation_plan", sa.Column("held_on", sa.Date()))
    op.add_column(
        "evaluation_plan", sa.Column("candidates", sa.Integer(), nullable=False, server_default="0")
    )
    op.alter_column("evaluation_plan", "candidates", server_default=None)


def downgrade() -> None:
    op.drop_column("evaluation_plan", "candidates")
    op.drop_column("evaluation_plan", "held_on")
    _on_every_row(_BACK)
    op.drop_column("supervised_institution", "versions")


def _on_every_row(statement: str) -> None:
    """The owner, too, is under territorial isolation; while it rearranges the rows it must see them."""
    op.execute("ALTER TABLE supervised_institution NO FORCE ROW LEVEL SECURITY")
    op.execute(statement)
    op.execute("ALTER TABLE supervised_institution FORCE ROW LEVEL SECURITY")
