"""An employer that was paid, and the officers who have it pay back, on a real database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.subsidy.domain.claim import Claim
from services.subsidy.domain.instalment import Part
from services.subsidy.domain.item import Item
from services.subsidy.domain.payment import Batch
from services.subsidy.domain.posting import Account
from services.subsidy.domain.recoverable import Asked
from services.subsidy.domain.recovery import Recovery
from services.subsidy.domain.recovery_terms import Cause
from services.subsidy.handlers.certificates import revoke_certificate
from services.subsidy.handlers.overdue import make_final, silent_notices
from services.subsidy.handlers.recoveries import (
    OnRecovery,
    OpenRecovery,
    Whole,
    issue_notice,
    open_recovery,
    whole,
)
from services.subsidy.handlers.repayments import (
    TakeRepayment,
    agree_plan,
    confirm_write_off,
    propose_write_off,
    take_repayment,
)
from shared.contracts.queries import CertificateRevoked
from shared.contracts.scope import ScopeItem
from shared.values import Fen
from tests.subsidy.claiming import Claimant

_references = count(1)


@dataclass
class Debtor:
    """An employer with claims that were paid, and whoever recovers from it."""

    claimant: Claimant
    batches: Any = field(default_factory=lambda: count(1))
    before: dict[Any, int] = field(default_factory=dict)

    async def ready(self) -> "Debtor":
        """Its organ's accounts may be out of what they account for already: tests set claims aside."""
        self.before = await self._differing()
        return self

    @property
    def works(self) -> Any:
        return self.claimant.works

    async def paid(self, *items: ScopeItem) -> Claim:
        """A claim for these, paid by the bank."""
        claim = await self.claimant.approved(await self.claimant.claimed(*items))
        await self.settled(await self.claimant.released())
        return await self.claimant.now(claim)

    async def settled(self, batch: Batch, *, returned: Sequence[UUID] = ()) -> Batch:
        return await self.claimant.settled(batch, returned=returned, sha256=f"{next(self.batches):064x}")

    async def items(self, claim: Claim) -> list[Item]:
        return await self.claimant.items(claim)

    async def opened(self, *items: Item, **changes: Any) -> Recovery:
        """An officer opens a recovery of these."""
        given: dict[str, Any] = {
            "cause": Cause.ERROR,
            "asked": tuple(Asked(item_id=each.id) for each in items),
            "reason": "核查发现发放有误",
            "evidence": ("核查记录 2024-001",),
            "by": "officer-a",
            "organ": self.claimant.organ,
        }
        async with self.works() as work:
            return await open_recovery(OpenRecovery(**(given | changes)), work)

    def on(self, recovery: Recovery, who: str = "accountant-a") -> OnRecovery:
        return OnRecovery(recovery_id=recovery.id, seen=recovery.version, by=who, organ=self.claimant.organ)

    async def noticed(self, recovery: Recovery) -> Recovery:
        async with self.works() as work:
            return await issue_notice(self.on(recovery), work)

    async def final(self, recovery: Recovery) -> Recovery:
        """Noticed, and the debtor said nothing in time."""
        noticed = await self.noticed(recovery)
        later = self.works.policy.calendar.deadline(noticed.issued.statement_until, 1)
        self.works.at = max(self.works.at, later)
        await self.make_final()
        return await self.now(recovery)

    async def make_final(self) -> None:
        async with self.works() as work:
            due = await silent_notices(work)
        for each in due:
            async with self.works() as work:
                await make_final(each.id, work)

    async def repaid(self, recovery: Recovery, amount: int, *, reference: str = "") -> Recovery:
        command = TakeRepayment(
            on=self.on(recovery),
            amount=Fen(amount),
            received_on=self.works.at.date(),
            reference=reference or f"流水{next(_references):08d}",
        )
        async with self.works() as work:
            return await take_repayment(command, work)

    async def agreed(self, recovery: Recovery, *parts: tuple[date, int]) -> Recovery:
        async with self.works() as work:
            return await agree_plan(
                self.on(recovery), [Part(due_on=day, amount=Fen(fen)) for day, fen in parts], work
            )

    async def written_off(self, recovery: Recovery, *, by: tuple[str, str] = ("a", "b")) -> Recovery:
        async with self.works() as work:
            recovery = await propose_write_off(self.on(recovery, by[0]), work, reason="单位已注销")
        async with self.works() as work:
            return await confirm_write_off(self.on(recovery, by[1]), work)

    async def now(self, recovery: Recovery) -> Recovery:
        async with self.works() as work:
            found: Recovery = await work.recoveries.get(recovery.id)
        return found

    async def whole(self, recovery: Recovery) -> Whole:
        async with self.works() as work:
            return await whole(await work.recoveries.get(recovery.id), work)

    async def open_now(self) -> list[Recovery]:
        """Every recovery from this debtor, the earliest first."""
        found: list[Recovery] = []
        own = text("SELECT id FROM recovery WHERE debtor = :debtor ORDER BY opened_at, id")
        async with self.works.engine.connect() as connection:
            await connection.execute(text("SELECT set_config('njt.everything', 'on', true)"))
            keys = (await connection.execute(own, {"debtor": str(self.claimant.uscc)})).scalars().all()
        async with self.works() as work:
            for key in keys:
                found.append(await work.recoveries.get(key))  # noqa: PERF401 — one after the other
        return found

    async def revoked(self, item: Item, *, reason: str = "成绩造假") -> None:
        """The province revokes the certificate of an item."""
        message = CertificateRevoked(
            number=item.certificate_number,
            uscc=self.claimant.uscc,
            revoked_on=self.works.at.date(),
            reason=reason,
        )
        async with self.works() as work:
            await revoke_certificate(message, work)

    async def accounts(self, *claims: Claim) -> dict[Account, int]:
        """What the accounts say of these claims, without what is nought."""
        sums = dict.fromkeys(Account, 0)
        async with self.works() as work:
            for claim in claims:
                for each in await work.postings.of_claim(claim.id):
                    sums[each.debit] -= each.amount
                    sums[each.credit] += each.amount
        return {account: total for account, total in sums.items() if total}

    async def differences(self) -> dict[Any, int]:
        """By how many fen the accounts of its organ differ from what they account for, since it was ready."""
        now = await self._differing()
        keys = now.keys() | self.before.keys()
        by = {key: now.get(key, 0) - self.before.get(key, 0) for key in keys}
        return {key: fen for key, fen in by.items() if fen}

    async def _differing(self) -> dict[Any, int]:
        async with self.works() as work:
            found = await work.postings.differences()
        return {
            (each.line, each.account): each.booked - each.counted
            for each in found
            if each.organ == self.claimant.organ
        }
