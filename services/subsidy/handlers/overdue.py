"""What time does to recoveries: a notice nobody spoke against is final, an instalment nobody paid is overdue."""

from collections.abc import Callable, Sequence
from uuid import UUID

import structlog

from services.subsidy.domain.instalment import Instalment
from services.subsidy.domain.recovery import Recovery
from services.subsidy.handlers.recoveries import stop_freezing
from services.subsidy.handlers.work import Work
from shared.contracts.subsidy import InstalmentOverdue
from shared.service import Due

log = structlog.get_logger(__name__)


async def silent_notices(work: Work) -> Sequence[Due]:
    """Notices whose debtors said nothing while they might."""
    return [Due(id=key, traceparent=None) for key in await work.recoveries.silent(at=work.at)]


async def make_final(recovery_id: UUID, work: Work) -> Recovery:
    """生效: from now on it is offset against what the debtor is to be paid."""
    recovery = await work.recoveries.get(recovery_id)
    if recovery.become_final(at=work.at):
        await stop_freezing(recovery, work)
        work.because("陈述申辩期满，通知生效 · nothing was said in time, the notice is final")
    return recovery


class InstalmentWatch:
    """Tells the operators how many instalments are overdue, and the officers, once, of each."""

    def __init__(self, tell: Callable[[str, int], None]) -> None:
        self._tell = tell

    async def due(self, work: Work) -> Sequence[Due]:
        """Instalments whose day has passed, of which nobody was told yet."""
        late = await work.instalments.late(today=work.today)
        self._tell("recovery-instalment", await work.instalments.count_late() + len(late))
        return [Due(id=key, traceparent=None) for key in late]


async def mark_overdue(instalment_id: UUID, work: Work) -> Instalment:
    """逾期: marked once, told once; its recovery stands among the overdue ones until it is paid."""
    instalment = await work.instalments.get(instalment_id)
    recovery = await work.recoveries.get(instalment.recovery_id)
    if not instalment.fall_overdue(at=work.at):
        return instalment
    recovery.overdue_since = recovery.overdue_since or work.at
    work.because("分期款逾期未退 · an instalment was not repaid in time")
    log.warning("instalment overdue", recovery=str(recovery.id), organ=recovery.organ)
    debtor = recovery.debtor
    if debtor.institution_id is not None and debtor.uscc is not None:
        work.outbox.add(
            InstalmentOverdue(
                recovery_id=recovery.id,
                institution_id=debtor.institution_id,
                organ=recovery.organ,
                basis=recovery.basis,
                uscc=debtor.uscc,
                due_on=instalment.due_on,
                unpaid_fen=instalment.unpaid,
            )
        )
    return instalment
