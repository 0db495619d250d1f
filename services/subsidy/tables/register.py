"""Who may evaluate, and the certificates that were issued."""

from sqlalchemy import (
    ARRAY,
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

institution = Table(
    "institution",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("scope", JSONB, nullable=False),
    Column("station_codes", ARRAY(Text), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("standing", Text, nullable=False),
    Column("versions", JSONB, nullable=False),
    Column("standings", JSONB, nullable=False),
)
Index("ix_institution_uscc", institution.c.uscc)

certificate = Table(
    "certificate",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("number", Text, nullable=False, unique=True),
    Column("holder_name", LargeBinary, nullable=False),
    Column("holder_id", LargeBinary, nullable=False),
    Column("holder_index", LargeBinary, nullable=False),
    Column("edition", Text, nullable=False),
    Column("occupation", Text, nullable=False),
    Column("work_type", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("evaluated_on", Date, nullable=False),
    Column("batch", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("marks", ARRAY(Text), nullable=False),
    Column("differs", ARRAY(Text), nullable=False),
    Column("clashes", Integer, nullable=False),
    Column("asked_at", DateTime(timezone=True)),
    Column("revoked_on", Date),
    # Parts of a number of 22 characters, by which gaps in a series are found.
    Column("station", Text),
    Column("number_year", SmallInteger),
    Column("serial", Integer),
)
Index("ix_certificate_holder_index", certificate.c.holder_index)
Index("ix_certificate_sitting", certificate.c.institution_id, certificate.c.evaluated_on)
Index("ix_certificate_series", certificate.c.station, certificate.c.number_year, certificate.c.level)
Index(
    "ix_certificate_to_ask",
    certificate.c.asked_at,
    certificate.c.id,
    postgresql_where=text("state IN ('unverified', 'unknown')"),
)
