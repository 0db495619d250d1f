"""A claim at subsidy's desk: decided item by item, tried out, withdrawn, and what a suspension does to it."""

from datetime import datetime
from hashlib import sha256
from uuid import uuid4

import pytest

from services.subsidy.domain.claim import ClaimState
from services.subsidy.domain.fact import Tie
from services.subsidy.domain.institution import Standing
from services.subsidy.domain.item import ItemState
from services.subsidy.domain.refusals import (
    ClaimIsFrozen,
    InstitutionSuspended,
    OutOfTurn,
    RepeatedCertificate,
    UnknownCertificate,
    UnknownInstitution,
)
from services.subsidy.domain.terms import Outcome, Rule
from services.subsidy.handlers.claims import (
    OnOwnClaim,
    open_claim,
    preview_claim,
    withdraw_claim,
)
from services.subsidy.handlers.register import freeze_claims, release_claims
from services.subsidy.handlers.review import review_claim
from shared.clock import SHANGHAI
from shared.contracts import filing
from shared.contracts.subsidy import ClaimFrozen, ClaimReleased
from shared.errors import Stale
from shared.identity import NotYours
from tests.subsidy.builders import OTHER_USCC, lathe, number, robot
from tests.subsidy.claiming import ORGAN, Claimant


def suspended(employer: Claimant) -> filing.InstitutionSuspended:
    return filing.InstitutionSuspended(
        institution_id=employer.key, organ=employer.organ, basis=("N3.3",), reason="整改逾期"
    )


def resumed(employer: Claimant) -> filing.InstitutionResumed:
    return filing.InstitutionResumed(institution_id=employer.key, organ=employer.organ, basis=("N3.3",))


async def test_n1_6_a_claim_is_decided_item_by_item_and_goes_to_the_institutions_organ(
    employer: Claimant,
) -> None:
    claim = await employer.claimed(lathe(4), robot(3), lathe(3))
    assert (claim.state, claim.organ, claim.uscc) == (ClaimState.SUBMITTED, ORGAN, employer.uscc)
    items = await employer.items(claim)
    assert [each.amount.yuan for each in items] == ["1,500.00", "2,600.00", "2,000.00"]
    assert [each.state for each in items] == [ItemState.PAYABLE] * 3
    assert (claim.total.yuan, claim.tally.payable) == ("6,100.00", 3)
    assert claim.tally.basis == ("N1.4", "N1.6", "N1.7")


async def test_every_item_keeps_each_rule_and_what_it_was_decided_from(employer: Claimant) -> None:
    claim = await employer.claimed(robot(3))
    (item,) = await employer.items(claim)
    assert item.decision is not None
    assert {each.rule for each in item.decision.rules} >= {Rule.OWN_STAFF, Rule.WINDOW, Rule.UPLIFT}
    assert item.decision.inputs_digest == sha256(item.inputs.encode()).hexdigest()
    assert item.decision.known_on == claim.claimed_on


async def test_a_preview_decides_the_same_and_keeps_nothing(employer: Claimant) -> None:
    numbers = await employer.certified(lathe(4), robot(3))
    async with employer.works() as work:
        preview = await preview_claim(employer.asks(*numbers), work)
    claim = await employer.claims(*numbers)
    assert [each.decision for each in preview.items] == [
        each.decision for each in await employer.items(claim)
    ]
    assert [each.certificate_number for each in preview.items] == numbers
    async with employer.works() as work:
        assert [each.id for each in await work.claims.unpaid_of(employer.key)] == [claim.id]


async def test_the_day_of_a_claim_is_the_day_in_nanjing(employer: Claimant) -> None:
    numbers = await employer.certified(lathe(4))
    employer.works.at = datetime(2025, 3, 4, 23, 59, tzinfo=SHANGHAI)
    async with employer.works() as work:
        assert (await preview_claim(employer.asks(*numbers), work)).items[0].decision.payable
    employer.works.at = datetime(2025, 3, 5, 0, 0, tzinfo=SHANGHAI)
    async with employer.works() as work:
        late = (await preview_claim(employer.asks(*numbers), work)).items[0].decision
    assert [each.rule for each in late.against] == [Rule.WINDOW]


async def test_a_certificate_of_a_live_claim_is_a_refused_item_of_the_next(employer: Claimant) -> None:
    first, second = await employer.certified(lathe(4), robot(3))
    await employer.claims(first)
    claim = await employer.claims(first, second)
    assert claim.state is ClaimState.SUBMITTED
    assert [each.state for each in await employer.items(claim)] == [ItemState.REFUSED, ItemState.PAYABLE]
    again = await employer.claims(first)
    assert (again.state, again.total) == (ClaimState.REFUSED, 0)


async def test_one_persons_certificates_count_against_each_other_in_whatever_order_they_are_listed(
    employer: Claimant,
) -> None:
    numbers = await employer.certified(lathe(4), lathe(3), robot(3), holder="E10000001")
    async with employer.works() as work:
        forth = (await preview_claim(employer.asks(*numbers), work)).items
        back = (await preview_claim(employer.asks(*reversed(numbers)), work)).items
    assert {each.certificate_number: each.decision for each in forth} == {
        each.certificate_number: each.decision for each in back
    }
    assert [each.decision.outcome for each in forth].count(Outcome.PAYABLE) == 2


async def test_a_declined_claim_gives_its_certificates_back(employer: Claimant) -> None:
    numbers = await employer.certified(lathe(4))
    claim = await employer.claims(*numbers)
    async with employer.works() as work:
        declined = await review_claim(employer.by(claim), work, approve=False, reason="材料不实")
    assert (declined.state, declined.total) == (ClaimState.DECLINED, 0)
    assert [each.state for each in await employer.items(declined)] == [ItemState.VOID]
    assert (await employer.claims(*numbers)).total == 150_000


