"""Supervision keeps what the province asks for and orders, and whom it supervises together with the province."""

import sqlalchemy as sa
from alembic import op

from shared.persistence.security import protect

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("supervised_institution", sa.Column("number", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "supervised_institution", sa.Column("joint", sa.ARRAY(sa.Text()), nullable=False, server_default="{}")
    )
    for name in ("number", "joint"):
        op.alter_column("supervised_institution", name, server_default=None)
    op.create_index("ix_supervised_institution_uscc", "supervised_institution", ["uscc"])
    _tasks()
    _orders()
    for table in ("provincial_task", "provincial_order"):
        for statement in protect(table):
            op.execute(statement)
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO njt_supervision")


def _tasks() -> None:
    op.create_table(
        "provincial_task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in _TOLD),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=True),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("reported_by", sa.Text(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provincial_task")),
        sa.UniqueConstraint("number", name=op.f("uq_provincial_task_number")),
    )
    op.create_index(
        "ix_provincial_task_open",
        "provincial_task",
        ["due_on"],
        postgresql_where=sa.text("state <> 'reported'"),
    )


_TOLD = ("institution_uscc", "number", "title", "demand")
_ORDERED = ("institution_uscc", "number", "measure", "document", "reason")


def _orders() -> None:
    op.create_table(
        "provincial_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in _ORDERED),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("carried_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provincial_order")),
        sa.UniqueConstraint("number", name=op.f("uq_provincial_order_number")),
    )
    op.create_index("ix_provincial_order_institution_id", "provincial_order", ["institution_id"])


def downgrade() -> None:
    for table in ("provincial_order", "provincial_task"):
        op.drop_table(table)
    op.drop_index("ix_supervised_institution_uscc", table_name="supervised_institution")
    for name in ("joint", "number"):
        op.drop_column("supervised_institution", name)
