"""The tables of accounts."""

from sqlalchemy import (
    ARRAY,
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

from shared.persistence.tables import service_metadata

metadata = service_metadata()

account = Table(
    "account",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("institution_id", Uuid, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("organ", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("scope", JSONB, nullable=False),
    Column("station_codes", ARRAY(Text), nullable=False),
    Column("basis", ARRAY(Text), nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("scope_from", Date),
    Column("closed_at", DateTime(timezone=True)),
    Column("number", Text, nullable=False),
    Column("filed_by", Text, nullable=False),
    Column("held_for", ARRAY(Text), nullable=False),
    Column("operator", Text, nullable=False),
    Column("invited_at", DateTime(timezone=True)),
)
Index("ix_account_opened", account.c.opened_at, account.c.id)

client = Table(
    "client",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False, unique=True),
    Column("secret_digest", LargeBinary, nullable=False),
    Column("permissions", ARRAY(Text), nullable=False),
    Column("organ", Text),
    Column("holder", Text),
)

drift_check = Table(
    "drift_check",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("day", Date, unique=True),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("started_by", Text, nullable=False),
    Column("query_id", Uuid, nullable=False),
    Column("after", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("found", Integer, nullable=False),
    Column("healed", Integer, nullable=False),
    Column("finished_at", DateTime(timezone=True)),
)

register_entry = Table(
    "register_entry",
    metadata,
    Column("check_id", Uuid, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("content", JSONB, nullable=False),
)

drift = Table(
    "drift",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("check_id", Uuid, nullable=False),
    Column("organ", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("account_id", Uuid),
    Column("cause", Text, nullable=False),
    Column("basis", ARRAY(Text), nullable=False),
    Column("ours", Text, nullable=False),
    Column("theirs", Text, nullable=False),
    Column("standing", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("repair", Text, nullable=False),
    Column("found_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("opinion", Text, nullable=False),
    Column("healed_at", DateTime(timezone=True)),
)
# Of one institution one difference of a cause is known at a time, and of each of its accounts.
Index(
    "uq_drift_known",
    drift.c.number,
    drift.c.uscc,
    drift.c.cause,
    drift.c.account_id,
    unique=True,
    postgresql_nulls_not_distinct=True,
    postgresql_where=text("state <> 'healed'"),
)
