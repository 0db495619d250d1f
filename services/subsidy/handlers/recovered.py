"""Booking what came back: item by item, instalment by instalment, in the accounts, and telling everybody."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.subsidy.domain.instalment import fill
from services.subsidy.domain.posting import Account
from services.subsidy.domain.recoveries import RecoveryEntry
from services.subsidy.domain.recovery import Recovery
from services.subsidy.domain.recovery_item import EntryKind, RecoveryItem, shares
from services.subsidy.domain.recovery_terms import RecoveryState
from services.subsidy.domain.terms import AnyNumber
from services.subsidy.handlers.postings import post
from services.subsidy.handlers.work import Work
from shared.contracts.subsidy import HowRecovered, RecoveredCertificate, SubsidyRecovered
from shared.values import Fen

Shared = Sequence[tuple[RecoveryItem, Fen]]


@dataclass(frozen=True, kw_only=True)
class Came:
    """A sum that came back or was given up; `reference` is the bank's, or the payment order's."""

    kind: EntryKind
    amount: Fen
    reference: str
    on: date
    by: str


async def book(recovery: Recovery, came: Came, work: Work) -> RecoveryEntry:
    """Share it out among the items and instalments, post it, and tell; the recovery itself has counted it already.

    A grant is given back once all that was paid for its item came back: then the public purse has paid nothing for this
    person's level, who may be granted it again for a valid certificate, through whatever employer. Not before, and not
    for what was written off or came back in part, or the same level would be paid twice (N1.6).
    """
    items = await work.recovery_items.of_recovery(recovery.id)
    shared = list(shares(items, came.amount))
    entry = RecoveryEntry(
        id=work.new_id(),
        recovery_id=recovery.id,
        organ=recovery.organ,
        uscc=str(recovery.debtor.uscc) if recovery.debtor.uscc else None,
        kind=came.kind,
        amount=came.amount,
        reference=came.reference,
        on=came.on,
        by=came.by,
        at=work.at,
    )
    work.recovery_entries.add(entry)
    credit = Account.WRITTEN_OFF if came.kind is EntryKind.WRITTEN_OFF else Account.RECOVERED
    for item, amount in shared:
        item.take(amount, came.kind)
        post(work, item, debit=Account.DUE_BACK, credit=credit, amount=amount, ref=f"recovery:{entry.id}")
    await _give_back([item for item, _ in shared if item.came_back], work)
    await _fill(recovery, came, work)
    _tell(recovery, entry, shared, work)
    return entry


async def _give_back(items: Sequence[RecoveryItem], work: Work) -> None:
    await work.recoverable.mark_recovered([item.item_id for item in items])
    by_claim: defaultdict[UUID, list[AnyNumber]] = defaultdict(list)
    for item in items:
        by_claim[item.claim_id].append(item.certificate_number)
    for claim_id, numbers in by_claim.items():
        await work.entitlements.give_back_each(claim_id, numbers)


async def _fill(recovery: Recovery, came: Came, work: Work) -> None:
    instalments = await work.instalments.of_recovery(recovery.id)
    if came.kind is EntryKind.WRITTEN_OFF:
        for each in instalments:
            if each.unpaid:
                each.drop()
        return
    fill(instalments, came.amount)
    if not any(each.is_late for each in instalments):
        recovery.overdue_since = None


def _tell(recovery: Recovery, entry: RecoveryEntry, shared: Shared, work: Work) -> None:
    """Announce it; of what a person pays back the province alone is told, as it concerns no institution."""
    told = tuple(
        RecoveredCertificate(
            number=item.certificate_number, level=item.level, amount_fen=amount, whole=item.came_back
        )
        for item, amount in shared
    )
    debtor = recovery.debtor
    if debtor.institution_id is None or debtor.uscc is None:
        work.queries.report_recovered(recovery, entry, told)
        return
    work.outbox.add(
        SubsidyRecovered(
            recovery_id=recovery.id,
            institution_id=debtor.institution_id,
            organ=recovery.organ,
            basis=recovery.basis,
            uscc=debtor.uscc,
            entry_id=entry.id,
            cause=recovery.cause.value,
            how=HowRecovered(entry.kind.value),
            amount_fen=entry.amount,
            remaining_fen=recovery.remaining,
            settled=recovery.state is RecoveryState.SETTLED,
            items=told,
        )
    )
