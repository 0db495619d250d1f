"""A person's own claim: tried out, taken in, asked after, paid to another account of the same person, withdrawn."""

import hmac
from dataclasses import dataclass
from uuid import UUID

from services.subsidy.domain.assessment import Assessment
from services.subsidy.domain.certificate import Certificate, SealedHolder
from services.subsidy.domain.claim import UNPAID, Claim, ClaimState
from services.subsidy.domain.item import Item
from services.subsidy.domain.payee import BankAccount, Payee
from services.subsidy.domain.person import (
    Channel,
    NotTheHolders,
    NotTheHoldersAccount,
    Person,
    UnknownPersonalClaim,
    check_handling_organ,
    check_open,
)
from services.subsidy.domain.refusals import RepeatedCertificate, UnknownClaim
from services.subsidy.domain.terms import AnyNumber
from services.subsidy.handlers.claims import give_up
from services.subsidy.handlers.items import arrange, assessed, decide, item_of
from services.subsidy.handlers.looks import watch_account
from services.subsidy.handlers.work import Work
from services.subsidy.holders import index_of, is_named, seal, unsealed
from services.subsidy.payees import seal_account
from shared.identity import NotYours
from shared.policy import MoneyLine
from shared.values import DocumentKind, identity_document

TAIL = 6
"""So many last characters of the document's number are asked for with the number of a claim."""
_NOBODY = "-"


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """Who says to be the holder: in plain words, and only ever in memory."""

    name: str
    kind: DocumentKind
    number: str

    def __repr__(self) -> str:
        return f"Applicant(kind={self.kind.value})"


@dataclass(frozen=True, kw_only=True)
class AskInPerson:
    """For which certificates a person claims, at which organ, and through whom of which organ (`own`)."""

    applicant: Applicant
    certificate_numbers: tuple[AnyNumber, ...]
    organ: str
    channel: Channel
    own: str
    by: str


async def try_personal_claim(command: AskInPerson, work: Work) -> Assessment:
    """What a claim would come to now, in the order listed, with nothing kept. Opened for the whole city.

    Raises NotYours, NotAHandlingOrgan, InvalidCitizenId, InvalidIdentityDocument, RepeatedCertificate or NotTheHolders.
    """
    claim, items = await _asked(command, work)
    found = {each.certificate_number: each for each in (await assessed(claim, items, work)).items}
    return Assessment(tuple(found[number] for number in command.certificate_numbers))


async def open_personal_claim(command: AskInPerson, account: BankAccount, work: Work) -> Claim:
    """Take a person's claim in, decide about each certificate at once, and note where it is to be paid.

    Opened for the whole city: whoever was evaluated in one district may claim in another. Raises what
    `try_personal_claim` raises, CounterClosed, NotTheHoldersAccount or AlreadyClaimed.
    """
    claim, items = await _asked(command, work)
    check_open(command.channel, work.policy, on=work.today)
    if not is_named(work.cipher, account.name, command.applicant.name):
        raise NotTheHoldersAccount
    sealed = seal_account(work.cipher, claim.payee_id, account)
    payee = Payee(
        id=claim.payee_id,
        organ=claim.organ,
        uscc=None,
        account=sealed,
        set_by=command.by,
        set_at=work.at,
    )
    work.payees.add(payee)
    await watch_account({sealed.index}, work)
    work.claims.add(claim)
    await work.items.keep(items)
    await decide(claim, items, work)
    return claim


async def find_by_number(number: str, tail: str, work: Work) -> Claim:
    """A person's claim by its number and the end of the document's number; raises UnknownPersonalClaim for either."""
    claim = await work.claims.numbered(number)
    key, holder = _sealed(claim, work)
    same = hmac.compare_digest(unsealed(work.cipher, key, holder).id[-TAIL:].encode(), tail.upper().encode())
    if claim is None or not same:
        raise UnknownPersonalClaim
    return claim


async def find_by_reference(reference: str, work: Work) -> Claim:
    """A person's claim by the code that was given out with it; raises UnknownPersonalClaim."""
    claim = await work.claims.referred_to(reference)
    if claim is None:
        raise UnknownPersonalClaim
    return claim


@dataclass(frozen=True, kw_only=True)
class OnPersonalClaim:
    """Names the claim, the version its claimant saw, who says to be the claimant, and through whom."""

    claim_id: UUID
    seen: int
    applicant: Applicant
    by: str


