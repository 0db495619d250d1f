"""What is owed on cases and institutions: noted when it arises, settled when it is done, watched meanwhile."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from services.filing.domain.filing import Filing
from services.filing.domain.institution import Institution
from services.filing.domain.obligation import (
    Obligation,
    ObligationKind,
    deadline_of,
    duties_owed,
)
from services.filing.handlers.recusal import check_not_recused
from services.filing.handlers.work import Work
from shared.contracts import accounts
from shared.policy import Routing


def owe(
    kind: ObligationKind,
    institution: Institution,
    work: Work,
    *,
    owner: str,
    filing: Filing | None = None,
    subject: str = "",
) -> Obligation:
    """Somebody owes this from now on."""
    obligation = Obligation(
        id=work.new_id(),
        kind=kind,
        subject=subject,
        institution_id=institution.id,
        filing_id=filing.id if filing else None,
        organ=institution.organ,
        owner=owner,
        uscc=institution.uscc,
        basis=institution.basis,
        deadline=deadline_of(kind, work.policy, at=work.at),
    )
    work.obligations.add(obligation)
    return obligation


def owe_duties(
    routing: Routing, institution: Institution, work: Work, *, filing: Filing | None = None
) -> None:
    """What the deciding clause makes others owe once an institution is on record."""
    for kind, owner in duties_owed(routing, work.policy, organ=institution.organ):
        owe(kind, institution, work, owner=owner, filing=filing)


@dataclass(frozen=True, kw_only=True)
class OnObligation:
    """Names the obligation, the version the caller saw, whose organ it is and who says so."""

    obligation_id: UUID
    seen: int
    organ: str
    actor: str


async def settle_obligation(command: OnObligation, note: str, work: Work) -> Obligation:
    """An officer of the owing organ reports it as done.

    Raises NotOwedByYou, ObligationSettled, NotByHand or RecusedOfficer.
    """
    obligation = await work.obligations.get(command.obligation_id, seen=command.seen)
    obligation.check_owed_by(command.organ)
    obligation.check_settled_by_hand()
    await check_not_recused(obligation.uscc, work, organ=command.organ)
    obligation.settle(by=command.actor, at=work.at, note=note)
    return obligation


async def note_account_opened(event: accounts.AccountOpened, work: Work) -> None:
    """The district has opened the account: that obligation is done."""
    for each in await work.obligations.open_of(event.institution_id, ObligationKind.OPEN_ACCOUNT):
        each.settle(by="accounts", at=work.at)


async def note_operator_invited(event: accounts.OperatorInvited, work: Work) -> None:
    """Its first operator was given a way in: that obligation is done (N2.1)."""
    for each in await work.obligations.open_of(event.institution_id, ObligationKind.INVITE_OPERATOR):
        each.settle(by="accounts", at=work.at)


async def watch_obligation(obligation_id: UUID, work: Work) -> Obligation:
    """Its deadline is near or past: warn, or escalate to the city, each once."""
    obligation = await work.obligations.get(obligation_id)
    obligation.deadline = obligation.deadline.watched(work.policy, at=work.at)
    return obligation


def void(obligations: Iterable[Obligation], work: Work, *, note: str) -> None:
    """Nobody owes these any more."""
    for each in obligations:
        each.waive(at=work.at, note=note)
