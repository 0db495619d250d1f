"""Editions of the occupation catalogue: taken from the province, proposed by one person, confirmed by another (N1.5)."""

from dataclasses import dataclass
from uuid import UUID

from services.filing.domain.catalogue import CatalogueEdition, NotOurList
from services.filing.handlers.work import Work
from shared.contracts.instructions import CatalogueKind, CatalogueUpdated
from shared.policy import OrganKind


async def keep_edition(told: CatalogueUpdated, work: Work) -> CatalogueEdition:
    """Keep it for the city to look at; nothing is decided by it. Raises NotOurList or EditionKnown."""
    if told.kind is not CatalogueKind.OCCUPATIONS:
        raise NotOurList(told.number)
    edition = CatalogueEdition(
        id=work.new_id(),
        organ=next(it.code for it in work.policy.organs.values() if it.kind is OrganKind.CITY),
        number=told.number,
        title=told.title,
        issued=told.issued,
        effective_from=told.effective_from,
        effective_to=told.effective_to,
        entries=told.entries,
        received_at=work.at,
    )
    work.editions.add(edition)
    return edition


@dataclass(frozen=True, kw_only=True)
class OnEdition:
    """Names the edition, the version the officer saw, and the officer."""

    edition_id: UUID
    seen: int
    by: str


async def propose_edition(command: OnEdition, reason: str, work: Work) -> CatalogueEdition:
    """Raises UnknownEdition or EditionSettled."""
    edition = await work.editions.get(command.edition_id, seen=command.seen)
    edition.propose(reason, by=command.by)
    return edition


async def decide_edition(command: OnEdition, opinion: str, work: Work, *, accepted: bool) -> CatalogueEdition:
    """Raises UnknownEdition, EditionSettled, SamePersonEdition or NotInThePack."""
    edition = await work.editions.get(command.edition_id, seen=command.seen)
    edition.decide(work.policy, accepted=accepted, opinion=opinion, by=command.by, at=work.at)
    return edition
