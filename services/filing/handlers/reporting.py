"""What the province is told of the register (N3.7): owed with each change, settled by the province's own answer."""

import re
from hashlib import sha256

from services.filing.domain.filing import Filing
from services.filing.domain.institution import Institution
from services.filing.domain.obligation import Obligation, ObligationKind
from services.filing.domain.refusals import UnknownInstitution
from services.filing.handlers.obligations import OnObligation, owe
from services.filing.handlers.work import Work
from shared.contracts.filing import InstitutionChange, RecordFact, ReportRepeated
from shared.policy import DutyOwner

_LONGEST_NUMBER = 80
_DIGITS = 40
_CHANGED = re.compile(r"^filing:.*:(?P<revision>\d+):(?P<action>[a-z]+)$")
_OF_STANDING = ("suspended", "resumed", "ended")
_REPEATED = re.compile(r":r\d+$")


def record_of(institution: Institution) -> RecordFact:
    """The record as it stands now."""
    return RecordFact(
        number=institution.number,
        name=institution.name,
        uscc=institution.uscc,
        category=institution.category,
        audience=institution.audience,
        filed_by=institution.filed_by,
        scope=institution.scope,
        station_codes=institution.station_codes,
        standing=institution.standing,
        valid_from=institution.valid_from,
        valid_until=institution.valid_until,
    )


def report_key(number: str, *, revision: int = 0, action: str = "") -> str:
    """The business key of a report: of the registration, or of one later change. A number too long is digested."""
    told = number if len(number) <= _LONGEST_NUMBER else sha256(number.encode()).hexdigest()[:_DIGITS]
    return f"filing:{told}:{revision}:{action}" if action else f"filing:{told}"


def action_of(change: InstitutionChange) -> str:
    """What a change did, from its topic: `filing.institution-renewed.v1` renewed it."""
    return change.topic.split(".")[1].rpartition("-")[2]


def owe_report(
    institution: Institution,
    work: Work,
    *,
    change: InstitutionChange | None = None,
    filing: Filing | None = None,
) -> None:
    """The province is told of it, unless the province filed it itself; whoever filed it sees to that."""
    if institution.filed_by == DutyOwner.PROVINCE:
        return
    key = report_key(institution.number)
    if change is not None:
        revision = institution.version + 1
        key = report_key(institution.number, revision=revision, action=action_of(change))
    owe(
        ObligationKind.TELL_PROVINCE,
        institution,
        work,
        owner=institution.filed_by,
        filing=filing,
        subject=key,
    )


async def conclude_report(business_key: str, problem: str, work: Work) -> None:
    """The province has it on record, or says why not; an answer to a report that was sent anew changes nothing."""
    owed = await work.obligations.of_subject(ObligationKind.TELL_PROVINCE, business_key)
    if owed is None:
        return
    if problem:
        owed.fail(problem)
    else:
        owed.settle(by="province", at=work.at)


async def note_report_taken_up(business_key: str, work: Work) -> None:
    """Who looks after the exchange has it sent again: it is under way, and nobody need repeat it."""
    owed = await work.obligations.of_subject(ObligationKind.TELL_PROVINCE, business_key)
    if owed is not None:
        owed.on_its_way()


async def repeat_report(command: OnObligation, work: Work) -> Obligation:
    """Send a rejected report again, of the record as it stands now, under another key.

    Raises NotOwedByYou, ObligationSettled, NotReported or StillUnderWay; NotRejected, once it is written, where the
    exchange has the rejected one in hand.
    """
    owed = await work.obligations.get(command.obligation_id, seen=command.seen)
    owed.check_owed_by(command.organ)
    key = f"{_REPEATED.sub('', owed.subject)}:r{owed.attempts}"
    changed = _CHANGED.match(_REPEATED.sub("", owed.subject))
    takes_up = owed.subject
    owed.report_again(key)
    if owed.institution_id is None:
        raise UnknownInstitution(owed.subject)
    institution = await work.institutions.get(owed.institution_id)
    action = changed["action"] if changed else "registered"
    stands = institution.standings[-1] if action in _OF_STANDING else None
    begun = institution.versions[-1].valid_from if action == "rescoped" else None
    work.outbox.add(
        ReportRepeated(
            institution_id=institution.id,
            organ=institution.organ,
            basis=institution.basis,
            record=record_of(institution),
            action=action,
            revision=int(changed["revision"]) if changed else 1,
            business_key=key,
            takes_up=takes_up,
            reason=stands.reason if stands else "",
            on=stands.valid_from if stands else begun,
        )
    )
    return owed
