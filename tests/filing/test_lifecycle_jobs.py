"""What happens to an institution when its time is up: expiry, and who has evaluated nobody for too long."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.filing.domain.institution import Institution, Standing
from services.filing.domain.lifecycle import NotIdle
from services.filing.domain.obligation import ObligationKind, ObligationState
from services.filing.domain.stages import FilingState
from services.filing.handlers.lifecycle import (
    Decision,
    OnInstitution,
    expire,
    note_evaluation,
    propose_removal,
    remove,
)
from services.filing.worker import JOBS
from shared.clock import SHANGHAI
from shared.contracts.filing import InstitutionEnded
from shared.contracts.supervision import EvaluationHeld
from shared.messaging.consumer import Incoming
from shared.policy import Category, DutyOwner, FilingKind
from tests.builders import DISTRICT, a_filing, a_message, an_applicant, an_institution, an_item, standing
from tests.filing.recordwork import kept
from tests.filing.works import EVERYTHING, FilingWorks, keep
from tests.interfaces import Interfaces

LAST = date(2021, 3, 3)
FIRST = date(2018, 3, 4)
OVER = datetime(2021, 3, 4, 0, 30, tzinfo=SHANGHAI)
DUE = {job.name: job.due for job in JOBS}


def over(**changes: Any) -> Institution:
    """One whose validity ended before most others began."""
    return an_institution(**({"valid_from": FIRST, "valid_until": LAST} | changes))


async def due(name: str, works: FilingWorks) -> set[UUID]:
    async with works() as work:
        return {each.id for each in await DUE[name](work)}


async def ended(institution: Institution, works: FilingWorks) -> Institution:
    async with works() as work:
        await expire(institution.id, work)
        return await work.institutions.get(institution.id)


async def test_it_expires_on_the_day_after_its_last_and_not_before(works: FilingWorks) -> None:
    institution = over()
    await keep(works, institution)
    works.at = OVER - timedelta(hours=1)
    assert institution.id not in await due("expire-institutions", works)
    assert (await ended(institution, works)).standing is Standing.ACTIVE
    works.at = OVER
    assert institution.id in await due("expire-institutions", works)
    gone = await ended(institution, works)
    assert (gone.standing, gone.ended_on) == (Standing.EXPIRED, date(2021, 3, 4))
    (said,) = [each for each in works.announced if isinstance(each, InstitutionEnded)]
    assert (said.standing, said.on, said.revision) == ("expired", date(2021, 3, 4), gone.version)
    assert institution.id not in await due("expire-institutions", works)


@pytest.mark.parametrize(
    ("state", "handed_in", "waits"),
    [
        (FilingState.ACCEPTED, OVER - timedelta(hours=1), True),
        (FilingState.CORRECTING, OVER - timedelta(days=30), True),
        (FilingState.ACCEPTED, OVER, False),
        (FilingState.DRAFT, None, False),
        (FilingState.REFUSED, OVER - timedelta(days=30), False),
    ],
)
async def test_expiry_waits_while_a_renewal_handed_in_in_time_is_undecided(
    works: FilingWorks, state: FilingState, handed_in: datetime | None, *, waits: bool
) -> None:
    institution = over()
    renewal = a_filing(
        kind=FilingKind.RENEWAL,
        state=state,
        submitted_at=handed_in,
        applicant=an_applicant(institution.uscc),
        institution_id=institution.id,
    )
    await keep(works, institution, renewal)
    works.at = OVER
    assert (institution.id in await due("expire-institutions", works)) is not waits
    assert institution.scope_on(OVER.date()) == ()


def idle(**changes: Any) -> Institution:
    """On record for more than a year, and nobody was evaluated."""
    return an_institution(**({"valid_from": date(2020, 3, 3), "valid_until": date(2023, 3, 2)} | changes))


async def test_who_evaluated_nobody_for_a_year_is_looked_into_once(works: FilingWorks) -> None:
    never, lately, long_ago = (
        idle(),
        idle(last_evaluated_on=date(2020, 3, 4)),
        idle(last_evaluated_on=date(2020, 3, 3)),
    )
    suspended = idle(standings=(standing(Standing.SUSPENDED),))
    provincial = idle(filed_by=DutyOwner.PROVINCE, category=Category.CENTRAL_ENTERPRISE)
    everybody = (never, lately, long_ago, suspended, provincial)
    await keep(works, *everybody)
    works.at = OVER
    assert {each.id for each in everybody} & await due("propose-removals", works) == {never.id, long_ago.id}
    async with works() as work:
        await propose_removal(never.id, work)
    assert never.id not in await due("propose-removals", works)
    async with works() as work:
        (owed,) = await work.obligations.of_institution(never.id)
        assert (owed.kind, owed.owner, owed.subject) == (
            ObligationKind.REVIEW_IDLENESS,
            DISTRICT,
            "2020-03-03",
        )
        owed.settle(by="tester", at=work.at, note="留用")
    assert never.id not in await due("propose-removals", works)
    works.at = OVER + timedelta(days=366)
    assert never.id in await due("propose-removals", works)


async def test_only_the_idle_are_removed(works: FilingWorks) -> None:
    busy, lazy = idle(last_evaluated_on=date(2020, 9, 1)), idle()
    await keep(works, busy, lazy)
    works.at = OVER
    for institution in (busy, lazy):
        command = OnInstitution(institution_id=institution.id, seen=1, organ=DISTRICT)
        async with works() as work:
            if institution is busy:
                with pytest.raises(NotIdle, match="2020-09-01"):
                    await remove(command, Decision(reason="一年未开展评价"), work)
                continue
            removed = await remove(command, Decision(reason="一年未开展评价"), work)
        assert (removed.standing, removed.ended_on) == (Standing.REMOVED, OVER.date())


def held(institution: Institution, on: date) -> EvaluationHeld:
    return EvaluationHeld(
        plan_id=uuid4(),
        institution_id=institution.id,
        organ=DISTRICT,
        basis=("N3.3",),
        uscc=institution.uscc,
        item=an_item(),
        held_on=on,
        candidates=12,
    )


async def test_every_evaluation_held_is_a_batch_heard_once(interfaces: Interfaces) -> None:
    institution = an_institution()
    await keep(interfaces.suite.runtimes["filing"].works, institution)
    events = interfaces.suite.workers["filing"].events
    later, earlier = held(institution, date(2024, 6, 1)), held(institution, date(2024, 5, 1))
    for event in (later, earlier, later):
        await events.process([Incoming(body=a_message(event, source="supervision"))])
    after = await kept(interfaces, institution.id)
    assert (after.batches, after.last_evaluated_on) == (2, date(2024, 6, 1))


async def test_an_evaluation_ends_the_look_into_idleness(works: FilingWorks) -> None:
    institution = idle()
    await keep(works, institution)
    works.at = OVER
    async with works(EVERYTHING) as work:
        await propose_removal(institution.id, work)
    async with works(EVERYTHING) as work:
        await note_evaluation(held(institution, date(2021, 3, 4)), work)
        (owed,) = await work.obligations.of_institution(institution.id)
        assert owed.state is ObligationState.VOID
