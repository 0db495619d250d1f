"""Cases and what is owed on them."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
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

from services.filing.tables.metadata import metadata

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
# A body has one initial case for an audience in hand, however many it hands in at the same moment; drafts are free.
_IN_HAND = "state IN ('submitted', 'correcting', 'accepted', 'mending', 'passed', 'publicity')"
Index(
    "uq_filing_in_hand",
    filing.c.uscc,
    filing.c.audience,
    unique=True,
    postgresql_where=text(f"kind = 'initial' AND {_IN_HAND}"),
)
# The officer's queue: taken first comes first (N1.1), then who came first.
Index("ix_filing_queue", filing.c.state, filing.c.priority.desc(), filing.c.drafted_at, filing.c.id)
Index("ix_filing_uscc", filing.c.uscc)
Index("ix_filing_institution_id", filing.c.institution_id)
Index("ix_filing_officer_id", filing.c.officer_id, filing.c.state)
# The same queue of one organ, without a state, and of what is rare; each page is read in order.
_IN_ORDER = (filing.c.priority.desc(), filing.c.drafted_at, filing.c.id)
Index("ix_filing_in_order", *_IN_ORDER)
Index("ix_filing_organ_in_order", filing.c.organ, *_IN_ORDER)
Index("ix_filing_organ_queue", filing.c.organ, filing.c.state, *_IN_ORDER)
Index("ix_filing_kind", filing.c.kind, *_IN_ORDER, postgresql_where=text("kind <> 'initial'"))
Index(
    "ix_filing_organ_kind",
    filing.c.organ,
    filing.c.kind,
    *_IN_ORDER,
    postgresql_where=text("kind <> 'initial'"),
)
Index("ix_filing_channel", filing.c.channel, *_IN_ORDER, postgresql_where=text("channel <> 'online'"))
Index(
    "ix_filing_organ_channel",
    filing.c.organ,
    filing.c.channel,
    *_IN_ORDER,
    postgresql_where=text("channel <> 'online'"),
)
Index("ix_filing_escalated", *_IN_ORDER, postgresql_where=text("escalated_at IS NOT NULL"))
Index(
    "ix_filing_unassigned",
    filing.c.handled_by,
    *_IN_ORDER,
    postgresql_where=text(f"officer_id IS NULL AND {_IN_HAND}"),
)
# What an organ handles, which for the city is little of what it sees.
Index("ix_filing_handled_in_order", filing.c.handled_by, *_IN_ORDER)
Index("ix_filing_to_handle", filing.c.handled_by, *_IN_ORDER, postgresql_where=text(_IN_HAND))
Index("ix_filing_name", filing.c.name, postgresql_ops={"name": "text_pattern_ops"})
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
Index("ix_obligation_state", obligation.c.state, obligation.c.due_at, obligation.c.id)
Index("ix_obligation_owner", obligation.c.owner, obligation.c.state, obligation.c.due_at, obligation.c.id)
Index("ix_obligation_subject", obligation.c.subject, postgresql_where=text("kind = 'tell_province'"))
