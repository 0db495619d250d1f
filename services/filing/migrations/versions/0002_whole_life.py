"""The whole life of an institution on record: amendments, clocks, obligations, dated scope, and all that goes with it."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.persistence.security import protect
from shared.persistence.tables import grants

revision = "0002"
down_revision = "0001"

PROTECTED = (("obligation", "uscc"),)
"""New tables under territorial isolation, and the column with the USCC of whoever sees its own rows."""

_ON_RECORD = sa.text("standing IN ('active', 'suspended')")

# What was kept before is kept: applicants, cases, scope and standing become the first of their versions.
_FILL_FILING = """
    UPDATE filing SET decided_at = registered_at,
        materials = (SELECT coalesce(jsonb_agg(each || '{"media_type": "application/pdf", "size": 0}'), '[]')
                     FROM jsonb_array_elements(materials) AS each)
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
                                 plaque_number, certificate_number, scope, standing, valid_from, valid_until)
    SELECT id, verification, name, uscc, organ, category, audience, number, plaque_number, certificate_number,
           scope, standing, valid_from, valid_until FROM institution
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
    op.create_table(
        "public_register",
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("verification", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("organ", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("plaque_number", sa.Text(), nullable=True),
        sa.Column("certificate_number", sa.Text(), nullable=True),
        sa.Column("scope", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("institution_id", name=op.f("pk_public_register")),
        sa.UniqueConstraint("number", name=op.f("uq_public_register_number")),
        sa.UniqueConstraint("verification", name=op.f("uq_public_register_verification")),
    )
    op.create_index("ix_public_register_uscc", "public_register", ["uscc"], unique=False)
    _unprotected("filing", "institution", "obligation")
    _widen_filing()
    _widen_institution()
    _remake_coverage()
    _protected_again("filing", "institution", "obligation")
    for table, holder in PROTECTED:
        for statement in protect(table, holder=holder):
            op.execute(statement)
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


def _widen_institution() -> None:
    _add("institution", "legal_representative", sa.Text(), "")
    _add("institution", "address", sa.Text(), "")
    _add("institution", "sites", postgresql.JSONB(), "[]")
    _add("institution", "post_levels", postgresql.JSONB(), "[]")
    _add("institution", "versions", postgresql.JSONB(), "[]")
    _add("institution", "standings", postgresql.JSONB(), "[]")
    _add("institution", "verification", sa.Text(), "")
    _add("institution", "batches", sa.Integer(), "0")
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
    for name in (
        "ix_filing_institution_id",
        "ix_filing_officer_id",
        "ix_filing_due_at",
        "ix_filing_applicant_due_at",
    ):
        op.drop_index(name, table_name="filing")
    op.create_unique_constraint("uq_filing_institution_id", "filing", ["institution_id"])
    for name in _FILING_COLUMNS:
        op.drop_column("filing", name)
    _add("institution", "scope", postgresql.JSONB(), "[]")
    _add("institution", "suspended_for", sa.Text(), "")
    op.execute(_BACK_TO_INSTITUTION)
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
    op.drop_table("public_register")
    op.drop_table("obligation")
    for statement in grants("njt_filing"):
        op.execute(statement)


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
    "last_evaluated_on",
)
