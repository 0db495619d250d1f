"""Payment orders that did not go to the bank yet: taken out again, and what they held back let go."""

from services.subsidy.domain.claim import Claim
from services.subsidy.domain.item import ItemState
from services.subsidy.domain.payment import BatchState, Order, OrderState
from services.subsidy.domain.posting import Account
from services.subsidy.handlers.offsets import let_go
from services.subsidy.handlers.postings import post
from services.subsidy.handlers.work import Work


async def take_out(order: Order, claim: Claim, work: Work, *, reason: str) -> None:
    """撤出: an order that did not go to the bank yet; what it was for is owed again, what it kept back is due again."""
    batch = await work.batches.get(order.batch_id)
    order.withdraw(reason)
    if batch.state is not BatchState.CANCELLED:
        batch.less(order)
    await let_go(order, work)
    repeated = order.follows is not None
    claim.unorder(returned=repeated)
    await work.items.move(
        claim.id, (ItemState.ORDERED,), ItemState.RETURNED if repeated else ItemState.PAYABLE
    )
    source = Account.RETURNED if repeated else Account.OWED
    post(work, claim, debit=Account.ORDERED, credit=source, amount=order.gross, ref=f"order:{order.id}")


async def hold_back(claim: Claim, work: Work, *, reason: str) -> bool:
    """Take the claim's order out of its batch; False when the bank has it already."""
    for order in await work.orders.of_claim(claim.id):
        if order.state is OrderState.ORDERED:
            batch = await work.batches.get(order.batch_id)
            if batch.state is not BatchState.OPEN:
                return False
            await take_out(order, claim, work, reason=reason)
    return True
