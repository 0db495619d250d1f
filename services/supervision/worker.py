"""Supervision's worker."""

from collections.abc import Callable, Sequence

from services.supervision.handlers import Work, suspend_overdue
from services.supervision.provincial import note_overdue
from services.supervision.subscriptions import subscriptions
from shared.messaging.bus import Bus
from shared.service import Due, Job, Runtime, Worker

_TASKS = "provincial_task"


async def _overdue(work: Work) -> Sequence[Due]:
    found = await work.rectifications.overdue(at=work.at)
    return [Due(id=each.id, traceparent=each.traceparent) for each in found]


class TaskWatch:
    """Notes the province's tasks whose day is over, and tells the operators how many are late."""

    def __init__(self, tell: Callable[[str, int], None]) -> None:
        self._tell = tell

    async def due(self, work: Work) -> Sequence[Due]:
        self._tell(_TASKS, await work.tasks.count_overdue(on=work.today))
        return [Due(id=each, traceparent=None) for each in await work.tasks.overdue(on=work.today)]


JOBS = (Job(name="suspend-overdue", due=_overdue, run=suspend_overdue),)


def create_worker(runtime: Runtime[Work], *, province_bus: Bus | None = None) -> Worker[Work]:
    watch = TaskWatch(runtime.metrics.overdue)
    jobs = (*JOBS, Job(name="watch-tasks", due=watch.due, run=note_overdue))
    return Worker(runtime, subscriptions=subscriptions, jobs=jobs, province_bus=province_bus)
