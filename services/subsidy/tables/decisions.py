"""What was decided, and from what."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    Identity,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.subsidy.tables.metadata import metadata

# What was decided, and every rule's finding: written once for all items of which the same was decided, found by its
# digest. It names nobody and has no organ. Added, never changed; the runtime role has no right to.
verdict = Table(
    "verdict",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("outcome", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("base_fen", BigInteger, nullable=False),
    Column("uplift", SmallInteger),
    Column("shortage", Boolean, nullable=False),
    Column("basis", ARRAY(Text), nullable=False),
    Column("explanation", JSONB, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("known_on", Date, nullable=False),
)

# Halves of canonical inputs, byte for byte what the digest is of: what is asked of a lot, or what is known of a person
# who is not named. Likewise written once, and never changed.
decision_input = Table(
    "decision_input",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("written", Text, nullable=False),
)
