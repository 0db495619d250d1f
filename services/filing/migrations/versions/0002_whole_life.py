"""The whole life of an institution on record: amendments, clocks, obligations, dated scope, and all that goes with it."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.persistence.security import lend, protect
from shared.persistence.tables import grants

revision = "0002"
down_revision = "0001"

PROTECTED = (
    ("bulk_import", None),
    ("ceremony", None),
    ("commendation", "uscc"),
    ("expert", None),
    ("import_row", None),
    ("objection", None),
    ("obligation", "uscc"),
    ("office", None),
    ("officer", None),
    ("officer_turn", None),
    ("panel", "uscc"),
    ("pledge", "uscc"),
    ("review", "uscc"),
)
"""New tables under territorial isolation, and the column with the USCC of whoever sees its own rows."""

_IN_HAND = "state IN ('submitted', 'correcting', 'accepted', 'mending', 'passed', 'publicity')"
_ON_RECORD = sa.text("standing IN ('active', 'suspended')")

# What was kept before is kept: applicants, cases, scope and standing become the first of their versions.
_FILL_FILING = """
    UPDATE filing SET decided_at = registered_at,
        materials = (SELECT coalesce(jsonb_agg(each || '{"media_type": "application/pdf", "size": 0}'), '[]')
                     FROM jsonb_array_elements(materials) AS each)
"""
# Of several cases of a body for one audience the furthest stays in hand; the others are drafts again, nothing is lost.
_ONE_IN_HAND = """
    UPDATE filing SET state = 'draft', submitted_at = NULL FROM (
        SELECT id, row_number() OVER (PARTITION BY uscc, audience ORDER BY place, submitted_at, id) AS nth
        FROM filing, array_position(
            ARRAY['publicity', 'passed', 'mending', 'accepted', 'correcting', 'submitted'], state) AS place
        WHERE place IS NOT NULL
    ) AS each WHERE each.id = filing.id AND each.nth > 1
"""
_FILL_OBLIGATIONS = """
    INSERT INTO obligation (id, version, kind, subject, institution_id, filing_id, organ, owner, uscc, basis, due_at,
                            state, attempts, problem, settled_at, settled_by, note)
    SELECT gen_random_uuid(), 1, each ->> 'kind', '', institution_id, id, organ, each ->> 'organ', uscc, basis,
           (each ->> 'due_at')::timestamptz, CASE WHEN each ->> 'done_at' IS NULL THEN 'open' ELSE 'done' END,
           0, '', (each ->> 'done_at')::timestamptz, '', ''
    FROM filing, jsonb_array_elements(obligations) AS each
"""
_FILL_INSTITUTION = """
    UPDATE institution SET
        verification = encode(sha256(convert_to(id::text || gen_random_uuid()::text, 'UTF8')), 'hex'),
        versions = jsonb_build_array(jsonb_build_object(
            'valid_from', valid_from, 'items', scope, 'why', 'filed', 'basis', to_jsonb(basis), 'filing_id', NULL)),
        standings = jsonb_build_array(
            jsonb_build_object('valid_from', valid_from, 'standing', 'active', 'reason', ''))
            || CASE WHEN standing = 'suspended' THEN jsonb_build_array(jsonb_build_object(
                'valid_from', current_date, 'standing', standing, 'reason', suspended_for)) ELSE '[]'::jsonb END
"""
_FILL_PUBLIC_REGISTER = """
    INSERT INTO public_register (institution_id, verification, name, uscc, organ, category, audience, number,
                                 plaque_number, certificate_number, versions, standing, valid_from, valid_until)
    SELECT id, verification, name, uscc, organ, category, audience, number, plaque_number, certificate_number,
           versions, standing, valid_from, valid_until FROM institution
