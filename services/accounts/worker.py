"""Accounts' worker."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.accounts.drifting import check_daily
from services.accounts.handlers import Work
from services.accounts.subscriptions import subscriptions
from shared.messaging.bus import Bus
from shared.service import Due, Job, Runtime, Worker

_EVERY = timedelta(minutes=1)
_WHOLE = UUID(int=0)


async def _checks(work: Work) -> Sequence[Due]:
    """One a day; the first look of a day finds that there is none yet."""
    if await work.checks.on(work.today) is not None:
        return []
    return [Due(id=_WHOLE, traceparent=None)]


class DriftCount:
    """Counts now and then what nobody has decided on yet, and tells the operators."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        self._tell = tell
        self._seen: datetime | None = None

    async def due(self, work: Work) -> Sequence[Due]:
        if self._seen is not None and timedelta() <= work.at - self._seen < _EVERY:
            return []
        self._seen = work.at
        return [Due(id=_WHOLE, traceparent=None)]

    async def run(self, _whole: UUID, work: Work) -> None:
        self._tell(await work.drifts.count_open())


def create_worker(runtime: Runtime[Work], *, province_bus: Bus | None = None) -> Worker[Work]:
    count = DriftCount(runtime.metrics.accounts_drift.set)
    jobs = (
        Job(name="check-drift", due=_checks, run=check_daily),
        Job(name="count-drift", due=count.due, run=count.run),
    )
    return Worker(runtime, subscriptions=subscriptions, jobs=jobs, province_bus=province_bus)
