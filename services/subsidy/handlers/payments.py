"""Payment: accounts, batches around the pay day, the file for the bank and its result."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.subsidy.domain.bank_result import Declared, check_result
from services.subsidy.domain.claim import Claim
from services.subsidy.domain.item import ItemState
from services.subsidy.domain.payee import BankAccount, Payee
from services.subsidy.domain.payment import (
    Batch,
    BatchSettled,
    BatchState,
    NothingToPay,
    Order,
    OrderState,
    ResultLine,
    next_pay_day,
)
from services.subsidy.domain.posting import Account
from services.subsidy.domain.refusals import NotTheHandlingOrgan
from services.subsidy.handlers.looks import watch_account
from services.subsidy.handlers.offsets import keep_back
from services.subsidy.handlers.orders import take_out
from services.subsidy.handlers.postings import post
from services.subsidy.handlers.revocations import drop_revoked
from services.subsidy.handlers.settling import settle, settle_by_offset
from services.subsidy.handlers.work import Work
from services.subsidy.payees import seal_account, unseal_account
from shared.identity import NotYours
from shared.policy import MoneyLine
from shared.values import Fen

MOST_ORDERS = 2000
"""Orders of one batch; what is left waits for the next."""
_WAITING = (ItemState.PAYABLE, ItemState.RETURNED)


@dataclass(frozen=True, kw_only=True)
class SetAccount:
    """Where an institution is to be paid; `seen` is the version of the account it had, None when it had none."""

    institution_id: UUID
    holder: str | None
    account: BankAccount
    seen: int | None
    by: str


async def set_account(command: SetAccount, work: Work) -> Payee:
    """登记收款账户: orders drawn up from now on go there. Raises NotYours, PayeeKnown, UnknownPayee or Stale."""
    institution = await work.institutions.get(command.institution_id)
    if command.holder != institution.uscc:
        raise NotYours("只能登记本单位的账户 · You may give your own account only")
    sealed = seal_account(work.cipher, institution.id, command.account)
    if command.seen is not None:
        payee = await work.payees.get(institution.id, seen=command.seen)
        await watch_account({payee.account.index, sealed.index}, work)
        payee.account, payee.set_by, payee.set_at = sealed, command.by, work.at
        return payee
    payee = Payee(
        id=institution.id,
        organ=institution.organ,
        uscc=str(institution.uscc),
        account=sealed,
        set_by=command.by,
        set_at=work.at,
    )
    work.payees.add(payee)
    await watch_account({sealed.index}, work)
    return payee


@dataclass(frozen=True, kw_only=True)
class DrawUp:
    """Who draws up a batch, of which organ's claims and on which line; `own` is the officer's organ."""

    organ: str
    line: MoneyLine
    own: str
    by: str


async def draw_up_batch(command: DrawUp, work: Work) -> Batch:
    """制单: an order for every approved claim, and once more for each the bank gave back, if its account is known.

    Each is lowered by what its payee has to pay back. Raises NotTheHandlingOrgan, NothingToPay or AlreadyOrdered.
    """
    if not command.own or command.organ not in work.policy.territory(command.own):
        raise NotTheHandlingOrgan(f"由 {command.organ} 经办 · {command.organ} handles it", basis=("N2.0",))
    number = await work.batches.take_turn(command.organ, command.line) + 1
    claims = await work.claims.payable(command.organ, command.line, most=MOST_ORDERS)
    key = work.new_id()
    pay_on = next_pay_day(work.policy, work.today)
    orders = [order for claim in claims if (order := await _order(claim, key, pay_on, work)) is not None]
    if not orders:
        raise NothingToPay(
            "没有已核准、可发放且有收款账户的申领 · No approved claim has an account and may be paid"
        )
    batch = Batch(
        id=key,
        number=f"{command.organ}-{command.line.value}-{pay_on:%Y%m}-{number:04d}",
        organ=command.organ,
        line=command.line,
        pay_on=pay_on,
        orders=len(orders),
        total=Fen(sum(order.amount for order in orders)),
        offset=Fen(sum(order.offset for order in orders)),
        created_by=command.by,
        created_at=work.at,
    )
    work.batches.add(batch)
    return batch


async def _order(claim: Claim, batch_id: UUID, pay_on: date, work: Work) -> Order | None:
    """Put a claim in the batch; None where it cannot be.

    The account is missing, it may not be paid now, or all of its certificates were revoked meanwhile.
    """
    payee = await work.payees.known(claim.payee_id)
    if payee is None or not await _may_be_paid(claim, work) or not await drop_revoked(claim, work):
        return None
    before = await _returned(claim, work)
    offsets = await keep_back(claim, pay_on, work)
    key = work.new_id()
    order = Order(
        id=key,
        batch_id=batch_id,
        organ=claim.organ,
        uscc=str(claim.uscc) if claim.uscc else None,
        line=claim.line,
        claim_id=claim.id,
        amount=Fen(claim.total - sum(each.amount for each in offsets)),
        certificates=claim.tally.payable,
        account=seal_account(work.cipher, key, unseal_account(work.cipher, payee.id, payee.account)),
        follows=before.id if before else None,
        offsets=offsets,
    )
    work.orders.add(order)
    claim.order()
    await work.items.move(claim.id, _WAITING, ItemState.ORDERED)
    source = Account.RETURNED if before else Account.OWED
    post(work, claim, debit=source, credit=Account.ORDERED, amount=order.gross, ref=f"order:{order.id}")
    return order


async def _may_be_paid(claim: Claim, work: Work) -> bool:
    """Not while its institution may not claim or fraud of it is looked into; a person stands in no such register."""
    if claim.institution_id is None:
        return True
    if await work.recoveries.freezing(claim.institution_id):
        return False
    return (await work.institutions.get(claim.institution_id)).may_claim


async def _returned(claim: Claim, work: Work) -> Order | None:
    """The claim's order that the bank gave back and that no other repeats yet, if any."""
    orders = await work.orders.of_claim(claim.id)
    repeated = {each.follows for each in orders if each.state is not OrderState.WITHDRAWN}
    back = (each for each in orders if each.state is OrderState.RETURNED)
    return next((each for each in back if each.id not in repeated), None)


