"""What befalls the processes of the suite and its broker while messages cross."""

import asyncio
from collections.abc import Callable, Coroutine

from cli.bench.faults.carrying import file_of, handed_in
from cli.bench.faults.catching import Point, locked, until
from cli.bench.faults.ground import Crewed
from cli.bench.faults.town import Town

Disaster = Callable[[Town], Coroutine[None, None, int]]
"""Befalls a town while messages cross; how often it did."""

_DELIVERED = "SELECT EXISTS (SELECT 1 FROM exchange_intent WHERE sequence > 0 AND state = 'delivered')"


class FileTakenTwiceError(ValueError):
    """同一文件再次导入时出现新结果 · Handed in again, a file came to something else than that all is known."""


class NoProcessesError(ValueError):
    """此处没有可终止的进程 · There are no processes to be killed here."""


async def killed_after_sending(town: Town) -> int:
    """The courier of accounts has sent, and dies before it has written so: it knows nothing of what it sent."""
    crewed = _crewed(town)
    before = len(town.province.register)
    async with locked(town.registers, Point(service="accounts", table="exchange_message")) as caught:
        await caught()
        await until(lambda: _heard_more(town, before))
        crewed.crew.kill("accounts")
    await crewed.crew.restart("accounts")
    return 1


async def killed_before_receipts(town: Town) -> int:
    """The worker of accounts dies between what it sent and the province's receipts for it, which come late."""
    crewed = _crewed(town)
    town.province.faults.delay_seconds = 0.5
    await until(lambda: _delivered(town))
    crewed.crew.kill("accounts")
    town.province.faults.delay_seconds = 0
    await crewed.crew.restart("accounts")
    return 1


async def killed_before_commit(town: Town) -> int:
    """The worker of accounts has read receipts, and dies before what they say is committed."""
    crewed = _crewed(town)
    town.province.faults.delay_seconds = 0.5
    await until(lambda: _delivered(town))
    async with locked(town.registers, Point(service="accounts", table="exchange_intent")) as caught:
        await caught()
        crewed.crew.kill("accounts")
    town.province.faults.delay_seconds = 0
    await crewed.crew.restart("accounts")
    return 1


async def killed_while_taking(town: Town) -> int:
    """The worker of filing has carried out messages of the province, and dies before it has committed and answered."""
    crewed = _crewed(town)
    async with locked(town.registers, Point(service="filing", table="exchange_message")) as caught:
        await caught()
        crewed.crew.kill("filing")
    await crewed.crew.restart("filing")
    return 1


async def broker_restarted(town: Town) -> int:
    """The broker stops while messages cross, and comes back with its data."""
    crewed = _crewed(town)
    before = len(town.province.register)
    await until(lambda: _heard_more(town, before))
    await asyncio.to_thread(crewed.broker.restart)
    return 1


async def file_handed_in_twice(town: Town) -> int:
    """What the province says to filing comes in a file, which is handed in twice; the second time all of it is known.

    Raises FileTakenTwiceError when it is not.
    """
    town.line.tap = "filing"
    await until(lambda: _kept(town))
    letters, town.line.kept, town.line.tap = town.line.kept, [], None
    content = file_of(letters, "filing", town.ground)
    _, second = await handed_in(content, "filing", town.ground, times=2)
    if second != {"duplicate": len(letters)}:
        raise FileTakenTwiceError(str(second))
    return 1


def _crewed(town: Town) -> Crewed:
    if town.crew is None:
        raise NoProcessesError
    return town.crew


async def _kept(town: Town) -> bool:
    return len(town.line.kept) > 1


async def _heard_more(town: Town, before: int) -> bool:
    return len(town.province.register) > before


async def _delivered(town: Town) -> bool:
    async with town.registers.reading("accounts") as connection:
        return bool(await connection.fetchval(_DELIVERED))
