"""What people do about that which is raised to them by design: the city's operators, and the province's."""

from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from cli.bench.faults.ground import Ground
from cli.bench.faults.registers import Registers
from shared.identity import Scope
from shared.messaging.inbox import Inbox
from shared.persistence.engine import create_engine
from shared.persistence.unit_of_work import Transaction, Works
from shared.province.operating.repairs import resend

_RAISED = """
    SELECT id, code, state, reason_code FROM exchange_intent AS mine
    WHERE sequence > 0 AND (state = 'refused' OR state = 'rejected' AND NOT EXISTS (
        SELECT 1 FROM exchange_intent AS again WHERE again.mends = mine.id))
"""
_PARKED = "SELECT id FROM held_message WHERE state = 'parked' AND topic IS NULL"
_REASON = "故障已排除 · the fault has been seen to"


class Operators:
    """The city's: they send again what was refused, tell anew what was rejected, put away what nobody can read."""

    def __init__(self, ground: Ground, registers: Registers, works: dict[str, Works[Transaction]]) -> None:
        self._ground = ground
        self._registers = registers
        self._works = works

    @classmethod
    async def at(cls, ground: Ground, registers: Registers, stack: AsyncExitStack) -> Self:
        """With a connection to each service of their own."""
        works = {}
        for service in ground.services:
            engine = create_engine(ground.database.services[service], schema=service, pool_size=1)
            stack.push_async_callback(engine.dispose)
            works[service] = _works(engine, ground)
        return cls(ground, registers, works)

    async def settle(self) -> Counter[str]:
        """Deal with everything that was raised; what it was, how often."""
        dealt_with: Counter[str] = Counter()
        for service in self._ground.services:
            dealt_with.update(await self._settle(service))
        return dealt_with

    async def _settle(self, service: str) -> list[str]:
        async with self._registers.reading(service) as connection:
            raised = await connection.fetch(_RAISED)
            parked = await connection.fetch(_PARKED)
        if raised or parked:
            await self._act(service, [row["id"] for row in raised], [row["id"] for row in parked])
        return [f"{service}: {code} {state} {reason}" for _, code, state, reason in raised] + [
            f"{service}: a letter nobody can read"
        ] * len(parked)

    async def _act(self, service: str, raised: Sequence[UUID], parked: Sequence[UUID]) -> None:
        scope = Scope(actor="client:fault-operator", act="exchange.resend", everything=True)
        async with self._works[service].transaction(scope) as transaction:
            if raised:
                await resend(transaction, raised, reason=_REASON)
            for held in parked:
                await Inbox(transaction.connection).release(held)


def _works(engine: AsyncEngine, ground: Ground) -> Works[Transaction]:
    return Works(
        engine,
        lambda transaction: transaction,
        clock=ground.clock,
        tell=lambda _: None,
        announced=lambda: None,
    )
