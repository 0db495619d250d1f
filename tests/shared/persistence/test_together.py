"""What a unit of work announces, notes and answers goes to the database in one round trip."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from services.filing.handlers import Work
from shared.identity import Scope
from shared.persistence.together import Part, write_together
from shared.persistence.unit_of_work import Works
from tests.builders import a_filing, registered

SERVICE = Scope(actor="service:filing", act="test", everything=True)


@pytest.fixture
def sent(engine: AsyncEngine) -> Iterator[list[str]]:
    """Every statement that the pool sends."""
    statements: list[str] = []

    def note(*told: Any) -> None:
        statements.append(told[2])

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine.sync_engine, "before_cursor_execute", note)


async def test_announcement_entry_and_answer_are_one_statement(
    works: Works[Work], sent: list[str], superuser: asyncpg.Connection
) -> None:
    filing, key = a_filing(), uuid4().hex
    async with works.transaction(SERVICE) as transaction:
        assert await transaction.idempotency.claim(key, b"content") is None
        transaction.ledger.changed("filing", filing.id)
        transaction.outbox.add(registered(institution_id=filing.id, filing_number=f"号{filing.id}"))
        transaction.idempotency.remember(key, status=201, body=b"answer")
        sent.clear()
        await transaction.close_books()
        assert len(sent) == 1
        await transaction.close_books()
        assert len(sent) == 1
    assert await superuser.fetchval("SELECT count(*) FROM outbox WHERE subject = $1", filing.id) == 1
    assert await superuser.fetchval("SELECT count(*) FROM ledger_entry WHERE subject_id = $1", filing.id) == 1
    assert await superuser.fetchval("SELECT body FROM idempotency_key WHERE key = $1", key) == b"answer"


async def test_a_unit_of_work_that_did_nothing_sends_nothing_but_its_scope(
    works: Works[Work], sent: list[str]
) -> None:
    async with works(SERVICE):
        pass
    assert [statement.split("(")[0].split()[-1] for statement in sent] == ["set_config"]


async def test_nothing_to_write_is_not_sent(engine: AsyncEngine, sent: list[str]) -> None:
    async with engine.connect() as connection:
        await write_together(connection, [None, None])
        assert sent == []
        some = Part(queries="picked AS (SELECT CAST(:number AS integer))", values={"number": 1})
        await write_together(connection, [None, some])
    assert sent == ["WITH picked AS (SELECT CAST($1 AS integer)) SELECT 1"]
