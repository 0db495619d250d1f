"""Looking at whatever arrived, on a real database, and what came of it."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from services.subsidy.domain.fact import Fact, FactKind, Value
from services.subsidy.domain.signal import Signal, SignalKind, Sought
from services.subsidy.domain.terms import AnyNumber
from services.subsidy.handlers.knowledge import facts_arrived, keep_fact
from services.subsidy.handlers.looking import look
from services.subsidy.handlers.looks import keep_evaluation
from services.subsidy.handlers.signals import note_closed
from shared.contracts.subsidy import SignalLapsed, SignalRaised
from shared.contracts.supervision import EvaluationHeld, SignalClosed
from tests.subsidy.builders import lathe
from tests.subsidy.claiming import Claimant
from tests.subsidy.works import SubsidyWorks


async def look_through(works: SubsidyWorks) -> None:
    """Look at everything that is due."""
    looked = -1
    while looked:
        async with works() as work:
            looked = await look(uuid4(), work)


async def told(works: SubsidyWorks, numbers: Iterable[AnyNumber], kind: FactKind, value: Value) -> None:
    """The holders of these are known to be so, as of today."""
    async with works() as work:
        holders = {each.holder.index for each in await work.certificates.all_numbered(numbers)}
        for holder in holders:
            fact = Fact(kind=kind, value=value, about=work.today, source="province", obtained_at=work.at)
            keep_fact(fact, holder_index=holder, employer="", work=work)
        await facts_arrived(holders, work)


async def held(claimant: Claimant, on: date, candidates: int, **changes: Any) -> EvaluationHeld:
    """The claimant said how many it evaluated."""
    given: dict[str, Any] = {
        "plan_id": uuid4(),
        "institution_id": claimant.key,
        "uscc": claimant.uscc,
        "organ": claimant.organ,
        "basis": ("N3.3",),
        "item": lathe(4),
        "held_on": on,
        "candidates": candidates,
    }
    event = EvaluationHeld(**(given | changes))
    async with claimant.works() as work:
        await keep_evaluation(event, work)
    return event


async def signals_about(claimant: Claimant, kind: SignalKind | None = None) -> list[Signal]:
    async with claimant.works() as work:
        sought = Sought(institution_id=claimant.key, kind=kind)
        return list((await work.signals.page(sought, cursor=None, size=200)).items)


async def signal_about(claimant: Claimant, kind: SignalKind) -> Signal:
    """The only one of its kind."""
    (signal,) = await signals_about(claimant, kind)
    return signal


async def closed(works: SubsidyWorks, signal: Signal, finding: str = "unfounded") -> None:
    """Supervision closed the lead."""
    event = SignalClosed.model_validate(
        {
            "lead_id": uuid4(),
            "signal_id": signal.id,
            "institution_id": signal.institution_id,
            "uscc": signal.institution_uscc,
            "organ": signal.organ,
            "basis": ("N3.3",),
            "revision": signal.revision,
            "finding": finding,
            "reason": "已核查",
        }
    )
    async with works() as work:
        await note_closed(event, work)


def announced(works: SubsidyWorks, signal_id: UUID) -> list[int | None]:
    """The revisions in which supervision was told of a signal; None when it was told that it lapsed."""
    return [
        each.revision if isinstance(each, SignalRaised) else None
        for each in works.announced
        if isinstance(each, SignalRaised | SignalLapsed) and each.signal_id == signal_id
    ]
