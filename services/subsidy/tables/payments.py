"""Accounts to pay to, batches of orders, and the double entries of all money."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.subsidy.tables.metadata import metadata

payee = Table(
    "payee",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text),
    Column("account_name", LargeBinary, nullable=False),
    Column("account_bank", LargeBinary, nullable=False),
    Column("account_number", LargeBinary, nullable=False),
    Column("account_index", LargeBinary, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", DateTime(timezone=True), nullable=False),
)
# One account for several institutions, or people, is a signal.
Index("ix_payee_account_index", payee.c.account_index)

payment_batch = Table(
    "payment_batch",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("number", Text, nullable=False, unique=True),
    Column("organ", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("pay_on", Date, nullable=False),
    Column("orders", Integer, nullable=False),
    Column("total_fen", BigInteger, nullable=False),
    Column("offset_fen", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("released_by", Text, nullable=False),
    Column("released_at", DateTime(timezone=True)),
    Column("result_sha256", Text, nullable=False),
    Column("settled_by", Text, nullable=False),
    Column("settled_at", DateTime(timezone=True)),
)
Index("ix_payment_batch_organ", payment_batch.c.organ, payment_batch.c.line)

payment_order = Table(
    "payment_order",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("batch_id", Uuid, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text),
    Column("line", Text, nullable=False),
    Column("claim_id", Uuid, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("offsets", JSONB, nullable=False),
    Column("offset_fen", BigInteger, nullable=False),
    Column("certificates", Integer, nullable=False),
    Column("account_name", LargeBinary, nullable=False),
    Column("account_bank", LargeBinary, nullable=False),
    Column("account_number", LargeBinary, nullable=False),
    Column("account_index", LargeBinary, nullable=False),
    Column("follows", Uuid),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("settled_on", Date),
    Column("bank_ref", Text, nullable=False),
)
Index("ix_payment_order_account_index", payment_order.c.account_index)
Index("ix_payment_order_batch_id", payment_order.c.batch_id)
Index("ix_payment_order_claim_id", payment_order.c.claim_id)
# A claim is ordered once at a time and paid once, and what the bank gave back is repeated once.
Index(
    "uq_payment_order_claim",
    payment_order.c.claim_id,
    unique=True,
    postgresql_where=text("state IN ('ordered', 'paid')"),
)
Index(
    "uq_payment_order_follows",
    payment_order.c.follows,
    unique=True,
    postgresql_where=text("state <> 'withdrawn'"),
)

# Double entries: added, never changed; the runtime role has no right to.
posting = Table(
    "posting",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("month", Text, nullable=False),
    Column("debit", Text, nullable=False),
    Column("credit", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("claim_id", Uuid, nullable=False),
    Column("item_id", Uuid),
    Column("ref", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
Index("ix_posting_organ", posting.c.organ, posting.c.line, posting.c.month)
Index("ix_posting_claim_id", posting.c.claim_id)
