"""A worker who claims for certificates of its own, the counters and portals it goes to, and what is known of it."""

from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any
from uuid import uuid4

from services.subsidy.domain.assessment import Assessment
from services.subsidy.domain.certificate import Certificate, CertificateState, Origin
from services.subsidy.domain.claim import Claim
from services.subsidy.domain.fact import Fact, FactKind, Value
from services.subsidy.domain.payee import BankAccount
from services.subsidy.domain.payment import Batch
from services.subsidy.domain.person import Channel
from services.subsidy.handlers.items import decide_again
from services.subsidy.handlers.knowledge import facts_arrived, keep_fact
from services.subsidy.handlers.payments import DrawUp, draw_up_batch, release_batch
from services.subsidy.handlers.personal import (
    Applicant,
    AskInPerson,
    OnPersonalClaim,
    open_personal_claim,
    try_personal_claim,
)
from services.subsidy.holders import index_of, seal
from shared.contracts.scope import ScopeItem
from shared.policy import MoneyLine
from shared.values import CertificateNumber, DocumentKind
from shared.values.certificate_number import VocationalCertificateNumber
from tests.shared.values.made_up_numbers import citizen_number
from tests.subsidy.builders import ISSUED
from tests.subsidy.claiming import Claimant
from tests.subsidy.works import SubsidyWorks

NAME = "测试员乙"
CARD = "6217000000000000002"
CITY = "320100"
_people, _old = count(), count(70_001)


def a_citizen() -> str:
    """A well-formed number nobody else has in this run."""
    days, order = divmod(next(_people), 900)
    return citizen_number("320103", date.fromordinal(date(1985, 1, 1).toordinal() + days), order + 1)


@dataclass
class Worker:
    """One person, whom an institution of the district evaluated; it claims in the same district unless told otherwise."""

    evaluator: Claimant
    id: str = field(default_factory=a_citizen)
    name: str = NAME

    @property
    def works(self) -> SubsidyWorks:
        return self.evaluator.works

    async def certified(self, *items: ScopeItem, **changes: Any) -> list[CertificateNumber]:
        """Certificates of its own, not insured for anything yet."""
        of = {"holder_id": self.id, "holder_name": self.name} | changes
        sent = [self.evaluator.issued(each, **of) for each in items]
        await self.evaluator.keep(*sent)
        return [each.number for each in sent]

    async def qualified(self, scope_item: ScopeItem) -> VocationalCertificateNumber:
        """A national qualification of its own, of sixteen digits; it came on record by a roster, and was verified."""
        key, own = uuid4(), VocationalCertificateNumber(f"2410012003{int(scope_item.level)}{next(_old):05d}")
        async with self.works() as work:
            certificate = Certificate(
                id=key,
                number=own,
                holder=seal(work.cipher, key, name=self.name, holder_id=self.id),
                institution_id=self.evaluator.key,
                uscc=self.evaluator.uscc,
                organ=self.evaluator.organ,
                item=scope_item,
                issued_on=ISSUED,
                evaluated_on=ISSUED,
                batch="",
                origin=Origin.ROSTER,
                state=CertificateState.VERIFIED,
            )
            work.certificates.add(certificate)
        return own

    async def insured(
        self, *, months: int = 36, in_month: bool = True, about: date = date(2024, 3, 1)
    ) -> None:
        """What the insurance office knows about a month."""
        await self.known(FactKind.INSURED_MONTHS, months, about=about)
        await self.known(FactKind.INSURED_IN_MONTH, in_month, about=about)

    async def known(self, kind: FactKind, value: Value, *, about: date, employer: str = "") -> None:
        fact = Fact(kind=kind, value=value, about=about, source="province", obtained_at=self.works.at)
        async with self.works() as work:
            index = index_of(work.cipher, self.id)
            keep_fact(fact, holder_index=index, employer=employer, work=work)
            await facts_arrived({index}, work)

    @property
    def applicant(self) -> Applicant:
        return Applicant(name=self.name, kind=DocumentKind.RESIDENT_ID, number=self.id)

    @property
    def card(self) -> BankAccount:
        return BankAccount(name=self.name, bank="测试银行", number=CARD)

    def asks(self, *numbers: CertificateNumber | VocationalCertificateNumber, **changes: Any) -> AskInPerson:
        given: dict[str, Any] = {
            "applicant": self.applicant,
            "certificate_numbers": numbers,
            "organ": self.evaluator.organ,
            "channel": Channel.ONLINE,
            "own": CITY,
            "by": "portal",
        }
        return AskInPerson(**(given | changes))

    async def tries(
        self, *numbers: CertificateNumber | VocationalCertificateNumber, **changes: Any
    ) -> Assessment:
        async with self.works() as work:
            return await try_personal_claim(self.asks(*numbers, **changes), work)

    async def claims(
        self, *numbers: CertificateNumber | VocationalCertificateNumber, **changes: Any
    ) -> Claim:
        async with self.works() as work:
            return await open_personal_claim(self.asks(*numbers, **changes), self.card, work)

    async def claimed(self, *items: ScopeItem) -> Claim:
        """Certified, insured, and claimed for."""
        numbers = await self.certified(*items)
        await self.insured()
        return await self.claims(*numbers)

    async def decided_again(self, claim: Claim) -> Claim:
        async with self.works() as work:
            return await decide_again(claim.id, work)

    def on(self, claim: Claim, **changes: Any) -> OnPersonalClaim:
        given: dict[str, Any] = {
            "claim_id": claim.id,
            "seen": claim.version,
            "applicant": self.applicant,
            "by": "portal",
        }
        return OnPersonalClaim(**(given | changes))

    async def released(self) -> Batch:
        """A batch of the insurance fund's money, drawn up and released by two people."""
        organ = self.evaluator.organ
        command = DrawUp(organ=organ, line=MoneyLine.INSURANCE, own=organ, by="accountant-a")
        async with self.works() as work:
            batch = await draw_up_batch(command, work)
        async with self.works() as work:
            return await release_batch(self.evaluator.on(batch), work)
