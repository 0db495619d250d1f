"""Keeping the money's accounts: every step of a claim that moves money posts it."""

from services.subsidy.domain.claim import Claim
from services.subsidy.domain.item import Item
from services.subsidy.domain.posting import Account, Posting
from services.subsidy.handlers.work import Work
from shared.clock import SHANGHAI
from shared.values import Fen


def post(work: Work, of: Claim | Item, *, debit: Account, credit: Account, amount: Fen, ref: str) -> Posting:
    """Move an amount from the debited to the credited account, for a whole claim or one item of it.

    `ref` names what it rests on, such as `order:<id>`. Raises NothingMoved for nothing, or between one and the same.
    """
    item = of if isinstance(of, Item) else None
    posting = Posting(
        id=work.new_id(),
        organ=of.organ,
        line=of.line,
        month=f"{work.at.astimezone(SHANGHAI):%Y-%m}",
        debit=debit,
        credit=credit,
        amount=amount,
        claim_id=item.claim_id if item else of.id,
        item_id=item.id if item else None,
        ref=ref,
        at=work.at,
    )
    work.postings.add(posting)
    return posting
