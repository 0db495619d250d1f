"""Outstanding institutions: named by the organ that filed them, and held up no more once they are held back (N3.5)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.filing.domain.commendation import AlreadyCommended, Commendation, check_commendable
from services.filing.handlers.work import Work

_BY_ITSELF = "register"
_OVER = "宣传期满 · its days of publication are over"


@dataclass(frozen=True, kw_only=True)
class NameOutstanding:
    """Which institution an organ holds up, for what, and on which days; from today on when no day is named."""

    institution_id: UUID
    organ: str
    title: str
    experience: str
    published_from: date | None
    published_until: date | None


async def name_outstanding(command: NameOutstanding, work: Work) -> Commendation:
    """Raises UnknownInstitution, AlreadyCommended, BadPublication, and what `check_commendable` raises."""
    before = await work.commendations.open_of(command.institution_id)
    institution = await work.institutions.get(command.institution_id)
    check_commendable(institution, command.organ, on=work.today)
    if before is not None:
        if not before.is_over(on=work.today):
            raise AlreadyCommended(before.title, basis=before.basis)
        before.withdraw(by=_BY_ITSELF, because=_OVER, at=work.at)
    commendation = Commendation(
        id=work.new_id(),
        institution_id=institution.id,
        organ=institution.organ,
        uscc=institution.uscc,
        title=command.title,
        experience=command.experience,
        named_by=command.organ,
        named_at=work.at,
        published_from=command.published_from or work.today,
        published_until=command.published_until,
    )
    work.commendations.add(commendation)
    return commendation


@dataclass(frozen=True, kw_only=True)
class OnCommendation:
    """Names the commendation, the version the caller saw, and who acts for which organ."""

    commendation_id: UUID
    seen: int
    organ: str
    actor: str


async def withdraw_commendation(command: OnCommendation, because: str, work: Work) -> Commendation:
    """Raises NotTheHandlingOrgan or CommendationWithdrawn."""
    commendation = await work.commendations.get(command.commendation_id, seen=command.seen)
    commendation.check_named_by(command.organ)
    commendation.withdraw(by=command.actor, because=because, at=work.at)
    return commendation


async def withdraw_by_itself(institution_id: UUID, work: Work, *, because: str) -> None:
    """Who is suspended or has ended is held up no more; when it may evaluate again, it has to be named anew."""
    commendation = await work.commendations.open_of(institution_id)
    if commendation is not None:
        commendation.withdraw(by=_BY_ITSELF, because=because, at=work.at)
