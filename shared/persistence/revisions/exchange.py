"""What the whole exchange needs in every service's schema; each service has a revision that calls this."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.persistence.revisions.exchange_widening import narrow, widen


def upgrade(role: str) -> None:  # budget: generated, one statement after the other
    """Tables of the exchange, in the schema of a service whose runtime role is `role`."""
    op.create_table(
        "exchange_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("counterpart", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("outcomes", sa.Text(), nullable=False),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_batch")),
    )
    op.create_index("ix_exchange_batch_at", "exchange_batch", ["at", "id"], unique=False)
    op.create_table(
        "exchange_batch_row",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("business_key", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_exchange_batch_row")),
    )
    op.create_table(
        "exchange_difference",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reconciliation_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("teller", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("business_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("repair", sa.Text(), nullable=False),
        sa.Column("ours", sa.Text(), nullable=False),
        sa.Column("theirs", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("healed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_difference")),
    )
    op.create_index(
        "uq_difference_act",
        "exchange_difference",
        ["day", "teller", "code", "organ", "business_key"],
        unique=True,
        postgresql_where=sa.text("state <> 'healed'"),
    )
    op.create_table(
        "exchange_link",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_exchange_link")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_exchange_link_entry_id")),
    )
    op.create_table(
        "exchange_message",
        sa.Column("place", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("transport", sa.Text(), nullable=False),
        sa.Column("counterpart", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("business_key", sa.Text(), nullable=True),
        sa.Column("lane", sa.Text(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("in_reply_to", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("refs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("trace_id", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_exchange_message")),
    )
    op.create_index("ix_exchange_message_id", "exchange_message", ["message_id"], unique=False)
    op.create_index(
        "ix_exchange_message_refs", "exchange_message", ["refs"], unique=False, postgresql_using="gin"
    )
    op.create_index(
        "ix_exchange_message_reply",
        "exchange_message",
        ["in_reply_to"],
        unique=False,
        postgresql_where=sa.text("in_reply_to IS NOT NULL"),
    )
    op.create_index(
        "ix_exchange_message_unsealed",
        "exchange_message",
        ["place"],
        unique=False,
        postgresql_where=sa.text("NOT sealed"),
    )
    op.create_table(
        "exchange_missing",
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("first", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "first", name=op.f("pk_exchange_missing")),
    )
    op.create_table(
        "exchange_pause",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("counterpart", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resumed_by", sa.Text(), nullable=True),
        sa.Column("rate_per_second", sa.Double(), nullable=True),
        sa.Column("paced_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drained", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_pause")),
    )
    op.create_index(
        "uq_pause_open",
        "exchange_pause",
        ["counterpart"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "exchange_question",
        sa.Column("reconciliation_id", sa.Uuid(), nullable=False),
        sa.Column("teller", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asks", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint(
            "reconciliation_id", "teller", "code", "organ", "prefix", name=op.f("pk_exchange_question")
        ),
    )
    op.create_index(
        "ix_question_unanswered",
        "exchange_question",
        ["asked_at"],
        unique=False,
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "exchange_reconciliation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("differing", sa.Integer(), nullable=False),
        sa.Column("ours", sa.BigInteger(), nullable=True),
        sa.Column("theirs", sa.BigInteger(), nullable=True),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_reconciliation")),
    )
    op.create_index("ix_reconciliation_day", "exchange_reconciliation", ["day", "started_at"], unique=False)
    op.create_index(
        "uq_reconciliation_under_way",
        "exchange_reconciliation",
        ["day"],
        unique=True,
        postgresql_where=sa.text("concluded_at IS NULL"),
    )
    widen()
    for table in _TABLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {role}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {role.removeprefix('njt_')} TO {role}")
    for table in _APPENDED:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {role}")
    op.execute(f"GRANT UPDATE (sealed) ON exchange_message TO {role}")
    if role in _SEALING:
        op.execute("UPDATE held_message SET sealed = true")


_TABLES: tuple[str, ...] = (
    "exchange_batch",
    "exchange_batch_row",
    "exchange_difference",
    "exchange_link",
    "exchange_message",
    "exchange_missing",
    "exchange_pause",
    "exchange_question",
    "exchange_reconciliation",
)
_APPENDED: tuple[str, ...] = ("exchange_message", "exchange_link")
"""Only ever added to."""
_SEALING = ("njt_subsidy",)
"""Who had keys before, and has sealed whatever it holds."""


def downgrade() -> None:
    narrow()
    op.drop_table("exchange_reconciliation")
    op.drop_table("exchange_question")
    op.drop_table("exchange_pause")
    op.drop_table("exchange_missing")
    op.drop_table("exchange_message")
    op.drop_table("exchange_link")
    op.drop_table("exchange_difference")
    op.drop_table("exchange_batch_row")
    op.drop_table("exchange_batch")
