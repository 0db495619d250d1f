"""What the city published, and what that comes to."""

from sqlalchemy import ARRAY, BigInteger, Column, Date, DateTime, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.subsidy.tables.metadata import metadata

# What the city published: of the whole city, so it has no organ. Never edited but to be worked out, released, superseded.
policy_release = Table(
    "policy_release",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("document", JSONB, nullable=False),
    Column("status", Text, nullable=False),
    Column("clauses", JSONB, nullable=False),
    Column("entries", JSONB, nullable=False),
    Column("supersedes", Uuid),
    Column("published_by", Text, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
    Column("dry_run", JSONB(none_as_null=True)),
    Column("released_by", Text),
    Column("released_at", DateTime(timezone=True)),
    Column("known_from", Date),
    Column("superseded_by", Uuid),
)
# Asked by every unit of work: how many are released.
Index(
    "ix_policy_release_released",
    policy_release.c.released_at,
    postgresql_where=text("known_from IS NOT NULL"),
)

# How far the dry-run of a release is, under the release's id, and what it has come to so far.
impact_run = Table(
    "impact_run",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("since", Date, nullable=False),
    Column("known_from", Date, nullable=False),
    Column("policy", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("rounds", Integer, nullable=False),
    Column("redo", ARRAY(Integer), nullable=False),
    Column("problem", Text, nullable=False),
    Column("finished_at", DateTime(timezone=True)),
)

impact_part = Table(
    "impact_part",
    metadata,
    Column("run_id", Uuid, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("after_id", Uuid),
    Column("last_id", Uuid, nullable=False),
    Column("counted", Integer, nullable=False),
    Column("mark_0", BigInteger, nullable=False),
    Column("mark_1", BigInteger, nullable=False),
    Column("figures", JSONB, nullable=False),
)