async def test_a_withdrawn_claim_gives_its_certificates_back(employer: Claimant) -> None:
    numbers = await employer.certified(lathe(4))
    claim = await employer.claims(*numbers)
    async with employer.works() as work:
        own = OnOwnClaim(claim_id=claim.id, seen=claim.version, holder=employer.uscc)
        assert (await withdraw_claim(own, work)).state is ClaimState.WITHDRAWN
    assert (await employer.claims(*numbers)).total == 150_000


async def test_a_reviewed_claim_is_not_withdrawn(employer: Claimant) -> None:
    claim = await employer.reviewed(await employer.claimed(lathe(4)))
    own = OnOwnClaim(claim_id=claim.id, seen=claim.version, holder=employer.uscc)
    with pytest.raises(OutOfTurn):
        async with employer.works() as work:
            await withdraw_claim(own, work)


async def test_an_approved_claim_keeps_its_certificates(employer: Claimant) -> None:
    numbers = await employer.certified(lathe(4))
    await employer.approved(await employer.claims(*numbers))
    async with employer.works() as work:
        assert (await preview_claim(employer.asks(*numbers), work)).items[0].decision.amount == 0


async def test_n2_1_dispatched_labour_without_a_contract_is_refused_as_declared(employer: Claimant) -> None:
    numbers = await employer.certified(lathe(4))
    async with employer.works() as work:
        asked = employer.asks(*numbers, employment=Tie.DISPATCHED_WITHOUT)
        (item,) = (await preview_claim(asked, work)).items
    assert [each.rule for each in item.decision.against] == [Rule.EMPLOYMENT]


async def test_n3_3_a_suspension_freezes_what_is_unpaid_and_its_end_releases_it(employer: Claimant) -> None:
    waiting = await employer.claimed(lathe(4))
    reviewed = await employer.reviewed(await employer.claimed(robot(3)))
    employer.works.announced.clear()
    async with employer.works() as work:
        await freeze_claims(suspended(employer), work)
    now = [await employer.now(each) for each in (waiting, reviewed)]
    assert [(each.state, each.resumes_as) for each in now] == [
        (ClaimState.FROZEN, ClaimState.SUBMITTED),
        (ClaimState.FROZEN, ClaimState.REVIEWED),
    ]
    told = employer.works.announced
    assert {(type(each), each.subject, each.basis) for each in told} == {
        (ClaimFrozen, waiting.id, ("N3.3",)),
        (ClaimFrozen, reviewed.id, ("N3.3",)),
    }
    with pytest.raises(ClaimIsFrozen):
        async with employer.works() as work:
            await review_claim(employer.by(now[0]), work, approve=True, reason="")
    employer.works.announced.clear()
    async with employer.works() as work:
        await release_claims(resumed(employer), work)
    assert [(await employer.now(each)).state for each in (waiting, reviewed)] == [
        ClaimState.SUBMITTED,
        ClaimState.REVIEWED,
    ]
    assert {(type(each), each.subject) for each in employer.works.announced} == {
        (ClaimReleased, waiting.id),
        (ClaimReleased, reviewed.id),
    }


async def test_n3_3_a_suspended_institution_opens_no_claim(employer: Claimant) -> None:
    numbers = await employer.certified(lathe(4))
    async with employer.works() as work:
        await freeze_claims(suspended(employer), work)
    for ask in (open_claim, preview_claim):
        with pytest.raises(InstitutionSuspended):
            async with employer.works() as work:
                await ask(employer.asks(*numbers), work)


async def test_n3_3_a_claim_that_crossed_the_suspension_is_not_reviewed(employer: Claimant) -> None:
    claim = await employer.claimed(lathe(4))
    async with employer.works() as work:
        (await work.institutions.get(employer.key)).standing = Standing.SUSPENDED
    with pytest.raises(InstitutionSuspended):
        async with employer.works() as work:
            await review_claim(employer.by(claim), work, approve=True, reason="")


@pytest.mark.parametrize("holder", [None, OTHER_USCC])
async def test_nobody_claims_for_another_body(employer: Claimant, holder: str | None) -> None:
    numbers = await employer.certified(lathe(4))
    with pytest.raises(NotYours):
        async with employer.works() as work:
            await open_claim(employer.asks(*numbers, holder=holder), work)


async def test_a_certificate_that_is_not_there_is_named_by_its_place(employer: Claimant) -> None:
    (known,) = await employer.certified(lathe(4))
    unknown = number(4, serial=999_999)
    with pytest.raises(UnknownCertificate) as refused:
        async with employer.works() as work:
            await open_claim(employer.asks(known, unknown), work)
    assert refused.value.extra == {"missing": [1]}
    assert unknown not in str(refused.value)


async def test_a_certificate_is_listed_once(employer: Claimant) -> None:
    (known,) = await employer.certified(lathe(4))
    with pytest.raises(RepeatedCertificate):
        async with employer.works() as work:
            await open_claim(employer.asks(known, known), work)


async def test_an_institution_nobody_knows_claims_nothing(employer: Claimant) -> None:
    with pytest.raises(UnknownInstitution):
        async with employer.works() as work:
            await open_claim(employer.asks(number(4), institution_id=uuid4()), work)


async def test_a_claim_somebody_changed_meanwhile_is_not_reviewed(employer: Claimant) -> None:
    claim = await employer.claimed(lathe(4))
    seen = employer.by(claim)
    await employer.reviewed(claim)
    with pytest.raises(Stale):
        async with employer.works() as work:
            await review_claim(seen, work, approve=True, reason="")
