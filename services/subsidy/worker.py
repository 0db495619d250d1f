"""Subsidy's worker."""

from collections.abc import Sequence
from uuid import UUID

from services.subsidy.handlers import Work
from services.subsidy.handlers.items import chunks_to_decide, decide_chunk
from services.subsidy.handlers.knowledge import ask_facts, claims_with_news, fact_queries_due
from services.subsidy.handlers.news import take_news
from services.subsidy.handlers.queries import ask_certificates, certificate_queries_due
from services.subsidy.handlers.watch import BalanceWatch
from services.subsidy.subscriptions import subscriptions
from shared.messaging.bus import Bus
from shared.service import Due, Job, Runtime, Worker


async def _to_decide(work: Work) -> Sequence[Due]:
    return _due(await chunks_to_decide(work))


async def _certificate_queries(work: Work) -> Sequence[Due]:
    return _due(await certificate_queries_due(work))


async def _fact_queries(work: Work) -> Sequence[Due]:
    return _due(await fact_queries_due(work))


async def _with_news(work: Work) -> Sequence[Due]:
    return _due(await claims_with_news(work))


def _due(ids: Sequence[UUID]) -> list[Due]:
    return [Due(id=each, traceparent=None) for each in ids]


JOBS = (
    Job(name="decide-claims", due=_to_decide, run=decide_chunk),
    Job(name="ask-certificates", due=_certificate_queries, run=ask_certificates),
    Job(name="ask-facts", due=_fact_queries, run=ask_facts),
    Job(name="take-news", due=_with_news, run=take_news),
)


def create_worker(runtime: Runtime[Work], *, province_bus: Bus | None = None) -> Worker[Work]:
    watch = BalanceWatch(runtime.metrics.money_unbalanced.set)
    jobs = (*JOBS, Job(name="check-balances", due=watch.due, run=watch.run))
    return Worker(runtime, subscriptions=subscriptions, jobs=jobs, province_bus=province_bus)
