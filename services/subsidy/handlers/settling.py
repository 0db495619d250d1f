"""What becomes of a claim when its order is paid or given back: its items, the accounts, offsets, and who is told."""

from services.subsidy.domain.claim import Claim, Payment
from services.subsidy.domain.item import ItemState
from services.subsidy.domain.payment import Order, ResultLine
from services.subsidy.domain.posting import Account
from services.subsidy.handlers.offsets import book_offsets, let_go
from services.subsidy.handlers.postings import post
from services.subsidy.handlers.revocations import settle_revoked
from services.subsidy.handlers.work import Work
from shared.contracts.subsidy import ClaimPaid, PaidCertificate

_ORDERED = (ItemState.ORDERED,)


async def settle(order: Order, line: ResultLine, work: Work, *, by: str) -> None:
    """The bank's word on one order; whatever is held back meanwhile, it is booked as the bank says."""
    await work.claims.take_turn(order.claim_id)
    claim = await work.claims.get(order.claim_id)
    order.settle(line)
    if line.paid:
        await _paid(order, claim, work, by=by)
        return
    await let_go(order, work)
    post(
        work,
        claim,
        debit=Account.ORDERED,
        credit=Account.RETURNED,
        amount=order.gross,
        ref=f"order:{order.id}",
    )
    claim.unorder(returned=True)
    await work.items.move(claim.id, _ORDERED, ItemState.RETURNED)
    await settle_revoked(claim, work)


async def settle_by_offset(order: Order, claim: Claim, work: Work, *, by: str) -> None:
    """Nothing is left to transfer: the claim is paid by what it offsets."""
    order.settle_by_offset(work.today)
    await _paid(order, claim, work, by=by)


async def _paid(order: Order, claim: Claim, work: Work, *, by: str) -> None:
    post(work, claim, debit=Account.ORDERED, credit=Account.PAID, amount=order.gross, ref=f"order:{order.id}")
    claim.paid(Payment(by=by, at=work.at))
    await work.items.move(claim.id, _ORDERED, ItemState.PAID)
    await _tell(claim, work)
    await book_offsets(order, work, by=by)
    await settle_revoked(claim, work)


async def _tell(claim: Claim, work: Work) -> None:
    """Announce it; of a person's claim the province alone is told, as it concerns no institution."""
    items = await work.items.paid(claim.id)
    if claim.institution_id is None or claim.uscc is None:
        work.queries.report_paid(claim, items)
        return
    paid = tuple(
        PaidCertificate(number=item.number, level=item.level, amount_fen=item.amount) for item in items
    )
    event = ClaimPaid(
        claim_id=claim.id,
        institution_id=claim.institution_id,
        organ=claim.organ,
        basis=claim.tally.basis,
        uscc=claim.uscc,
        certificates=len(paid),
        amount_fen=claim.total,
        items=paid,
    )
    work.outbox.add(event)
