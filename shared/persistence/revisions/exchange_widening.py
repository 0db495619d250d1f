"""What the exchange adds to the tables that every service had from the first."""

import json
from hashlib import sha256
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from shared.persistence.security import protect


def widen() -> None:  # budget: one statement after the other
    """What the first tables get besides."""
    op.add_column(
        "exchange_intent", sa.Column("organ", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("exchange_intent", sa.Column("mends", sa.Uuid(), nullable=True))
    op.add_column("exchange_intent", sa.Column("query_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "exchange_intent", sa.Column("queries", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column(
        "exchange_intent", sa.Column("mended", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("exchange_intent", sa.Column("patch", sa.LargeBinary(), nullable=True))
    op.add_column(
        "exchange_intent", sa.Column("declined", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.create_unique_constraint(op.f("uq_exchange_intent_mends"), "exchange_intent", ["mends"])
    _digest_again()
    op.execute(
        "UPDATE exchange_intent SET organ = left(coalesce(CAST(payload AS jsonb) ->> 'organ', ''), 40)"
    )
    for table in ("exchange_intent", "exchange_received"):
        place = sa.Column("place", sa.Text(), server_default=sa.text("''"), nullable=False)
        op.add_column(table, place)
        op.execute(
            f"UPDATE {table} SET place = left(encode(sha256(convert_to(business_key, 'UTF8')), 'hex'), 4)"  # noqa: S608 — the tables named above
        )
    # What waited for its receipt was due to be sent again; now it is asked after first.
    op.execute(
        "UPDATE exchange_intent SET query_at = due_at, due_at = NULL"
        " WHERE sequence > 0 AND state IN ('delivered', 'accepted')"
    )
    op.drop_index("uq_intent_business_key", table_name="exchange_intent")
    op.drop_index("ix_intent_due", table_name="exchange_intent")
    for name, columns, where, unique in _INTENT_INDEXES:
        op.create_index(name, "exchange_intent", columns, unique=unique, postgresql_where=sa.text(where))
    for column in (
        sa.Column("organ", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("lane", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("sequence", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("exchange_received", column)
    op.create_index(
        "ix_received_refused",
        "exchange_received",
        ["message_id"],
        postgresql_where=sa.text("state = 'refused'"),
    )
    # Of what came in before, the digest was taken with nulls.
    op.execute("UPDATE exchange_received SET issued_at = at")
    op.add_column(
        "exchange_received", sa.Column("nulls", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )
    op.alter_column("exchange_received", "nulls", server_default=sa.text("false"))
    op.create_index(
        "ix_received_issued",
        "exchange_received",
        ["issued_at"],
        postgresql_where=sa.text("state <> 'refused'"),
    )
    op.create_index(
        "ix_received_place",
        "exchange_received",
        ["place", "issued_at"],
        postgresql_where=sa.text("state <> 'refused'"),
    )
    op.create_index(
        "ix_received_refused_act",
        "exchange_received",
        ["code", "business_key"],
        postgresql_where=sa.text("state = 'refused'"),
    )
    for table in _TERRITORIAL:
        for statement in protect(table):
            op.execute(statement)
    op.add_column(
        "held_message", sa.Column("sealed", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("held_message", sa.Column("message_id", sa.Uuid(), nullable=True))
    op.add_column("held_message", sa.Column("business_key", sa.Text(), nullable=True))
    op.add_column("held_message", sa.Column("lane", sa.Text(), nullable=True))
    op.add_column("held_message", sa.Column("digest", sa.LargeBinary(), nullable=True))
    op.drop_index("uq_held_fact", table_name="held_message")
    number = ["queue", "stream", "subject", "sequence"]
    fact, letter = sa.text("message_id IS NULL"), sa.text("message_id IS NOT NULL")
    op.create_index("uq_held_fact", "held_message", number, unique=True, postgresql_where=fact)
    number += ["message_id", "digest"]
    op.create_index("uq_held_letter", "held_message", number, unique=True, postgresql_where=letter)
    op.create_index("ix_held_subject", "held_message", ["stream", "subject", "sequence"])
    op.create_index(
        "ix_held_message_id",
        "held_message",
        ["message_id"],
        postgresql_where=sa.text("message_id IS NOT NULL"),
    )
    op.create_index(
        "ix_held_business_key",
        "held_message",
        ["business_key"],
        postgresql_where=sa.text("business_key IS NOT NULL"),
    )


def _digest_again() -> None:
    """The digests of payloads with nulls, which are not counted any more; so many at once as are held without harm."""
    connection, after = op.get_bind(), UUID(int=0)
    while rows := connection.execute(_WITH_NULLS, {"after": after}).all():
        again = [{"id": row.id, "digest": _digest(json.loads(row.payload))} for row in rows]
        connection.execute(_DIGEST, again)
        after = rows[-1].id


def _digest(payload: Any) -> bytes:
    content = json.dumps(_told(payload), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(content.encode()).digest()


def _told(content: Any) -> Any:
    if isinstance(content, dict):
        return {name: _told(value) for name, value in content.items() if value is not None}
    return [_told(each) for each in content] if isinstance(content, list) else content


_WITH_NULLS = sa.text(
    "SELECT id, payload FROM exchange_intent WHERE id > :after AND payload LIKE '%null%' ORDER BY id LIMIT 100"
).columns(id=sa.Uuid, payload=sa.Text)
_DIGEST = sa.text("UPDATE exchange_intent SET digest = :digest WHERE id = :id")
_TERRITORIAL = ("exchange_intent", "exchange_received", "exchange_difference", "exchange_question")
_INTENT_INDEXES = (
    ("uq_intent_business_key", ["code", "business_key"], "sequence > 0", True),
    ("uq_intent_number", ["lane", "sequence"], "sequence > 0 AND state <> 'voided'", True),
    ("ix_intent_unsent", ["lane", "sequence"], "sequence > 0 AND state IN ('owed', 'refused')", False),
    ("ix_intent_refused", ["lane", "sequence"], "sequence > 0 AND state = 'refused'", False),
    ("ix_intent_due", ["due_at", "sequence", "id"], "due_at IS NOT NULL", False),
    (
        "ix_intent_unmended",
        ["code", "reason_code"],
        "sequence > 0 AND NOT mended AND state IN ('refused', 'rejected')",
        False,
    ),
    ("ix_intent_patch", ["patch"], "patch IS NOT NULL", False),
    ("ix_intent_query", ["query_at"], "query_at IS NOT NULL", False),
    ("ix_intent_at", ["at"], "sequence > 0", False),
    ("ix_intent_place", ["place", "at"], "sequence > 0", False),
)


def narrow() -> None:  # budget: one statement after the other
    """Back to the first tables; what the exchange said about itself, and what it voided, has no place there."""
    for table in _TERRITORIAL:
        op.execute(f"DROP POLICY territory ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("DELETE FROM exchange_intent WHERE sequence = 0 AND code <> 'RECEIPT' OR state = 'voided'")
    op.execute("UPDATE exchange_intent SET due_at = query_at WHERE query_at IS NOT NULL AND due_at IS NULL")
    for name, _, _, _ in _INTENT_INDEXES:
        op.drop_index(name, table_name="exchange_intent")
    op.create_index(
        "uq_intent_business_key",
        "exchange_intent",
        ["code", "business_key"],
        unique=True,
        postgresql_where=sa.text("code <> 'RECEIPT'"),
    )
    op.create_index(
        "ix_intent_due", "exchange_intent", ["due_at", "id"], postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.execute(
        "UPDATE exchange_intent SET digest = sha256(convert_to(payload, 'UTF8')) WHERE payload LIKE '%null%'"
    )
    op.drop_constraint(op.f("uq_exchange_intent_mends"), "exchange_intent")
    for name in ("organ", "mends", "query_at", "queries", "mended", "patch", "declined", "place"):
        op.drop_column("exchange_intent", name)
    op.drop_index("ix_received_refused", table_name="exchange_received")
    op.drop_index("ix_received_issued", table_name="exchange_received")
    op.drop_index("ix_received_place", table_name="exchange_received")
    op.drop_index("ix_received_refused_act", table_name="exchange_received")
    for name in ("organ", "lane", "sequence", "issued_at", "place", "nulls"):
        op.drop_column("exchange_received", name)
    # There one message at most is held of a number: the newest.
    op.execute(
        "DELETE FROM held_message AS older USING held_message AS newer"
        " WHERE (older.queue, older.stream, older.subject, older.sequence)"
        " = (newer.queue, newer.stream, newer.subject, newer.sequence) AND older.id < newer.id"
    )
    op.drop_index("ix_held_subject", table_name="held_message")
    op.drop_index("uq_held_letter", table_name="held_message")
    op.drop_index("uq_held_fact", table_name="held_message")
    number = ["queue", "stream", "subject", "sequence"]
    op.create_index("uq_held_fact", "held_message", number, unique=True)
    op.drop_index("ix_held_message_id", table_name="held_message")
    op.drop_index("ix_held_business_key", table_name="held_message")
    for name in ("message_id", "business_key", "lane", "digest", "sealed"):
        op.drop_column("held_message", name)
