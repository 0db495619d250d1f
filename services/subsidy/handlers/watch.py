"""Watching that the money's accounts agree with what they account for, and that nothing stays undone past its time."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from services.subsidy.domain.claim import Claim
from services.subsidy.domain.objection import Objection
from services.subsidy.handlers.work import Work
from shared.service import Due

_EVERY = timedelta(minutes=5)
_WHOLE = UUID(int=0)

log = structlog.get_logger(__name__)


class OverdueWatch:
    """Tells the operators how much is overdue, and the city, once, of each claim and objection that is."""

    def __init__(self, tell: Callable[[str, int], None]) -> None:
        self._tell = tell

    async def claims(self, work: Work) -> Sequence[Due]:
        """Claims nobody reviewed in time, of which the city was not told yet."""
        self._tell("claim-review", await work.claims.count_overdue(at=work.at))
        return [Due(id=key, traceparent=None) for key in await work.claims.late(at=work.at)]

    async def objections(self, work: Work) -> Sequence[Due]:
        """Objections nobody looked into in time, of which the city was not told yet."""
        self._tell("claim-objection", await work.objections.count_overdue(at=work.at))
        return [Due(id=key, traceparent=None) for key in await work.objections.late(at=work.at)]


async def escalate_claim(claim_id: UUID, work: Work) -> Claim:
    """逾期未审核: from now on the city has it among those escalated."""
    await work.claims.take_turn(claim_id)
    claim = await work.claims.get(claim_id)
    claim.watch(at=work.at)
    work.because("逾期未审核，报市级 · not reviewed in time, escalated to the city")
    return claim


async def escalate_objection(objection_id: UUID, work: Work) -> Objection:
    """逾期未核查: from now on the city has it among those escalated; its claim goes on waiting for it."""
    objection = await work.objections.get(objection_id)
    objection.watch(at=work.at)
    work.because("异议逾期未核查，报市级 · not looked into in time, escalated to the city")
    return objection


class BalanceWatch:
    """Adds up the accounts now and then, and tells the operators by how many fen they are wrong."""

    def __init__(self, tell: Callable[[float], None]) -> None:
        self._tell = tell
        self._seen: datetime | None = None

    async def due(self, work: Work) -> Sequence[Due]:
        """Every five minutes."""
        if self._seen is not None and timedelta() <= work.at - self._seen < _EVERY:
            return []
        self._seen = work.at
        return [Due(id=_WHOLE, traceparent=None)]

    async def run(self, _whole: UUID, work: Work) -> int:
        """How much is wrong in all, in fen; what is wrong is logged account by account."""
        found = await work.postings.differences()
        for each in found:
            log.error(
                "accounts differ",
                organ=each.organ,
                line=each.line.value,
                account=each.account.value,
                booked=each.booked,
                counted=each.counted,
            )
        wrong = sum(abs(each.booked - each.counted) for each in found)
        self._tell(wrong)
        return wrong
