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
    postgresql_where=text(
        "officer_id IS NULL AND state IN ('submitted', 'correcting', 'accepted', 'mending', 'passed', 'publicity')"
    ),
)
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

# Addressed to every district and institution, so not under territorial isolation.
campaign = Table(
    "campaign",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("institutions", Integer, nullable=False),
    Column("left_out", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    Column("forced_because", Text, nullable=False),
    Column("left_open", Integer, nullable=False),
    Column("basis", ARRAY(Text), nullable=False),
)
Index("ix_campaign_opened_at", campaign.c.opened_at, campaign.c.id)
# One campaign at a time.
Index("uq_campaign_running", campaign.c.opened_by, unique=True, postgresql_where=text("state <> 'closed'"))

# Who was on record when a campaign was opened and has no review yet; a row goes when its review comes.
campaign_intake = Table(
    "campaign_intake",
    metadata,
    Column("campaign_id", Uuid, primary_key=True),
    Column("institution_id", Uuid, primary_key=True),
)

review = Table(
    "review",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("campaign_id", Uuid, nullable=False),
    Column("institution_id", Uuid, nullable=False),
    Column("organ", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("items", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text),
    Column("withdrawn", JSONB, nullable=False),
    Column("added", JSONB, nullable=False),
    Column("opinion", Text, nullable=False),
    Column("opinion_at", DateTime(timezone=True)),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("basis", ARRAY(Text), nullable=False),
)
Index("uq_review_campaign_institution", review.c.campaign_id, review.c.institution_id, unique=True)
Index("ix_review_queue", review.c.campaign_id, review.c.organ, review.c.name, review.c.id)
Index("ix_review_open", review.c.institution_id, postgresql_where=text("state = 'open'"))

office = Table(
    "office",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("working_group", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("hours", Text, nullable=False),
    Column("channels", ARRAY(Text), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
)
Index("ix_office_organ", office.c.organ, office.c.name, office.c.id)

officer = Table(
    "officer",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("office_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("duties", Text, nullable=False),
    Column("public_name", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("leave_from", Date),
    Column("leave_until", Date),
    Column("deputy_id", Uuid),
    Column("recusals", JSONB, nullable=False),
)
Index("uq_officer_organ_subject", officer.c.organ, officer.c.subject, unique=True)
Index("ix_officer_office_id", officer.c.office_id)

# When each officer was last given a case: beside the officer, whose version it must not change.
officer_turn = Table(
    "officer_turn",
    metadata,
    Column("officer_id", Uuid, primary_key=True),
    Column("organ", Text, nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
)

expert = Table(
    "expert",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("employer", Text, nullable=False),
    Column("employer_uscc", Text),
    Column("subject", Text),
    Column("occupations", ARRAY(Text), nullable=False),
    Column("recused_from", ARRAY(Text), nullable=False),
    Column("active", Boolean, nullable=False),
)
Index("ix_expert_name", expert.c.name, expert.c.id)
# A login is one expert's.
Index("uq_expert_subject", expert.c.subject, unique=True)

panel = Table(
    "panel",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("filing_id", Uuid, nullable=False),
    Column("organ", Text, nullable=False),
    Column("convened_by", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("round", SmallInteger, nullable=False),
    Column("members", JSONB, nullable=False),
    Column("subjects", ARRAY(Text), nullable=False),
    Column("withdrawn", JSONB, nullable=False),
    Column("rubric_on", Date, nullable=False),
    Column("sheets", JSONB, nullable=False),
    Column("convened_at", DateTime(timezone=True), nullable=False),
    Column("concluded_at", DateTime(timezone=True)),
    Column("outcome", Text),
    Column("vetoes", ARRAY(Text), nullable=False),
    Column("report", Text, nullable=False),
)
# One panel for each round of a case, however many officers convene at the same moment.
Index("uq_panel_filing_round", panel.c.filing_id, panel.c.round, unique=True)
Index("ix_panel_subjects", panel.c.subjects, postgresql_using="gin")

# It carries no USCC: an applicant must not learn who objected, so no holder sees these rows.
objection = Table(
    "objection",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("filing_id", Uuid, nullable=False),
    Column("organ", Text, nullable=False),
    Column("handled_by", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("received_by", Text, nullable=False),
    Column("reference", Text, nullable=False, unique=True),
    Column("raised_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("warned_at", DateTime(timezone=True)),
    Column("escalated_at", DateTime(timezone=True)),
    Column("state", Text, nullable=False),
    Column("finding", Text, nullable=False),
    Column("resolved_at", DateTime(timezone=True)),
    Column("resolved_by", Text, nullable=False),
)
Index("ix_objection_filing_id", objection.c.filing_id, objection.c.raised_at)
Index("ix_objection_due_at", objection.c.due_at, postgresql_where=text("state = 'open'"))

pledge = Table(
    "pledge",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("filing_id", Uuid, nullable=False),
    Column("institution_id", Uuid),
    Column("organ", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text_version", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("signed_by", Text, nullable=False),
    Column("signed_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("settled_at", DateTime(timezone=True)),
    Column("settled_by", Text, nullable=False),
    Column("finding", Text, nullable=False),
)
Index("ix_pledge_uscc", pledge.c.uscc)
# What was withdrawn may be pledged again the year after; otherwise one pledge for each document of a case.
Index(
    "uq_pledge_filing_kind",
    pledge.c.filing_id,
    pledge.c.kind,
    unique=True,
    postgresql_where=text("state <> 'withdrawn'"),
)

# Who may not pledge, city-wide: every organ has to know, so not under territorial isolation.
integrity_record = Table(
    "integrity_record",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("basis", ARRAY(Text), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", DateTime(timezone=True), nullable=False),
    Column("pledge_id", Uuid),
)
Index("ix_integrity_record_uscc", integrity_record.c.uscc, integrity_record.c.valid_until)
Index("ix_integrity_record_entered_at", integrity_record.c.entered_at, integrity_record.c.id)

bulk_import = Table(
    "bulk_import",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("template_version", Integer, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("good", Integer, nullable=False),
    Column("bad", Integer, nullable=False),
    Column("groups", Integer, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("done", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("cursor", Integer, nullable=False),
    Column("committed_by", Text, nullable=False),
    Column("finished_at", DateTime(timezone=True)),
)
Index("ix_bulk_import_created_at", bulk_import.c.created_at, bulk_import.c.id)
Index("ix_bulk_import_committing", bulk_import.c.id, postgresql_where=text("state = 'committing'"))
# The same file is imported once; when that was discarded it may be handed in again.
Index(
    "uq_bulk_import_file",
    bulk_import.c.organ,
    bulk_import.c.kind,
    bulk_import.c.sha256,
    unique=True,
    postgresql_where=text("state <> 'discarded'"),
)

import_row = Table(
    "import_row",
    metadata,
    Column("import_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("organ", Text, nullable=False),
    Column("place", Integer, nullable=False),
    Column("values", JSONB, nullable=False),
    Column("cells", JSONB),
    Column("errors", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome_id", Uuid),
    Column("outcome_code", Text, nullable=False),
    Column("outcome", Text, nullable=False),
)
Index("ix_import_row_place", import_row.c.import_id, import_row.c.place, import_row.c.number)
Index("ix_import_row_state", import_row.c.import_id, import_row.c.state, import_row.c.number)
