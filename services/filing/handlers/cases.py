"""A case from draft to decision, as applicants and officers ask for it."""

from dataclasses import dataclass
from uuid import UUID

from services.filing.domain.filing import Filing
from services.filing.domain.institution import ON_RECORD, Institution
from services.filing.domain.lifecycle import check_not_banned, check_of_kind, check_renewal_opens
from services.filing.domain.placing import check_scope, handling_organ, responsible_organ
from services.filing.domain.refusals import AlreadyOnRecord, NothingToAmend
from services.filing.domain.stages import FilingState
from services.filing.domain.terms import Applicant, CorrectionItem, Particulars, Revision, Training
from services.filing.handlers.integrity import check_may_pledge
from services.filing.handlers.pledges import (
    check_pledges_allowed,
    check_signer_stays,
    void_pledges,
    withdraw_pledges,
)
from services.filing.handlers.recusal import official_case
from services.filing.handlers.routing import DecideRouting, decide_routing, routing_of
from services.filing.handlers.work import Work
from shared.contracts.scope import ScopeItem
from shared.policy import Attribute, Audience, Category, Channel, DutyOwner, FilingKind, Routing
from shared.values import Uscc


@dataclass(frozen=True, kw_only=True)
class DraftFiling:
    """What an applicant asks for, where, and through which channel."""

    applicant: Applicant
    organ: str
    category: Category
    audience: Audience
    scope: tuple[ScopeItem, ...]
    training: frozenset[Training] = frozenset()
    evidence: frozenset[Attribute] = frozenset()
    channel: Channel = Channel.ONLINE


async def draft_filing(command: DraftFiling, work: Work) -> Filing:
    """Open a case with the organ that will handle it, or refuse what can never be filed there."""
    await _check_channel(command.channel, command.applicant.uscc, work)
    responsible_organ(command.organ, work.policy)
    check_scope(command.scope, work.policy)
    await _check_not_banned(FilingKind.INITIAL, command.applicant.uscc, work)
    await _check_not_on_record(command, work)
    routing = await decide_routing(
        DecideRouting(
            category=command.category,
            audience=command.audience,
            uscc=command.applicant.uscc,
            evidence=command.evidence,
            scope=command.scope,
        ),
        work,
    )
    return open_case(command, routing, work)


def open_case(command: DraftFiling, routing: Routing, work: Work) -> Filing:
    """A draft by the clause that decides it; raises FiledElsewhere for what the province files."""
    organ = responsible_organ(command.organ, work.policy)
    filing = Filing(
        id=work.new_id(),
        channel=command.channel,
        applicant=command.applicant,
        organ=organ,
        handled_by=handling_organ(routing, work.policy, organ=organ),
        category=command.category,
        audience=command.audience,
        scope=command.scope,
        basis=routing.basis,
        drafted_at=work.at,
        training=command.training,
        evidence=command.evidence,
    )
    work.filings.add(filing)
    return filing


@dataclass(frozen=True, kw_only=True)
class DraftAmendment:
    """What is to be amended of an institution on record: more scope, another term, or other particulars."""

    institution_id: UUID
    kind: FilingKind
    scope: tuple[ScopeItem, ...] = ()
    particulars: Particulars | None = None
    channel: Channel = Channel.ONLINE


async def draft_amendment(command: DraftAmendment, work: Work) -> Filing:
    """Open a case that amends a record, with the organ that filed it; raises NothingToAmend or NotOfThisKind."""
    institution = await work.institutions.get(command.institution_id)
    institution.check_on_record()
    _check_amendable(command, institution)
    _check_asked(command.kind, command, work)
    await _check_not_banned(command.kind, institution.uscc, work)
    if command.kind is FilingKind.RENEWAL:
        check_renewal_opens(institution, work.policy, on=work.today)
    await _check_channel(command.channel, institution.uscc, work)
    check_scope(command.scope, work.policy)
    filing = Filing(
        id=work.new_id(),
        kind=command.kind,
        channel=command.channel,
        applicant=Applicant(
            name=institution.name,
            uscc=institution.uscc,
            legal_representative=institution.legal_representative,
            address=institution.address,
        ),
        organ=institution.organ,
        handled_by=institution.filed_by,
        category=institution.category,
        audience=institution.audience,
        scope=command.scope,
        particulars=command.particulars,
        basis=institution.basis,
        drafted_at=work.at,
        evidence=_shown_before(institution),
        institution_id=institution.id,
    )
    if command.kind is FilingKind.EXTENSION:
        await decide_routing(routing_of(filing), work)
    work.filings.add(filing)
    return filing


async def _check_not_banned(kind: FilingKind, uscc: Uscc, work: Work) -> None:
    """Raises Banned for a body that was removed too recently, anywhere in the city."""
    removed_on = await work.public.removed_on(uscc)
    check_not_banned(kind, removed_on, work.policy, on=work.today)


async def _check_not_on_record(command: DraftFiling, work: Work) -> None:
    """Raises AlreadyOnRecord: what is on record is extended, renewed or changed, anywhere in the city."""
    for each in await work.public.of_body(command.applicant.uscc):
        if each.audience is command.audience and each.standing in ON_RECORD:
            raise AlreadyOnRecord(f"{each.number}；请办理增量、续期或变更备案 · amend that instead")


