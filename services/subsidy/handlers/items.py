"""Deciding a claim's items: a chunk in each transaction, every item once, whatever happens between."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.subsidy.domain.assessment import Assessment, Candidate, assess_all
from services.subsidy.domain.certificate import Certificate
from services.subsidy.domain.claim import Claim, ClaimState
from services.subsidy.domain.desk import Desk
from services.subsidy.domain.docket import Rulings, rule
from services.subsidy.domain.entitlement import Taken
from services.subsidy.domain.fact import NOTHING_KNOWN
from services.subsidy.domain.item import Check, Item, ItemState
from services.subsidy.domain.rules import family_of
from services.subsidy.domain.terms import AnyNumber, CertificateFacts, Lot
from services.subsidy.handlers.docket import declared, desk_of, docket_of
from services.subsidy.handlers.knowledge import Asking, await_facts, stop_waiting
from services.subsidy.handlers.work import Work
from shared.values import Occupation

CHUNK = 10_000
"""Items decided with one transaction."""


def item_of(claim: Claim, certificate: Certificate, work: Work, *, employment: str) -> Item:
    """An item not decided yet; where it stands is told by `arrange`."""
    return Item(
        id=work.new_id(),
        claim_id=claim.id,
        organ=claim.organ,
        uscc=str(claim.uscc) if claim.uscc else None,
        line=claim.line,
        place=0,
        turn=0,
        certificate_id=certificate.id,
        certificate_number=certificate.number,
        holder_index=certificate.holder.index,
        family=family_of(work.policy, Occupation(certificate.item.edition, certificate.item.occupation)),
        level=certificate.item.level,
        employment=employment,
    )


def arrange(items: Sequence[Item], certificates: Mapping[AnyNumber, Certificate]) -> None:
    """Give each its place in the list, and its turn: person by person, the earlier issued and the lower level first.

    So a chunk ends between two certificates of one person at most once, and what the earlier chunk granted counts.
    """
    for place, item in enumerate(items):
        item.place = place

    def order(item: Item) -> tuple[bytes, object, int, str]:
        issued_on = certificates[item.certificate_number].issued_on
        return item.holder_index, issued_on, -item.level, item.certificate_number

    for turn, item in enumerate(sorted(items, key=order)):
        item.turn = turn


async def chunks_to_decide(work: Work) -> Sequence[UUID]:
    """Each claim being decided as often as it has chunks left, so that one look decides all of them."""
    return [key for key, left in await work.claims.deciding() for _ in range(max(1, -(-left // CHUNK)))]


async def decide_chunk(claim_id: UUID, work: Work) -> Claim | None:
    """Decide about the next items; None when another worker is at it, or nothing is left.

    What was decided, and what it takes up, is written with them, so that no item is ever decided twice.
    """
    claim = await work.claims.claimed(claim_id)
    if claim is None:
        return None
    await decide_next(claim, work, most=CHUNK)
    return claim


async def decide_next(claim: Claim, work: Work, *, most: int) -> None:
    """Decide about the next items that nobody decided about yet: as many are decided, so many turns are past."""
    past = claim.tally.certificates - claim.tally.undecided
    turns = range(past, min(past + most, claim.tally.certificates))
    if turns:
        some = (await _decide(claim, turns, work)).tally
        claim.tally = claim.tally.settled(some, undecided=claim.tally.undecided - len(turns))
    await _count(claim, work, left=claim.tally.undecided)


async def decide(claim: Claim, items: Sequence[Item], work: Work) -> None:
    """Decide about all items of a claim that was just taken in, and count what it comes to."""
    await _decide(claim, range(len(items)), work)
    await _count(claim, work, left=0)


async def decide_again(claim_id: UUID, work: Work) -> Claim:
    """Something new is known: decide about the next items it bears on; those that still wait go on waiting.

    They are decided as of the day of the claim, by what is known now. Once the claim is reviewed nothing changes: then
    the news has been heard, as when it bears on no item that waits.
    """
    await work.claims.take_turn(claim_id)
    claim = await work.claims.get(claim_id)
    open_yet = {claim.state, claim.resumes_as} & {ClaimState.DECIDING, ClaimState.SUBMITTED}
    turns = await work.dockets.with_news(claim.id, most=CHUNK) if open_yet else ()
    if turns:
        rulings = await _decide(claim, turns, work)
        settled = set(range(len(turns))) - set(rulings.pending)
        await stop_waiting([rulings.docket.number(place) for place in settled], claim.id, work)
        claim.tally = claim.tally.settled(rulings.tally, undecided=claim.tally.undecided)
        await _count(claim, work, left=claim.tally.pending)
    elif claim.tally.pending:
        await work.fact_waits.looked(claim.id)
    else:
        await stop_waiting(None, claim.id, work)
    return claim


async def _count(claim: Claim, work: Work, *, left: int) -> None:
    """Whatever was counted on the way, it is counted anew once nothing is left."""
    claim.count(claim.tally if left else await work.items.tally(claim.id))
    claim.await_review(work.policy, at=work.at)


async def _decide(claim: Claim, turns: Sequence[int], work: Work) -> Rulings:
    """Decide about the items of these turns: write what was decided, what it takes up, and who is waited for."""
    desk = desk_of(claim, work)
    docket = await docket_of(claim, turns, desk, work)
    rulings = rule(docket, desk.tariff)
    await work.dockets.note(claim.id, turns, rulings, desk.tariff, at=work.at)
    grants = [Taken(work.new_id(), turns[place], of_year) for place, of_year in rulings.granted]
    await work.entitlements.take_up(claim.id, grants, year=claim.claimed_on.year)
    waiting = {docket.number(place): docket.holders[place] for place in rulings.pending}
    await await_facts(waiting, Asking(claim_id=claim.id, organ=claim.organ, claimant=claim.uscc), work)
    return rulings


async def assessed(claim: Claim, items: Sequence[Item], work: Work) -> Assessment:
    """What would be decided about items that are not kept, in their turns."""
    found = {each.number: each for each in await work.certificates.all_numbered(_numbers(items))}
    ordered = sorted(items, key=lambda item: item.turn)
    certificates = [found[item.certificate_number] for item in ordered]
    sheets = await work.facts.sheet_for(certificates, claim.uscc, claim.claimed_on)
    desk = desk_of(claim, work)
    candidates = [
        Candidate(
            certificate=CertificateFacts(each.number, await _lot(each, desk, work)),
            holder_index=item.holder_index,
            facts=declared(sheets.get(each.number, NOTHING_KNOWN), item.employment, claim),
        )
        for item, each in zip(ordered, certificates, strict=True)
    ]
    held = await work.entitlements.histories({item.holder_index for item in items})
    return Assessment(tuple(assess_all(candidates, held, desk.tariff)))


async def _lot(certificate: Certificate, desk: Desk, work: Work) -> Lot:
    return desk.lot(certificate.issue, await work.institutions.get(certificate.institution_id))


async def leave_out(claim: Claim, item: Item, work: Work, *, reason: str, by: str) -> None:
    """剔除: an item is not paid; its certificate may be claimed again. Raises ItemSettled.

    The claim is counted anew once the item is written.
    """
    if item.state is ItemState.PENDING:
        await stop_waiting([item.certificate_number], claim.id, work)
    item.exclude(reason, by=by)
    await work.entitlements.give_back(claim.id, certificate=item.certificate_number)
    await work.items.write_changed()
    claim.count(await work.items.tally(claim.id))


async def note_check(item: Item, check: Check, claim: Claim, work: Work) -> None:
    """抽查: what looking at a sampled item found; one that fails is left out."""
    item.checked(check)
    if not check.passed:
        await leave_out(claim, item, work, reason=check.note, by=check.by)
    claim.sampled(claim.unchecked - 1, work.policy, at=work.at)


def _numbers(items: Sequence[Item]) -> list[AnyNumber]:
    return [item.certificate_number for item in items]
