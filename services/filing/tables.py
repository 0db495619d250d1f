"""The tables of filing."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.persistence.tables import service_metadata

metadata = service_metadata()

filing = Table(
    "filing",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("handled_by", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("scope", JSONB, nullable=False),
    Column("basis", ARRAY(Text), nullable=False),
    Column("training", ARRAY(Text), nullable=False),
    Column("evidence", ARRAY(Text), nullable=False),
    Column("materials", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("priority", Boolean, nullable=False),
    Column("scores", JSONB, nullable=False),
    Column("obligations", JSONB, nullable=False),
    Column("drafted_at", DateTime(timezone=True), nullable=False),
    Column("submitted_at", DateTime(timezone=True)),
    Column("publicity_until", DateTime(timezone=True)),
    Column("registered_at", DateTime(timezone=True)),
    Column("filing_number", Text, unique=True),
    Column("institution_id", Uuid, unique=True),
)
# The officer's queue: taken first comes first (N1.1), then who came first.
Index("ix_filing_queue", filing.c.state, filing.c.priority.desc(), filing.c.drafted_at, filing.c.id)
Index("ix_filing_uscc", filing.c.uscc)

filing_serial = Table(
    "filing_serial",
    metadata,
    Column("organ", Text, primary_key=True),
    Column("year", SmallInteger, primary_key=True),
    Column("last", BigInteger, nullable=False),
)

institution = Table(
    "institution",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("scope", JSONB, nullable=False),
    Column("number", Text, nullable=False, unique=True),
    Column("plaque_number", Text),
    Column("certificate_number", Text),
    Column("station_codes", ARRAY(Text), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("basis", ARRAY(Text), nullable=False),
    Column("filed_by", Text, nullable=False),
    Column("standing", Text, nullable=False),
    Column("suspended_for", Text, nullable=False),
    UniqueConstraint("uscc", "audience", name="uq_institution_uscc_audience"),
)
Index("ix_institution_name", institution.c.name, institution.c.id)

# Which occupations somebody evaluates, city-wide: public knowledge, so not under territorial isolation.
coverage = Table(
    "coverage",
    metadata,
    Column("occupation", Text, primary_key=True),
    Column("institution_id", Uuid, primary_key=True),
    Column("valid_until", Date, nullable=False),
)
