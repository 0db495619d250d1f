"""Subsidy's worker."""

from collections.abc import Sequence
from uuid import UUID

from services.subsidy.handlers import Work
from services.subsidy.handlers.impact import parts_to_work_out, work_out_part
from services.subsidy.handlers.items import chunks_to_decide, decide_chunk
from services.subsidy.handlers.knowledge import ask_facts, fact_queries_due
from services.subsidy.handlers.looking import look, looks_due
from services.subsidy.handlers.news import claims_with_news, take_news
from services.subsidy.handlers.overdue import InstalmentWatch, make_final, mark_overdue, silent_notices
from services.subsidy.handlers.queries import ask_certificates, certificate_queries_due
from services.subsidy.handlers.statistics import StatisticsCount
from services.subsidy.handlers.watch import BalanceWatch, OverdueWatch, escalate_claim, escalate_objection
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


async def _dry_runs(work: Work) -> Sequence[Due]:
    return _due(await parts_to_work_out(work))


async def _to_look_at(work: Work) -> Sequence[Due]:
    return _due(await looks_due(work))


def _due(ids: Sequence[UUID]) -> list[Due]:
    return [Due(id=each, traceparent=None) for each in ids]


JOBS = (
    Job(name="decide-claims", due=_to_decide, run=decide_chunk),
    Job(name="ask-certificates", due=_certificate_queries, run=ask_certificates),
    Job(name="ask-facts", due=_fact_queries, run=ask_facts),
    Job(name="work-out-impacts", due=_dry_runs, run=work_out_part),
    Job(name="take-news", due=_with_news, run=take_news),
    Job(name="look-for-signals", due=_to_look_at, run=look),
    Job(name="make-notices-final", due=silent_notices, run=make_final),
)


def create_worker(runtime: Runtime[Work], *, province_bus: Bus | None = None) -> Worker[Work]:
    watch = BalanceWatch(runtime.metrics.money_unbalanced.set)
    overdue = OverdueWatch(runtime.metrics.overdue)
    instalments = InstalmentWatch(runtime.metrics.overdue)
    statistics = StatisticsCount(runtime.metrics.statistics_behind.set, runtime.metrics.statistics_differ.set)
    jobs = (
        *JOBS,
        Job(name="check-balances", due=watch.due, run=watch.run),
        Job(name="watch-claims", due=overdue.claims, run=escalate_claim),
        Job(name="watch-objections", due=overdue.objections, run=escalate_objection),
        Job(name="watch-instalments", due=instalments.due, run=mark_overdue),
        Job(name="count-statistics", due=statistics.due, run=statistics.run),
    )
    return Worker(runtime, subscriptions=subscriptions, jobs=jobs, province_bus=province_bus)
