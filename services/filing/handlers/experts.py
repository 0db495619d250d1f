"""An organ's roster of experts."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.filing.domain.expert import Expert
from services.filing.handlers.work import Work
from shared.values import Occupation, Uscc


@dataclass(frozen=True, kw_only=True)
class AppointExpert:
    """An expert that an organ takes on its roster."""

    organ: str
    name: str
    employer: str
    employer_uscc: Uscc | None
    subject: str | None
    occupations: frozenset[Occupation]
    recused_from: frozenset[Uscc]


async def appoint_expert(command: AppointExpert, work: Work) -> Expert:
    """Raises UnknownOccupation for one that is not in the catalogue."""
    _check_known(command.occupations, work)
    expert = Expert(id=work.new_id(), **vars(command))
    work.experts.add(expert)
    return expert


@dataclass(frozen=True, kw_only=True)
class ReviseExpert:
    """What is to be changed of an expert, by name of the field; the rest stays."""

    expert_id: UUID
    seen: int
    organ: str
    changes: dict[str, Any]


async def revise_expert(command: ReviseExpert, work: Work) -> Expert:
    """Raises NotYourExpert, or UnknownOccupation."""
    expert = await work.experts.get(command.expert_id, seen=command.seen)
    expert.check_appointed_by(command.organ)
    _check_known(command.changes.get("occupations", frozenset()), work)
    for name, value in command.changes.items():
        setattr(expert, name, value)
    return expert


def _check_known(occupations: frozenset[Occupation], work: Work) -> None:
    for occupation in occupations:
        work.policy.occupation(occupation)
