"""Supervision keeps how much of what was paid on an institution's certificates came back."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column(
        "supervised_institution",
        sa.Column("recovered_fen", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.alter_column("supervised_institution", "recovered_fen", server_default=None)


def downgrade() -> None:
    op.drop_column("supervised_institution", "recovered_fen")
