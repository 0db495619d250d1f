"""The whole exchange with the province."""

from shared.persistence.revisions import exchange

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    exchange.upgrade("njt_subsidy")


def downgrade() -> None:
    exchange.downgrade()
