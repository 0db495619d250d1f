"""Claims: tried out, drafted from a sheet, submitted, withdrawn."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.subsidy.domain.assessment import Assessment
from services.subsidy.domain.certificate import Certificate
from services.subsidy.domain.claim import Claim, ClaimState
from services.subsidy.domain.docket import rule
from services.subsidy.domain.fact import Tie
from services.subsidy.domain.faults import Fault, NothingGood, finding
from services.subsidy.domain.institution import ClaimingInstitution
from services.subsidy.domain.item import OPEN, Item, ItemState, Tally, Trial
from services.subsidy.domain.refusals import RepeatedCertificate, UnknownCertificate
from services.subsidy.domain.terms import EMPTY_HISTORY, AnyNumber, History
from services.subsidy.domain.upload import Returned, Sheet
from services.subsidy.handlers.docket import desk_of, docket_of
from services.subsidy.handlers.items import CHUNK, arrange, assessed, decide, decide_next, item_of
from services.subsidy.handlers.knowledge import stop_waiting
from services.subsidy.handlers.looks import watch_declared
from services.subsidy.handlers.work import Work
from services.subsidy.holders import unsealed
from shared.errors import Invalid
from shared.identity import NotYours
from shared.policy import MoneyLine
from shared.values import parse_certificate_number

AT_ONCE = 500
"""Items decided while whoever submitted them waits."""
_READ_AT_ONCE = 1000


@dataclass(frozen=True, kw_only=True)
class OpenClaim:
    """For which certificates which institution claims; `holder` is the USCC of whoever asks.

    By claiming it declares how their holders work for it: as its own staff, unless it says otherwise.
    """

    institution_id: UUID
    certificate_numbers: tuple[AnyNumber, ...]
    holder: str | None
    employment: Tie = Tie.EMPLOYEE


async def open_claim(command: OpenClaim, work: Work) -> Claim:
    """Decide about each certificate at once, and take the claim in; raises what `preview_claim` raises."""
    claim, items = await _asked(command, work)
    work.claims.add(claim)
    await work.items.keep(items)
    await watch_declared(items, work)
    await decide(claim, items, work)
    return claim


async def preview_claim(command: OpenClaim, work: Work) -> Assessment:
    """The same decisions, in the order listed, with nothing kept.

    Raises UnknownInstitution, NotYours, InstitutionSuspended, RepeatedCertificate or UnknownCertificate.
    """
    claim, items = await _asked(command, work)
    found = {each.certificate_number: each for each in (await assessed(claim, items, work)).items}
    return Assessment(tuple(found[number] for number in command.certificate_numbers))


@dataclass(frozen=True, kw_only=True)
class DraftClaim:
    """A sheet of certificates that an institution claims for; `holder` is the USCC of whoever asks."""

    institution_id: UUID
    holder: str | None
    file_name: str
    sheet: Sheet


async def draft_claim(command: DraftClaim, work: Work) -> Claim:
    """Keep what of a sheet can be claimed for, and the other rows to be given back; nothing is decided yet.

    Raises UnknownInstitution, NotYours, InstitutionSuspended, InstitutionRevoked or NothingGood.
    """
    institution = await _claimant(command.institution_id, command.holder, work)
    claim = _claim(institution, work, state=ClaimState.DRAFT)
    certificates, wrong = await _vetted(command.sheet, work)
    if not certificates:
        raise NothingGood(f"{len(wrong)} 行均有误 · all of {len(wrong)} rows are wrong")
    items = [
        item_of(claim, each, work, employment=str(command.sheet.values[row].get("employment") or ""))
        for row, each in certificates.items()
    ]
    arrange(items, {each.number: each for each in certificates.values()})
    claim.file_name, claim.faulty = command.file_name, len(wrong)
    claim.count(Tally(certificates=len(items), undecided=len(items), pending=len(items)))
    work.claims.add(claim)
    await work.items.keep(items)
    await watch_declared(items, work)
    if wrong:
        await work.faults.keep(claim.id, (claim.organ, str(institution.uscc)), wrong)
    return claim


async def try_claim(claim_id: UUID, holder: str | None, work: Work) -> Trial:
    """试算: what a draft would come to if it were submitted now; nothing is kept."""
    claim = await _own(claim_id, holder, work, seen=None)
    claim.expect(ClaimState.DRAFT)
    count = claim.tally.certificates
    tally, granted = Tally(certificates=count, undecided=count, pending=count), dict[bytes, History]()
    desk = desk_of(claim, work)
    for first in range(0, count, CHUNK):
        turns = range(first, min(first + CHUNK, count))
        docket = await docket_of(claim, turns, desk, work, granted=granted)
        rulings = rule(docket, desk.tariff)
        tally = tally.settled(rulings.tally, undecided=count - turns.stop)
        # Turns go person by person, so only the last of a chunk may have certificates in the next one.
        last = docket.holders[-1]
        before = granted.get(last, EMPTY_HISTORY).grants
        granted = {last: History((*before, *rulings.granted_to_last(desk.tariff)))}
        await asyncio.sleep(0)
    return Trial(
        certificates=tally.certificates,
        payable=tally.payable,
        refused=tally.certificates - tally.payable - tally.pending,
        pending=tally.pending,
        total=tally.total,
    )


@dataclass(frozen=True, kw_only=True)
class OnOwnClaim:
    """Names the claim, the version its claimant saw, and the USCC of whoever asks."""

    claim_id: UUID
    seen: int
    holder: str | None


async def submit_claim(command: OnOwnClaim, work: Work) -> Claim:
    """提交: its items are decided from now on, as of today; a small claim's at once, a large one's by the worker."""
    claim = await _own(command.claim_id, command.holder, work, seen=command.seen)
    await check_standing(claim, work)
    claim.submit(at=work.at)
    if claim.tally.certificates <= AT_ONCE:
        await decide_next(claim, work, most=AT_ONCE)
    return claim


async def withdraw_claim(command: OnOwnClaim, work: Work) -> Claim:
    """撤回: nothing of it is claimed any more."""
    claim = await _own(command.claim_id, command.holder, work, seen=command.seen)
    claim.withdraw()
    await give_up(claim, work)
    return claim


async def give_up(claim: Claim, work: Work) -> None:
    """What the claim holds may be claimed again."""
    await stop_waiting(None, claim.id, work)
    await work.items.move(claim.id, OPEN, ItemState.VOID)
    await work.entitlements.give_back(claim.id)


async def check_standing(claim: Claim, work: Work) -> None:
    """A claim taken in while the suspension was on its way was not frozen with the others; nobody suspends a person."""
    if claim.institution_id is not None:
        institution = await work.institutions.get(claim.institution_id)
        institution.check_may_claim()


async def _claimant(institution_id: UUID, holder: str | None, work: Work) -> ClaimingInstitution:
    institution = await work.institutions.get(institution_id)
    if holder != institution.uscc:
        raise NotYours("只能为本单位申领 · You may claim for your own body only")
    institution.check_may_claim()
    return institution


async def _own(claim_id: UUID, holder: str | None, work: Work, *, seen: int | None) -> Claim:
    claim = await work.claims.get(claim_id, seen=seen)
    if claim.uscc is None or holder != claim.uscc:
        raise NotYours("只能办理本单位的申领 · You may act on your own claims only")
    return claim


def _claim(institution: ClaimingInstitution, work: Work, *, state: ClaimState) -> Claim:
    return Claim(
        id=work.new_id(),
        organ=institution.organ,
        institution_id=institution.id,
        uscc=institution.uscc,
        line=MoneyLine.TRAINING,
        created_at=work.at,
        submitted_at=None if state is ClaimState.DRAFT else work.at,
        state=state,
    )


async def _asked(command: OpenClaim, work: Work) -> tuple[Claim, list[Item]]:
    """The claim, being decided, and its items in the order listed; a refusal names places (from 0), never a number."""
    institution = await _claimant(command.institution_id, command.holder, work)
    numbers = command.certificate_numbers
    if len(set(numbers)) != len(numbers):
        raise RepeatedCertificate
    found = {each.number: each for each in await work.certificates.all_numbered(numbers)}
    missing = [place for place, number in enumerate(numbers) if number not in found]
    if missing:
        places = ", ".join(map(str, missing))
        raise UnknownCertificate(
            f"第 {places} 项未找到（从 0 计）· not found: {places}", extra={"missing": missing}
        )
    claim = _claim(institution, work, state=ClaimState.DECIDING)
    items = [item_of(claim, found[number], work, employment=command.employment.value) for number in numbers]
    arrange(items, found)
    return claim, items


async def _vetted(sheet: Sheet, work: Work) -> tuple[dict[int, Certificate], list[Returned]]:
    """The certificates of the rows that can be claimed for, by row, and the rows to be given back."""
    numbers = {row: _number(values) for row, values in sheet.values.items()}
    known = await _found([number for number in numbers.values() if not isinstance(number, Invalid)], work)
    good: dict[int, Certificate] = {}
    wrong = list(sheet.wrong)
    taken: set[AnyNumber] = set()
    for row, number in numbers.items():
        fault = _fault(number, known, taken, name=str(sheet.values[row]["holder_name"]), work=work)
        if fault is not None:
            message = number.detail if isinstance(number, Invalid) else ""
            wrong.append(sheet.given_back(row, finding(fault, message)))
        elif not isinstance(number, Invalid):
            good[row] = known[number]
            taken.add(number)
    return good, sorted(wrong, key=lambda each: each.row)


def _fault(
    number: AnyNumber | Invalid,
    known: Mapping[AnyNumber, Certificate],
    taken: Collection[AnyNumber],
    *,
    name: str,
    work: Work,
) -> Fault | None:
    """What is wrong with a row, if anything is."""
    if isinstance(number, Invalid):
        return Fault.NO_NUMBER
    if number not in known:
        return Fault.UNKNOWN
    if number in taken:
        return Fault.REPEATED
    certificate = known[number]
    own = unsealed(work.cipher, certificate.id, certificate.holder).name
    return None if own == name else Fault.OTHER_HOLDER


def _number(values: Mapping[str, object]) -> AnyNumber | Invalid:
    try:
        return parse_certificate_number(str(values["number"]))
    except Invalid as refusal:
        return refusal


async def _found(numbers: Sequence[AnyNumber], work: Work) -> dict[AnyNumber, Certificate]:
    found: dict[AnyNumber, Certificate] = {}
    for start in range(0, len(numbers), _READ_AT_ONCE):
        part = await work.certificates.all_numbered(numbers[start : start + _READ_AT_ONCE])
        found.update({each.number: each for each in part})
    return found
