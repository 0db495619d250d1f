"""What is owed to the province by the thousand: piled up while it is paused, concluded, refused; and its empty tables."""

from collections.abc import Iterator
from itertools import islice
from uuid import uuid4

import asyncpg
from sqlalchemy import text

from cli.bench.exchange.ground import SERVICE
from services.subsidy.handlers import Work
from shared.contracts.province import MessageCode, SubsidyPaidReport
from shared.identity import Scope
from shared.messaging.bus import Message, Queue, Topology
from shared.messaging.rabbit import RabbitBus
from shared.province.adapter import CONTENT_TYPE, PROVINCE_EXCHANGE, TO_PROVINCE
from shared.province.intents import Dispatch
from shared.province.journal import Journal
from shared.province.operating.pausing import pause, resume
from shared.service import Runtime

TOGETHER = 100
_OWED_TOGETHER = 1000
_LANES = 1000
_RATE = 100_000.0
_COUNTERPART = "320000"
_CLERK = Scope(actor="client:bench-operator", act="exchange.pause", everything=True)
_TABLES = (
    *(
        "institution",
        "certificate",
        "evaluation",
        "ledger_entry",
        "ledger_link",
        "outbox",
        "exchange_message",
    ),
    *("exchange_link", "exchange_intent", "exchange_lane", "exchange_received", "exchange_pause"),
    *("inbox_position", "held_message"),
)
_QUEUE = Queue(name="njt.bench.province", exchange=PROVINCE_EXCHANGE, routing_keys=frozenset({TO_PROVINCE}))
_SENT = text("SELECT place FROM exchange_message WHERE direction = 'out' ORDER BY place LIMIT :most")
# Each lane has a hundred concluded reports; a blocked one has a refused one in front of ten that are due.
_CONCLUDED = """
    INSERT INTO exchange_intent (id, code, business_key, lane, sequence, payload, digest, state, attempts, at)
    SELECT gen_random_uuid(), 'SUBSIDY_PAID', 'done:' || n, 'done:' || n / 100, n % 100 + 1, '{}', '\\x00', 'done', 1,
           now() - interval '1 day' FROM generate_series(0, $1::bigint - 1) AS n
"""
_BLOCKED = """
    INSERT INTO exchange_intent (id, code, business_key, lane, sequence, payload, digest, state, attempts, at, due_at)
    SELECT gen_random_uuid(), 'SUBSIDY_PAID', 'stuck:' || n || ':' || m, 'stuck:' || n, m, '{}', '\\x00',
           CASE WHEN m = 1 THEN 'refused' ELSE 'owed' END, 1, now() - interval '1 day',
           CASE WHEN m = 1 THEN NULL ELSE now() - interval '1 day' END
    FROM generate_series(1, $1::bigint) AS n, generate_series(1, 3) AS m
"""
_FILL_SECONDS = 280.0


async def emptied(owner: str) -> None:
    """Take everything off the record."""
    connection = await asyncpg.connect(owner)
    try:
        await connection.execute(f"SET search_path = {SERVICE}")
        known = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", SERVICE)
        present = {row["tablename"] for row in known}
        await connection.execute(f"TRUNCATE {', '.join(each for each in _TABLES if each in present)} CASCADE")
    finally:
        await connection.close()


def _reports(count: int) -> Iterator[Dispatch]:
    for number in range(count):
        report = SubsidyPaidReport(claim_id=uuid4(), organ="320115", amount_fen=150_000, items=())
        yield Dispatch(
            code=MessageCode.SUBSIDY_PAID,
            business_key=f"claim:{report.claim_id}",
            lane=f"lane:{number % _LANES}",
            payload=report.model_dump(mode="json"),
            organ=report.organ,
        )


async def owe_many(runtime: Runtime[Work], count: int) -> None:
    """Owe the province so many reports of a thousand institutions."""
    reports = _reports(count)
    while some := list(islice(reports, _OWED_TOGETHER)):
        async with runtime.works.transaction(_CLERK) as transaction:
            for each in some:
                transaction.intents.owe(each)


async def paused_and_resumed(runtime: Runtime[Work]) -> None:
    """A pause that is over: what piled up may leave as fast as it can."""
    async with runtime.works.transaction(_CLERK) as transaction:
        await pause(transaction, _COUNTERPART, reason="测速 · bench")
    async with runtime.works.transaction(_CLERK) as transaction:
        await resume(transaction, _COUNTERPART, rate_per_second=_RATE)


async def listening(bus: RabbitBus) -> None:
    """A queue that takes what is sent to the province."""
    await bus.declare(Topology(exchanges=frozenset({PROVINCE_EXCHANGE}), queues=(_QUEUE,)))


async def bodies_of_sent(runtime: Runtime[Work], most: int) -> list[Message]:
    """What was sent last, as it crossed."""
    journal = Journal(runtime.cipher)
    messages = []
    async with runtime.works.transaction(_CLERK) as transaction:
        places = (await transaction.connection.execute(_SENT, {"most": most})).scalars().all()
        for place in places:
            body = await journal.read(transaction.connection, place)
            messages.append(
                Message(
                    id=str(uuid4()),
                    exchange=PROVINCE_EXCHANGE,
                    routing_key=TO_PROVINCE,
                    body=body or b"",
                    content_type=CONTENT_TYPE,
                )
            )
    return messages


async def conclude_many(owner: str, count: int, *, blocked: int) -> None:
    """So many reports that are done, and so many lanes that a refused one blocks."""
    connection = await asyncpg.connect(owner)
    try:
        await connection.execute(f"SET search_path = {SERVICE}; SET njt.everything = 'on'")
        await connection.execute(_CONCLUDED, count, timeout=_FILL_SECONDS)
        await connection.execute(_BLOCKED, blocked, timeout=_FILL_SECONDS)
        await connection.execute("VACUUM (ANALYZE) exchange_intent", timeout=_FILL_SECONDS)
    finally:
        await connection.close()
