"""What the worker does when its time has come."""

from datetime import timedelta

from services.supervision.domain.terms import RectificationState
from services.supervision.worker import JOBS
from shared.policy import Policy
from tests.supervision.fakes import DUE, Desk, a_rectification


async def test_n3_3_what_is_due_is_suspended_in_the_trace_of_its_order(policy: Policy) -> None:
    (job,) = JOBS
    desk = Desk(policy=policy)
    missed = a_rectification()
    missed.traceparent = "00-aef702da99d89df8dca667d81aa2e8cb-b1ec4fe6a3e483ef-01"
    reported = a_rectification(state=RectificationState.COMPLETED)
    running = a_rectification(due_at=DUE + timedelta(days=1))
    for each in (missed, reported, running):
        desk.rectifications.add(each)
    work = desk.at(DUE + timedelta(seconds=1))
    (due,) = await job.due(work)
    assert (job.name, due.id, due.traceparent) == ("suspend-overdue", missed.id, missed.traceparent)
    await job.run(due.id, work)
    assert [each.rectification_id for each in desk.sanctions.held] == [missed.id]
    assert list(await job.due(work)) == []
