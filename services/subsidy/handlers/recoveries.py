"""Recoveries as officers open them: looked at before anything is done, opened, noticed, cancelled."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.subsidy.domain.instalment import Instalment
from services.subsidy.domain.item import UnknownItem
from services.subsidy.domain.posting import Account
from services.subsidy.domain.recoverable import (
    Asked,
    Effect,
    Evaluated,
    Prospect,
    Sanctioned,
    Touched,
    check_recoverable,
    prospects,
)
from services.subsidy.domain.recoveries import RecoveryEntry
from services.subsidy.domain.recovery import Recovery
from services.subsidy.domain.recovery_faults import NothingToRecover, UnknownRecovery
from services.subsidy.domain.recovery_item import RecoveryItem
from services.subsidy.domain.recovery_terms import Cause
from services.subsidy.domain.refusals import NotTheHandlingOrgan
from services.subsidy.handlers.freezing import freeze_unpaid, release_frozen
from services.subsidy.handlers.opening import opened, put_under
from services.subsidy.handlers.postings import post
from services.subsidy.handlers.stopping import stop
from services.subsidy.handlers.work import Work
from shared.contracts.subsidy import RecoveryNoticed

MOST_LOOKED_AT = 5000
"""Items of one preview."""
MOST_INSTITUTIONS = 500


async def preview_recovery(asked: Sequence[Asked], work: Work) -> list[Prospect]:
    """What recovering these items would do, debtor by debtor; nothing is kept. Raises UnknownItem."""
    touched = await _named(asked, work)
    return prospects(touched, {each.item_id: each.amount for each in asked})


async def preview_sanction(asked: Evaluated, work: Work) -> list[Prospect]:
    """What of an institution's certificates was or would be paid, debtor by debtor; nothing is kept (N3.3)."""
    await work.institutions.get(asked.institution_id)
    return prospects(await work.recoverable.of_institution(asked, most=MOST_LOOKED_AT), {})


async def sanctioned_institutions(work: Work) -> list[Sanctioned]:
    """Institutions whose filing was revoked and whose certificates were paid for, while nobody asks that back (N3.3)."""
    return await work.recoverable.sanctioned(most=MOST_INSTITUTIONS)


@dataclass(frozen=True, kw_only=True)
class OpenRecovery:
    """Which items are to come back, why, on what evidence; by whom of which organ."""

    cause: Cause
    asked: tuple[Asked, ...]
    reason: str
    evidence: tuple[str, ...]
    by: str
    organ: str


async def open_recovery(command: OpenRecovery, work: Work) -> Recovery:
    """立案: what was paid is proposed for recovery, what was not paid yet is stopped at once.

    While fraud is looked into, nothing else of the debtor's is paid either. Raises UnknownItem, SeveralDebtors,
    CauseDoesNotHold, AtTheBank, AlreadyUnderRecovery, AskedTooMuch, NothingToRecover or NotTheHandlingOrgan.
    """
    for claim_id in sorted({each.item.claim_id for each in await _named(command.asked, work)}):
        await work.claims.take_turn(claim_id)
    amounts = {each.item_id: each.amount for each in command.asked}
    prospect = check_recoverable(prospects(await _named(command.asked, work), amounts), command.cause)
    if not command.organ or prospect.organ not in work.policy.territory(command.organ):
        raise NotTheHandlingOrgan(f"由 {prospect.organ} 经办 · {prospect.organ} handles it", basis=("N2.0",))
    stopped = prospect.having(Effect.STOP)
    if not stopped and not prospect.total:
        raise NothingToRecover
    recovery = opened(
        prospect,
        command.cause,
        work,
        reason=command.reason,
        evidence=command.evidence,
        by=command.by,
    )
    put_under(recovery, prospect, work)
    await _stop_each(stopped, recovery, work)
    if recovery.freezes and recovery.debtor.institution_id is not None:
        institution = await work.institutions.get(recovery.debtor.institution_id)
        why = f"涉嫌弄虚作假，核查中 · fraud is looked into：{recovery.reason}"
        await freeze_unpaid(institution, work, reason=why, basis=recovery.basis)
    return recovery


async def _stop_each(stopped: Sequence[Touched], recovery: Recovery, work: Work) -> None:
    why = f"{recovery.cause.label}：{recovery.reason}"
    for each in stopped:
        claim = await work.claims.get(each.item.claim_id)
        await stop(claim, each.item.certificate_number, work, reason=why, by=recovery.opened_by)
        recovery.stopped += 1
    if not recovery.due:
        recovery.close_stopped(at=work.at)