async def change_personal_account(command: OnPersonalClaim, account: BankAccount, work: Work) -> Claim:
    """变更收款账户: orders drawn up from now on go there.

    Raises UnknownPersonalClaim, Stale, ClaimIsFrozen, OutOfTurn or NotTheHoldersAccount.
    """
    claim = await _own(command, work)
    claim.expect(*UNPAID)
    if not is_named(work.cipher, account.name, command.applicant.name):
        raise NotTheHoldersAccount
    payee = await work.payees.get(claim.payee_id)
    sealed = seal_account(work.cipher, payee.id, account)
    await watch_account({payee.account.index, sealed.index}, work)
    payee.account, payee.set_by, payee.set_at = sealed, command.by, work.at
    return claim


async def withdraw_personal_claim(command: OnPersonalClaim, work: Work) -> Claim:
    """撤回, before anybody reviewed it; raises UnknownPersonalClaim, Stale, ClaimIsFrozen or OutOfTurn."""
    claim = await _own(command, work)
    claim.withdraw()
    await give_up(claim, work)
    return claim


async def _asked(command: AskInPerson, work: Work) -> tuple[Claim, list[Item]]:
    """The claim, being decided, and its items in the order listed."""
    _check_reach(command, work)
    check_handling_organ(command.organ, work.policy, on=work.today)
    applicant, numbers = command.applicant, command.certificate_numbers
    identity_document(applicant.kind, applicant.number, on=work.today)
    if len(set(numbers)) != len(numbers):
        raise RepeatedCertificate
    found = {each.number: each for each in await work.certificates.all_numbered(numbers)}
    theirs = [_holds(applicant, found.get(number), work) for number in numbers]
    if not all(theirs):
        raise NotTheHolders
    claim = _claim(command, work)
    items = [item_of(claim, found[number], work, employment="") for number in numbers]
    arrange(items, found)
    return claim, items


def _check_reach(command: AskInPerson, work: Work) -> None:
    """At a counter one is served by its own officers, online by a portal of the organ or of one above it."""
    at_counter = command.channel is Channel.COUNTER
    if not command.own or (at_counter and command.own != command.organ):
        raise NotYours("只能由本机关窗口受理 · Only at the counters of your own organ")
    if command.organ not in work.policy.territory(command.own):
        raise NotYours("该机关不在管辖之内 · Not an organ within your territory")


def _claim(command: AskInPerson, work: Work) -> Claim:
    key, line = work.new_id(), MoneyLine.INSURANCE
    return Claim(
        id=key,
        organ=command.organ,
        institution_id=None,
        uscc=None,
        person=Person(
            holder=seal(
                work.cipher, key, name=command.applicant.name.strip(), holder_id=command.applicant.number
            ),
            channel=command.channel,
            number=f"{command.organ}-{line.value}-{work.today:%Y%m%d}-{work.new_id().hex[-8:].upper()}",
            reference=work.new_code(),
            taken_by=command.by,
        ),
        line=line,
        created_at=work.at,
        submitted_at=work.at,
        state=ClaimState.DECIDING,
    )


def _holds(applicant: Applicant, certificate: Certificate | None, work: Work) -> bool:
    """Whether name and document are the holder's; whatever is wrong, the same work is done."""
    key, holder = (certificate.id, certificate.holder) if certificate else _nobody(work)
    return _is(applicant, key, holder, work) and certificate is not None


def _is(applicant: Applicant, key: UUID, holder: SealedHolder, work: Work) -> bool:
    named = is_named(work.cipher, unsealed(work.cipher, key, holder).name, applicant.name)
    return hmac.compare_digest(holder.index, index_of(work.cipher, applicant.number)) and named


def _sealed(claim: Claim | None, work: Work) -> tuple[UUID, SealedHolder]:
    """The claimant as sealed for the claim's row, or nobody where there is no person."""
    return (claim.id, claim.person.holder) if claim is not None and claim.person else _nobody(work)


def _nobody(work: Work) -> tuple[UUID, SealedHolder]:
    key = work.new_id()
    return key, seal(work.cipher, key, name=_NOBODY, holder_id=_NOBODY)


async def _own(command: OnPersonalClaim, work: Work) -> Claim:
    """The applicant's claim; that there is none, is out of reach or is another's is one refusal."""
    try:
        claim = await work.claims.get(command.claim_id)
    except UnknownClaim:
        raise UnknownPersonalClaim from None
    if claim.person is None or not _is(command.applicant, claim.id, claim.person.holder, work):
        raise UnknownPersonalClaim
    return await work.claims.get(claim.id, seen=command.seen)
