"""Making a docket of a claim's items: their lots, what is known of their holders, and what those were granted before."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.subsidy.domain.claim import Claim
from services.subsidy.domain.desk import Desk
from services.subsidy.domain.docket import Docket, Listed
from services.subsidy.domain.fact import Fact, FactKind, FactSheet
from services.subsidy.domain.institution import ClaimingInstitution
from services.subsidy.domain.knowledge import answers
from services.subsidy.domain.terms import Claiming, History, Lot
from services.subsidy.handlers.work import Work
from shared.policy import MoneyLine

Held = Mapping[bytes, History]


def desk_of(claim: Claim, work: Work) -> Desk:
    """The policy as of the day of the claim, whenever its items are decided."""
    asked = Claiming(
        line=claim.line,
        claimant_id=claim.institution_id if claim.line is MoneyLine.TRAINING else None,
        on=claim.claimed_on,
    )
    return work.desks.of(work.policy, asked, known_on=claim.claimed_on)


async def docket_of(
    claim: Claim, turns: Sequence[int], desk: Desk, work: Work, *, granted: Held | None = None
) -> Docket:
    """The items of these turns as they stand; raises UnknownCertificate where one is out of reach.

    `granted` is what people were granted meanwhile in a dry run, beside what is on record.
    """
    listed = await work.dockets.listed(claim.id, turns)
    people = set(listed.holders)
    held = dict(await work.entitlements.histories(people))
    for holder, history in (granted or {}).items():
        if holder in people:
            held[holder] = History((*held.get(holder, History()).grants, *history.grants))
    sheet, sheets = _sheets(claim, listed, await work.facts.known_of(people, claim.uscc))
    return Docket(
        numbers=listed.numbers,
        holders=listed.holders,
        lot=listed.issue,
        sheet=sheet,
        lots=await _lots(listed, desk, work),
        sheets=sheets,
        held=held,
    )


async def _lots(listed: Listed, desk: Desk, work: Work) -> list[Lot]:
    institutions: dict[UUID, ClaimingInstitution] = {}
    for key in {each.institution_id for each in listed.issues}:
        institutions[key] = await work.institutions.get(key)
    return [desk.lot(each, institutions[each.institution_id]) for each in listed.issues]


def _sheets(
    claim: Claim, listed: Listed, known: Mapping[bytes, Sequence[Fact]]
) -> tuple[list[int], list[FactSheet]]:
    """Which sheet of facts each item has, and the sheets there are: of whom the same is known, one for all."""
    sheets: dict[tuple[str, tuple[Fact, ...]], int] = {}
    # Whose facts are the same tuple for a certificate of the same days have the same sheet, without another look.
    met: dict[tuple[str, int, int], int] = {}
    column = []
    for holder, employment, issue in zip(listed.holders, listed.employments, listed.issue, strict=True):
        facts = known.get(holder, ())
        key = employment, issue, id(facts)
        place = met.get(key)
        if place is None:
            of = listed.issues[issue]
            days = {"issued_on": of.issued_on, "evaluated_on": of.evaluated_on, "on": claim.claimed_on}
            told = tuple(fact for fact in facts if answers(fact, **days))
            place = met[key] = sheets.setdefault((employment, told), len(sheets))
        column.append(place)
    return column, [declared(FactSheet(told), employment, claim) for employment, told in sheets]


def declared(sheet: FactSheet, employment: str, claim: Claim) -> FactSheet:
    """What is known, and beside it what the claimant declared of the holder."""
    if not employment:
        return sheet
    stated = Fact(
        kind=FactKind.EMPLOYMENT,
        value=employment,
        about=claim.claimed_on,
        source=f"declared:{claim.institution_id}",
        obtained_at=claim.submitted_at or claim.created_at,
    )
    return FactSheet((*sheet.facts, stated))
