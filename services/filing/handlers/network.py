"""The service network as its organs keep it: offices, officers, leave and recusals (N3.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.filing.domain.office import MOST_OFFICERS, MOST_OFFICES, NetworkFull, Office
from services.filing.domain.officer import ForeignOffice, Leave, Officer, Recusal
from services.filing.handlers.work import Work
from shared.policy import Channel
from shared.values import Uscc


@dataclass(frozen=True, kw_only=True)
class OpenOffice:
    """Where an organ serves from a day on, and how it is reached."""

    organ: str
    name: str
    working_group: str
    address: str
    phone: str
    hours: str
    channels: frozenset[Channel]
    valid_from: date
    valid_until: date | None = None


async def open_office(command: OpenOffice, work: Work) -> Office:
    """Put an office on record; raises UnknownOrgan, BadTerm or NetworkFull."""
    work.policy.organ(command.organ)
    if await work.offices.count(command.organ) >= MOST_OFFICES:
        raise NetworkFull(f"{MOST_OFFICES}")
    office = Office(id=work.new_id(), **vars(command))
    work.offices.add(office)
    return office


@dataclass(frozen=True, kw_only=True)
class OnNetwork:
    """Names the office or officer, and the version the caller saw."""

    id: UUID
    seen: int


async def revise_office(command: OnNetwork, changes: Mapping[str, Any], work: Work) -> Office:
    """Change what is named; an office is closed by naming its last day."""
    office = await work.offices.get(command.id, seen=command.seen)
    office.revise(changes)
    return office


@dataclass(frozen=True, kw_only=True)
class AppointOfficer:
    """Who handles cases at an office, under which login; the organ is the office's."""

    office_id: UUID
    name: str
    subject: str
    duties: str = ""
    public_name: bool = False


async def appoint_officer(command: AppointOfficer, work: Work) -> Officer:
    """Put an officer on record; raises UnknownOffice, ForeignOffice, SubjectTaken or NetworkFull."""
    office = await work.offices.get(command.office_id)
    _check_open(office, work)
    if await work.officers.count(office.organ) >= MOST_OFFICERS:
        raise NetworkFull(f"{MOST_OFFICERS}")
    officer = Officer(id=work.new_id(), organ=office.organ, **vars(command))
    work.officers.add(officer)
    return officer


async def revise_officer(command: OnNetwork, changes: Mapping[str, Any], work: Work) -> Officer:
    """Change what is named; whoever is not active any more hands over. Raises UnknownOffice or ForeignOffice."""
    officer = await work.officers.get(command.id, seen=command.seen)
    if "office_id" in changes:
        office = await work.offices.get(changes["office_id"])
        _check_open(office, work)
        if office.organ != officer.organ:
            raise ForeignOffice(office.organ, basis=("N3.2",))
    officer.revise(changes)
    return officer


def _check_open(office: Office, work: Work) -> None:
    if office.valid_until is not None and office.valid_until < work.today:
        raise ForeignOffice(f"{office.valid_until}", basis=("N3.2",))


async def take_leave(command: OnNetwork, leave: Leave, work: Work) -> Officer:
    """请假: what is in hand goes to the deputy from the first day on; raises BadLeave or UnknownOfficer."""
    officer = await work.officers.get(command.id, seen=command.seen)
    deputy = await work.officers.get(leave.deputy_id) if leave.deputy_id else None
    officer.take_leave(leave, deputy)
    return officer


async def come_back(command: OnNetwork, work: Work) -> Officer:
    """销假: takes new cases again; what the deputy has taken over stays there. Raises NotOnLeave."""
    officer = await work.officers.get(command.id, seen=command.seen)
    officer.come_back()
    return officer


async def recuse_officer(command: OnNetwork, recusal: Recusal, work: Work) -> Officer:
    """回避: what is in hand of that applicant goes to another."""
    officer = await work.officers.get(command.id, seen=command.seen)
    officer.recuse(recusal)
    return officer


async def lift_recusal(command: OnNetwork, uscc: Uscc, work: Work) -> Officer:
    """Raises UnknownRecusal."""
    officer = await work.officers.get(command.id, seen=command.seen)
    officer.lift_recusal(uscc)
    return officer
