"""Ceremonies in which plaques and certificates are handed over to many at once (N3.5)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.filing.domain.ceremony import Ceremony, Held, NotHeldYet
from services.filing.domain.obligation import Obligation
from services.filing.domain.refusals import UnknownObligation
from services.filing.handlers.work import Work
from shared.errors import Refusal


@dataclass(frozen=True, kw_only=True)
class RecordCeremony:
    """A ceremony that an organ has held, and the obligations to hand over that it met."""

    organ: str
    actor: str
    title: str
    place: str
    held_on: date
    obligation_ids: tuple[UUID, ...]


async def record_ceremony(command: RecordCeremony, work: Work) -> Held:
    """Settle each obligation once, whatever becomes of the others; raises NotHeldYet."""
    if command.held_on > work.today:
        raise NotHeldYet(str(command.held_on))
    keys = tuple(dict.fromkeys(command.obligation_ids))
    ceremony = Ceremony(
        id=work.new_id(),
        organ=command.organ,
        title=command.title,
        place=command.place,
        held_on=command.held_on,
        recorded_by=command.actor,
        recorded_at=work.at,
        invited=len(keys),
    )
    owed = await work.obligations.claimed(keys)
    outcomes = {key: _handed_over(ceremony, owed.get(key)) for key in keys}
    work.ceremonies.add(ceremony)
    return Held(ceremony=ceremony, outcomes=outcomes)


def _handed_over(ceremony: Ceremony, owed: Obligation | None) -> Refusal | None:
    """Hand over to one; the others go on whatever becomes of it."""
    try:
        if owed is None:
            raise UnknownObligation
        ceremony.hand_over(owed)
    except Refusal as refusal:
        return refusal
    return None
