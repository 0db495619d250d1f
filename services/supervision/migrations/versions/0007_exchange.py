"""The whole exchange with the province."""

from shared.persistence.revisions import exchange

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    exchange.upgrade("njt_supervision")


def downgrade() -> None:
    exchange.downgrade()
