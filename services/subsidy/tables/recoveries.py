"""What has to be paid back, and what came back."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.subsidy.tables.metadata import metadata

# What has to be paid back. Its debtor sees it once it was told: until then the column with its USCC is empty.
recovery = Table(
    "recovery",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text),
    Column("debtor", Text, nullable=False),
    Column("institution_id", Uuid),
    Column("holder_index", LargeBinary),
    Column("line", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("evidence", ARRAY(Text), nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("certificates", Integer, nullable=False),
    Column("stopped", Integer, nullable=False),
    Column("due_fen", BigInteger, nullable=False),
    Column("recovered_fen", BigInteger, nullable=False),
    Column("written_off_fen", BigInteger, nullable=False),
    Column("reserved_fen", BigInteger, nullable=False),
    Column("notice_number", Text, unique=True),
    Column("noticed_by", Text),
    Column("noticed_at", DateTime(timezone=True)),
    Column("statement_until", DateTime(timezone=True)),
    Column("due_on", Date),
    Column("notice_fen", BigInteger),
    Column("notice_certificates", Integer),
    Column("statement", JSONB(none_as_null=True)),
    Column("answer", JSONB(none_as_null=True)),
    Column("proposal", JSONB(none_as_null=True)),
    Column("overdue_since", DateTime(timezone=True)),
    Column("closed_by", Text, nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    Column("closed_for", Text, nullable=False),
)
Index("ix_recovery_debtor", recovery.c.debtor, recovery.c.organ, recovery.c.line)
Index("ix_recovery_queue", recovery.c.state, recovery.c.id)

recovery_item = Table(
    "recovery_item",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("recovery_id", Uuid, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text),
    Column("line", Text, nullable=False),
    Column("place", Integer, nullable=False),
    Column("item_id", Uuid, nullable=False),
    Column("claim_id", Uuid, nullable=False),
    Column("certificate_number", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("paid_fen", BigInteger, nullable=False),
    Column("before_fen", BigInteger, nullable=False),
    Column("due_fen", BigInteger, nullable=False),
    Column("recovered_fen", BigInteger, nullable=False),
    Column("written_off_fen", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("spared", Boolean, nullable=False),
    Column("live", Boolean, nullable=False),
)
Index("ix_recovery_item_recovery_id", recovery_item.c.recovery_id, recovery_item.c.place)
Index("ix_recovery_item_item_id", recovery_item.c.item_id)
# What was paid once is asked back by one recovery at a time.
Index(
    "uq_recovery_item_live",
    recovery_item.c.item_id,
    unique=True,
    postgresql_where=text("live"),
)

instalment = Table(
    "instalment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("recovery_id", Uuid, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text),
    Column("place", Integer, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("paid_fen", BigInteger, nullable=False),
    Column("agreed", Boolean, nullable=False),
    Column("dropped", Boolean, nullable=False),
    Column("overdue_at", DateTime(timezone=True)),
)
Index("ix_instalment_recovery_id", instalment.c.recovery_id, instalment.c.place)
Index(
    "ix_instalment_due_on",
    instalment.c.due_on,
    postgresql_where=text("NOT dropped AND paid_fen < amount_fen"),
)

# What came back or was given up: added, never changed; the runtime role has no right to.
recovery_entry = Table(
    "recovery_entry",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("recovery_id", Uuid, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text),
    Column("kind", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("reference", Text, nullable=False),
    Column("on", Date, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
Index("ix_recovery_entry_recovery_id", recovery_entry.c.recovery_id)
# A sum that came in is booked once, whoever enters it.
Index(
    "uq_recovery_entry_reference",
    recovery_entry.c.organ,
    recovery_entry.c.reference,
    unique=True,
    postgresql_where=text("kind = 'repaid'"),
)
