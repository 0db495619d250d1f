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
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.persistence.tables import service_metadata

metadata = service_metadata()

filing = Table(
    "filing",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("organ", Text, nullable=False),
    Column("handled_by", Text, nullable=False),
    Column("officer_id", Uuid),
    Column("name", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("legal_representative", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("scope", JSONB, nullable=False),
    Column("particulars", JSONB),
    Column("basis", ARRAY(Text), nullable=False),
    Column("training", ARRAY(Text), nullable=False),
    Column("evidence", ARRAY(Text), nullable=False),
    Column("materials", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("priority", Boolean, nullable=False),
    Column("drafted_at", DateTime(timezone=True), nullable=False),
    Column("submitted_at", DateTime(timezone=True)),
    Column("due_at", DateTime(timezone=True)),
    Column("paused_at", DateTime(timezone=True)),
    Column("days_left", Integer, nullable=False),
    Column("warned_at", DateTime(timezone=True)),
    Column("escalated_at", DateTime(timezone=True)),
    Column("applicant_due_at", DateTime(timezone=True)),
    Column("correction", JSONB),
    Column("rounds", SmallInteger, nullable=False),
    Column("publicity_until", DateTime(timezone=True)),
    Column("objections_open", Integer, nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("refused_for", Text, nullable=False),
    Column("filing_number", Text, unique=True),
    Column("institution_id", Uuid),
)
# The officer's queue: taken first comes first (N1.1), then who came first.
Index("ix_filing_queue", filing.c.state, filing.c.priority.desc(), filing.c.drafted_at, filing.c.id)
Index("ix_filing_uscc", filing.c.uscc)
Index("ix_filing_institution_id", filing.c.institution_id)
Index("ix_filing_officer_id", filing.c.officer_id, filing.c.state)
Index(
    "ix_filing_due_at",
    filing.c.due_at,
    postgresql_where=text("due_at IS NOT NULL AND paused_at IS NULL"),
)

Index(
    "ix_filing_applicant_due_at",
    filing.c.applicant_due_at,
    postgresql_where=text("applicant_due_at IS NOT NULL"),
)

filing_serial = Table(
    "filing_serial",
    metadata,
    Column("organ", Text, primary_key=True),
    Column("year", SmallInteger, primary_key=True),
    Column("last", BigInteger, nullable=False),
)

obligation = Table(
    "obligation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("institution_id", Uuid),
    Column("filing_id", Uuid),
    Column("organ", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("basis", ARRAY(Text), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("warned_at", DateTime(timezone=True)),
    Column("escalated_at", DateTime(timezone=True)),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("problem", Text, nullable=False),
    Column("settled_at", DateTime(timezone=True)),
    Column("settled_by", Text, nullable=False),
    Column("note", Text, nullable=False),
)
Index("ix_obligation_filing_id", obligation.c.filing_id)
Index("ix_obligation_institution_id", obligation.c.institution_id)
Index("ix_obligation_due_at", obligation.c.due_at, postgresql_where=text("state = 'open'"))

institution = Table(
    "institution",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("legal_representative", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("sites", JSONB, nullable=False),
    Column("category", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("versions", JSONB, nullable=False),
    Column("post_levels", JSONB, nullable=False),
    Column("number", Text, nullable=False, unique=True),
    Column("plaque_number", Text),
    Column("certificate_number", Text),
    Column("station_codes", ARRAY(Text), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("basis", ARRAY(Text), nullable=False),
    Column("filed_by", Text, nullable=False),
    Column("verification", Text, nullable=False, unique=True),
    Column("standing", Text, nullable=False),
    Column("standings", JSONB, nullable=False),
    Column("last_evaluated_on", Date),
    Column("batches", Integer, nullable=False),
)
Index("ix_institution_name", institution.c.name, institution.c.id)
Index(
    "ix_institution_valid_until",
    institution.c.valid_until,
    postgresql_where=text("standing IN ('active', 'suspended')"),
)
# One body is on record once for an audience; when that has ended it may be filed again.
Index(
    "uq_institution_uscc_audience",
    institution.c.uscc,
    institution.c.audience,
    unique=True,
    postgresql_where=text("standing IN ('active', 'suspended')"),
)

# Who is on record, city-wide: public knowledge, so not under territorial isolation. Written with the institution.
public_register = Table(
    "public_register",
    metadata,
    Column("institution_id", Uuid, primary_key=True),
    Column("verification", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("organ", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("number", Text, nullable=False, unique=True),
    Column("plaque_number", Text),
    Column("certificate_number", Text),
    Column("scope", JSONB, nullable=False),
    Column("standing", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
)
Index("ix_public_register_uscc", public_register.c.uscc)

# Which occupations somebody evaluates, city-wide: public knowledge, so not under territorial isolation.
coverage = Table(
    "coverage",
    metadata,
    Column("edition", Text, primary_key=True),
    Column("occupation", Text, primary_key=True),
    Column("institution_id", Uuid, primary_key=True),
    Column("valid_until", Date, nullable=False),
    Column("sole", Boolean, nullable=False),
)
Index("ix_coverage_institution_id", coverage.c.institution_id)
# N2.7: of two associations that take the same uncovered occupation at the same moment, one wins.
Index(
    "uq_coverage_sole",
    coverage.c.edition,
    coverage.c.occupation,
    unique=True,
    postgresql_where=text("sole"),
)
