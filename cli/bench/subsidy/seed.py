"""Certificates, claims and payments in any number, made by the database itself: what statistics are counted from."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ARRAY, Table, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy import tables
from shared.persistence.security import protect
from shared.policy import Policy

_AT_ONCE = 100_000

# Four hundred institutions, whatever the number of certificates, issue twenty-five at a time for three occupations each.
# One person in four has two certificates; half of all are claimed for, of these four in five are paid.
_INSTITUTIONS_HERE, _BATCH = 400, 25
_MIX = "(n::bigint * 2654435761) % 4294967296"
_HOUSE = f"n / {_BATCH} % {_INSTITUTIONS_HERE}"
_ORGAN = f"organs[1 + {_HOUSE} % cardinality(organs)]"
_HOLDER = "sha256((n - CASE n % 8 WHEN 5 THEN 3 WHEN 7 THEN 6 ELSE 0 END)::text::bytea)"
_CERTIFICATES = {
    "id": "md5('certificate ' || n)::uuid",
    "institution_id": f"md5('institution ' || {_HOUSE})::uuid",
    "organ": _ORGAN,
    "number": "n::text",
    "holder_index": _HOLDER,
    "holder_name": "repeat('x', 60)::bytea",
    "holder_id": "repeat('x', 60)::bytea",
    "edition": "'2015'",
    "occupation": f"codes[1 + ({_HOUSE} * 7 + {_MIX} / 98 % 3) % cardinality(codes)]",
    "level": f"1 + {_MIX} / 1024 % 5",
    "issued_on": f"date '2023-01-01' + ({_MIX} / 65536 % 730)::int",
    "state": "CASE n % 100 WHEN 0 THEN 'revoked' WHEN 1 THEN 'unverified' ELSE 'verified' END",
}
_ITEMS = {
    "id": "md5('item ' || n)::uuid",
    "claim_id": f"md5('claim ' || n / {_BATCH})::uuid",
    "organ": _ORGAN,
    "place": "n",
    "certificate_id": "md5('certificate ' || n)::uuid",
    "certificate_number": "n::text",
    "holder_index": _HOLDER,
    "line": "'B'",
    "state": f"CASE WHEN n / {_BATCH} % 5 < 4 THEN 'paid' ELSE 'payable' END",
    "amount_fen": "CASE n % 4 WHEN 0 THEN 260000 ELSE 200000 END",
    "base_fen": "200000",
    "uplift": "CASE n % 4 WHEN 0 THEN 30 END",
}
_CLAIMS = {
    "id": "md5('claim ' || n)::uuid",
    "organ": f"organs[1 + n % {_INSTITUTIONS_HERE} % cardinality(organs)]",
    "uscc": "'X'",
    "institution_id": f"md5('institution ' || n % {_INSTITUTIONS_HERE})::uuid",
    "line": "'B'",
    "state": "CASE WHEN n % 5 < 4 THEN 'paid' ELSE 'submitted' END",
    "paid_at": "CASE WHEN n % 5 < 4 THEN timestamptz '2023-02-01 04:00Z' + n % 700 * interval '1 day' END",
}
_INSTITUTIONS = {
    "id": "md5('institution ' || n)::uuid",
    "audience": "(ARRAY['own_staff', 'own_staff', 'own_students', 'public'])[1 + n / 16 % 4]",
}


async def fill(connection: AsyncConnection, policy: Policy, count: int) -> None:
    """All of subsidy's tables in the connection's schema, under row-level security, with so many certificates."""
    await connection.run_sync(tables.metadata.create_all)
    spread = {
        "organs": [each for each in policy.organs if len(policy.territory(each)) == 1],
        "codes": [str(each.code) for each in policy.occupations if each.edition.value == "2015"],
    }
    for table, varied, rows in (
        (tables.institution, _INSTITUTIONS, _INSTITUTIONS_HERE),
        (tables.certificate, _CERTIFICATES, count),
        (tables.claim, _CLAIMS, count // 2 // _BATCH + 1),
        (tables.claim_item, _ITEMS, count // 2),
    ):
        await _insert(connection, (table, rows), varied, spread)
    await connection.exec_driver_sql(
        "UPDATE claim SET total_fen = coalesce((SELECT sum(amount_fen) FROM claim_item WHERE claim_id = claim.id), 0)"
    )
    for name in ("institution", "certificate", "claim", "claim_item", "posting", "statistic_group"):
        for statement in protect(name):
            await connection.exec_driver_sql(statement)


async def _insert(
    connection: AsyncConnection, rows: tuple[Table, int], varied: Mapping[str, str], spread: Mapping[str, Any]
) -> None:
    """So many rows of a table; what does not vary is whatever its column may hold."""
    table, count = rows
    values = {each.name: _whatever(each.type) for each in table.c if not each.nullable} | dict(varied)
    statement = (
        f"INSERT INTO {table.name} ({', '.join(values)}) SELECT {', '.join(values.values())}"  # noqa: S608 — names of our tables
        " FROM generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS n,"
        " (SELECT CAST(:organs AS text[]) AS organs, CAST(:codes AS text[]) AS codes) AS spread"
    )
    # Casts as PostgreSQL writes them must not be taken for a value's name.
    insertion = text(statement.replace("::", "\\:\\:"))
    for first in range(0, count, _AT_ONCE):
        last = min(first + _AT_ONCE, count) - 1
        await connection.execute(insertion, {**spread, "first": first, "last": last})


def _whatever(kind: Any) -> str:
    if isinstance(kind, ARRAY | JSONB):
        return "'{}'"
    python = kind.python_type.__name__
    return {
        "UUID": "gen_random_uuid()",
        "str": "''",
        "bytes": "''::bytea",
        "bool": "false",
        "date": "date '2024-01-01'",
        "datetime": f"timestamptz '{datetime(2024, 1, 1, tzinfo=UTC)}'",
    }.get(python, "0")
