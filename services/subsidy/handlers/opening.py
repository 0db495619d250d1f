"""立案追回: paid items are put under a recovery, by an officer or because their certificates were revoked."""

from collections.abc import Iterable, Sequence

from services.subsidy.domain.recoverable import Effect, Prospect, Touched, prospects
from services.subsidy.domain.recovery import Recovery
from services.subsidy.domain.recovery_item import RecoveryItem
from services.subsidy.domain.recovery_terms import Cause
from services.subsidy.handlers.work import Work
from shared.contracts.subsidy import PaidCertificate, RecoveryOpened
from shared.values import Fen

BY_ITSELF = "service:subsidy"
"""Who opens a recovery nobody asked for."""


def opened(
    prospect: Prospect, cause: Cause, work: Work, *, reason: str, evidence: Sequence[str], by: str
) -> Recovery:
    """A recovery from this debtor, with nothing under it yet."""
    recovery = Recovery(
        id=work.new_id(),
        organ=prospect.organ,
        debtor=prospect.debtor,
        line=prospect.line,
        cause=cause,
        reason=reason,
        evidence=tuple(evidence),
        opened_by=by,
        opened_at=work.at,
    )
    work.recoveries.add(recovery)
    return recovery


def put_under(recovery: Recovery, prospect: Prospect, work: Work, *, reason: str = "") -> None:
    """Ask back what was paid, and tell of it; raises AskedTooMuch or RecoveryOutOfTurn."""
    asked = [(each, prospect.amount(each)) for each in prospect.having(Effect.RECOVER)]
    for each, amount in asked:
        work.recovery_items.add(_item(recovery, each, amount, work, reason=reason))
        recovery.add(amount)
    debtor = recovery.debtor
    if asked and debtor.institution_id is not None and debtor.uscc is not None:
        work.outbox.add(
            RecoveryOpened(
                recovery_id=recovery.id,
                institution_id=debtor.institution_id,
                organ=recovery.organ,
                basis=recovery.basis,
                uscc=debtor.uscc,
                cause=recovery.cause.value,
                amount_fen=Fen(sum(amount for _, amount in asked)),
                items=tuple(_told(each, amount) for each, amount in asked),
            )
        )


async def propose_revoked(touched: Iterable[Touched], work: Work, *, reason: str) -> None:
    """证书撤销: what was paid for these is proposed for recovery, one proposal for each debtor (N1.4).

    What is under a recovery already, or came back, is passed over.
    """
    paid = [each for each in touched if each.effect is Effect.RECOVER]
    for prospect in prospects(paid, {}):
        await work.recoveries.take_turn(prospect.debtor, prospect.organ)
        recovery = await work.recoveries.proposed(
            prospect.debtor, prospect.organ, prospect.line, cause=Cause.CERTIFICATE_REVOKED
        )
        if recovery is None:
            told = "所持证书被省级撤销 · certificates revoked by the province"
            recovery = opened(
                prospect, Cause.CERTIFICATE_REVOKED, work, reason=told, evidence=(), by=BY_ITSELF
            )
        put_under(recovery, prospect, work, reason=reason)
        await work.recoveries.write_changed()


def _item(recovery: Recovery, touched: Touched, amount: Fen, work: Work, *, reason: str) -> RecoveryItem:
    item = touched.item
    return RecoveryItem(
        id=work.new_id(),
        recovery_id=recovery.id,
        organ=recovery.organ,
        uscc=str(recovery.debtor.uscc) if recovery.debtor.uscc else None,
        line=recovery.line,
        place=recovery.certificates,
        item_id=item.id,
        claim_id=item.claim_id,
        certificate_number=item.certificate_number,
        level=item.level,
        paid=item.amount,
        before=touched.so_far.recovered,
        due=amount,
        reason=reason,
    )


def _told(touched: Touched, amount: Fen) -> PaidCertificate:
    item = touched.item
    return PaidCertificate(number=item.certificate_number, level=item.level, amount_fen=amount)
