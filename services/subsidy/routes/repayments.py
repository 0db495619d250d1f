"""Recoveries over HTTP after the notice: statement and answer, instalments, money, write-off by two persons."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.subsidy.domain import recovery_faults as faults
from services.subsidy.domain import refusals
from services.subsidy.domain.item import UnknownItem
from services.subsidy.handlers import repayments
from services.subsidy.handlers.repayments import AnswerStatement, StateCase, TakeRepayment
from services.subsidy.routes.callers import Claimant, OpenWork, Payer, Reviewer, person
from services.subsidy.routes.recoveries import CHANGING, ByPayer, ByReviewer
from services.subsidy.schemas.recoveries import RecoveryView
from services.subsidy.schemas.repayments import (
    AnswerBody,
    PlanBody,
    ReasonBody,
    ReceivedStatementBody,
    RepaymentBody,
    StatementBody,
)
from shared.errors import Stale
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import shown
from shared.identity import NotYours

router = APIRouter(prefix="/v1/recoveries/{recovery_id}", tags=["recoveries · 追回"])


@router.post(
    "/statement",
    response_model=RecoveryView,
    responses=problems(faults.UnknownRecovery, faults.StatementClosed, NotYours, Stale, PreconditionMissing),
)
async def state_case(
    *, recovery_id: UUID, body: StatementBody, caller: Claimant, seen: Seen, open_work: OpenWork
) -> Response:
    """陈述申辩 · Say what you hold against the notice; once, until the day it names."""
    command = StateCase(
        recovery_id=recovery_id, seen=seen, text=body.text, holder=caller.holder, by=person(caller)
    )
    async with open_work(caller) as work:
        recovery = await repayments.state_case(command, work)
    return shown(RecoveryView.of(recovery))


@router.post(
    "/received-statement",
    response_model=RecoveryView,
    responses=problems(*CHANGING, faults.StatementClosed),
)
async def note_statement(
    body: ReceivedStatementBody, command: ByReviewer, caller: Reviewer, open_work: OpenWork
) -> Response:
    """登记陈述申辩 · Note what the debtor said in person, by telephone or letter."""
    async with open_work(caller) as work:
        recovery = await repayments.note_statement(command, work, text=body.text, of=body.of)
    return shown(RecoveryView.of(recovery))


@router.post("/answer", response_model=RecoveryView, responses=problems(*CHANGING, UnknownItem))
async def answer_statement(
    body: AnswerBody, command: ByReviewer, caller: Reviewer, open_work: OpenWork
) -> Response:
    """答复陈述申辩 · What is upheld need not come back; what remains is final, and its term runs anew."""
    answer = AnswerStatement(on=command, upheld=body.upheld, text=body.answer, item_ids=body.item_ids)
    async with open_work(caller) as work:
        recovery = await repayments.answer_statement(answer, work)
    return shown(RecoveryView.of(recovery))


@router.post(
    "/plan",
    response_model=RecoveryView,
    responses=problems(*CHANGING, faults.StatementUnanswered, faults.PlanDoesNotAddUp),
)
async def agree_plan(body: PlanBody, command: ByPayer, caller: Payer, open_work: OpenWork) -> Response:
    """分期退款 · Agree on instalments that come to what remains, to the fen; they replace those agreed on before."""
    parts = [each.made() for each in body.instalments]
    async with open_work(caller) as work:
        recovery = await repayments.agree_plan(command, parts, work)
    return shown(RecoveryView.of(recovery))


@router.post(
    "/repayments",
    response_model=RecoveryView,
    responses=problems(*CHANGING, faults.StatementUnanswered, faults.OverPaid, faults.ReferenceUsed),
)
async def take_repayment(
    body: RepaymentBody, command: ByPayer, caller: Payer, open_work: OpenWork
) -> Response:
    """退款入账 · Book money that came in; the same bank reference again changes nothing."""
    repayment = TakeRepayment(
        on=command, amount=body.amount_fen, received_on=body.received_on, reference=body.reference
    )
    async with open_work(caller) as work:
        recovery = await repayments.take_repayment(repayment, work)
    return shown(RecoveryView.of(recovery))


@router.post(
    "/write-off",
    response_model=RecoveryView,
    responses=problems(*CHANGING, faults.NotFinal, refusals.ReasonMissing),
)
async def propose_write_off(
    body: ReasonBody, command: ByPayer, caller: Payer, open_work: OpenWork
) -> Response:
    """提出核销 · Propose that what remains be given up, and say why."""
    async with open_work(caller) as work:
        recovery = await repayments.propose_write_off(command, work, reason=body.reason)
    return shown(RecoveryView.of(recovery))


@router.post(
    "/write-off/confirmation",
    response_model=RecoveryView,
    responses=problems(
        *CHANGING,
        faults.NotFinal,
        faults.NoWriteOffProposed,
        faults.OffsetUnderway,
        refusals.SamePerson,
    ),
)
async def confirm_write_off(command: ByPayer, caller: Payer, open_work: OpenWork) -> Response:
    """核定核销 · Give up what remains; another person than the one who proposed it."""
    async with open_work(caller) as work:
        recovery = await repayments.confirm_write_off(command, work)
    return shown(RecoveryView.of(recovery))


@router.post(
    "/write-off/refusal",
    response_model=RecoveryView,
    responses=problems(*CHANGING, faults.NoWriteOffProposed),
)
async def decline_write_off(
    body: ReasonBody, command: ByPayer, caller: Payer, open_work: OpenWork
) -> Response:
    """不予核销 · Leave it due."""
    async with open_work(caller) as work:
        recovery = await repayments.decline_write_off(command, work, reason=body.reason)
    return shown(RecoveryView.of(recovery))
