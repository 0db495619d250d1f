"""A person's own claim, in and out: what is personal comes in plain and is shown masked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.subsidy.domain.claim import Claim, ClaimState
from services.subsidy.domain.item import Item, ItemState
from services.subsidy.domain.payee import BankAccount
from services.subsidy.domain.person import MOST_CERTIFICATES, Channel
from services.subsidy.handlers.personal import TAIL, Applicant
from services.subsidy.holders import ShownHolder
from services.subsidy.schemas.parts import AnyNumber, Body, Line, OrganCode
from services.subsidy.schemas.payments import AccountNumber
from shared.http.work import View
from shared.policy import MoneyLine
from shared.values import DocumentKind, Fen, Level

HolderName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=60, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$"),
]
HolderId = Annotated[
    str, StringConstraints(min_length=5, max_length=20, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$")
]
ClaimNumber = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,12}-A-[0-9]{8}-[0-9A-F]{8}$")]
Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16}$")]


class HolderBody(Body):
    """Who says to be the holder."""

    holder_name: HolderName = Field(description="姓名 · as on the certificate", examples=["测试员甲"])
    id_kind: DocumentKind = Field(default=DocumentKind.RESIDENT_ID, description="证件类型 · kind of document")
    holder_id: HolderId = Field(
        description="证件号码 · the document's number", examples=["11010519491231002X"]
    )

    def applicant(self) -> Applicant:
        return Applicant(name=self.holder_name, kind=self.id_kind, number=self.holder_id)


class CardBody(Body):
    """The bank account of the holder's social security card."""

    name: Line = Field(description="户名，须为本人 · in the holder's own name", examples=["测试员甲"])
    bank: Line = Field(description="开户行 · with which bank", examples=["测试银行江宁支行"])
    number: AccountNumber = Field(description="社会保障卡银行账号 · digits only")

    def made(self) -> BankAccount:
        return BankAccount(name=self.name, bank=self.bank, number=self.number)


class PersonalTrial(HolderBody):
    """For which certificates of its own a person would claim, at which organ."""

    organ: OrganCode = Field(
        description="经办机关：窗口所在区，或自选的区 · the counter's district, or one of your choice"
    )
    certificate_numbers: Annotated[tuple[AnyNumber, ...], Field(min_length=1, max_length=MOST_CERTIFICATES)]


class NewPersonalClaim(PersonalTrial):
    """A person's claim for certificates of its own, and where it is to be paid."""

    account: CardBody


class NewAccount(HolderBody):
    """Where a person's claim is to be paid from now on."""

    account: CardBody


class InquiryBody(Body):
    """By which number, and the end of whose document's number, a claim is asked after."""

    number: ClaimNumber = Field(
        description="申领编号 · the claim's number", examples=["320115-A-20240603-1A2B3C4D"]
    )
    id_tail: Annotated[str, StringConstraints(pattern=rf"^[0-9A-Za-z()/]{{{TAIL}}}$")] = Field(
        description="证件号码末 6 位 · the last six characters of the document's number", examples=["31002X"]
    )


class ReferenceBody(Body):
    """By which code a claim is asked after."""

    reference: Reference = Field(description="查询码 · the code that came with the claim")


class OwnItemView(BaseModel):
    """One certificate of a person's claim, as the person sees it."""

    model_config = ConfigDict(from_attributes=True)

    certificate_number: AnyNumber
    level: Level
    state: ItemState
    amount_fen: Fen
    uplift_percent: int | None
    basis: tuple[str, ...]
    reasons: tuple[str, ...] = Field(description="不予发放或待定的原因 · why it is not paid, or waits")

    @classmethod
    def of(cls, item: Item) -> "OwnItemView":
        decision = item.decision
        return cls(
            certificate_number=item.certificate_number,
            level=item.level,
            state=item.state,
            amount_fen=item.amount,
            uplift_percent=decision.uplift if decision else None,
            basis=decision.basis if decision else (),
            reasons=item.reasons,
        )


class PersonalClaimView(View):
    """A person's claim as the person sees it, masked."""

    number: str
    organ: str
    channel: Channel
    line: MoneyLine
    state: ClaimState
    name: str = Field(examples=["测***"])
    account: str = Field(description="收款账号 · where it is paid", examples=["621***********02"])
    pending: int
    payable: int
    total_fen: Fen
    submitted_at: datetime | None
    publicity_until: datetime | None
    decline_reason: str
    paid_at: datetime | None
    items: tuple[OwnItemView, ...]

    @classmethod
    def of(cls, claim: Claim, items: Sequence[Item], who: ShownHolder, account: BankAccount) -> Self:
        return cls(**_plain(claim, items, who, account))


class MadePersonalClaim(PersonalClaimView):
    """A person's claim that was just taken in, with the code to ask after it."""

    reference: str = Field(description="查询码，请妥善保管 · keep it; it is shown here alone")

    @classmethod
    def of(cls, claim: Claim, items: Sequence[Item], who: ShownHolder, account: BankAccount) -> Self:
        reference = claim.person.reference if claim.person else ""
        return cls(**_plain(claim, items, who, account), reference=reference)


def _plain(claim: Claim, items: Sequence[Item], who: ShownHolder, account: BankAccount) -> dict[str, Any]:
    person = claim.person
    declined = claim.review is not None and claim.state is ClaimState.DECLINED
    return {
        **{name: getattr(claim, name) for name in _SHOWN},
        "number": person.number if person else "",
        "channel": person.channel if person else Channel.ONLINE,
        "name": who.name,
        "account": account.number,
        "pending": claim.tally.pending,
        "payable": claim.tally.payable,
        "total_fen": claim.total,
        "decline_reason": claim.review.reason if claim.review and declined else "",
        "paid_at": claim.payment.at if claim.payment else None,
        "items": tuple(OwnItemView.of(each) for each in items),
    }


_SHOWN = ("id", "version", "organ", "line", "state", "submitted_at", "publicity_until")
