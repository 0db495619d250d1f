"""Supervision's worker."""

from collections.abc import Sequence

from services.supervision.handlers import Work, suspend_overdue
from services.supervision.subscriptions import subscriptions
from shared.messaging.bus import Bus
from shared.service import Due, Job, Runtime, Worker


async def _overdue(work: Work) -> Sequence[Due]:
    found = await work.rectifications.overdue(at=work.at)
    return [Due(id=each.id, traceparent=each.traceparent) for each in found]


JOBS = (Job(name="suspend-overdue", due=_overdue, run=suspend_overdue),)


def create_worker(runtime: Runtime[Work], *, province_bus: Bus | None = None) -> Worker[Work]:
    return Worker(runtime, subscriptions=subscriptions, jobs=JOBS, province_bus=province_bus)
