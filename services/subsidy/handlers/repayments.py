"""What happens to a recovery once it was noticed: the debtor's statement, instalments, money, and what is given up."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.subsidy.domain.instalment import Instalment, Part, check_plan
from services.subsidy.domain.item import UnknownItem
from services.subsidy.domain.posting import Account
from services.subsidy.domain.recovery import Recovery
from services.subsidy.domain.recovery_faults import OverPaid, ReferenceUsed, UnknownRecovery
from services.subsidy.domain.recovery_item import EntryKind, RecoveryItem
from services.subsidy.domain.recovery_terms import Answer, Proposal, Statement
from services.subsidy.domain.refusals import ReasonMissing
from services.subsidy.handlers.postings import post
from services.subsidy.handlers.recovered import Came, book
from services.subsidy.handlers.recoveries import OnRecovery, handled, stop_freezing
from services.subsidy.handlers.work import Work
from shared.identity import NotYours
from shared.values import Fen


@dataclass(frozen=True, kw_only=True)
class StateCase:
    """What the debtor says; `holder` is its USCC. The version seen keeps two of its people from talking past each other."""

    recovery_id: UUID
    seen: int
    text: str
    holder: str | None
    by: str


async def state_case(command: StateCase, work: Work) -> Recovery:
    """陈述申辩 by the debtor itself; raises UnknownRecovery, NotYours or StatementClosed."""
    recovery = await work.recoveries.get(command.recovery_id, seen=command.seen)
    if recovery.notice is None:
        raise UnknownRecovery
    if recovery.debtor.uscc is None or command.holder != recovery.debtor.uscc:
        raise NotYours("只能就本单位的追回陈述 · You may speak for your own body only")
    recovery.state_case(Statement(text=command.text, by=command.by, at=work.at))
    return recovery


async def note_statement(command: OnRecovery, work: Work, *, text: str, of: str) -> Recovery:
    """登记陈述申辩 that came in person, by telephone or letter; raises NotTheHandlingOrgan or StatementClosed."""
    recovery = await handled(command, work)
    recovery.state_case(Statement(text=text, by=of, at=work.at, received_by=command.by))
    return recovery


@dataclass(frozen=True, kw_only=True)
class AnswerStatement:
    """What the officer makes of a statement; upheld for the items named, or for all when none is."""

    on: OnRecovery
    upheld: bool
    text: str
    item_ids: tuple[UUID, ...] = ()


async def answer_statement(command: AnswerStatement, work: Work) -> Recovery:
    """答复: what is let go need not come back; what remains is final, and its term runs anew.

    Raises NotTheHandlingOrgan, RecoveryOutOfTurn or UnknownItem.
    """
    recovery = await handled(command.on, work)
    recovery.check_unanswered()
    items = await work.recovery_items.of_recovery(recovery.id)
    for item in _let_go(items, command.item_ids) if command.upheld else ():
        post(
            work,
            item,
            debit=Account.DUE_BACK,
            credit=Account.PAID,
            amount=item.remaining,
            ref=f"statement:{recovery.id}",
        )
        recovery.let_go(item.remaining)
        item.spare()
    answer = Answer(text=command.text, by=command.on.by, at=work.at, upheld=command.upheld)
    due_on = recovery.conclude_statement(answer, work.policy)
    for each in await work.instalments.of_recovery(recovery.id):
        each.due_on, each.amount = due_on, recovery.due
        if not recovery.due:
            each.drop()
    await stop_freezing(recovery, work)
    return recovery


def _let_go(items: Sequence[RecoveryItem], named: Collection[UUID]) -> list[RecoveryItem]:
    missing = set(named) - {item.item_id for item in items}
    if missing:
        raise UnknownItem(extra={"item_ids": sorted(map(str, missing))})
    return [item for item in items if not named or item.item_id in named]


async def agree_plan(command: OnRecovery, parts: Sequence[Part], work: Work) -> Recovery:
    """分期: what remains comes back on these days; a later agreement takes the place of this one.

    Whoever agrees accepts the notice. Raises NotTheHandlingOrgan, RecoveryOutOfTurn, StatementUnanswered or
    PlanDoesNotAddUp.
    """
    recovery = await handled(command, work)
    recovery.accept()
    check_plan(parts, recovery.remaining, work.policy, today=work.today)
    before = await work.instalments.of_recovery(recovery.id)
    for each in before:
        if each.unpaid:
            each.drop()
    for place, part in enumerate(parts, start=len(before)):
        work.instalments.add(
            Instalment(
                id=work.new_id(),
                recovery_id=recovery.id,
                organ=recovery.organ,
                uscc=str(recovery.debtor.uscc) if recovery.debtor.uscc else None,
                place=place,
                due_on=part.due_on,
                amount=part.amount,
                agreed=True,
            )
        )
    recovery.overdue_since = None
    await stop_freezing(recovery, work)
    return recovery


@dataclass(frozen=True, kw_only=True)
class TakeRepayment:
    """Money that came in: how much, on which day, under which reference of the bank."""

    on: OnRecovery
    amount: Fen
    received_on: date
    reference: str


async def take_repayment(command: TakeRepayment, work: Work) -> Recovery:
    """退款入账, once for each bank reference: entered again it changes nothing, whatever version was seen.

    Raises NotTheHandlingOrgan, RecoveryOutOfTurn, StatementUnanswered, OverPaid, or ReferenceUsed where the reference
    stands for another sum or recovery.
    """
    recovery = await work.recoveries.get(command.on.recovery_id)
    recovery.check_handled_by(command.on.organ, work.policy)
    known = await work.recovery_entries.referred_to(recovery.organ, command.reference)
    if known is not None:
        if (known.recovery_id, known.amount) != (recovery.id, command.amount):
            raise ReferenceUsed(f"{known.on} {known.amount.yuan} 元 · {known.amount.yuan} yuan on {known.on}")
        return recovery
    recovery = await handled(command.on, work)
    if not command.amount:
        raise OverPaid("金额须大于零 · a repayment of nothing")
    recovery.take(command.amount, by=command.on.by, at=work.at)
    came = Came(
        kind=EntryKind.REPAID,
        amount=command.amount,
        reference=command.reference,
        on=command.received_on,
        by=command.on.by,
    )
    await book(recovery, came, work)
    await stop_freezing(recovery, work)
    return recovery


async def propose_write_off(command: OnRecovery, work: Work, *, reason: str) -> Recovery:
    """提出核销; raises NotTheHandlingOrgan, RecoveryOutOfTurn, NotFinal or ReasonMissing."""
    recovery = await handled(command, work)
    if not reason:
        raise ReasonMissing("核销须写明理由 · say why it is to be written off")
    recovery.propose_write_off(Proposal(by=command.by, at=work.at, reason=reason))
    return recovery


async def decline_write_off(command: OnRecovery, work: Work, *, reason: str) -> Recovery:
    """不予核销: it stays due; raises NotTheHandlingOrgan or NoWriteOffProposed. The reason stands in the ledger."""
    recovery = await handled(command, work)
    recovery.drop_proposal()
    work.because(f"不予核销 · not written off: {reason}")
    return recovery


async def confirm_write_off(command: OnRecovery, work: Work) -> Recovery:
    """核销, by another person: what remains is given up and told as such.

    Raises NotTheHandlingOrgan, RecoveryOutOfTurn, NoWriteOffProposed, SamePerson or OffsetUnderway.
    """
    recovery = await handled(command, work)
    given_up = recovery.write_off(by=command.by, at=work.at)
    came = Came(
        kind=EntryKind.WRITTEN_OFF,
        amount=given_up,
        reference=f"recovery:{recovery.id}",
        on=work.today,
        by=command.by,
    )
    await book(recovery, came, work)
    return recovery
