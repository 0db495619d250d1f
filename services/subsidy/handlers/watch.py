"""Watching that the money's accounts agree with the claims and orders they account for."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from services.subsidy.handlers.work import Work
from shared.service import Due

_EVERY = timedelta(minutes=5)
_WHOLE = UUID(int=0)

log = structlog.get_logger(__name__)


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