@dataclass(frozen=True, kw_only=True)
class OnBatch:
    """Names the batch, the version the officer saw, who the officer is and of which organ."""

    batch_id: UUID
    seen: int
    by: str
    organ: str


async def release_batch(command: OnBatch, work: Work) -> Batch:
    """放行, by a second person. What may not be paid any more is taken out first; what is wholly offset is paid by it.

    Raises NotTheHandlingOrgan, BatchOutOfTurn, SamePerson, or NothingToPay when nothing is left.
    """
    batch = await _batch(command, work)
    batch.release(by=command.by, at=work.at)
    for order in await _standing(batch, work):
        claim = await _claim_of(order, work)
        if not await _may_be_paid(claim, work):
            await take_out(order, claim, work, reason="机构不得申领 · the institution may not claim")
        elif not order.amount:
            await settle_by_offset(order, claim, work, by=command.by)
    if batch.state is BatchState.CANCELLED:
        raise NothingToPay
    if not batch.total:
        batch.settle("", by=command.by, at=work.at)
    return batch


async def cancel_batch(command: OnBatch, work: Work) -> Batch:
    """撤销 before its release: its claims may stand in another. Raises NotTheHandlingOrgan or BatchOutOfTurn."""
    batch = await _batch(command, work)
    batch.cancel()
    for order in await _standing(batch, work):
        await take_out(order, await _claim_of(order, work), work, reason="批次撤销 · batch cancelled")
    return batch


@dataclass(frozen=True, kw_only=True)
class TakeResult:
    """What the bank's file says, the totals it was declared with, and its digest."""

    batch: OnBatch
    lines: Sequence[ResultLine]
    paid: Fen
    returned: Fen
    sha256: str


async def take_result(command: TakeResult, work: Work) -> Batch:
    """回盘入账: book what the bank says, all of it or nothing; the same file again changes nothing.

    Raises NotTheHandlingOrgan, BatchOutOfTurn, BatchSettled or ResultDoesNotAddUp.
    """
    batch = await work.batches.get(command.batch.batch_id)
    batch.check_paid_by(command.batch.organ, work.policy)
    if batch.state is BatchState.SETTLED:
        if batch.result_sha256 != command.sha256:
            raise BatchSettled
        return batch
    batch = await _batch(command.batch, work)
    batch.expect(BatchState.RELEASED)
    orders = {order.id: order for order in await _standing(batch, work)}
    declared = Declared(paid=command.paid, returned=command.returned, on=work.today)
    check_result(batch, orders.values(), command.lines, declared)
    for line in command.lines:
        await settle(orders[line.order_id], line, work, by=command.batch.by)
    batch.settle(command.sha256, by=command.batch.by, at=work.at)
    return batch


async def _batch(command: OnBatch, work: Work) -> Batch:
    batch = await work.batches.get(command.batch_id, seen=command.seen)
    batch.check_paid_by(command.organ, work.policy)
    return batch


async def _claim_of(order: Order, work: Work) -> Claim:
    """Nobody else is at it before this unit of work ends."""
    await work.claims.take_turn(order.claim_id)
    return await work.claims.get(order.claim_id)


async def _standing(batch: Batch, work: Work) -> list[Order]:
    """The orders that were not taken out."""
    return [each for each in await work.orders.of_batch(batch.id) if each.state is OrderState.ORDERED]
