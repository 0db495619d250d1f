"""Those who work out the amounts alone, told everything they would have to look up: a plain loop, and one statement."""

import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import asyncpg

from cli.bench.subsidy.cohort import Columns

_TABLES = """
    DROP TABLE IF EXISTS certificate, rate, amount;
    CREATE TABLE certificate (
        place int PRIMARY KEY, rate_class smallint NOT NULL, level smallint NOT NULL, listed boolean NOT NULL,
        in_window boolean NOT NULL, verified boolean NOT NULL, employed boolean NOT NULL, first boolean NOT NULL
    );
    CREATE TABLE rate (
        rate_class smallint, level smallint, fen bigint NOT NULL, PRIMARY KEY (rate_class, level)
    );
    CREATE TABLE amount (place int PRIMARY KEY, fen bigint NOT NULL);
"""
_INSERT = """
    INSERT INTO amount (place, fen)
    SELECT place,
           CASE WHEN NOT (in_window AND verified AND employed AND first) THEN 0
                WHEN listed AND level <= $2 THEN (fen * (100 + $1) + 50) / 100
                ELSE fen
           END
    FROM certificate JOIN rate USING (rate_class, level)
"""
_READ = "SELECT fen FROM amount ORDER BY place"
_STATEMENT_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class Sums:
    """The certificates in columns, the amounts in fen by class and level, and the uplift in per cent and lowest level."""

    columns: Columns
    rates: Sequence[tuple[int, int, int]]
    uplift: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Told:
    """How long it took, and what every certificate is paid, as a digest of the amounts in their order."""

    seconds: float
    digest: str


def digest_of(amounts: "array[int]") -> str:
    return sha256(amounts.tobytes()).hexdigest()


def loop(sums: Sums) -> Told:
    """Plain integers, one certificate after the other."""
    rates = {(rate_class, level): fen for rate_class, level, fen in sums.rates}
    percent, lowest = sums.uplift
    columns, amounts = sums.columns, array("q")
    began = time.monotonic()
    for rate_class, level, listed, in_window, verified, employed, first in zip(
        *(columns.rate_class, columns.level, columns.listed, columns.in_window),
        *(columns.verified, columns.employed, columns.first),
        strict=True,
    ):
        fen = 0
        if in_window and verified and employed and first:
            fen = rates[rate_class, level]
            if listed and level <= lowest:
                fen = (fen * (100 + percent) + 50) // 100
        amounts.append(fen)
    return Told(seconds=time.monotonic() - began, digest=digest_of(amounts))


async def fill(url: str, schema: str, sums: Sums) -> None:
    """The peer's own tables, filled and analysed."""
    connection = await asyncpg.connect(url, server_settings={"search_path": schema})
    columns = sums.columns
    numbers = (columns.rate_class, columns.level)
    flags = (columns.listed, columns.in_window, columns.verified, columns.employed, columns.first)
    try:
        await connection.execute(_TABLES)
        await connection.copy_records_to_table(
            "certificate",
            records=(
                (place, rate_class, level, *map(bool, each))
                for place, (rate_class, level, *each) in enumerate(zip(*numbers, *flags, strict=True))
            ),
        )
        await connection.copy_records_to_table("rate", records=sums.rates)
        await connection.execute("ANALYZE certificate; ANALYZE rate")
    finally:
        await connection.close()


async def one_statement(url: str, schema: str, sums: Sums) -> Told:
    """INSERT … SELECT of every amount, committed."""
    connection = await asyncpg.connect(url, server_settings={"search_path": schema, "jit": "off"})
    try:
        await connection.execute("TRUNCATE amount")
        began = time.monotonic()
        await connection.execute(_INSERT, *sums.uplift, timeout=_STATEMENT_SECONDS)
        seconds = time.monotonic() - began
        async with connection.transaction():
            amounts = array("q", [row["fen"] async for row in connection.cursor(_READ, prefetch=10_000)])
        return Told(seconds=seconds, digest=digest_of(amounts))
    finally:
        await connection.close()
