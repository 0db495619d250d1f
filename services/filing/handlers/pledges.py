"""告知承诺: signed by the applicant itself, checked by the organ, and what a false one brings about (N3.3)."""

from dataclasses import dataclass
from uuid import UUID

from services.filing.domain.filing import Filing
from services.filing.domain.institution import Institution, Standing
from services.filing.domain.materials import PledgeStands
from services.filing.domain.obligation import Obligation, ObligationKind
from services.filing.domain.pledge import (
    BASIS,
    NotAPledgeCheck,
    Pledge,
    PledgeState,
    PledgeTextChanged,
    Signer,
    UnknownPledge,
    check_not_withdrawn,
    text_on,
)
from services.filing.domain.stages import Act, FilingState
from services.filing.domain.terms import Material, Revision
from services.filing.handlers import register
from services.filing.handlers.integrity import EnterRecord, check_may_pledge, record_false
from services.filing.handlers.obligations import OnObligation
from services.filing.handlers.recusal import official_case
from services.filing.handlers.work import Work
from shared.policy import FilingKind

_LOST = frozenset({FilingState.REFUSED, FilingState.FAILED})
_IN_AMENDMENT, _REVOKE = "pledge.false_in_amendment", "revoke"
_ASSUMED = "（增量、续期、变更中承诺不实而取消整个备案，系假设 · that this ends the whole filing is assumed）"
_FALSE = "承诺不实 · false pledge"


