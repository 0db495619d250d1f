"""What filing announces of later changes, and how a service's worker hears it: in order, in disorder, twice."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from shared.clock import StoryClock
from shared.contracts.event import Event
from shared.contracts.filing import (
    InstitutionAmended,
    InstitutionEnded,
    InstitutionRenewed,
    InstitutionRescoped,
    InstitutionResumed,
    InstitutionSuspended,
)
from shared.contracts.scope import ScopeItem
from shared.messaging.consumer import Incoming
from shared.values import StationCode
from tests.builders import DISTRICT, a_message
from tests.interfaces import Interfaces

CODE = StationCode("Y000032000009")


def _about(institution_id: UUID) -> dict[str, Any]:
    return {"institution_id": institution_id, "organ": DISTRICT, "basis": ("N3.6",)}


def rescoped(institution_id: UUID, *items: ScopeItem, since: date) -> InstitutionRescoped:
    return InstitutionRescoped(
        **_about(institution_id), scope=items, valid_from=since, why="rescoped", revision=2
    )


def amended(institution_id: UUID, name: str) -> InstitutionAmended:
    about = _about(institution_id)
    return InstitutionAmended(**about, name=name, address="", sites=(), station_codes=(CODE,), revision=2)


def renewed(institution_id: UUID, until: date, *, again: date | None = None) -> InstitutionRenewed:
    about = _about(institution_id)
    return InstitutionRenewed(**about, valid_until=until, valid_from=again, revision=2)


def suspended_on(institution_id: UUID, day: date) -> InstitutionSuspended:
    return InstitutionSuspended(**_about(institution_id), reason="整改逾期", on=day, revision=2)


def resumed_on(institution_id: UUID, day: date) -> InstitutionResumed:
    return InstitutionResumed(**_about(institution_id), on=day, revision=2)


def ended(institution_id: UUID, standing: str, *, on: date = date(2025, 6, 1)) -> InstitutionEnded:
    about = _about(institution_id)
    return InstitutionEnded(**about, standing=standing, reason="弄虚作假", on=on, revision=2)


async def hear(interfaces: Interfaces, service: str, *facts: Event) -> None:
    """The first facts of one institution, in one batch."""
    messages = [Incoming(body=a_message(each, sequence=place)) for place, each in enumerate(facts, start=1)]
    await interfaces.suite.workers[service].events.process(messages)


async def hear_in_disorder(interfaces: Interfaces, service: str, story: StoryClock, *facts: Event) -> None:
    """The first fact, then the others backwards and each twice; what came too early is looked at again later."""
    consumer = interfaces.suite.workers[service].events
    numbered = list(enumerate(facts, start=1))
    for place, fact in [numbered[0], *reversed(numbered[1:]), *numbered]:
        await consumer.process([Incoming(body=a_message(fact, sequence=place))])
    for _ in facts:
        story.set(story.now() + timedelta(minutes=2))
        while await consumer.retry_one():
            pass
