"""Filing's worker."""

from collections.abc import Sequence
from uuid import UUID

from services.filing.handlers import Work
from services.filing.handlers.cases import lapse_filing, watch_filing
from services.filing.handlers.obligations import watch_obligation
from services.filing.subscriptions import subscriptions
from shared.messaging.bus import Bus
from shared.service import Due, Job, Runtime, Worker


async def _lapsed(work: Work) -> Sequence[Due]:
    return _due(await work.filings.lapsed(at=work.at))


async def _late_filings(work: Work) -> Sequence[Due]:
    return _due(await work.filings.late(at=work.at, soon=work.soon))


async def _late_obligations(work: Work) -> Sequence[Due]:
    return _due(await work.obligations.late(at=work.at, soon=work.soon))


def _due(ids: Sequence[UUID]) -> list[Due]:
    return [Due(id=each, traceparent=None) for each in ids]


JOBS = (
    Job(name="lapse-filings", due=_lapsed, run=lapse_filing),
    Job(name="watch-filings", due=_late_filings, run=watch_filing),
    Job(name="watch-obligations", due=_late_obligations, run=watch_obligation),
)


def create_worker(runtime: Runtime[Work], *, province_bus: Bus | None = None) -> Worker[Work]:
    return Worker(runtime, subscriptions=subscriptions, jobs=JOBS, province_bus=province_bus)