async def _check_channel(channel: Channel, uscc: Uscc, work: Work) -> None:
    """Who has an integrity record takes another channel than notification and pledge (N3.3)."""
    if channel is Channel.PLEDGE:
        await check_may_pledge(uscc, work)


def _shown_before(institution: Institution) -> frozenset[Attribute]:
    """What it showed to be put on record and need not show again (N2.5)."""
    is_key = institution.category is Category.KEY_TECHNICAL_SCHOOL
    return frozenset({Attribute.KEY_SCHOOL_EVIDENCE}) if is_key else frozenset()


def _check_amendable(command: DraftAmendment | Filing, institution: Institution) -> None:
    if institution.filed_by == DutyOwner.PROVINCE:
        raise NothingToAmend("由省级备案，须向省人社厅变更 · the province amends it", basis=institution.basis)
    if command.kind is FilingKind.INITIAL:
        raise NothingToAmend("初始备案不是变更 · an initial filing amends nothing")
    if command.kind is FilingKind.EXTENSION and not set(command.scope) - set(institution.scope):
        raise NothingToAmend("所列职业(工种)等级均已在备案范围 · all of it is in the scope already")
    if command.kind is FilingKind.CHANGE and command.particulars in (None, Particulars()):
        raise NothingToAmend("没有变更事项 · nothing is to be changed")


def _check_asked(kind: FilingKind, asked: DraftAmendment | Revision, work: Work) -> None:
    check_of_kind(kind, work.policy, scope=asked.scope, particulars=asked.particulars, on=work.today)


@dataclass(frozen=True, kw_only=True)
class OnFiling:
    """Names the filing, the version the caller saw, and the officer's organ ("" for an applicant)."""

    filing_id: UUID
    seen: int
    organ: str = ""


async def revise_filing(command: OnFiling, revision: Revision, work: Work) -> Filing:
    """Save a draft, or what a correction asked for; scope and routing are checked again, or what is to be amended."""
    filing = await work.filings.get(command.filing_id, seen=command.seen)
    check_signer_stays(filing, revision)
    _check_asked(filing.kind, revision, work)
    given = {name: value for name, value in vars(revision).items() if value is not None}
    kept = {name: getattr(filing, name) for name in vars(revision)}
    filing.revise(**(kept | given))
    check_scope(filing.scope, work.policy)
    if filing.kind is FilingKind.INITIAL:
        routing = await decide_routing(routing_of(filing), work)
        filing.basis = routing.basis
    elif filing.institution_id is not None:
        _check_amendable(filing, await work.institutions.get(filing.institution_id))
    return filing


async def submit_filing(command: OnFiling, work: Work) -> Filing:
    """Hand it in; raises what `Filing.submit` does, UnderIntegrityRecord, or Ended for a record that ended meanwhile.

    Saving it raises BeingHandled while another initial case of this body for this audience is in hand.
    """
    filing = await work.filings.get(command.filing_id, seen=command.seen)
    await check_pledges_allowed(filing, work)
    if filing.institution_id is not None:
        (await work.institutions.get(filing.institution_id)).check_on_record()
    filing.submit(work.policy, at=work.at)
    return filing


async def ask_correction(command: OnFiling, items: tuple[CorrectionItem, ...], work: Work) -> Filing:
    filing = await official_case(command.filing_id, work, seen=command.seen)
    filing.ask_correction(items, work.policy, organ=command.organ, at=work.at)
    return filing


async def correct_filing(command: OnFiling, work: Work) -> Filing:
    filing = await work.filings.get(command.filing_id, seen=command.seen)
    filing.correct(work.policy, at=work.at)
    return filing


async def withdraw_filing(command: OnFiling, work: Work) -> Filing:
    filing = await work.filings.get(command.filing_id, seen=command.seen)
    filing.withdraw(work.policy, at=work.at)
    await withdraw_pledges(filing, work)
    return filing


async def accept_filing(command: OnFiling, work: Work) -> Filing:
    filing = await official_case(command.filing_id, work, seen=command.seen)
    filing.accept(work.policy, organ=command.organ, at=work.at)
    return filing


async def mend_filing(command: OnFiling, work: Work) -> Filing:
    filing = await work.filings.get(command.filing_id, seen=command.seen)
    filing.mend(work.policy, at=work.at)
    return filing


async def publicise_filing(command: OnFiling, work: Work) -> Filing:
    filing = await official_case(command.filing_id, work, seen=command.seen)
    filing.publicise(work.policy, organ=command.organ, at=work.at)
    return filing


async def refuse_filing(command: OnFiling, reason: str, work: Work) -> Filing:
    filing = await official_case(command.filing_id, work, seen=command.seen)
    filing.refuse(reason, work.policy, organ=command.organ, at=work.at)
    await void_pledges(filing, work)
    return filing


async def lapse_filing(filing_id: UUID, work: Work) -> Filing:
    """The applicant let its term pass: what was to be corrected is withdrawn, what was to be mended has failed."""
    filing = await work.filings.get(filing_id)
    filing.lapse(work.policy, at=work.at)
    if filing.state is FilingState.WITHDRAWN:
        await withdraw_pledges(filing, work)
    await void_pledges(filing, work)
    return filing


async def watch_filing(filing_id: UUID, work: Work) -> Filing:
    """Its clock is near or past its end: warn, or escalate from the district to the city, each once."""
    filing = await work.filings.get(filing_id)
    if filing.deadline is not None:
        filing.deadline = filing.deadline.watched(work.policy, at=work.at)
    return filing
