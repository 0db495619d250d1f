"""Keeping the money's accounts: every step of a claim that moves money posts it."""

from uuid import UUID

from services.subsidy.domain.claim import Claim
from services.subsidy.domain.item import Item
from services.subsidy.domain.posting import Account, Posting
from services.subsidy.domain.recovery_item import RecoveryItem
from services.subsidy.handlers.work import Work
from shared.clock import SHANGHAI
from shared.values import Fen


def post(
    work: Work, of: Claim | Item | RecoveryItem, *, debit: Account, credit: Account, amount: Fen, ref: str
) -> Posting:
    """Move an amount from the debited to the credited account, for a whole claim or one item of it.

    `ref` names what it rests on, such as `order:<id>`. Raises NothingMoved for nothing, or between one and the same.
    """
    claim_id, item_id = _stands_for(of)
    posting = Posting(
        id=work.new_id(),
        organ=of.organ,
        line=of.line,
        month=f"{work.at.astimezone(SHANGHAI):%Y-%m}",
        debit=debit,
        credit=credit,
        amount=amount,
        claim_id=claim_id,
        item_id=item_id,
        ref=ref,
        at=work.at,
    )
    work.postings.add(posting)
    return posting


def _stands_for(of: Claim | Item | RecoveryItem) -> tuple[UUID, UUID | None]:
    if isinstance(of, Claim):
        return of.id, None
    return of.claim_id, of.item_id if isinstance(of, RecoveryItem) else of.id
