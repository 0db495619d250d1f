"""Many rows are kept as each of them would be alone."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from itertools import cycle, islice
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    delete,
    insert,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import text

from cli.suite.database import SuiteDatabase
from services.filing.handlers import Work
from shared.identity import Scope
from shared.persistence.aggregates import OutOfReach
from shared.persistence.engine import create_engine
from shared.persistence.rows import insert_rows
from shared.persistence.unit_of_work import Works
from tests.builders import a_filing

SERVICE = Scope(actor="service:filing", act="test", everything=True)
KINDS = Table(
    "kinds",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("values", Text),
    Column("Byte Order", Text(collation="C")),
    Column("words", ARRAY(Text)),
    Column("numbers", ARRAY(Integer)),
    Column("keys", ARRAY(Uuid)),
    Column("content", JSONB),
    Column("answer", JSONB(none_as_null=True)),
    Column("key", Uuid),
    Column("sealed", LargeBinary),
    Column("day", Date),
    Column("at", DateTime(timezone=True)),
    Column("level", SmallInteger),
    Column("share", Double),
    Column("live", Boolean),
    Column("made", Text, server_default=text("'by default'")),
    prefixes=["TEMPORARY"],
)
WORDS = (
    *("", " ", "NULL", "null", "{}", '"', "\\", '\\"', "a,b", '{"a",b}', "'", "测试员甲", " a ", "\n\t\r"),
    *("\u2028", "\x01", ":a", "%s", "$1", "𠮷"),
)
KEYS = (UUID(int=1), UUID(int=2**128 - 1))
CONTENTS: tuple[Any, ...] = (
    None,
    {},
    [],
    "",
    "null",
    0,
    False,
    {"a": None},
    ["\\", '"', "\u2028"],
    {"a": [1.5]},
)


@pytest.fixture
async def kinds(database: SuiteDatabase) -> AsyncIterator[AsyncConnection]:
    """A table with a column of every kind that services have."""
    engine = create_engine(database.owners["filing"], schema="filing", pool_size=1)
    async with engine.connect() as connection, connection.begin() as open_one:
        await connection.run_sync(KINDS.create)
        yield connection
        await open_one.rollback()
    await engine.dispose()


def varied(count: int) -> list[dict[str, Any]]:
    """Rows that differ in every column, with nulls and everything that has a meaning in some notation."""
    words = islice(cycle(WORDS), count)
    return [
        {
            "id": place,
            "values": word,
            "Byte Order": word if place % 3 else None,
            "words": [word, WORDS[place % 7], None] if place % 4 else [],
            "numbers": None if place % 5 == 0 else [place, -place, None],
            "keys": list(KEYS[: place % 3]),
            "content": CONTENTS[place % len(CONTENTS)],
            "answer": CONTENTS[place % len(CONTENTS)],
            "key": KEYS[place % 2] if place % 3 else None,
            "sealed": bytes([place % 256]) * (place % 5),
            "day": date(2024, 2, 1 + place % 29),
            "at": datetime(2024, 1, 1, place % 24, tzinfo=UTC) if place % 2 else None,
            "level": place % 6 - 3,
            "share": place / 7,
            "live": None if place % 7 == 0 else place % 2 == 0,
        }
        for place, word in enumerate(words)
    ]


async def kept(connection: AsyncConnection) -> list[dict[str, Any]]:
    """What there is, with what tells a JSON null from none."""
    statement = select(KINDS, KINDS.c.content.is_(None).label("none")).order_by(KINDS.c.id)
    return [dict(row) for row in (await connection.execute(statement)).mappings()]


async def one_by_one(connection: AsyncConnection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is kept when SQLAlchemy writes each alone, which is then taken away again."""
    for row in rows:
        await connection.execute(insert(KINDS).values(row))
    found = await kept(connection)
    await connection.execute(delete(KINDS))
    return found


@pytest.mark.parametrize("count", [1, 2, 3, 100])
async def test_many_rows_are_kept_as_each_would_be_alone(kinds: AsyncConnection, count: int) -> None:
    rows = varied(count)
    expected = await one_by_one(kinds, rows)
    await insert_rows(kinds, KINDS, rows)
    assert await kept(kinds) == expected
    assert [row["id"] for row in expected] == list(range(count))


@pytest.mark.parametrize("place", range(20))
async def test_rows_that_say_the_same_in_all_but_their_ids_are_as_many(
    kinds: AsyncConnection, place: int
) -> None:
    rows = [{**varied(20)[place], "id": number} for number in range(3)]
    expected = await one_by_one(kinds, rows)
    await insert_rows(kinds, KINDS, rows)
    assert await kept(kinds) == expected
    assert len(expected) == 3


async def test_a_value_that_only_some_rows_have_is_theirs_alone(kinds: AsyncConnection) -> None:
    rows: list[dict[str, Any]] = [
        {"id": 1, "values": "甲", "level": None},
        {"id": 2, "values": None, "level": 1},
        {"id": 3, "values": "甲", "level": None},
    ]
    await insert_rows(kinds, KINDS, rows)
    assert [(row["values"], row["level"]) for row in await kept(kinds)] == [
        ("甲", None),
        (None, 1),
        ("甲", None),
    ]


async def test_what_rows_do_not_name_is_left_to_the_database(kinds: AsyncConnection) -> None:
    await insert_rows(kinds, KINDS, [{"id": 1}, {"id": 2}])
    assert [(row["made"], row["values"]) for row in await kept(kinds)] == [("by default", None)] * 2


async def test_no_rows_are_nothing(kinds: AsyncConnection) -> None:
    await insert_rows(kinds, KINDS, [])
    assert await kept(kinds) == []


async def test_of_many_rows_one_out_of_reach_keeps_all_of_them_out(works: Works[Work], organ: str) -> None:
    district = Scope(actor="officer", act="test", organs=frozenset({organ}))
    filings = [a_filing(organ=organ), a_filing(organ=organ), a_filing(organ="elsewhere")]

    async def written() -> None:
        async with works(district) as work:
            for filing in filings:
                work.filings.add(filing)

    with pytest.raises(OutOfReach):
        await written()
    found = text("SELECT count(*) FROM filing WHERE id = ANY (:ids)")
    async with works.transaction(SERVICE) as transaction:
        ids = [each.id for each in filings]
        assert (await transaction.connection.execute(found, {"ids": ids})).scalar_one() == 0
