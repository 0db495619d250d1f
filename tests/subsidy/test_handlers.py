"""What happens at subsidy's desk: claims from submission to payment, and what a suspension does to them."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import pytest

from services.subsidy.domain.claim import Claim, ClaimState
from services.subsidy.domain.institution import Standing
from services.subsidy.domain.refusals import (
    ClaimIsFrozen,
    InstitutionSuspended,
    RepeatedCertificate,
    UnknownCertificate,
    UnknownClaim,
    UnknownInstitution,
)
from services.subsidy.domain.terms import Outcome, Rule
from services.subsidy.handlers import (
    OnClaim,
    OpenClaim,
    freeze_claims,
    keep_certificates,
    keep_institution,
    open_claim,
    pay_claim,
    preview_claim,
    release_claims,
    review_claim,
)
from shared.clock import SHANGHAI
from shared.contracts import filing
from shared.contracts.scope import ScopeItem
from shared.contracts.subsidy import ClaimFrozen, ClaimPaid, ClaimReleased
from shared.errors import Stale
from shared.identity import NotYours
from shared.policy import Audience, Category
from shared.values import CertificateNumber, StationCode
from tests.subsidy.builders import (
    EMPLOYER,
    NOON,
    OTHER_USCC,
    SCOPE,
    USCC,
    batch,
    certificate,
    institution,
    lathe,
    number,
    robot,
)
from tests.subsidy.fakes import Desk

REVIEWER = OnClaim(claim_id=UUID(int=0), seen=1, by="officer-a", organ="320115")
SUSPENDED = filing.InstitutionSuspended(
    institution_id=EMPLOYER, organ="320115", basis=("N3.3",), reason="整改逾期"
)
RESUMED = filing.InstitutionResumed(institution_id=EMPLOYER, organ="320115", basis=("N3.3",))


def on(claim: Claim, *, by: str = "officer-a") -> OnClaim:
    return OnClaim(claim_id=claim.id, seen=claim.version, by=by, organ="320115")


def asked(*numbers: CertificateNumber, holder: str | None = USCC) -> OpenClaim:
    return OpenClaim(institution_id=EMPLOYER, certificate_numbers=numbers, holder=holder)


async def provide(desk: Desk, items: Sequence[ScopeItem], *, people: bool = True) -> list[CertificateNumber]:
    """One certificate of each item; each of another person, or all of one."""
    desk.institutions.add(institution())
    sent = [
        certificate(each, serial=serial, holder_id=f"E1000000{serial if people else 1}")
        for serial, each in enumerate(items, start=1)
    ]
    await keep_certificates(batch(*sent), desk.work())
    return [each.number for each in sent]


async def test_an_institution_is_known_from_its_registration_on(desk: Desk) -> None:
    registered = filing.InstitutionRegistered(
        institution_id=EMPLOYER,
        organ="320115",
        basis=("N2.2",),
        filing_id=UUID(int=9),
        name="测试一厂",
        uscc=USCC,
        category=Category.MUNICIPAL_ENTERPRISE,
        audience=Audience.OWN_STAFF,
        scope=SCOPE,
        filing_number="样例1号",
        valid_from=date(2021, 3, 1),
        valid_until=date(2027, 2, 28),
    )
    kept = await keep_institution(registered, desk.work())
    assert vars(kept) == {**vars(institution()), "version": 1}


async def test_n2_1_an_institution_the_province_filed_is_known_with_its_station_codes(desk: Desk) -> None:
    station = StationCode("Y000032000001")
    recognized = filing.InstitutionRecognized(
        institution_id=EMPLOYER,
        organ="320115",
        basis=("N2.1",),
        name="测试一厂",
        uscc=USCC,
        category=Category.CENTRAL_ENTERPRISE,
        audience=Audience.OWN_STAFF,
        scope=SCOPE,
        provincial_number="苏样例1号",
        station_codes=(station,),
        valid_from=date(2021, 3, 1),
        valid_until=date(2027, 2, 28),
    )
    await keep_institution(recognized, desk.work())
    assert (await desk.institutions.get(EMPLOYER)).station_codes == (station,)


async def test_n1_6_a_claim_is_decided_item_by_item_and_goes_to_the_institutions_organ(desk: Desk) -> None:
    numbers = await provide(desk, [lathe(4), robot(3), lathe(3)])
    claim = await open_claim(asked(*numbers), desk.work())
    assert (claim.state, claim.organ, claim.uscc) == (ClaimState.SUBMITTED, "320115", USCC)
    assert [each.decision.amount.yuan for each in claim.items] == ["1,500.00", "2,600.00", "2,000.00"]
    assert claim.total.yuan == "6,100.00"
    assert {each.claim_id for each in desk.entitlements.all.values()} == {claim.id}
    assert len(desk.entitlements.all) == 3


async def test_a_preview_decides_the_same_and_keeps_nothing(desk: Desk) -> None:
    numbers = await provide(desk, [lathe(4), robot(3)])
    preview = await preview_claim(asked(*numbers), desk.work())
    assert not desk.claims.all
    assert not desk.entitlements.all
    claim = await open_claim(asked(*numbers), desk.work())
    assert claim.items == preview.items


async def test_the_day_of_a_claim_is_the_day_in_nanjing(desk: Desk) -> None:
    numbers = await provide(desk, [lathe(4)])
    last_hour = datetime(2025, 3, 4, 23, 59, tzinfo=SHANGHAI)
    assert (await preview_claim(asked(*numbers), desk.work(last_hour))).items[0].decision.payable
    midnight = datetime(2025, 3, 5, 0, 0, tzinfo=SHANGHAI)
    late = (await preview_claim(asked(*numbers), desk.work(midnight))).items[0].decision
    assert [each.rule for each in late.rules if not each.passed] == [Rule.WINDOW, Rule.UPLIFT]


async def test_a_certificate_of_a_live_claim_is_a_refused_item_of_the_next(desk: Desk) -> None:
    first, second = await provide(desk, [lathe(4), robot(3)])
    await open_claim(asked(first), desk.work())
    claim = await open_claim(asked(first, second), desk.work())
    assert claim.state is ClaimState.SUBMITTED
    assert [each.decision.outcome for each in claim.items] == [Outcome.REFUSED, Outcome.PAYABLE]
    again = await open_claim(asked(first), desk.work())
    assert (again.state, again.total) == (ClaimState.REFUSED, 0)


async def test_a_declined_claim_gives_its_certificates_back(desk: Desk) -> None:
    numbers = await provide(desk, [lathe(4)])
    claim = await open_claim(asked(*numbers), desk.work())
    declined = await review_claim(on(claim), desk.work(), approve=False, reason="材料不实")
    assert declined.state is ClaimState.DECLINED
    assert (await open_claim(asked(*numbers), desk.work())).total == 150_000


async def test_an_approved_claim_keeps_its_certificates(desk: Desk) -> None:
    numbers = await provide(desk, [lathe(4)])
    claim = await open_claim(asked(*numbers), desk.work())
    await review_claim(on(claim), desk.work(), approve=True, reason="")
    assert (await preview_claim(asked(*numbers), desk.work())).items[0].decision.amount == 0


async def test_n1_7_a_payment_is_announced_with_what_was_paid_for_each_certificate(desk: Desk) -> None:
    numbers = await provide(desk, [lathe(4), robot(3), robot(3)], people=False)
    claim = await open_claim(asked(*numbers), desk.work())
    await review_claim(on(claim), desk.work(), approve=True, reason="")
    paid = await pay_claim(on(claim, by="officer-b"), desk.work())
    assert paid.state is ClaimState.PAID
    (announced,) = desk.outbox.events
    assert isinstance(announced, ClaimPaid)
    assert (announced.certificates, announced.amount_fen, announced.uscc) == (2, 410_000, USCC)
    assert [(each.level, each.amount_fen) for each in announced.items] == [(4, 150_000), (3, 260_000)]
    assert announced.basis == ("N1.4", "N1.6", "N1.7")


async def test_n3_3_a_suspension_freezes_what_is_unpaid_and_its_end_releases_it(desk: Desk) -> None:
    first, second, third = await provide(desk, [lathe(4), robot(3), lathe(3)])
    waiting = await open_claim(asked(first), desk.work())
    reviewed = await open_claim(asked(second), desk.work())
    paid = await open_claim(asked(third), desk.work())
    for claim in (reviewed, paid):
        await review_claim(on(claim), desk.work(), approve=True, reason="")
    await pay_claim(on(paid, by="officer-b"), desk.work())
    desk.outbox.events.clear()

    await freeze_claims(SUSPENDED, desk.work())
    assert [waiting.state, reviewed.state, paid.state] == [
        ClaimState.FROZEN,
        ClaimState.FROZEN,
        ClaimState.PAID,
    ]
    assert [(type(each), each.subject, each.basis) for each in desk.outbox.events] == [
        (ClaimFrozen, waiting.id, ("N3.3",)),
        (ClaimFrozen, reviewed.id, ("N3.3",)),
    ]
    with pytest.raises(ClaimIsFrozen):
        await pay_claim(on(reviewed, by="officer-b"), desk.work())
    desk.outbox.events.clear()

    await release_claims(RESUMED, desk.work())
    assert [waiting.state, reviewed.state] == [ClaimState.SUBMITTED, ClaimState.APPROVED]
    assert [(type(each), each.subject) for each in desk.outbox.events] == [
        (ClaimReleased, waiting.id),
        (ClaimReleased, reviewed.id),
    ]
    assert (await desk.institutions.get(EMPLOYER)).standing is Standing.ACTIVE


async def test_n3_3_a_suspended_institution_opens_no_claim(desk: Desk) -> None:
    numbers = await provide(desk, [lathe(4)])
    await freeze_claims(SUSPENDED, desk.work())
    for ask in (open_claim, preview_claim):
        with pytest.raises(InstitutionSuspended):
            await ask(asked(*numbers), desk.work())


async def test_n3_3_a_claim_that_crossed_the_suspension_is_not_approved_or_paid(desk: Desk) -> None:
    first, second = await provide(desk, [lathe(4), robot(3)])
    waiting, reviewed = [await open_claim(asked(each), desk.work()) for each in (first, second)]
    await review_claim(on(reviewed), desk.work(), approve=True, reason="")
    (await desk.institutions.get(EMPLOYER)).standing = Standing.SUSPENDED
    with pytest.raises(InstitutionSuspended):
        await review_claim(on(waiting), desk.work(), approve=True, reason="")
    with pytest.raises(InstitutionSuspended):
        await pay_claim(on(reviewed, by="officer-b"), desk.work())
    assert desk.outbox.events == []


@pytest.mark.parametrize("holder", [None, OTHER_USCC])
async def test_nobody_claims_for_another_body(desk: Desk, holder: str | None) -> None:
    numbers = await provide(desk, [lathe(4)])
    with pytest.raises(NotYours):
        await open_claim(asked(*numbers, holder=holder), desk.work())


async def test_a_certificate_that_is_not_there_is_named_by_its_place(desk: Desk) -> None:
    (known,) = await provide(desk, [lathe(4)])
    unknown = number(4, serial=5)
    with pytest.raises(UnknownCertificate) as refused:
        await open_claim(asked(known, unknown), desk.work())
    assert refused.value.extra == {"missing": [1]}
    assert unknown not in str(refused.value)


async def test_a_certificate_is_listed_once(desk: Desk) -> None:
    (known,) = await provide(desk, [lathe(4)])
    with pytest.raises(RepeatedCertificate):
        await open_claim(asked(known, known), desk.work())


async def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    with pytest.raises(UnknownInstitution):
        await open_claim(asked(number(4)), desk.work())
    with pytest.raises(UnknownClaim):
        await review_claim(REVIEWER, desk.work(), approve=True, reason="")


async def test_a_claim_somebody_changed_meanwhile_is_not_reviewed(desk: Desk) -> None:
    numbers = await provide(desk, [lathe(4)])
    claim = await open_claim(asked(*numbers), desk.work(NOON))
    seen = on(claim)
    claim.version += 1
    with pytest.raises(Stale):
        await review_claim(seen, desk.work(), approve=True, reason="")
