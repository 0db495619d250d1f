"""Filing's worker."""

from collections.abc import Sequence
from uuid import UUID

from services.filing.domain.lifecycle import idle_before
from services.filing.handlers import Work
from services.filing.handlers.assignment import assign_filing, due_for_assignment
from services.filing.handlers.campaigns import chunks_to_hand_out, hand_out_reviews, lapse_review
from services.filing.handlers.cases import lapse_filing, watch_filing
from services.filing.handlers.importing import chunks_to_put_in, put_in_chunk
from services.filing.handlers.lifecycle import expire, propose_removal
from services.filing.handlers.objections import watch_objection
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


async def _late_objections(work: Work) -> Sequence[Due]:
    return _due(await work.objections.late(at=work.at, soon=work.soon))


async def _expired(work: Work) -> Sequence[Due]:
    return _due(await work.institutions.expired(on=work.today))


async def _idle(work: Work) -> Sequence[Due]:
    return _due(await work.institutions.idle(since=idle_before(work.policy, on=work.today)))


async def _to_hand_out(work: Work) -> Sequence[Due]:
    return _due(await chunks_to_hand_out(work))


async def _of_ended(work: Work) -> Sequence[Due]:
    return _due(await work.reviews.of_ended())


async def _unassigned(work: Work) -> Sequence[Due]:
    return _due(await due_for_assignment(work))


async def _to_put_in(work: Work) -> Sequence[Due]:
    return _due(await chunks_to_put_in(work))


def _due(ids: Sequence[UUID]) -> list[Due]:
    return [Due(id=each, traceparent=None) for each in ids]


JOBS = (
    Job(name="assign-filings", due=_unassigned, run=assign_filing),
    Job(name="lapse-filings", due=_lapsed, run=lapse_filing),
    Job(name="watch-filings", due=_late_filings, run=watch_filing),
    Job(name="watch-obligations", due=_late_obligations, run=watch_obligation),
    Job(name="watch-objections", due=_late_objections, run=watch_objection),
    Job(name="expire-institutions", due=_expired, run=expire),
    Job(name="propose-removals", due=_idle, run=propose_removal),
    Job(name="hand-out-reviews", due=_to_hand_out, run=hand_out_reviews),
    Job(name="lapse-reviews", due=_of_ended, run=lapse_review),
    Job(name="put-in-imports", due=_to_put_in, run=put_in_chunk),
)


def create_worker(runtime: Runtime[Work], *, province_bus: Bus | None = None) -> Worker[Work]:
    return Worker(runtime, subscriptions=subscriptions, jobs=JOBS, province_bus=province_bus)
