"""Deciding a claim's items: a chunk in each transaction, every item once, whatever happens between."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.subsidy.domain.assessment import Assessment, Candidate, assess_all
from services.subsidy.domain.certificate import Certificate
from services.subsidy.domain.claim import Claim, ClaimState
from services.subsidy.domain.decision import Tariff
from services.subsidy.domain.entitlement import Entitlement
from services.subsidy.domain.fact import NOTHING_KNOWN, Fact, FactKind, FactSheet
from services.subsidy.domain.institution import ClaimingInstitution
from services.subsidy.domain.item import Check, Item, ItemState
from services.subsidy.domain.rules import family_of
from services.subsidy.domain.terms import AnyNumber, CertificateFacts, Claiming, History, Lot, head_of
from services.subsidy.handlers.knowledge import Asking, await_facts, stop_waiting
from services.subsidy.handlers.work import Work
from shared.policy import MoneyLine
from shared.values import Occupation

CHUNK = 500
"""Items decided with one transaction."""

Held = Mapping[bytes, History]


def tariff_of(claim: Claim, work: Work) -> Tariff:
    """The policy as of the day of the claim, whenever its items are decided."""
    asked = Claiming(
        line=claim.line,
        claimant_id=claim.institution_id if claim.line is MoneyLine.TRAINING else None,
        on=claim.claimed_on,
    )
    return Tariff(work.policy, asked, known_on=claim.claimed_on)


def item_of(claim: Claim, certificate: Certificate, work: Work, *, employment: str) -> Item:
    """An item not decided yet; where it stands is told by `arrange`."""
    return Item(
        id=work.new_id(),
        claim_id=claim.id,
        organ=claim.organ,
        uscc=str(claim.uscc),
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
    await decide(claim, await work.items.undecided(claim.id, most=CHUNK), work)
    return claim


async def decide(claim: Claim, items: Sequence[Item], work: Work) -> None:
    """Decide about these items of a claim, in their turns, and count what the claim comes to."""
    certificates = {each.number: each for each in await work.certificates.all_numbered(_numbers(items))}
    assessment = await assessed(claim, items, work)
    decided = {each.certificate_number: each for each in assessment.items}
    for item in items:
        item.decide(decided[item.certificate_number].decision, at=work.at)
    await work.items.note_decided(items)
    for holder, grant in assessment.grants:
        work.entitlements.add(
            Entitlement(id=work.new_id(), claim_id=claim.id, holder_index=holder, grant=grant)
        )
    waiting = [certificates[item.certificate_number] for item in items if item.state is ItemState.PENDING]
    asking = Asking(claim_id=claim.id, organ=claim.organ, claimant=claim.uscc)
    await await_facts(waiting, asking, work)
    claim.count(await work.items.tally(claim.id))


async def decide_again(claim_id: UUID, work: Work) -> Claim:
    """Something new is known: decide about the items that wait; those that still wait go on waiting.

    They are decided as of the day of the claim, by what is known now. Once the claim is reviewed nothing changes.
    """
    await work.claims.take_turn(claim_id)
    claim = await work.claims.get(claim_id)
    if not {claim.state, claim.resumes_as} & {ClaimState.DECIDING, ClaimState.SUBMITTED}:
        return claim
    items = await work.items.waiting(claim.id, most=CHUNK)
    if items:
        await decide(claim, items, work)
        settled = [item.certificate_number for item in items if item.state is not ItemState.PENDING]
        await stop_waiting(settled, claim.id, work)
    return claim


async def assessed(
    claim: Claim, items: Sequence[Item], work: Work, *, granted: Held | None = None
) -> Assessment:
    """What would be decided about these items, in their turns, with nothing kept.

    `granted` is what people were granted meanwhile in a dry run, beside what is on record.
    """
    found = {each.number: each for each in await work.certificates.all_numbered(_numbers(items))}
    ordered = sorted(items, key=lambda item: item.turn)
    certificates = [found[item.certificate_number] for item in ordered]
    sheets = await work.facts.sheet_for(certificates, claim.uscc, claim.claimed_on)
    facts = await _facts(certificates, work)
    candidates = [
        Candidate(
            certificate=facts[item.certificate_number],
            holder_index=item.holder_index,
            facts=_declared(item, claim, sheets.get(item.certificate_number, NOTHING_KNOWN)),
        )
        for item in ordered
    ]
    held = dict(await work.entitlements.histories({item.holder_index for item in items}))
    for holder, history in (granted or {}).items():
        if holder in held:
            held[holder] = History((*held[holder].grants, *history.grants))
    return Assessment(tuple(assess_all(candidates, held, tariff_of(claim, work))))


async def _facts(certificates: Sequence[Certificate], work: Work) -> dict[AnyNumber, CertificateFacts]:
    """Each certificate with the lot it shares with those evaluated and issued with it."""
    institutions: dict[UUID, ClaimingInstitution] = {}
    for key in {each.institution_id for each in certificates}:
        institutions[key] = await work.institutions.get(key)
    lots: dict[object, Lot] = {}
    facts: dict[AnyNumber, CertificateFacts] = {}
    for each in certificates:
        own = institutions[each.institution_id]
        shared = (
            own.id,
            head_of(each.number),
            each.item,
            each.issued_on,
            each.evaluated_on,
            each.validity,
            each.evaluated_here,
        )
        if shared not in lots:
            lots[shared] = each.lot(own.evaluator_on(each.evaluated_on))
        facts[each.number] = CertificateFacts(each.number, lots[shared])
    return facts


def _declared(item: Item, claim: Claim, sheet: FactSheet) -> FactSheet:
    """What is known, and beside it what the claimant declared of the holder."""
    if not item.employment:
        return sheet
    at: datetime = claim.submitted_at or claim.created_at
    declared = Fact(
        kind=FactKind.EMPLOYMENT,
        value=item.employment,
        about=claim.claimed_on,
        source=f"declared:{claim.institution_id}",
        obtained_at=at,
    )
    return replace(sheet, facts=(*sheet.facts, declared))


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
