"""The tables of accounts."""

from sqlalchemy import ARRAY, Column, Date, DateTime, Index, Integer, LargeBinary, Table, Text, Uuid
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
