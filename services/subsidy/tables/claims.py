"""Claims, their certificates, what is objected to, and who was granted what."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
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

from services.subsidy.tables.metadata import metadata

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
    Column("family", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("line", Text, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("place", SmallInteger, nullable=False),
    Column("shortage", Boolean, nullable=False),
    Column("live", Boolean, nullable=False),
)
Index("ix_entitlement_claim_id", entitlement.c.claim_id)
# Paid once, whatever two requests do at the same moment: a certificate once, a person once for a level of an
# occupation's family on whichever line, and each of the year's places once on both lines together, which is what the cap
# counts.
_live = text("live")
Index("uq_entitlement_certificate", entitlement.c.certificate_number, unique=True, postgresql_where=_live)
Index(
    "uq_entitlement_holder",
    entitlement.c.holder_index,
    entitlement.c.family,
    entitlement.c.level,
    unique=True,
    postgresql_where=_live,
)
Index(
    "uq_entitlement_place",
    entitlement.c.holder_index,
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
    Column("uscc", Text),
    Column("institution_id", Uuid),
    # A person who claims for itself, instead of an institution: sealed as holders of certificates are.
    Column("holder_name", LargeBinary),
    Column("holder_id", LargeBinary),
    Column("holder_index", LargeBinary),
    Column("channel", Text),
    Column("taken_by", Text),
    Column("number", Text, unique=True),
    Column("reference", Text, unique=True),
    Column("line", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("resumes_as", Text),
    Column("frozen_for", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("submitted_at", DateTime(timezone=True)),
    Column("file_name", Text, nullable=False),
    Column("faulty", Integer, nullable=False),
    Column("certificates", Integer, nullable=False),
    Column("undecided", Integer, nullable=False),
    Column("pending", Integer, nullable=False),
    Column("payable", Integer, nullable=False),
    Column("total_fen", BigInteger, nullable=False),
    Column("basis", ARRAY(Text), nullable=False),
    Column("due_at", DateTime(timezone=True)),
    Column("escalated_at", DateTime(timezone=True)),
    Column("reviewed_by", Text),
    Column("reviewed_at", DateTime(timezone=True)),
    Column("review_reason", Text),
    Column("unchecked", Integer, nullable=False),
    Column("publicity_until", DateTime(timezone=True)),
    Column("objections_open", Integer, nullable=False),
    Column("approved_by", Text),
    Column("approved_at", DateTime(timezone=True)),
    Column("approval_reason", Text),
    Column("paid_by", Text),
    Column("paid_at", DateTime(timezone=True)),
    CheckConstraint(
        "num_nonnulls(uscc, institution_id) IN (0, 2)"
        " AND num_nonnulls(holder_name, holder_id, holder_index, channel, taken_by, number, reference) IN (0, 7)"
        " AND num_nonnulls(uscc, holder_index) = 1",
        name="ck_claim_one_claimant",
    ),
)
# The officer's queue: ids sort by the time they were made.
Index("ix_claim_queue", claim.c.state, claim.c.id)
Index("ix_claim_institution_id", claim.c.institution_id, claim.c.state)
Index("ix_claim_holder_index", claim.c.holder_index)
Index("ix_claim_due_at", claim.c.due_at, postgresql_where=text("state = 'submitted'"))

# A row for each certificate, so that a claim may have a million; the claim keeps only what they come to.
claim_item = Table(
    "claim_item",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("claim_id", Uuid, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text),
    Column("line", Text, nullable=False),
    Column("place", Integer, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("certificate_id", Uuid, nullable=False),
    Column("certificate_number", Text, nullable=False),
    Column("holder_index", LargeBinary, nullable=False),
    Column("family", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("employment", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text),
    Column("amount_fen", BigInteger, nullable=False),
    Column("base_fen", BigInteger, nullable=False),
    Column("uplift", SmallInteger),
    Column("shortage", Boolean, nullable=False),
    # What was decided and why, and the two halves of what it was decided from: shared by all of whom the same holds.
    Column("verdict", BigInteger),
    Column("asked", BigInteger),
    Column("known", BigInteger),
    Column("decided_at", DateTime(timezone=True)),
    Column("sampled", Boolean, nullable=False),
    Column("checked_by", Text),
    Column("checked_at", DateTime(timezone=True)),
    Column("check_passed", Boolean),
    Column("check_note", Text),
    Column("excluded_for", Text, nullable=False),
    Column("excluded_by", Text, nullable=False),
    Column("objections_open", Integer, nullable=False),
    # Room for the second form of each row on its own page: deciding then touches no index, as long as none of them
    # names what deciding changes.
    postgresql_with={"fillfactor": 45},
)
Index("uq_claim_item_place", claim_item.c.claim_id, claim_item.c.place, unique=True)
Index("uq_claim_item_certificate", claim_item.c.certificate_number, claim_item.c.claim_id, unique=True)
# The order in which a claim is decided.
Index("ix_claim_item_turn", claim_item.c.claim_id, claim_item.c.turn)

# Rows of a claim's sheet that were found wrong; what stood in them names people, so it is sealed.
claim_fault = Table(
    "claim_fault",
    metadata,
    Column("claim_id", Uuid, primary_key=True),
    Column("organ", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("returned", LargeBinary, nullable=False),
)

# Objections name no institution: whoever is objected to does not see who objected.
claim_objection = Table(
    "claim_objection",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("claim_id", Uuid, nullable=False),
    Column("item_id", Uuid, nullable=False),
    Column("organ", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("received_by", Text, nullable=False),
    Column("reference", Text, nullable=False, unique=True),
    Column("raised_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("escalated_at", DateTime(timezone=True)),
    Column("state", Text, nullable=False),
    Column("finding", Text, nullable=False),
    Column("resolved_at", DateTime(timezone=True)),
    Column("resolved_by", Text, nullable=False),
)
Index("ix_claim_objection_claim_id", claim_objection.c.claim_id)
Index("ix_claim_objection_due_at", claim_objection.c.due_at, postgresql_where=text("state = 'open'"))
