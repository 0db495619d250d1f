"""The whole exchange with the province."""

from shared.persistence.revisions import exchange

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    exchange.upgrade("njt_filing")


def downgrade() -> None:
    exchange.downgrade()
