"""追回通知书: the notice of a recovery, for whoever may see it."""

from uuid import UUID

from services.subsidy.domain.receipt import Named
from services.subsidy.domain.recovery import Recovery
from services.subsidy.domain.recovery_item import RecoveryItem
from services.subsidy.domain.recovery_notice import NoticeContent, notice_of
from services.subsidy.handlers.recoveries import read_recovery
from services.subsidy.handlers.work import Work
from services.subsidy.holders import masked_in


async def read_notice(recovery_id: UUID, work: Work, *, holder: str | None) -> NoticeContent:
    """The notice as it was issued; raises UnknownRecovery or NoNotice."""
    found = await read_recovery(recovery_id, work, holder=holder)
    recovery = found.recovery
    debtor = await _debtor(recovery, found.items[0], work) if found.items else Named(code="", name="")
    return notice_of(recovery, found.items, work.policy, debtor=debtor)


async def _debtor(recovery: Recovery, item: RecoveryItem, work: Work) -> Named:
    if recovery.debtor.institution_id is not None:
        institution = await work.institutions.get(recovery.debtor.institution_id)
        return Named(code=str(institution.uscc), name=institution.name)
    claim = await work.claims.get(item.claim_id)
    if claim.person is None:
        raise TypeError("whoever claims without an institution is a person")
    shown = masked_in(work.cipher, claim.id, claim.person.holder)
    return Named(code=shown.id, name=shown.name)
