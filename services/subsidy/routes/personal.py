"""A person's own claim over HTTP, through a portal that acts for it or an officer at a counter."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from services.subsidy.domain import person as rules
from services.subsidy.domain import refusals
from services.subsidy.domain.claim import Claim
from services.subsidy.domain.item import Item
from services.subsidy.domain.payee import BankAccount
from services.subsidy.domain.person import MOST_CERTIFICATES, Channel, UnknownPersonalClaim
from services.subsidy.handlers import Work, personal
from services.subsidy.handlers.personal import AskInPerson, OnPersonalClaim
from services.subsidy.holders import ShownHolder, masked_in
from services.subsidy.payees import masked_account
from services.subsidy.routes.callers import OpenWork, PersonsAgent, person
from services.subsidy.routes.sheets import TakeOnce
from services.subsidy.schemas.claims import PreviewView
from services.subsidy.schemas.personal import (
    HolderBody,
    InquiryBody,
    MadePersonalClaim,
    NewAccount,
    NewPersonalClaim,
    PersonalClaimView,
    PersonalTrial,
    ReferenceBody,
)
from shared.clock import SHANGHAI, Clock
from shared.errors import Stale
from shared.http.limits import Rates
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, TooManyRequests, problems
from shared.http.work import shown
from shared.identity import NotYours, Permission, Principal
from shared.persistence.idempotency import KeyReused
from shared.persistence.unit_of_work import Works
from shared.policy import Policy
from shared.privacy import mask_number
from shared.values import InvalidCitizenId, InvalidIdentityDocument

router = APIRouter(prefix="/v1/personal-claims", tags=["personal claims · 个人申领"])

_ASKING = (
    NotYours,
    rules.NotAHandlingOrgan,
    rules.NotTheHolders,
    refusals.RepeatedCertificate,
    InvalidCitizenId,
    InvalidIdentityDocument,
    TooManyRequests,
)
_OWN = (
    rules.UnknownPersonalClaim,
    refusals.ClaimIsFrozen,
    refusals.OutOfTurn,
    Stale,
    PreconditionMissing,
    TooManyRequests,
)


Shown = tuple[Claim, Sequence[Item], ShownHolder, BankAccount]


class Turns:
    """How often each thing may be asked about one person, or one claim: a portal is one address for all of them."""

    def __init__(self, request: Request) -> None:
        self._rates: Rates = request.app.state.rates
        self._route: str = request.scope["route"].name
        policy: Policy = request.app.state.policy
        clock: Clock = request.app.state.clock
        today = clock.now().astimezone(SHANGHAI).date()
        self._most = policy.number("subsidy.personal_asks_per_minute", today)

    def take(self, about: str) -> None:
        """Raises TooManyRequests; what it is about is remembered by its digest."""
        key = sha256(about.strip().upper().encode()).hexdigest()
        self._rates.take(self._route, key, per_minute=self._most, burst=self._most)


async def turns_of(request: Request) -> Turns:
    """The turns that are left."""
    return Turns(request)


InTurn = Annotated[Turns, Depends(turns_of)]


@router.post("/trials", response_model=PreviewView, responses=problems(*_ASKING))
async def try_personal_claim(
    body: PersonalTrial, caller: PersonsAgent, turns: InTurn, request: Request
) -> Response:
    """个人申领试算 · What a claim for certificates of one's own would come to, with every rule; nothing is kept."""
    turns.take(body.holder_id)
    works: Works[Work] = request.app.state.works
    async with _whole_city(caller, request, works) as work:
        assessment = await personal.try_personal_claim(_asked(body, caller), work)
    return Response(PreviewView.of(assessment).model_dump_json(), media_type="application/json")


@router.post(
    "",
    status_code=201,
    response_model=MadePersonalClaim,
    responses=problems(
        *_ASKING, rules.CounterClosed, rules.NotTheHoldersAccount, refusals.AlreadyClaimed, KeyReused
    ),
)
async def open_personal_claim(
    body: NewPersonalClaim, caller: PersonsAgent, turns: InTurn, once: TakeOnce
) -> Response:
    """个人申领 · Claim for certificates of one's own, to be paid to one's own card; each is decided at once."""
    turns.take(body.holder_id)
    command = _asked(body, caller)

    async def make(work: Work) -> Shown:
        account = body.account.made()
        claim = await personal.open_personal_claim(command, account, work)
        return await _with_items(claim, replace(account, number=mask_number(account.number)), work)

    return await once.create(caller, body, make=make, show=lambda made: MadePersonalClaim.of(*made))


