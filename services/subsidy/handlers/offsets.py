"""抵扣: what a debtor is to be paid is lowered by what it has to pay back, and books it once the payment is made."""

from datetime import date

from services.subsidy.domain.claim import Claim
from services.subsidy.domain.instalment import payable_by
from services.subsidy.domain.payment import Offset, Order
from services.subsidy.domain.recovery_item import EntryKind
from services.subsidy.domain.recovery_terms import Debtor
from services.subsidy.handlers.recovered import Came, book
from services.subsidy.handlers.work import Work
from shared.values import Fen


async def keep_back(claim: Claim, pay_on: date, work: Work) -> tuple[Offset, ...]:
    """What of the claim's total is kept back, at most all of it; held for this order until the bank's word.

    Only recoveries of the same debtor, organ and line whose notice is final count, the earliest noticed first: lines
    are funds of their own. Instalments agreed on count once they are due. That it may be offset at all is assumed: the
    notice says nothing of it.
    """
    left, held = claim.total, list[Offset]()
    for recovery in await work.recoveries.final_of(debtor_of(claim), claim.organ, claim.line):
        instalments = await work.instalments.of_recovery(recovery.id)
        open_now = max(payable_by(instalments, pay_on) - recovery.reserved, 0)
        amount = recovery.reserve(Fen(min(left, open_now)))
        if amount:
            held.append(Offset(recovery_id=recovery.id, amount=amount))
            left = Fen(left - amount)
    return tuple(held)


async def let_go(order: Order, work: Work) -> None:
    """The order is not paid: what it kept back is due as before."""
    for offset in order.offsets:
        (await work.recoveries.get(offset.recovery_id)).release(offset.amount)


async def book_offsets(order: Order, work: Work, *, by: str) -> None:
    """The order is paid: what it kept back has come back."""
    for offset in order.offsets:
        recovery = await work.recoveries.get(offset.recovery_id)
        recovery.offset(offset.amount, by=by, at=work.at)
        came = Came(
            kind=EntryKind.OFFSET, amount=offset.amount, reference=str(order.id), on=work.today, by=by
        )
        await book(recovery, came, work)


def debtor_of(claim: Claim) -> Debtor:
    """Who would be paid: the body, or the person."""
    if claim.person is not None:
        return Debtor(holder_index=claim.person.holder.index)
    return Debtor(institution_id=claim.institution_id, uscc=claim.uscc)
