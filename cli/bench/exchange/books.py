"""The books of one day on both sides of the exchange: the same acts, but for a few."""

import asyncpg

TABLES = ("exchange_intent", "exchange_received")

_ORGANS, _LANES = 12, 20_000
_FILL = (
    """
    INSERT INTO exchange_intent (id, code, business_key, lane, sequence, payload, digest, state, attempts, at, organ,
                                 place)
    SELECT gen_random_uuid(), 'FILING_REPORTED', key, 'lane:' || n % {lanes}, n / {lanes} + 1, '{{}}',
           sha256(convert_to(key, 'UTF8')), 'done', 1,
           timestamptz '2026-03-02 00:00+08' + n * interval '86399 s' / {count}, 320102 + n % {organs},
           left(encode(sha256(convert_to(key, 'UTF8')), 'hex'), 4)
    FROM generate_series(0, {count} - 1) AS n, LATERAL (SELECT 'filing:' || n || ':registered' AS key) AS act
    """,
    """
    INSERT INTO exchange_received (entry, message_id, code, business_key, digest, state, reason_code, reason, at, organ,
                                   lane, sequence, issued_at, place)
    SELECT gen_random_uuid(), gen_random_uuid(), 'INSTITUTION_FILED', key, sha256(convert_to(key, 'UTF8')), 'done', '', '',
           moment, 320102 + n % {organs}, 'lane:' || n % {lanes}, n / {lanes} + 1, moment,
           left(encode(sha256(convert_to(key, 'UTF8')), 'hex'), 4)
    FROM generate_series(0, {count} - 1) AS n,
         LATERAL (SELECT 'province:' || n AS key,
                         timestamptz '2026-03-02 00:00+08' + n * interval '86399 s' / {count} AS moment) AS act
    """,
)
# Of each side's acts some are lost there, some are other there, some are only there.
_SPOIL = tuple(
    statement.format(table=table)
    for table in TABLES
    for statement in (
        "DELETE FROM {table} WHERE business_key IN (SELECT business_key FROM {table} ORDER BY digest LIMIT {{few}})",
        """
        UPDATE {table} SET digest = sha256(digest)
        WHERE business_key IN (SELECT business_key FROM {table} ORDER BY digest DESC LIMIT {{few}})
        """,
    )
)


async def fill(owner: asyncpg.Connection, schemas: tuple[str, str], *, acts: int, few: int) -> None:
    """So many acts in both schemas, half of them told by either side; four times `few` are not alike."""
    names = {"count": acts // 2, "organs": _ORGANS, "lanes": _LANES, "few": few}
    for schema, statements in zip(schemas, (_FILL, (*_FILL, *_SPOIL)), strict=True):
        await owner.execute(f"SET search_path = {schema}")
        for statement in statements:
            await owner.execute(statement.format(**names))
        for table in TABLES:
            await owner.execute(f"VACUUM ANALYZE {table}")