@router.post(
    "/inquiries",
    response_model=PersonalClaimView,
    responses=problems(rules.UnknownPersonalClaim, TooManyRequests),
)
async def find_personal_claim(
    body: InquiryBody | ReferenceBody, caller: PersonsAgent, turns: InTurn, open_work: OpenWork
) -> Response:
    """申领查询 · How a claim stands: by its number and the end of the document's number, or by the code it came with."""
    turns.take(body.number if isinstance(body, InquiryBody) else body.reference)
    async with open_work(caller) as work:
        if isinstance(body, InquiryBody):
            claim = await personal.find_by_number(body.number, body.id_tail, work)
        else:
            claim = await personal.find_by_reference(body.reference, work)
        made = await _found(claim, work)
    return shown(PersonalClaimView.of(*made))


@router.put(
    "/{claim_id}/account",
    response_model=PersonalClaimView,
    responses=problems(*_OWN, rules.NotTheHoldersAccount),
)
async def change_personal_account(
    *, claim_id: UUID, body: NewAccount, caller: PersonsAgent, turns: InTurn, seen: Seen, open_work: OpenWork
) -> Response:
    """变更收款账户 · Another account of the same person; orders drawn up from now on go there."""
    turns.take(body.holder_id)
    async with open_work(caller) as work:
        command = _own(claim_id, body, caller, seen)
        claim = await personal.change_personal_account(command, body.account.made(), work)
        made = await _found(claim, work)
    return shown(PersonalClaimView.of(*made))


@router.post("/{claim_id}/withdrawal", response_model=PersonalClaimView, responses=problems(*_OWN))
async def withdraw_personal_claim(
    *, claim_id: UUID, body: HolderBody, caller: PersonsAgent, turns: InTurn, seen: Seen, open_work: OpenWork
) -> Response:
    """撤回个人申领 · Withdraw a claim before it is reviewed; its certificates may be claimed again."""
    turns.take(body.holder_id)
    async with open_work(caller) as work:
        claim = await personal.withdraw_personal_claim(_own(claim_id, body, caller, seen), work)
        made = await _found(claim, work)
    return shown(PersonalClaimView.of(*made))


def _whole_city(caller: Principal, request: Request, works: Works[Work]) -> AbstractAsyncContextManager[Work]:
    """A person may have been evaluated in another district: the handler refuses what is not the caller's."""
    scope = caller.scope(request.scope["route"].name, request.app.state.policy)
    return works(replace(scope, everything=True))


async def _found(claim: Claim, work: Work) -> Shown:
    """A person's claim with its account, masked."""
    payee = await work.payees.get(claim.payee_id)
    return await _with_items(claim, masked_account(work.cipher, payee.id, payee.account), work)


async def _with_items(claim: Claim, account: BankAccount, work: Work) -> Shown:
    """A person's claim with what is shown with it."""
    if claim.person is None:
        raise UnknownPersonalClaim
    who = masked_in(work.cipher, claim.id, claim.person.holder)
    return claim, await work.items.first(claim.id, most=MOST_CERTIFICATES), who, account


def _asked(body: PersonalTrial, caller: Principal) -> AskInPerson:
    return AskInPerson(
        applicant=body.applicant(),
        certificate_numbers=body.certificate_numbers,
        organ=body.organ,
        channel=_channel(caller),
        own=caller.organ or "",
        by=person(caller),
    )


def _channel(caller: Principal) -> Channel:
    """Only what was granted it is a portal; everybody else serves at a counter, and keeps its days."""
    online = Permission.CLAIM_ONLINE in caller.permissions and caller.on_behalf_of is None
    return Channel.ONLINE if online else Channel.COUNTER


def _own(claim_id: UUID, body: HolderBody, caller: Principal, seen: int) -> OnPersonalClaim:
    return OnPersonalClaim(claim_id=claim_id, seen=seen, applicant=body.applicant(), by=person(caller))