@dataclass(frozen=True, kw_only=True)
class OnPledge:
    """Names one document of a case, and the version of the case that was seen."""

    filing_id: UUID
    seen: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What the check of a pledge found, by whom, in the name of which organ."""

    kept: bool
    text: str
    by: str
    organ: str


async def sign_pledge(command: OnPledge, signer: Signer, text_version: str, work: Work) -> Filing:
    """Pledge a document instead of handing it in.

    Raises NoProxy, PledgeTextChanged, UnderIntegrityRecord, AlreadyWithdrawn, PledgeStands, or what handing in does.
    """
    filing = await work.filings.get(command.filing_id, seen=command.seen)
    uscc = filing.applicant.uscc
    signer.check_is(uscc)
    text = text_on(work.policy, work.today)
    if text_version != text.version:
        told = f"现行版本 {text.version} · the text that holds is {text.version}"
        raise PledgeTextChanged(told, basis=BASIS, extra={"version": text.version})
    await check_may_pledge(uscc, work)
    check_not_withdrawn(await work.pledges.of_body(uscc), command.kind, on=work.today)
    if any(each.kind == command.kind and each.pledged for each in filing.materials):
        raise PledgeStands(command.kind, basis=BASIS)
    filing.hand_in(_pledged(command.kind, work), work.policy)
    work.pledges.add(
        Pledge(
            id=work.new_id(),
            filing_id=filing.id,
            institution_id=filing.institution_id,
            organ=filing.organ,
            uscc=uscc,
            kind=command.kind,
            text=text,
            signed_by=signer.subject,
            signed_at=work.at,
        )
    )
    return filing


def _pledged(kind: str, work: Work) -> Material:
    return Material(kind=kind, file_name="", sha256="", media_type="", pledged=True, pledged_at=work.at)


async def withdraw_pledge(command: OnPledge, signer: Signer, work: Work) -> Filing:
    """Take a pledge back while its document may be edited; it cannot be pledged again that year.

    Raises NoProxy, UnknownPledge, PledgeSettled, OutOfTurn or NotMarked.
    """
    filing = await work.filings.get(command.filing_id, seen=command.seen)
    signer.check_is(filing.applicant.uscc)
    pledge = await _latest(filing.id, command.kind, work)
    if pledge is None:
        raise UnknownPledge(command.kind, basis=BASIS)
    pledge.withdraw(by=signer.subject, at=work.at)
    filing.take_back(command.kind)
    return filing


async def withdraw_pledges(filing: Filing, work: Work) -> None:
    """Whoever takes its case back takes back what it pledged in it: a check is not dodged by a new case."""
    for pledge in await work.pledges.of_filing(filing.id):
        if pledge.state is PledgeState.STANDING:
            pledge.withdraw(by=", ".join(sorted(work.actors)), at=work.at)


async def void_pledges(filing: Filing, work: Work) -> None:
    """Nothing is left to check of what was pledged in a case that was refused or has failed."""
    if filing.state not in _LOST:
        return
    for pledge in await work.pledges.of_filing(filing.id):
        pledge.void(by=", ".join(sorted(work.actors)), at=work.at)


async def check_pledges_allowed(filing: Filing, work: Work) -> None:
    """What was pledged in a draft is not submitted once a record was entered; raises UnderIntegrityRecord."""
    if any(each.pledged for each in filing.materials):
        await check_may_pledge(filing.applicant.uscc, work)


def check_signer_stays(filing: Filing, revision: Revision) -> None:
    """Nobody slips into a case in which another body has pledged something; raises PledgeStands."""
    wanted = revision.applicant
    if wanted is None or wanted.uscc == filing.applicant.uscc:
        return
    if any(each.pledged for each in filing.materials):
        raise PledgeStands("承诺由原申请单位作出 · the pledge is that of the body it names now", basis=BASIS)


async def check_pledge(command: OnPledge, finding: Finding, work: Work) -> Filing:
    """Check before the decision: a false pledge refuses the case and is entered as a record.

    Raises UnknownPledge, PledgeSettled, NotTheHandlingOrgan, RecusedOfficer or OutOfTurn.
    """
    filing = await official_case(command.filing_id, work, seen=command.seen)
    pledge = await _latest(filing.id, command.kind, work)
    if pledge is None:
        raise UnknownPledge(command.kind, basis=BASIS)
    pledge.check(kept=finding.kept, finding=finding.text, by=finding.by, at=work.at)
    if finding.kept:
        filing.note_kept(command.kind, organ=finding.organ, at=work.at)
        return filing
    reason = f"{_FALSE}：{finding.text}"
    filing.refuse(reason, work.policy, organ=finding.organ, at=work.at, act=Act.VOID)
    await void_pledges(filing, work)
    record = EnterRecord(
        uscc=filing.applicant.uscc, name=filing.applicant.name, reason=reason, organ=finding.organ
    )
    record_false(record, work, pledge=pledge)
    return filing


async def settle_pledge_check(command: OnObligation, finding: Finding, work: Work) -> Obligation:
    """Check after the decision: a false pledge voids it, so the institution is revoked, and is entered as a record.

    Raises NotOwedByYou, ObligationSettled, NotAPledgeCheck, RecusedOfficer or PledgeSettled.
    """
    owed = await work.obligations.get(command.obligation_id, seen=command.seen)
    owed.check_owed_by(command.organ)
    if owed.kind is not ObligationKind.CHECK_PLEDGE or owed.filing_id is None or owed.institution_id is None:
        raise NotAPledgeCheck(owed.kind.label, basis=BASIS)
    filing = await official_case(owed.filing_id, work)
    pledge = await _latest(owed.filing_id, owed.subject, work)
    if pledge is not None:
        pledge.check(kept=finding.kept, finding=finding.text, by=finding.by, at=work.at)
        pledge.institution_id = owed.institution_id
    owed.settle(by=command.actor, at=work.at, note=finding.text)
    if not finding.kept:
        reason = f"{_FALSE}：{finding.text}"
        institution = await work.institutions.get(owed.institution_id)
        await _void(institution, reason, pledge, (filing, finding, work))
    return owed


async def _void(
    institution: Institution, reason: str, pledge: Pledge | None, found: tuple[Filing, Finding, Work]
) -> None:
    """The record, and the end of what the promise brought about; what has ended otherwise stays as it ended.

    What a false pledge in an amendment does to the whole filing is assumed, and the reason says so.
    """
    filing, finding, work = found
    record = EnterRecord(uscc=institution.uscc, name=institution.name, reason=reason, organ=finding.organ)
    record_false(record, work, pledge=pledge)
    if filing.kind is not FilingKind.INITIAL:
        if work.policy.text(_IN_AMENDMENT, work.today) != _REVOKE:
            return
        reason = f"{reason}{_ASSUMED}"
    if institution.on_record:
        await register.end(institution, Standing.REVOKED, work, reason=reason, basis=BASIS)


async def _latest(filing_id: UUID, kind: str, work: Work) -> Pledge | None:
    """The pledge of a document that counts; what was pledged before pledges were kept has none."""
    found = [each for each in await work.pledges.of_filing(filing_id) if each.kind == kind]
    return found[-1] if found else None
