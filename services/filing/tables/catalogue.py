"""Editions of the occupation catalogue that the province told (N1.5)."""

from sqlalchemy import Column, Date, DateTime, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.filing.tables.metadata import metadata

catalogue_edition = Table(
    "catalogue_edition",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("number", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("issued", Date, nullable=False),
    Column("effective_from", Date, nullable=False),
    Column("effective_to", Date),
    Column("entries", JSONB, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("opinion", Text, nullable=False),
)
