"""The tables of subsidy."""

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

from shared.persistence.tables import service_metadata

metadata = service_metadata()

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
)

# Who was granted what, city-wide: a person who changes districts is still one person. So it has no organ and is not
# under territorial isolation; nothing in it names the person.
entitlement = Table(
    "entitlement",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("claim_id", Uuid, nullable=False),
    Column("holder_index", LargeBinary, nullable=False),
    Column("certificate_number", Text, nullable=False),
    Column("occupation", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("line", Text, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("place", SmallInteger, nullable=False),
    Column("shortage", Boolean, nullable=False),
    Column("live", Boolean, nullable=False),
)
Index("ix_entitlement_claim_id", entitlement.c.claim_id)
# Paid once, whatever two requests do at the same moment: a certificate once, a person once for an occupation's level,
# and each of the year's places once, which is what the yearly cap counts.
_live = text("live")
Index("uq_entitlement_certificate", entitlement.c.certificate_number, unique=True, postgresql_where=_live)
Index(
    "uq_entitlement_holder",
    entitlement.c.holder_index,
    entitlement.c.occupation,
    entitlement.c.level,
    entitlement.c.line,
    unique=True,
    postgresql_where=_live,
)
Index(
    "uq_entitlement_place",
    entitlement.c.holder_index,
    entitlement.c.line,
    entitlement.c.year,
    entitlement.c.place,
    unique=True,
    postgresql_where=_live,
)

claim = Table(
    "claim",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("items", JSONB, nullable=False),
    Column("total_fen", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("resumes_as", Text),
    Column("frozen_for", Text, nullable=False),
    Column("submitted_at", DateTime(timezone=True), nullable=False),
    Column("reviewed_by", Text),
    Column("reviewed_at", DateTime(timezone=True)),
    Column("review_reason", Text),
    Column("paid_by", Text),
    Column("paid_at", DateTime(timezone=True)),
)
# The officer's queue: ids sort by the time they were made.
Index("ix_claim_queue", claim.c.state, claim.c.id)
Index("ix_claim_institution_id", claim.c.institution_id, claim.c.state)