@dataclass(frozen=True, kw_only=True)
class OnRecovery:
    """Names the recovery, the version the officer saw, who the officer is and of which organ."""

    recovery_id: UUID
    seen: int
    by: str
    organ: str


async def handled(command: OnRecovery, work: Work) -> Recovery:
    """The recovery an officer acts on; raises UnknownRecovery, Stale or NotTheHandlingOrgan."""
    recovery = await work.recoveries.get(command.recovery_id, seen=command.seen)
    recovery.check_handled_by(command.organ, work.policy)
    return recovery


async def issue_notice(command: OnRecovery, work: Work) -> Recovery:
    """发出追回通知: from now on it is due back, by one day unless instalments are agreed on.

    Raises NotTheHandlingOrgan or RecoveryOutOfTurn.
    """
    recovery = await handled(command, work)
    serial = await work.recoveries.count_noticed(recovery.organ, recovery.line) + 1
    number = f"{recovery.organ}-{recovery.line.value}-ZH{work.today:%Y}-{serial:04d}"
    notice = recovery.notify(number, work.policy, by=command.by, at=work.at)
    for item in await work.recovery_items.of_recovery(recovery.id):
        post(work, item, debit=Account.PAID, credit=Account.DUE_BACK, amount=item.due, ref=f"notice:{number}")
    work.instalments.add(
        Instalment(
            id=work.new_id(),
            recovery_id=recovery.id,
            organ=recovery.organ,
            uscc=str(recovery.debtor.uscc) if recovery.debtor.uscc else None,
            place=0,
            due_on=notice.due_on,
            amount=notice.amount,
            agreed=False,
        )
    )
    debtor = recovery.debtor
    if debtor.institution_id is not None and debtor.uscc is not None:
        work.outbox.add(
            RecoveryNoticed(
                recovery_id=recovery.id,
                institution_id=debtor.institution_id,
                organ=recovery.organ,
                basis=recovery.basis,
                uscc=debtor.uscc,
                number=number,
                amount_fen=notice.amount,
                due_on=notice.due_on,
            )
        )
    return recovery


async def cancel_recovery(command: OnRecovery, work: Work, *, reason: str) -> Recovery:
    """撤销, before the notice. Raises NotTheHandlingOrgan or RecoveryOutOfTurn.

    What was stopped stays so: its certificate may be claimed again.
    """
    recovery = await handled(command, work)
    recovery.cancel(reason, by=command.by, at=work.at)
    for item in await work.recovery_items.of_recovery(recovery.id):
        item.drop()
    await stop_freezing(recovery, work)
    return recovery


async def stop_freezing(recovery: Recovery, work: Work) -> None:
    """Fraud is looked into no longer: what was frozen for it goes on, and is offset where something is due."""
    if recovery.cause is Cause.FRAUD and recovery.debtor.institution_id is not None:
        institution = await work.institutions.get(recovery.debtor.institution_id)
        await release_frozen(institution, work, basis=recovery.basis, ended=recovery.id)


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A recovery with all that belongs to it."""

    recovery: Recovery
    items: Sequence[RecoveryItem]
    instalments: Sequence[Instalment]
    entries: Sequence[RecoveryEntry]


async def read_recovery(recovery_id: UUID, work: Work, *, holder: str | None) -> Whole:
    """One recovery; raises UnknownRecovery, also for a debtor who was not told of it."""
    recovery = await work.recoveries.get(recovery_id)
    if holder is not None and recovery.notice is None:
        raise UnknownRecovery
    return await whole(recovery, work)


async def whole(recovery: Recovery, work: Work) -> Whole:
    """With its items, instalments and what came back, as far as they are written."""
    return Whole(
        recovery=recovery,
        items=await work.recovery_items.of_recovery(recovery.id),
        instalments=await work.instalments.of_recovery(recovery.id),
        entries=await work.recovery_entries.of_recovery(recovery.id),
    )


async def _named(asked: Sequence[Asked], work: Work) -> list[Touched]:
    wanted = [each.item_id for each in asked]
    found = await work.recoverable.named(wanted)
    missing = set(wanted) - {each.item.id for each in found}
    if missing:
        raise UnknownItem(extra={"item_ids": sorted(map(str, missing))})
    return found
