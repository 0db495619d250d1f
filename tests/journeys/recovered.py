"""What was paid in the district to an institution that was revoked since, and is partly asked back."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from services.subsidy.domain.certificate import Certificate
from services.subsidy.domain.claim import Claim, ClaimState, Payment
from services.subsidy.domain.instalment import Instalment
from services.subsidy.domain.institution import ClaimingInstitution, Standing
from services.subsidy.domain.item import Item, ItemState, Tally
from services.subsidy.domain.posting import Account
from services.subsidy.domain.recovery import Recovery
from services.subsidy.domain.recovery_item import RecoveryItem
from services.subsidy.domain.recovery_terms import Cause, Debtor
from services.subsidy.handlers import Work
from services.subsidy.handlers.postings import post
from services.subsidy.handlers.statistics import StatisticsCount
from shared.identity import Scope
from shared.privacy import FieldCipher
from shared.values import Fen
from tests.builders import AT, DISTRICT, a_uscc
from tests.interfaces import Interfaces
from tests.journeys.claimed import certificate_of, item_of
from tests.subsidy import builders

_EVERYTHING = Scope(actor="test", act="test", everything=True)
ALONE = {"from": "2024-05", "until": "2024-05", "occupation": "2015:6-31-01-10"}
"""A month and an occupation in which nobody but one person was certified."""


def _certificates(institution: ClaimingInstitution, cipher: FieldCipher) -> list[Certificate]:
    """Three of the month and the occupation that nobody else's are of."""
    of: dict[str, Any] = {
        "item": builders.robot(4),
        "issued_on": date(2024, 5, 6),
        "evaluated_on": date(2024, 4, 22),
    }
    return [certificate_of(institution, cipher, **of) for _ in range(3)]


async def paid_of_the_district(interfaces: Interfaces) -> dict[tuple[str, str], str]:
    """A sanctioned institution, what of its claim nobody asks back yet, and two recoveries; then all is counted."""
    runtime = interfaces.suite.runtimes["subsidy"]
    cipher = FieldCipher.from_file(interfaces.plan.home.privacy_keys)
    institution = builders.institution(id=uuid4(), uscc=a_uscc(), organ=DISTRICT, standing=Standing.REVOKED)
    certificates = _certificates(institution, cipher)
    claim = builders.claim(
        id=uuid4(),
        uscc=institution.uscc,
        organ=DISTRICT,
        institution_id=institution.id,
        state=ClaimState.PAID,
        payment=Payment(by="tester", at=AT),
    )
    items = [item_of(claim, each, runtime.policy, place=at) for at, each in enumerate(certificates)]
    for each in items:
        each.state = ItemState.PAID
    claim.tally = Tally(certificates=3, payable=3, total=Fen(sum(each.amount for each in items)))
    async with runtime.works(_EVERYTHING) as work:
        work.institutions.add(institution)
        for certificate in certificates:
            work.certificates.add(certificate)
        work.claims.add(claim)
        await work.items.keep(items)
        post(work, claim, debit=Account.GRANTED, credit=Account.PAID, amount=claim.total, ref="test")
        noticed = _recovery(claim, items[1], work, noticed_at=AT)
        proposed = _recovery(claim, items[2], work, noticed_at=None)
    async with runtime.works(_EVERYTHING) as work:
        await StatisticsCount(_unheard, _unheard).run(uuid4(), work)
    return {
        ("subsidy", "sanctioned_id"): str(institution.id),
        ("subsidy", "debtor"): str(institution.uscc),
        ("subsidy", "paid_item_id"): str(items[0].id),
        ("subsidy", "recovery_id"): str(noticed),
        ("subsidy", "proposed_id"): str(proposed),
    }


def _recovery(claim: Claim, item: Item, work: Work, *, noticed_at: datetime | None) -> UUID:
    """Of one item, the whole of it; the debtor knows of it once it is noticed."""
    recovery = Recovery(
        id=uuid4(),
        organ=claim.organ,
        debtor=Debtor(institution_id=claim.institution_id, uscc=claim.uscc),
        line=claim.line,
        cause=Cause.ERROR,
        reason="核查发现发放有误",
        evidence=("核查记录 2024-001",),
        opened_by="tester",
        opened_at=AT,
    )
    under = RecoveryItem(
        id=uuid4(),
        recovery_id=recovery.id,
        organ=claim.organ,
        uscc=str(claim.uscc),
        line=claim.line,
        place=0,
        item_id=item.id,
        claim_id=claim.id,
        certificate_number=item.certificate_number,
        level=item.level,
        paid=item.amount,
        before=Fen(0),
        due=item.amount,
    )
    recovery.add(item.amount)
    work.recovery_items.add(under)
    if noticed_at is not None:
        _notify(recovery, under, work, at=noticed_at)
    work.recoveries.add(recovery)
    return recovery.id


def _notify(recovery: Recovery, under: RecoveryItem, work: Work, *, at: datetime) -> None:
    notice = recovery.notify(f"test-{recovery.id}", work.policy, by="tester", at=at)
    post(work, under, debit=Account.PAID, credit=Account.DUE_BACK, amount=under.due, ref="test")
    term = Instalment(
        id=uuid4(),
        recovery_id=recovery.id,
        organ=recovery.organ,
        uscc=under.uscc,
        place=0,
        due_on=notice.due_on,
        amount=notice.amount,
        agreed=False,
    )
    work.instalments.add(term)


def _unheard(_: float) -> None:
    """Nobody listens to how long a count waited, or what differs."""
