"""The whole way of a claim: facts, items as rows, publicity, payment, recovery, statistics."""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.persistence.security import protect
from shared.persistence.tables import grants

revision = "0003"
down_revision = "0002"

PROTECTED = (
    ("claim_fault", "uscc"),
    ("claim_item", "uscc"),
    ("claim_objection", None),
    ("evaluation", "uscc"),
    ("evidence", "uscc"),
    ("fact_wait", "uscc"),
    ("instalment", "uscc"),
    ("payee", "uscc"),
    ("payment_batch", None),
    ("payment_order", "uscc"),
    ("posting", None),
    ("recovery", "uscc"),
    ("recovery_entry", "uscc"),
    ("recovery_item", "uscc"),
    ("signal", None),
    ("signal_certificate", None),
    ("statistic_group", None),
    ("upload", "uscc"),
)
"""New tables under territorial isolation, and the column with the USCC of whoever sees its own rows."""


def upgrade() -> None:  # noqa: PLR0915 — one statement for each table and index
    op.create_table(
        "claim_fault",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("returned", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_claim_fault")),
    )
    op.create_table(
        "claim_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=True),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("certificate_number", sa.Text(), nullable=False),
        sa.Column("holder_index", sa.LargeBinary(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("employment", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("base_fen", sa.BigInteger(), nullable=False),
        sa.Column("uplift", sa.SmallInteger(), nullable=True),
        sa.Column("shortage", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.BigInteger(), nullable=True),
        sa.Column("asked", sa.BigInteger(), nullable=True),
        sa.Column("known", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sampled", sa.Boolean(), nullable=False),
        sa.Column("checked_by", sa.Text(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_passed", sa.Boolean(), nullable=True),
        sa.Column("check_note", sa.Text(), nullable=True),
        sa.Column("excluded_for", sa.Text(), nullable=False),
        sa.Column("excluded_by", sa.Text(), nullable=False),
        sa.Column("objections_open", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_item")),
        postgresql_with={"fillfactor": 45},
    )
    op.create_index("ix_claim_item_turn", "claim_item", ["claim_id", "turn"], unique=False)
    op.create_index(
        "uq_claim_item_certificate", "claim_item", ["certificate_number", "claim_id"], unique=True
    )
    op.create_index("uq_claim_item_place", "claim_item", ["claim_id", "place"], unique=True)
    op.create_table(
        "claim_objection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_objection")),
        sa.UniqueConstraint("reference", name=op.f("uq_claim_objection_reference")),
    )
    op.create_index("ix_claim_objection_claim_id", "claim_objection", ["claim_id"], unique=False)
    op.create_index(
        "ix_claim_objection_due_at",
        "claim_objection",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "decision_input",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("written", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_input")),
        sa.UniqueConstraint("digest", name=op.f("uq_decision_input_digest")),
    )
    op.create_table(
        "evaluation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("occupation", sa.Text(), nullable=False),
        sa.Column("work_type", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation")),
    )
    op.create_index("ix_evaluation_institution_id", "evaluation", ["institution_id", "held_on"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("certificate_number", sa.Text(), nullable=False),
        sa.Column("holder_index", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("about", sa.Date(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("extension", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("checked_by", sa.Text(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_organ", sa.Text(), nullable=True),
        sa.Column("check_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index("ix_evidence_queue", "evidence", ["state", "id"], unique=False)
    op.create_table(
        "fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("holder_index", sa.LargeBinary(), nullable=False),
        sa.Column("employer", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("about", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("obtained_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact")),
    )
    op.create_index("ix_fact_holder_index", "fact", ["holder_index", "obtained_at"], unique=False)
    op.create_table(
        "fact_wait",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=True),
        sa.Column("certificate_number", sa.Text(), nullable=False),
        sa.Column("holder_index", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_wait")),
    )
    op.create_index(
        "ix_fact_wait_asked_at",
        "fact_wait",
        ["asked_at", "id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_fact_wait_holder_index",
        "fact_wait",
        ["holder_index"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_fact_wait_certificate",
        "fact_wait",
        ["claim_id", "certificate_number"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "impact_part",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("after_id", sa.Uuid(), nullable=True),
        sa.Column("last_id", sa.Uuid(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("mark_0", sa.BigInteger(), nullable=False),
        sa.Column("mark_1", sa.BigInteger(), nullable=False),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "place", name=op.f("pk_impact_part")),
    )
    op.create_table(
        "impact_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("known_from", sa.Date(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("redo", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_impact_run")),
    )
    op.create_table(
        "instalment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recovery_id", sa.Uuid(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("dropped", sa.Boolean(), nullable=False),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instalment")),
    )
    op.create_index(
        "ix_instalment_due_on",
        "instalment",
        ["due_on"],
        unique=False,
        postgresql_where=sa.text("NOT dropped AND paid_fen < amount_fen"),
    )
    op.create_index("ix_instalment_recovery_id", "instalment", ["recovery_id", "place"], unique=False)
    op.create_table(
        "payee",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=True),
        sa.Column("account_name", sa.LargeBinary(), nullable=False),
        sa.Column("account_bank", sa.LargeBinary(), nullable=False),
        sa.Column("account_number", sa.LargeBinary(), nullable=False),
        sa.Column("account_index", sa.LargeBinary(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payee")),
    )
    op.create_index("ix_payee_account_index", "payee", ["account_index"], unique=False)
    op.create_table(
        "payment_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("pay_on", sa.Date(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("offset_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result_sha256", sa.Text(), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_batch")),
        sa.UniqueConstraint("number", name=op.f("uq_payment_batch_number")),
    )
    op.create_index("ix_payment_batch_organ", "payment_batch", ["organ", "line"], unique=False)
    op.create_table(
        "payment_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=True),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("offsets", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("offset_fen", sa.BigInteger(), nullable=False),
        sa.Column("certificates", sa.Integer(), nullable=False),
        sa.Column("account_name", sa.LargeBinary(), nullable=False),
        sa.Column("account_bank", sa.LargeBinary(), nullable=False),
        sa.Column("account_number", sa.LargeBinary(), nullable=False),
        sa.Column("account_index", sa.LargeBinary(), nullable=False),
        sa.Column("follows", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("bank_ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_order")),
    )
    op.create_index("ix_payment_order_account_index", "payment_order", ["account_index"], unique=False)
    op.create_index("ix_payment_order_batch_id", "payment_order", ["batch_id"], unique=False)
    op.create_index("ix_payment_order_claim_id", "payment_order", ["claim_id"], unique=False)
    op.create_index(
        "uq_payment_order_claim",
        "payment_order",
        ["claim_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('ordered', 'paid')"),
    )
    op.create_index(
        "uq_payment_order_follows",
        "payment_order",
        ["follows"],
        unique=True,
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.create_table(
        "policy_release",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("clauses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("entries", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("supersedes", sa.Uuid(), nullable=True),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dry_run", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("known_from", sa.Date(), nullable=True),
        sa.Column("superseded_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_release")),
    )
    op.create_index(
        "ix_policy_release_released",
        "policy_release",
        ["released_at"],
        unique=False,
        postgresql_where=sa.text("known_from IS NOT NULL"),
    )
    op.create_table(
        "posting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("debit", sa.Text(), nullable=False),
        sa.Column("credit", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
    )
    op.create_index("ix_posting_claim_id", "posting", ["claim_id"], unique=False)
    op.create_index("ix_posting_organ", "posting", ["organ", "line", "month"], unique=False)
    op.create_table(
        "recovery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=True),
        sa.Column("debtor", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column("holder_index", sa.LargeBinary(), nullable=True),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("certificates", sa.Integer(), nullable=False),
        sa.Column("stopped", sa.Integer(), nullable=False),
        sa.Column("due_fen", sa.BigInteger(), nullable=False),
        sa.Column("recovered_fen", sa.BigInteger(), nullable=False),
        sa.Column("written_off_fen", sa.BigInteger(), nullable=False),
        sa.Column("reserved_fen", sa.BigInteger(), nullable=False),
        sa.Column("notice_number", sa.Text(), nullable=True),
        sa.Column("noticed_by", sa.Text(), nullable=True),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("statement_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("notice_fen", sa.BigInteger(), nullable=True),
        sa.Column("notice_certificates", sa.Integer(), nullable=True),
        sa.Column("statement", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("answer", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("proposal", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("overdue_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_for", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery")),
        sa.UniqueConstraint("notice_number", name=op.f("uq_recovery_notice_number")),
    )
    op.create_index("ix_recovery_debtor", "recovery", ["debtor", "organ", "line"], unique=False)
    op.create_index("ix_recovery_queue", "recovery", ["state", "id"], unique=False)
    op.create_table(
        "recovery_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recovery_id", sa.Uuid(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_entry")),
    )
    op.create_index("ix_recovery_entry_recovery_id", "recovery_entry", ["recovery_id"], unique=False)
    op.create_index(
        "uq_recovery_entry_reference",
        "recovery_entry",
        ["organ", "reference"],
        unique=True,
        postgresql_where=sa.text("kind = 'repaid'"),
    )
    op.create_table(
        "recovery_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recovery_id", sa.Uuid(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=True),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("certificate_number", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("before_fen", sa.BigInteger(), nullable=False),
        sa.Column("due_fen", sa.BigInteger(), nullable=False),
        sa.Column("recovered_fen", sa.BigInteger(), nullable=False),
        sa.Column("written_off_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("spared", sa.Boolean(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_item")),
    )
    op.create_index("ix_recovery_item_item_id", "recovery_item", ["item_id"], unique=False)
    op.create_index("ix_recovery_item_recovery_id", "recovery_item", ["recovery_id", "place"], unique=False)
    op.create_index(
        "uq_recovery_item_live", "recovery_item", ["item_id"], unique=True, postgresql_where=sa.text("live")
    )
    op.create_table(
        "signal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column("institution_uscc", sa.Text(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_weight", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal")),
    )
    op.create_index("ix_signal_institution_id", "signal", ["institution_id", "state"], unique=False)
    op.create_index("uq_signal_subject", "signal", ["kind", "subject"], unique=True)
    op.create_table(
        "signal_certificate",
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("evaluated_on", sa.Date(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("signal_id", "number", name=op.f("pk_signal_certificate")),
    )
    op.create_index("ix_signal_certificate_number", "signal_certificate", ["number"], unique=False)
    op.create_table(
        "signal_look",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal_look")),
    )
    op.create_index("ix_signal_look_due_at", "signal_look", ["due_at", "id"], unique=False)
    op.create_table(
        "statistic_cell",
        sa.Column("group_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("previous", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "kind", "month", "previous", name=op.f("pk_statistic_cell")),
    )
    op.create_table(
        "statistic_count",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statistic_count")),
    )
    op.create_table(
        "statistic_group",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("shape", sa.SmallInteger(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("occupation", sa.Text(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statistic_group")),
    )
    op.create_index(
        "uq_statistic_group_place",
        "statistic_group",
        ["shape", "organ", "occupation", "chain", "level", "audience", "line"],
        unique=True,
    )
    op.create_table(
        "upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("marked", sa.Integer(), nullable=False),
        sa.Column("returned", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index("uq_upload_sheet", "upload", ["kind", "owner", "sha256"], unique=True)
    op.create_table(
        "verdict",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("base_fen", sa.BigInteger(), nullable=False),
        sa.Column("uplift", sa.SmallInteger(), nullable=True),
        sa.Column("shortage", sa.Boolean(), nullable=False),
        sa.Column("basis", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("explanation", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict")),
        sa.UniqueConstraint("digest", name=op.f("uq_verdict_digest")),
    )
    _widen()
    for table, holder in PROTECTED:
        for statement in protect(table, holder=holder):
            op.execute(statement)
    for statement in grants("njt_subsidy"):
        op.execute(statement)
    # What was posted is never changed.
    op.execute("REVOKE UPDATE, DELETE ON posting FROM njt_subsidy")
    # What was decided, and from what, is shared by many and likewise never changed.
    op.execute("REVOKE UPDATE, DELETE ON verdict, decision_input FROM njt_subsidy")
    op.execute("REVOKE UPDATE, DELETE ON recovery_entry FROM njt_subsidy")
    _fix_what_was_said()


# What was published stays as it was published; once it is known, all that still may happen to it is to be superseded.
_STANDS = """
    CREATE FUNCTION policy_release_stands() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (OLD.known_from IS NOT NULL
            AND (NEW.dry_run, NEW.released_by, NEW.released_at, NEW.known_from)
                IS DISTINCT FROM (OLD.dry_run, OLD.released_by, OLD.released_at, OLD.known_from))
           OR (OLD.superseded_by IS NOT NULL AND NEW.superseded_by IS DISTINCT FROM OLD.superseded_by)
        THEN
            RAISE EXCEPTION 'a release that is known is never edited, only superseded once'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
"""
_HANDLED = "version, dry_run, released_by, released_at, known_from, superseded_by"


def _fix_what_was_said() -> None:
    """Facts and releases are added; the runtime role cannot rewrite them."""
    op.execute("REVOKE UPDATE, DELETE ON fact, policy_release FROM njt_subsidy")
    op.execute(f"GRANT UPDATE ({_HANDLED}) ON policy_release TO njt_subsidy")
    op.execute(_STANDS)
    op.execute(
        "CREATE TRIGGER policy_release_stands BEFORE UPDATE ON policy_release"
        " FOR EACH ROW EXECUTE FUNCTION policy_release_stands()"
    )


def _widen() -> None:
    """What the first tables get besides."""
    _widen_certificates()
    _widen_entitlements()
    _widen_claims()


def downgrade() -> None:
    _narrow()
    op.drop_table("verdict")
    op.drop_table("upload")
    op.drop_table("statistic_group")
    op.drop_table("statistic_count")
    op.drop_table("statistic_cell")
    op.drop_table("signal_look")
    op.drop_table("signal_certificate")
    op.drop_table("signal")
    op.drop_table("recovery_item")
    op.drop_table("recovery_entry")
    op.drop_table("recovery")
    op.drop_table("posting")
    op.drop_table("policy_release")
    op.drop_table("payment_order")
    op.drop_table("payment_batch")
    op.drop_table("payee")
    op.drop_table("instalment")
    op.drop_table("impact_run")
    op.drop_table("impact_part")
    op.drop_table("fact_wait")
    op.drop_table("fact")
    op.drop_table("evidence")
    op.drop_table("evaluation")
    op.drop_table("decision_input")
    op.drop_table("claim_objection")
    op.drop_table("claim_item")
    op.drop_table("claim_fault")
    op.execute("DROP FUNCTION policy_release_stands")
    for statement in grants("njt_subsidy"):
        op.execute(statement)


def _narrow() -> None:
    """Back to the first tables."""
    _narrow_claims()
    _narrow_entitlements()
    _narrow_certificates()


# Whatever was on record before was sent by the province.
_NUMBERED = """
    UPDATE certificate SET station = left(number, 13), number_year = 2000 + substr(number, 14, 2)::int,
                           serial = right(number, 6)::int
    WHERE length(number) = 22
"""


def _widen_certificates() -> None:
    """Where a certificate comes from, how it stands with the province, and the parts of its number."""
    for name, kind, was in (
        ("origin", sa.Text(), "province"),
        ("state", sa.Text(), "verified"),
        ("marks", postgresql.ARRAY(sa.Text()), "{}"),
        ("differs", postgresql.ARRAY(sa.Text()), "{}"),
        ("clashes", sa.Integer(), "0"),
    ):
        op.add_column("certificate", sa.Column(name, kind, nullable=False, server_default=was))
        op.alter_column("certificate", name, server_default=None)
    op.add_column("certificate", sa.Column("asked_at", sa.DateTime(timezone=True)))
    op.add_column("certificate", sa.Column("revoked_on", sa.Date()))
    op.add_column("certificate", sa.Column("station", sa.Text()))
    op.add_column("certificate", sa.Column("number_year", sa.SmallInteger()))
    op.add_column("certificate", sa.Column("serial", sa.Integer()))
    _on_every_row("certificate", _NUMBERED)
    op.create_index("ix_certificate_holder_index", "certificate", ["holder_index"])
    op.create_index("ix_certificate_series", "certificate", ["station", "number_year", "level"])
    op.create_index("ix_certificate_sitting", "certificate", ["institution_id", "evaluated_on"])
    op.create_index(
        "ix_certificate_to_ask",
        "certificate",
        ["asked_at", "id"],
        postgresql_where=sa.text("state IN ('unverified', 'unknown')"),
    )


def _narrow_certificates() -> None:
    """The first form takes every certificate for one the province stands by: the others go."""
    _on_every_row("certificate", "DELETE FROM certificate WHERE state <> 'verified' OR length(number) <> 22")
    for index in ("holder_index", "series", "sitting", "to_ask"):
        op.drop_index(f"ix_certificate_{index}", "certificate")
    for name in ("origin", "state", "marks", "differs", "clashes", "asked_at", "revoked_on"):
        op.drop_column("certificate", name)
    for name in ("station", "number_year", "serial"):
        op.drop_column("certificate", name)


def _on_every_row(table: str, statement: str) -> None:
    """The owner, too, is under territorial isolation; while it rearranges the rows it must see them."""
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(statement)
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _widen_entitlements() -> None:
    """A grant counts for an occupation's family, and a year's places for both lines of money together."""
    op.alter_column("entitlement", "occupation", new_column_name="family")
    # Until now the name stood there; the catalogue had one edition only, so an occupation is its own family.
    _with_every_row_of(
        "certificate",
        """
        UPDATE entitlement SET family = own.edition || ':' || own.occupation
        FROM certificate AS own WHERE own.number = entitlement.certificate_number
        """,
    )
    _index_entitlements("uq_entitlement_place", ["holder_index", "year", "place"])
    # Only one line was claimed on so far, so whoever was paid on it was paid once on both.
    _index_entitlements("uq_entitlement_holder", ["holder_index", "family", "level"])


def _narrow_entitlements() -> None:
    _index_entitlements("uq_entitlement_place", ["holder_index", "line", "year", "place"])
    _index_entitlements("uq_entitlement_holder", ["holder_index", "family", "level", "line"])
    op.alter_column("entitlement", "family", new_column_name="occupation")


def _index_entitlements(name: str, columns: list[str]) -> None:
    """What is granted once at a time, by other columns than before."""
    op.drop_index(name, "entitlement")
    op.create_index(name, "entitlement", columns, unique=True, postgresql_where=sa.text("live"))


# The sentences of a decision have codes now, which those before had not: of old items the outcome, the money and its
# basis are kept.
_OLD_VERDICT = """
    jsonb_build_object(
        'outcome', item.kept->'outcome', 'amount_fen', item.kept->'amount_fen', 'base_fen', item.kept->'base_fen',
        'uplift', item.kept->'uplift', 'shortage', item.kept->'shortage', 'basis', item.kept->'basis',
        'policy_version', coalesce(item.kept->>'policy_version', ''),
        'known_on', (claim.submitted_at AT TIME ZONE 'Asia/Shanghai')::date)
"""
_VERDICTS_OUT = """
    INSERT INTO verdict (
        digest, outcome, amount_fen, base_fen, uplift, shortage, basis, explanation, policy_version, known_on)
    SELECT sha256(convert_to(kept::text, 'UTF8')), kept->>'outcome', (kept->>'amount_fen')::bigint,
           (kept->>'base_fen')::bigint, (kept->>'uplift')::smallint, (kept->>'shortage')::boolean,
           ARRAY(SELECT jsonb_array_elements_text(kept->'basis')), '{"grounds": [], "findings": []}'::jsonb,
           kept->>'policy_version', (kept->>'known_on')::date
    FROM (SELECT DISTINCT :kept FROM claim, jsonb_array_elements(claim.items) AS item (kept)) AS told (kept)
""".replace(":kept", _OLD_VERDICT)
# A row for each certificate of each claim.
_ITEMS_OUT = """
    INSERT INTO claim_item (
        id, version, claim_id, organ, uscc, line, place, turn, certificate_id, certificate_number, holder_index,
        family, level, employment, state, outcome, amount_fen, base_fen, uplift, shortage, verdict,
        decided_at, sampled, excluded_for, excluded_by, objections_open)
    SELECT gen_random_uuid(), 1, claim.id, claim.organ, claim.uscc, 'B', item.place - 1, item.place - 1,
           certificate.id, certificate.number, certificate.holder_index,
           certificate.edition || ':' || certificate.occupation, certificate.level, 'employee',
           CASE WHEN item.kept->>'outcome' = 'refused' THEN 'refused' WHEN claim.state = 'paid' THEN 'paid'
                WHEN claim.state = 'declined' THEN 'void' ELSE 'payable' END,
           item.kept->>'outcome', (item.kept->>'amount_fen')::bigint, (item.kept->>'base_fen')::bigint,
           (item.kept->>'uplift')::smallint, (item.kept->>'shortage')::boolean,
           (SELECT id FROM verdict WHERE digest = sha256(convert_to((:kept)::text, 'UTF8'))),
           claim.submitted_at, false, '', '', 0
    FROM claim, jsonb_array_elements(claim.items) WITH ORDINALITY AS item (kept, place), certificate
    WHERE certificate.number = item.kept->>'certificate_number'
""".replace(":kept", _OLD_VERDICT)
_TALLY = """
    UPDATE claim SET
        created_at = submitted_at,
        certificates = (SELECT count(*) FROM claim_item WHERE claim_id = claim.id),
        payable = (SELECT count(*) FROM claim_item WHERE claim_id = claim.id AND claim_item.state IN ('payable', 'paid')),
        basis = ARRAY(SELECT DISTINCT clause
                      FROM claim_item JOIN verdict ON verdict.id = claim_item.verdict, unnest(verdict.basis) AS clause
                      WHERE claim_id = claim.id AND claim_item.state IN ('payable', 'paid') ORDER BY clause)
"""
# What one officer had approved and nobody had paid is looked at again: it was neither sampled nor publicised.
_AGAIN = """
    UPDATE claim SET state = CASE state WHEN 'approved' THEN 'submitted' ELSE state END,
                     resumes_as = CASE resumes_as WHEN 'approved' THEN 'submitted' ELSE resumes_as END,
                     reviewed_by = NULL, reviewed_at = NULL, review_reason = NULL
    WHERE 'approved' IN (state, resumes_as)
"""
# Ten working days are two weeks, holidays aside.
_DUE = "UPDATE claim SET due_at = submitted_at + interval '14 days' WHERE state = 'submitted'"
_ITEMS_BACK = """
    UPDATE claim SET items = coalesce((
        SELECT jsonb_agg(jsonb_build_object(
            'certificate_number', certificate_number, 'level', level, 'outcome', coalesce(claim_item.outcome, 'refused'),
            'amount_fen', claim_item.amount_fen, 'base_fen', claim_item.base_fen,
            'uplift', claim_item.uplift, 'shortage', claim_item.shortage,
            'basis', coalesce(told.basis, '{}'), 'rules', '[]'::jsonb,
            'policy_version', coalesce(told.policy_version, '')) ORDER BY place)
        FROM claim_item LEFT JOIN verdict AS told ON told.id = claim_item.verdict
        WHERE claim_id = claim.id), '[]'::jsonb)
"""
_STATES_BACK = """
    UPDATE claim SET
        state = CASE WHEN state IN ('reviewed', 'publicity', 'ordered', 'returned') THEN 'approved' ELSE state END,
        resumes_as = CASE WHEN resumes_as IN ('reviewed', 'publicity', 'ordered', 'returned') THEN 'approved'
                          ELSE resumes_as END
"""
_CLAIM_COLUMNS = (
    ("line", sa.Text(), "B"),
    ("file_name", sa.Text(), ""),
    ("faulty", sa.Integer(), "0"),
    ("certificates", sa.Integer(), "0"),
    ("undecided", sa.Integer(), "0"),
    ("pending", sa.Integer(), "0"),
    ("payable", sa.Integer(), "0"),
    ("basis", postgresql.ARRAY(sa.Text()), "{}"),
    ("unchecked", sa.Integer(), "0"),
    ("objections_open", sa.Integer(), "0"),
)
_CLAIM_DATES = ("created_at", "due_at", "escalated_at", "publicity_until", "approved_at")
_CLAIM_WORDS = ("approved_by", "approval_reason")
_PERSON = ("holder_name", "holder_id", "holder_index")
_PERSONS_WORDS = ("channel", "taken_by", "number", "reference")
_ONE_CLAIMANT = """
    num_nonnulls(uscc, institution_id) IN (0, 2)
    AND num_nonnulls(holder_name, holder_id, holder_index, channel, taken_by, number, reference) IN (0, 7)
    AND num_nonnulls(uscc, holder_index) = 1
"""
_INSTITUTIONAL = ("uscc", "institution_id")


def _widen_claims() -> None:
    """A claim's items become rows; the claim keeps what they come to, and how far it is on its longer way."""
    for name, kind, was in _CLAIM_COLUMNS:
        op.add_column("claim", sa.Column(name, kind, nullable=False, server_default=was))
        op.alter_column("claim", name, server_default=None)
    for name in _CLAIM_DATES:
        op.add_column("claim", sa.Column(name, sa.DateTime(timezone=True)))
    for name in _CLAIM_WORDS:
        op.add_column("claim", sa.Column(name, sa.Text()))
    op.alter_column("claim", "submitted_at", nullable=True)
    _on_every_row("claim", _VERDICTS_OUT)
    _with_every_row_of("certificate", lambda: _on_every_row("claim", _ITEMS_OUT))
    for statement in (_TALLY, _AGAIN, _DUE):
        _on_every_row("claim", statement)
    op.create_index("ix_claim_due_at", "claim", ["due_at"], postgresql_where=sa.text("state = 'submitted'"))
    op.alter_column("claim", "created_at", nullable=False)
    op.drop_column("claim", "items")
    _admit_persons()


def _admit_persons() -> None:
    """A claim is a body's, as all were until now, or a person's."""
    for name in _PERSON:
        op.add_column("claim", sa.Column(name, sa.LargeBinary()))
    for name in _PERSONS_WORDS:
        op.add_column("claim", sa.Column(name, sa.Text()))
    for name in _INSTITUTIONAL:
        op.alter_column("claim", name, nullable=True)
    for name in ("number", "reference"):
        op.create_unique_constraint(f"uq_claim_{name}", "claim", [name])
    op.create_check_constraint("ck_claim_one_claimant", "claim", _ONE_CLAIMANT)
    op.create_index("ix_claim_holder_index", "claim", ["holder_index"])


def _send_persons_away() -> None:
    """The first form knows claims of institutions alone: what a person claimed goes."""
    _on_every_row("claim", "DELETE FROM claim WHERE uscc IS NULL")
    op.drop_index("ix_claim_holder_index", "claim")
    op.drop_constraint("ck_claim_one_claimant", "claim")
    for name in _INSTITUTIONAL:
        op.alter_column("claim", name, nullable=False)
    for name in (*_PERSON, *_PERSONS_WORDS):
        op.drop_column("claim", name)


def _narrow_claims() -> None:
    """The first form knows no draft and no withdrawal: those claims go, the others keep what their items came to."""
    _send_persons_away()
    op.add_column("claim", sa.Column("items", postgresql.JSONB(), nullable=False, server_default="[]"))
    op.alter_column("claim", "items", server_default=None)
    gone = "DELETE FROM claim WHERE state IN ('draft', 'deciding', 'withdrawn') OR submitted_at IS NULL"
    _with_every_row_of("claim_item", lambda: _on_every_row("claim", _ITEMS_BACK))
    for statement in (gone, _STATES_BACK):
        _on_every_row("claim", statement)
    op.alter_column("claim", "submitted_at", nullable=False)
    op.drop_index("ix_claim_due_at", "claim")
    for name in (*(each[0] for each in _CLAIM_COLUMNS), *_CLAIM_DATES, *_CLAIM_WORDS):
        op.drop_column("claim", name)


def _with_every_row_of(table: str, work: str | Callable[[], None]) -> None:
    """Rows of this table are looked at from elsewhere: its owner must see them meanwhile."""
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    if callable(work):
        work()
    else:
        op.execute(work)
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
