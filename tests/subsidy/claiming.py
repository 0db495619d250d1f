"""An institution that claims, its officers and its bank, on a real database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from services.subsidy.domain.certificate import Certificate
from services.subsidy.domain.claim import Claim
from services.subsidy.domain.item import Item
from services.subsidy.domain.payee import BankAccount
from services.subsidy.domain.payment import Batch, Order, ResultLine
from services.subsidy.domain.terms import AnyNumber
from services.subsidy.handlers.certificates import keep_certificates
from services.subsidy.handlers.claims import OpenClaim, open_claim
from services.subsidy.handlers.payments import (
    DrawUp,
    OnBatch,
    SetAccount,
    TakeResult,
    draw_up_batch,
    release_batch,
    set_account,
    take_result,
)
from services.subsidy.handlers.review import CheckItem, OnClaim, approve_claim, check_item, review_claim
from shared.contracts.province import CertificatesIssued, IssuedCertificate
from shared.contracts.scope import ScopeItem
from shared.policy import MoneyLine
from shared.values import CertificateNumber, Fen, StationCode, Uscc
from tests.builders import a_uscc
from tests.subsidy.builders import certificate, institution
from tests.subsidy.works import SubsidyWorks

ORGAN = "320115"
_stations = count(700_001)
_batches = count(1)


@dataclass
class Claimant:
    """An employer with a station of its own; its holders are nobody else's."""

    works: SubsidyWorks
    organ: str = ORGAN
    key: UUID = field(default_factory=uuid4)
    uscc: Uscc = field(default_factory=a_uscc)
    station: StationCode = field(default_factory=lambda: StationCode(f"Y000032{next(_stations):06d}"))
    serials: Any = field(default_factory=lambda: count(1))

    async def on_record(self, *, account: bool = True) -> "Claimant":
        made = institution(id=self.key, uscc=self.uscc, organ=self.organ, station_codes=(self.station,))
        async with self.works() as work:
            work.institutions.add(made)
        if account:
            await self.give_account()
        return self

    async def give_account(self, number: str = "32001888123456789012", *, seen: int | None = None) -> None:
        command = SetAccount(
            institution_id=self.key,
            holder=self.uscc,
            account=BankAccount(name="测试一厂", bank="测试银行江宁支行", number=number),
            seen=seen,
            by="employer",
        )
        async with self.works() as work:
            await set_account(command, work)

    async def certified(
        self, *items: ScopeItem, holder: str | None = None, name: str = "测试员甲"
    ) -> list[CertificateNumber]:
        """Certificates of these items, each of another person or all of one."""
        sent = [
            self.issued(each, **({"holder_id": holder} if holder else {}), holder_name=name) for each in items
        ]
        await self.keep(*sent)
        return [each.number for each in sent]

    def issued(self, scope_item: ScopeItem, **changes: Any) -> IssuedCertificate:
        """A certificate as the province sends it, of a person of its own."""
        serial = next(self.serials)
        given = {
            "number": CertificateNumber(f"{self.station}24{int(scope_item.level)}{serial:06d}"),
            "holder_id": f"E{self.station[7:]}{serial:05d}",
            "uscc": self.uscc,
        }
        return certificate(scope_item, **(given | changes))

    async def keep(self, *sent: IssuedCertificate) -> Sequence[Certificate]:
        issued = CertificatesIssued(batch=f"测试批次-{next(_batches)}", certificates=sent)
        async with self.works() as work:
            return await keep_certificates(issued, work)

    def asks(self, *numbers: AnyNumber, **changes: Any) -> OpenClaim:
        given: dict[str, Any] = {
            "institution_id": self.key,
            "certificate_numbers": numbers,
            "holder": self.uscc,
        }
        return OpenClaim(**(given | changes))

    async def claims(self, *numbers: AnyNumber) -> Claim:
        async with self.works() as work:
            return await open_claim(self.asks(*numbers), work)

    async def claimed(self, *items: ScopeItem) -> Claim:
        return await self.claims(*await self.certified(*items))

    async def items(self, claim: Claim) -> list[Item]:
        async with self.works() as work:
            return await work.items.first(claim.id, most=1000)

    async def now(self, claim: Claim) -> Claim:
        async with self.works() as work:
            return await work.claims.get(claim.id)

    def by(self, claim: Claim, who: str = "officer-a", *, organ: str | None = None) -> OnClaim:
        return OnClaim(claim_id=claim.id, seen=claim.version, by=who, organ=organ or self.organ)

    async def reviewed(self, claim: Claim) -> Claim:
        async with self.works() as work:
            return await review_claim(self.by(claim), work, approve=True, reason="")

    async def publicised(self, claim: Claim) -> Claim:
        """Reviewed, and every sampled item found in order."""
        claim = await self.reviewed(claim)
        for item in await self.items(claim):
            if item.sampled:
                async with self.works() as work:
                    check = CheckItem(item_id=item.id, passed=True, note="")
                    claim = await check_item(self.by(claim), check, work)
        return claim

    async def approved(self, claim: Claim) -> Claim:
        """After publicity; the clock has moved on."""
        claim = await self.publicised(claim)
        if claim.publicity_until is None:
            raise AssertionError("it is not publicised")
        self.works.at = max(self.works.at, claim.publicity_until + timedelta(hours=10))
        async with self.works() as work:
            return await approve_claim(self.by(claim, "officer-b"), work)

    async def batch(self, *, by: str = "accountant-a") -> Batch:
        command = DrawUp(organ=self.organ, line=MoneyLine.TRAINING, own=self.organ, by=by)
        async with self.works() as work:
            return await draw_up_batch(command, work)

    def on(self, batch: Batch, who: str = "accountant-b") -> OnBatch:
        return OnBatch(batch_id=batch.id, seen=batch.version, by=who, organ=self.organ)

    async def released(self) -> Batch:
        batch = await self.batch()
        async with self.works() as work:
            return await release_batch(self.on(batch), work)

    async def orders(self, batch: Batch) -> Sequence[Order]:
        async with self.works() as work:
            return await work.orders.of_batch(batch.id)

    async def settled(self, batch: Batch, *, returned: Sequence[UUID] = (), sha256: str = "a" * 64) -> Batch:
        """The bank paid all but the claims named."""
        lines = [
            line_of(order, row, paid=order.claim_id not in returned, at=self.works.at)
            for row, order in enumerate(await self.orders(batch), start=2)
            if order.state.value == "ordered"
        ]
        return await self.result(batch, lines, sha256=sha256)

    async def result(
        self, batch: Batch, lines: Sequence[ResultLine], *, sha256: str = "a" * 64, **totals: Fen
    ) -> Batch:
        sums = {
            "paid": Fen(sum(line.amount for line in lines if line.paid)),
            "returned": Fen(sum(line.amount for line in lines if not line.paid)),
        }
        command = TakeResult(batch=self.on(batch), lines=lines, sha256=sha256, **(sums | totals))
        async with self.works() as work:
            return await take_result(command, work)


def line_of(order: Order, row: int = 2, *, paid: bool = True, at: datetime, **changes: Any) -> ResultLine:
    given: dict[str, Any] = {
        "row": row,
        "order_id": order.id,
        "amount": order.amount,
        "paid": paid,
        "reason": "" if paid else "账号户名不符",
        "on": at.date(),
        "reference": f"REF{row}",
    }
    return ResultLine(**(given | changes))
