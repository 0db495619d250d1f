"""Subsidy's worker."""

from services.subsidy.handlers import Work
from services.subsidy.subscriptions import subscriptions
from shared.messaging.bus import Bus
from shared.service import Runtime, Worker


def create_worker(runtime: Runtime[Work], *, province_bus: Bus | None = None) -> Worker[Work]:
    return Worker(runtime, subscriptions=subscriptions, province_bus=province_bus)
