"""The register, and what of it is public."""

from sqlalchemy import ARRAY, Boolean, Column, Date, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.filing.tables.metadata import metadata

# A page of the register is read in order, and a beginning is a range of that order, which the database's own collation
# need not allow; so names and numbers stand by their characters.
_IN_ORDER_OF_CHARACTERS = Text(collation="C")

institution = Table(
    "institution",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("name", _IN_ORDER_OF_CHARACTERS, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("legal_representative", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("sites", JSONB, nullable=False),
    Column("category", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("versions", JSONB, nullable=False),
    Column("post_levels", JSONB, nullable=False),
    Column("number", _IN_ORDER_OF_CHARACTERS, nullable=False, unique=True),
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
    Column("lapses", JSONB, nullable=False),
)
_BY_NAME = (institution.c.name, institution.c.id)
Index("ix_institution_name", *_BY_NAME)
Index("ix_institution_standing", institution.c.standing, *_BY_NAME)
Index("ix_institution_organ", institution.c.organ, *_BY_NAME)
Index("ix_institution_category", institution.c.category, *_BY_NAME)
Index("ix_institution_uscc", institution.c.uscc, institution.c.id)
Index("ix_institution_number", institution.c.number, institution.c.id)
Index(
    "ix_institution_idle",
    institution.c.last_evaluated_on,
    institution.c.valid_from,
    postgresql_where=text("standing = 'active'"),
)
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
    Column("name", _IN_ORDER_OF_CHARACTERS, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("organ", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("number", Text, nullable=False, unique=True),
    Column("plaque_number", Text),
    Column("certificate_number", Text),
    Column("versions", JSONB, nullable=False),
    Column("standing", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("ended_on", Date),
)
Index("ix_public_register_uscc", public_register.c.uscc)
Index("ix_public_register_name", public_register.c.name)
Index("ix_public_register_plaque", public_register.c.plaque_number)
Index("ix_public_register_certificate", public_register.c.certificate_number)

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
