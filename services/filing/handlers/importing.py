"""An import that is being put in: a chunk of groups in each transaction, every group once, whatever happens between."""

from collections.abc import Sequence
from uuid import UUID

from services.filing.domain.bulk import Import, ImportKind
from services.filing.domain.filing import Filing
from services.filing.domain.holdings import Holdings
from services.filing.domain.institution import Institution, ScopeVersion, ScopeWhy, first_standing
from services.filing.domain.line import Entry, Outcome, entry_of
from services.filing.domain.placing import organ_of
from services.filing.domain.terms import Applicant
from services.filing.domain.vetting import admit
from services.filing.handlers.cases import DraftFiling, open_case
from services.filing.handlers.work import Work
from shared.contracts.filing import InstitutionRecognized, InstitutionRegistered
from shared.errors import Refusal, Stale
from shared.policy import Channel, DutyKind, DutyOwner, Routing

CHUNK = 250
"""Groups put in with one transaction."""


async def chunks_to_put_in(work: Work) -> Sequence[UUID]:
    """Each import as often as it has chunks left, so that one look puts in all of them."""
    return [key for key, left in await work.imports.unfinished() for _ in range(max(1, -(-left // CHUNK)))]


async def put_in_chunk(import_id: UUID, work: Work) -> Import | None:
    """Put in the next groups; None when another worker is at it, or nothing is left.

    What became of them is written with them, so that a group is never gone through twice.
    """
    bulk = await work.imports.claimed(import_id)
    if bulk is None:
        return None
    groups = await work.imports.groups(bulk.id, after=bulk.cursor, most=CHUNK)
    entries = [entry_of(group) for group in groups]
    outcomes = await _put_in(bulk, entries, work)
    await work.imports.settle(bulk.id, outcomes)
    done = sum(len(group) for group, each in zip(groups, outcomes, strict=True) if each.subject)
    bulk.advance(len(groups), done=done, failed=sum(map(len, groups)) - done, at=work.at)
    return bulk


async def _put_in(bulk: Import, entries: Sequence[Entry], work: Work) -> list[Outcome]:
    """All of them together; when what is kept contradicts one of them, in halves, until it is alone with its refusal."""
    try:
        return await _apart(bulk, entries, work)
    except Stale:
        raise
    except Refusal as refusal:
        if len(entries) == 1:
            return [_refused(entries[0], refusal)]
    half = len(entries) // 2
    return [*await _put_in(bulk, entries[:half], work), *await _put_in(bulk, entries[half:], work)]


async def _apart(bulk: Import, entries: Sequence[Entry], work: Work) -> list[Outcome]:
    holdings = await work.imports.holdings(bulk.kind, entries)
    async with work.apart() as inner:
        inner.because(f"成批导入 · import {bulk.id}")
        return [_outcome(bulk, entry, holdings, inner) for entry in entries]


def _outcome(bulk: Import, entry: Entry, holdings: Holdings, work: Work) -> Outcome:
    """What the rules make of one group; what they refuse harms no other."""
    try:
        routing = admit(entry, holdings, bulk.kind, work.policy)
    except Refusal as refusal:
        return _refused(entry, refusal)
    made = (
        _drafted(entry, routing, work) if bulk.kind is ImportKind.FILINGS else _recorded(entry, routing, work)
    )
    return Outcome(place=entry.lines[0].place, subject=made.id)


def _refused(entry: Entry, refusal: Refusal) -> Outcome:
    return Outcome(place=entry.lines[0].place, code=refusal.code, reason=refusal.detail)


def _drafted(entry: Entry, routing: Routing, work: Work) -> Filing:
    """现场集中办理: a draft, which the applicant completes (N3.3)."""
    command = DraftFiling(
        applicant=Applicant(
            name=entry.name,
            uscc=entry.uscc,
            legal_representative=entry.legal_representative,
            address=entry.address,
        ),
        organ=entry.organ,
        category=entry.category,
        audience=entry.audience,
        scope=entry.scope,
        training=entry.training,
        evidence=entry.evidence,
        channel=Channel.ON_SITE_BATCH,
    )
    return open_case(command, routing, work)


def _recorded(entry: Entry, routing: Routing, work: Work) -> Institution:
    """An institution that was on record before this system; nothing is owed on it any more."""
    if entry.valid_from is None or entry.valid_until is None:
        raise TypeError("a record that was read has its validity")
    owner = routing.owner(DutyKind.FILE)
    version = ScopeVersion(
        valid_from=entry.valid_from, items=entry.scope, why=ScopeWhy.IMPORTED, basis=routing.basis
    )
    institution = Institution(
        id=work.new_id(),
        name=entry.name,
        uscc=entry.uscc,
        legal_representative=entry.legal_representative,
        address=entry.address,
        organ=entry.organ,
        category=entry.category,
        audience=entry.audience,
        versions=(version,),
        standings=first_standing(entry.valid_from),
        number=entry.number,
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
        basis=routing.basis,
        filed_by=owner if owner is DutyOwner.PROVINCE else organ_of(owner, work.policy, organ=entry.organ),
        verification=work.new_code(),
        station_codes=entry.stations,
        last_evaluated_on=entry.evaluated,
    )
    work.institutions.add(institution)
    work.outbox.add(_announced(institution))
    return institution


def _announced(institution: Institution) -> InstitutionRegistered | InstitutionRecognized:
    """What the province has filed is recognised (N2.1); it need not be told of it."""
    fact = {
        "institution_id": institution.id,
        "organ": institution.organ,
        "basis": institution.basis,
        "name": institution.name,
        "uscc": institution.uscc,
        "category": institution.category,
        "audience": institution.audience,
        "scope": institution.scope,
        "station_codes": institution.station_codes,
        "valid_from": institution.valid_from,
        "valid_until": institution.valid_until,
    }
    if institution.filed_by == DutyOwner.PROVINCE:
        return InstitutionRecognized.model_validate({**fact, "provincial_number": institution.number})
    return InstitutionRegistered.model_validate(
        {**fact, "filing_id": None, "filing_number": institution.number}
    )
