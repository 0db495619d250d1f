"""Supervision counts the certificates of an institution that the province revoked."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column(
        "supervised_institution",
        sa.Column("revoked_certificates", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.alter_column("supervised_institution", "revoked_certificates", server_default=None)


def downgrade() -> None:
    op.drop_column("supervised_institution", "revoked_certificates")