"""
_FILL_COVERAGE = """
    INSERT INTO coverage (edition, occupation, institution_id, valid_until, sole)
    SELECT DISTINCT each ->> 'edition', each ->> 'occupation', id, valid_until, category = 'municipal_association'
    FROM institution, jsonb_array_elements(scope) AS each
    ON CONFLICT DO NOTHING
"""
_BACK_TO_OBLIGATIONS = """
    UPDATE filing SET obligations = coalesce((
        SELECT jsonb_agg(jsonb_build_object('kind', o.kind, 'organ', o.owner, 'due_at', o.due_at, 'done_at', o.settled_at))
        FROM obligation o WHERE o.filing_id = filing.id AND o.kind IN ('open_account', 'be_copied', 'connect')), '[]')
"""
_BACK_TO_INSTITUTION = """
    UPDATE institution SET scope = versions -> -1 -> 'items',
        suspended_for = CASE WHEN standing = 'suspended' THEN standings -> -1 ->> 'reason' ELSE '' END
"""
_BACK_TO_COVERAGE = """
    INSERT INTO coverage (occupation, institution_id, valid_until)
    SELECT DISTINCT each ->> 'occupation', id, valid_until FROM institution, jsonb_array_elements(scope) AS each
"""


def upgrade() -> None:
    _create_bulk_import()
    _create_campaign()
    _create_campaign_intake()
    _create_ceremony()
    _create_commendation()
    _create_expert()
    _create_import_row()
    _create_integrity_record()
    _create_objection()
    _create_obligation()
    _create_office()
    _create_officer()
    _create_officer_turn()
    _create_panel()
    _create_pledge()
    _create_public_register()
    _create_review()
    _unprotected("filing", "institution", "obligation")
    _widen_filing()
    _widen_institution()
    _remake_coverage()
    _protected_again("filing", "institution", "obligation")
    for table, holder in PROTECTED:
        for statement in protect(table, holder=holder):
            op.execute(statement)
    op.execute(lend("expert"))
    for statement in grants("njt_filing"):
        op.execute(statement)


def _unprotected(*tables: str) -> None:
    """The owner, too, is under territorial isolation; while it rearranges the rows it must see them."""
    for table in tables:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")


def _protected_again(*tables: str) -> None:
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _widen_filing() -> None:
    _add("filing", "kind", sa.Text(), "initial")
    _add("filing", "channel", sa.Text(), "online")
    _add("filing", "legal_representative", sa.Text(), "")
    _add("filing", "address", sa.Text(), "")
    _add("filing", "days_left", sa.Integer(), "0")
    _add("filing", "rounds", sa.SmallInteger(), "0")
    _add("filing", "objections_open", sa.Integer(), "0")
    _add("filing", "refused_for", sa.Text(), "")
    for name in ("due_at", "paused_at", "warned_at", "escalated_at", "applicant_due_at", "decided_at"):
        op.add_column("filing", sa.Column(name, sa.DateTime(timezone=True)))
    op.add_column("filing", sa.Column("officer_id", sa.Uuid()))
    op.add_column("filing", sa.Column("particulars", postgresql.JSONB()))
    op.add_column("filing", sa.Column("correction", postgresql.JSONB()))
    op.execute(_FILL_FILING)
    op.execute(_FILL_OBLIGATIONS)
    for name in ("scores", "obligations", "registered_at"):
        op.drop_column("filing", name)
    op.drop_constraint("uq_filing_institution_id", "filing")
    op.create_index("ix_filing_institution_id", "filing", ["institution_id"])
    op.create_index("ix_filing_officer_id", "filing", ["officer_id", "state"])
    _index_the_queue()
    op.execute(_ONE_IN_HAND)
    op.create_index(
        "uq_filing_in_hand",
        "filing",
        ["uscc", "audience"],
        unique=True,
        postgresql_where=sa.text(f"kind = 'initial' AND {_IN_HAND}"),
    )
    op.create_index(
        "ix_filing_due_at",
        "filing",
        ["due_at"],
        postgresql_where=sa.text("due_at IS NOT NULL AND paused_at IS NULL"),
    )
    op.create_index(
        "ix_filing_applicant_due_at",
        "filing",
        ["applicant_due_at"],
        postgresql_where=sa.text("applicant_due_at IS NOT NULL"),
    )


def _index_the_queue() -> None:
    """What an officer looks for is found in the order in which it is taken."""
    order: list[str | sa.TextClause] = [sa.text("priority DESC"), "drafted_at", "id"]
    op.create_index("ix_filing_in_order", "filing", order)
    op.create_index("ix_filing_organ_in_order", "filing", ["organ", *order])
    op.create_index("ix_filing_handled_in_order", "filing", ["handled_by", *order])
    op.create_index("ix_filing_organ_queue", "filing", ["organ", "state", *order])
    for name, columns, where in (
        ("kind", ["kind", *order], "kind <> 'initial'"),
        ("channel", ["channel", *order], "channel <> 'online'"),
        ("organ_kind", ["organ", "kind", *order], "kind <> 'initial'"),
        ("organ_channel", ["organ", "channel", *order], "channel <> 'online'"),
        ("escalated", order, "escalated_at IS NOT NULL"),
        ("unassigned", ["handled_by", *order], f"officer_id IS NULL AND {_IN_HAND}"),
        ("to_handle", ["handled_by", *order], _IN_HAND),
    ):
        op.create_index(f"ix_filing_{name}", "filing", columns, postgresql_where=sa.text(where))
    op.create_index("ix_filing_name", "filing", ["name"], postgresql_ops={"name": "text_pattern_ops"})


def _widen_institution() -> None:
    _add("institution", "legal_representative", sa.Text(), "")
    _add("institution", "address", sa.Text(), "")
    _add("institution", "sites", postgresql.JSONB(), "[]")
    _add("institution", "post_levels", postgresql.JSONB(), "[]")
    _add("institution", "versions", postgresql.JSONB(), "[]")
    _add("institution", "standings", postgresql.JSONB(), "[]")
    _add("institution", "verification", sa.Text(), "")
    _add("institution", "batches", sa.Integer(), "0")
    _add("institution", "lapses", postgresql.JSONB(), "[]")
    op.add_column("institution", sa.Column("last_evaluated_on", sa.Date()))
    op.execute(_FILL_INSTITUTION)
    op.execute(_FILL_PUBLIC_REGISTER)
    op.drop_constraint("uq_institution_uscc_audience", "institution")
    op.create_index(
        "uq_institution_uscc_audience",
        "institution",
        ["uscc", "audience"],
        unique=True,
        postgresql_where=_ON_RECORD,
    )
    op.create_index("ix_institution_valid_until", "institution", ["valid_until"], postgresql_where=_ON_RECORD)
    op.create_unique_constraint("uq_institution_verification", "institution", ["verification"])
    for name in ("name", "number"):
        op.alter_column("institution", name, type_=sa.Text(collation="C"))
    for name, columns in _REGISTER_INDEXES.items():
        op.create_index(name, "institution", columns)
    op.create_index(
        "ix_institution_idle",
        "institution",
        ["last_evaluated_on", "valid_from"],
        postgresql_where=sa.text("standing = 'active'"),
    )


def _remake_coverage() -> None:
    op.drop_table("coverage")
    op.create_table(
        "coverage",
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("occupation", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("sole", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("edition", "occupation", "institution_id", name=op.f("pk_coverage")),
    )
    op.create_index("ix_coverage_institution_id", "coverage", ["institution_id"])
    op.create_index(
        "uq_coverage_sole",
        "coverage",
        ["edition", "occupation"],
        unique=True,
        postgresql_where=sa.text("sole"),
    )
    op.execute(_FILL_COVERAGE)
    op.drop_column("institution", "scope")
    op.drop_column("institution", "suspended_for")


def _add(table: str, name: str, kind: sa.types.TypeEngine[Any], before: str) -> None:
    """A column that may not be empty, with what stands in it for rows that were there before."""
    op.add_column(table, sa.Column(name, kind, nullable=False, server_default=before))
    op.alter_column(table, name, server_default=None)


def downgrade() -> None:
    """Back to the first tables; what they have no place for is lost, cases and register are kept."""
    _unprotected("filing", "institution", "obligation")
    _add("filing", "scores", postgresql.JSONB(), "[]")
    _add("filing", "obligations", postgresql.JSONB(), "[]")
    op.add_column("filing", sa.Column("registered_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE filing SET registered_at = decided_at WHERE state = 'registered'")
    op.execute(_BACK_TO_OBLIGATIONS)
    op.execute("UPDATE filing SET institution_id = NULL WHERE kind <> 'initial'")
    op.drop_index("uq_filing_in_hand", table_name="filing")
    for name in _FILING_INDEXES:
        op.drop_index(f"ix_filing_{name}", table_name="filing")
    op.create_unique_constraint("uq_filing_institution_id", "filing", ["institution_id"])
    for name in _FILING_COLUMNS:
        op.drop_column("filing", name)
    _add("institution", "scope", postgresql.JSONB(), "[]")
    _add("institution", "suspended_for", sa.Text(), "")
    op.execute(_BACK_TO_INSTITUTION)
    for name in (*_REGISTER_INDEXES, "ix_institution_idle"):
        op.drop_index(name, table_name="institution")
    for name in ("name", "number"):
        op.execute(f'ALTER TABLE institution ALTER COLUMN {name} TYPE text COLLATE "default"')
    op.drop_index("uq_institution_uscc_audience", table_name="institution")
    op.drop_index("ix_institution_valid_until", table_name="institution")
    op.create_unique_constraint("uq_institution_uscc_audience", "institution", ["uscc", "audience"])
    for name in _INSTITUTION_COLUMNS:
        op.drop_column("institution", name)
    op.drop_table("coverage")
    op.create_table(
        "coverage",
        sa.Column("occupation", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("occupation", "institution_id", name=op.f("pk_coverage")),
    )
    op.execute(_BACK_TO_COVERAGE)
    _protected_again("filing", "institution")
    op.drop_table("review")
    op.drop_table("public_register")
    op.drop_table("pledge")
    op.drop_table("panel")
    op.drop_table("officer_turn")
    op.drop_table("officer")
    op.drop_table("office")
    op.drop_table("obligation")
    op.drop_table("objection")
    op.drop_table("integrity_record")
    op.drop_table("import_row")
    op.drop_table("expert")
    op.drop_table("commendation")
    op.drop_table("ceremony")
    op.drop_table("campaign_intake")
    op.drop_table("campaign")
    op.drop_table("bulk_import")
    for statement in grants("njt_filing"):
        op.execute(statement)


_FILING_INDEXES = (
    "institution_id",
    "officer_id",
    "due_at",
    "applicant_due_at",
    "in_order",
    "organ_in_order",
    "organ_queue",
    "kind",
    "channel",
    "organ_kind",
    "organ_channel",
    "escalated",
    "unassigned",
    "handled_in_order",
    "to_handle",
    "name",
)
_REGISTER_INDEXES = {
    "ix_institution_standing": ["standing", "name", "id"],
    "ix_institution_organ": ["organ", "name", "id"],
    "ix_institution_category": ["category", "name", "id"],
    "ix_institution_uscc": ["uscc", "id"],
    "ix_institution_number": ["number", "id"],
}
_FILING_COLUMNS = (
    "kind",
    "channel",
    "legal_representative",
    "address",
    "days_left",
    "rounds",
    "objections_open",
    "refused_for",
    "due_at",
    "paused_at",
    "warned_at",
    "escalated_at",
    "applicant_due_at",
    "decided_at",
    "officer_id",
    "particulars",
    "correction",
)
_INSTITUTION_COLUMNS = (
    "legal_representative",
    "address",
    "sites",
    "post_levels",
    "versions",
    "standings",
    "verification",
    "batches",
    "lapses",
    "last_evaluated_on",
)


def _create_bulk_import() -> None:
    op.create_table(
        "bulk_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("bad", sa.Integer(), nullable=False),
        sa.Column("groups", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("committed_by", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_import")),
    )
    op.create_index(
        "ix_bulk_import_committing",
        "bulk_import",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state = 'committing'"),
    )
    op.create_index("ix_bulk_import_created_at", "bulk_import", ["created_at", "id"], unique=False)
    op.create_index(
        "uq_bulk_import_file",
        "bulk_import",
        ["organ", "kind", "sha256"],
        unique=True,
        postgresql_where=sa.text("state <> 'discarded'"),
    )


def _create_campaign() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("institutions", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forced_because", sa.Text(), nullable=False),
        sa.Column("left_open", sa.Integer(), nullable=False),
        sa.Column("basis", sa.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
    )
    op.create_index("ix_campaign_opened_at", "campaign", ["opened_at", "id"], unique=False)
    op.create_index(
        "uq_campaign_running",
        "campaign",
        ["opened_by"],
        unique=True,
        postgresql_where=sa.text("state <> 'closed'"),
    )


def _create_campaign_intake() -> None:
    op.create_table(
        "campaign_intake",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "institution_id", name=op.f("pk_campaign_intake")),
    )


def _create_ceremony() -> None:
    op.create_table(
        "ceremony",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("handed_over", sa.Integer(), nullable=False),
        sa.Column("basis", sa.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ceremony")),
    )
    op.create_index("ix_ceremony_recorded_at", "ceremony", ["recorded_at", "id"], unique=False)


def _create_commendation() -> None:
    op.create_table(
        "commendation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("experience", sa.Text(), nullable=False),
        sa.Column("named_by", sa.Text(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_from", sa.Date(), nullable=False),
        sa.Column("published_until", sa.Date(), nullable=True),
        sa.Column("basis", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_for", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commendation")),
    )
    op.create_index("ix_commendation_institution_id", "commendation", ["institution_id"], unique=False)
    op.create_index("ix_commendation_named_at", "commendation", ["named_at", "id"], unique=False)
    op.create_index(
        "ix_commendation_published",
        "commendation",
        ["published_from", "id"],
        unique=False,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_index(
        "uq_commendation_open",
        "commendation",
        ["institution_id"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def _create_expert() -> None:
    op.create_table(
        "expert",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("employer", sa.Text(), nullable=False),
        sa.Column("employer_uscc", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("occupations", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("recused_from", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert")),
    )
    op.create_index("ix_expert_name", "expert", ["name", "id"], unique=False)
    op.create_index("uq_expert_subject", "expert", ["subject"], unique=True)


def _create_import_row() -> None:
    op.create_table(
        "import_row",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cells", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("errors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome_id", sa.Uuid(), nullable=True),
        sa.Column("outcome_code", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_import_row")),
    )
    op.create_index("ix_import_row_place", "import_row", ["import_id", "place", "number"], unique=False)
    op.create_index("ix_import_row_state", "import_row", ["import_id", "state", "number"], unique=False)


def _create_integrity_record() -> None:
    op.create_table(
        "integrity_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("basis", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pledge_id", sa.Uuid(), nullable=True),
        sa.Column("annulled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("annulled_by", sa.Text(), nullable=False),
        sa.Column("annulled_for", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integrity_record")),
    )
    op.create_index("ix_integrity_record_entered_at", "integrity_record", ["entered_at", "id"], unique=False)
    op.create_index("ix_integrity_record_uscc", "integrity_record", ["uscc", "valid_until"], unique=False)


def _create_objection() -> None:
    op.create_table(
        "objection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("handled_by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
        sa.UniqueConstraint("reference", name=op.f("uq_objection_reference")),
    )
    op.create_index(
        "ix_objection_due_at",
        "objection",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_objection_filing_id", "objection", ["filing_id", "raised_at", "id"], unique=False)


def _create_obligation() -> None:
    op.create_table(
        "obligation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column("filing_id", sa.Uuid(), nullable=True),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("basis", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligation")),
    )
    op.create_index(
        "ix_obligation_due_at",
        "obligation",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_obligation_filing_id", "obligation", ["filing_id"], unique=False)
    op.create_index("ix_obligation_institution_id", "obligation", ["institution_id"], unique=False)
    op.create_index("ix_obligation_owner", "obligation", ["owner", "state", "due_at", "id"], unique=False)
    op.create_index("ix_obligation_state", "obligation", ["state", "due_at", "id"], unique=False)
    op.create_index(
        "ix_obligation_subject",
        "obligation",
        ["subject"],
        unique=False,
        postgresql_where=sa.text("kind = 'tell_province'"),
    )


def _create_office() -> None:
    op.create_table(
        "office",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("working_group", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("channels", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
    )
    op.create_index("ix_office_organ", "office", ["organ", "name", "id"], unique=False)


def _create_officer() -> None:
    op.create_table(
        "officer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("duties", sa.Text(), nullable=False),
        sa.Column("public_name", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("leave_from", sa.Date(), nullable=True),
        sa.Column("leave_until", sa.Date(), nullable=True),
        sa.Column("deputy_id", sa.Uuid(), nullable=True),
        sa.Column("recusals", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer")),
    )
    op.create_index("ix_officer_office_id", "officer", ["office_id"], unique=False)
    op.create_index("uq_officer_organ_subject", "officer", ["organ", "subject"], unique=True)


def _create_officer_turn() -> None:
    op.create_table(
        "officer_turn",
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("officer_id", name=op.f("pk_officer_turn")),
    )


def _create_panel() -> None:
    op.create_table(
        "panel",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("convened_by", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("members", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("subjects", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("withdrawn", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rubric_on", sa.Date(), nullable=False),
        sa.Column("sheets", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("convened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("vetoes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel")),
    )
    op.create_index("ix_panel_subjects", "panel", ["subjects"], unique=False, postgresql_using="gin")
    op.create_index("uq_panel_filing_round", "panel", ["filing_id", "round"], unique=True)


def _create_pledge() -> None:
    op.create_table(
        "pledge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text_version", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge")),
    )
    op.create_index("ix_pledge_uscc", "pledge", ["uscc"], unique=False)
    op.create_index(
        "uq_pledge_filing_kind",
        "pledge",
        ["filing_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )


def _create_public_register() -> None:
    op.create_table(
        "public_register",
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("verification", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("plaque_number", sa.Text(), nullable=True),
        sa.Column("certificate_number", sa.Text(), nullable=True),
        sa.Column("versions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("institution_id", name=op.f("pk_public_register")),
        sa.UniqueConstraint("number", name=op.f("uq_public_register_number")),
        sa.UniqueConstraint("verification", name=op.f("uq_public_register_verification")),
    )
    op.create_index("ix_public_register_certificate", "public_register", ["certificate_number"], unique=False)
    op.create_index("ix_public_register_name", "public_register", ["name"], unique=False)
    op.create_index("ix_public_register_plaque", "public_register", ["plaque_number"], unique=False)
    op.create_index("ix_public_register_uscc", "public_register", ["uscc"], unique=False)


def _create_review() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("withdrawn", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("added", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("opinion_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("basis", sa.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index(
        "ix_review_open",
        "review",
        ["institution_id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_review_queue", "review", ["campaign_id", "organ", "name", "id"], unique=False)
    op.create_index(
        "uq_review_campaign_institution", "review", ["campaign_id", "institution_id"], unique=True
    )
