"""Payment over HTTP: accounts, batches, the file for the bank and its result."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response, UploadFile

from services.subsidy.claim_sheets import RESULT, bank_csv, bank_workbook, result_lines
from services.subsidy.domain import payment as rules
from services.subsidy.domain import refusals
from services.subsidy.domain.payee import BankAccount, PayeeKnown, UnknownPayee
from services.subsidy.domain.payment import Batch, BatchState, OrderState
from services.subsidy.domain.upload import SameUpload
from services.subsidy.handlers import Work, payments
from services.subsidy.handlers.payments import DrawUp, OnBatch, SetAccount, TakeResult
from services.subsidy.payees import masked_account, unseal_account
from services.subsidy.routes.callers import Claimant, CreateOnce, OpenWork, Payer, person
from services.subsidy.routes.sheets import UPLOADING, XLSX, empty, received
from services.subsidy.schemas.payments import (
    AccountBody,
    BatchView,
    NewBatch,
    OrdersView,
    OrderView,
    PayeeView,
    Yuan,
)
from shared.errors import Stale
from shared.http.pages import Cursor, Size
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import PageView, shown, shown_page
from shared.identity import NotYours
from shared.paging import BadCursor
from shared.persistence.idempotency import KeyReused
from shared.values import Fen

accounts = APIRouter(prefix="/v1/payees/{institution_id}", tags=["payees · 收款账户"])
router = APIRouter(prefix="/v1/payment-batches", tags=["payment · 发放"])

UPLOADS = r"/v1/payment-batches/[^/]+/result"

_SENDING = tuple(kind for kind in UPLOADING if kind not in (SameUpload, KeyReused))
_CHANGING = (
    rules.UnknownBatch,
    rules.BatchOutOfTurn,
    refusals.NotTheHandlingOrgan,
    Stale,
    PreconditionMissing,
)


@accounts.get("", response_model=PayeeView, responses=problems(UnknownPayee))
async def read_account(institution_id: UUID, caller: Claimant, open_work: OpenWork) -> Response:
    """收款账户 · Where an institution is paid; the number is masked."""
    async with open_work(caller) as work:
        payee = await work.payees.get(institution_id)
        view = PayeeView.of(payee, masked_account(work.cipher, payee.id, payee.account))
    return shown(view)


@accounts.post(
    "",
    status_code=201,
    response_model=PayeeView,
    responses=problems(refusals.UnknownInstitution, PayeeKnown, NotYours, KeyReused),
)
async def give_account(
    institution_id: UUID, body: AccountBody, caller: Claimant, once: CreateOnce
) -> Response:
    """登记收款账户 · Say where you are to be paid; the number is sealed."""
    command = SetAccount(
        institution_id=institution_id,
        holder=caller.holder,
        account=body.made(),
        seen=None,
        by=person(caller),
    )

    async def make(work: Work) -> PayeeView:
        payee = await payments.set_account(command, work)
        shown_as = masked_account(work.cipher, payee.id, payee.account)
        payee.version = 1
        return PayeeView.of(payee, shown_as)

    return await once.create(caller, body, make=make, show=lambda view: view)


@accounts.put(
    "",
    response_model=PayeeView,
    responses=problems(refusals.UnknownInstitution, UnknownPayee, NotYours, Stale, PreconditionMissing),
)
async def change_account(
    *, institution_id: UUID, body: AccountBody, caller: Claimant, seen: Seen, open_work: OpenWork
) -> Response:
    """变更收款账户 · Orders drawn up from now on go there."""
    command = SetAccount(
        institution_id=institution_id,
        holder=caller.holder,
        account=body.made(),
        seen=seen,
        by=person(caller),
    )
    async with open_work(caller) as work:
        payee = await payments.set_account(command, work)
        plain = masked_account(work.cipher, payee.id, payee.account)
    return shown(PayeeView.of(payee, plain))


async def on_batch(batch_id: UUID, caller: Payer, seen: Seen) -> OnBatch:
    """The batch an officer acts on, at the version seen."""
    return OnBatch(batch_id=batch_id, seen=seen, by=person(caller), organ=caller.organ or "")


ByPayer = Annotated[OnBatch, Depends(on_batch)]


@router.post(
    "",
    status_code=201,
    response_model=BatchView,
    responses=problems(refusals.NotTheHandlingOrgan, rules.NothingToPay, rules.AlreadyOrdered, KeyReused),
)
async def draw_up_batch(body: NewBatch, caller: Payer, once: CreateOnce) -> Response:
    """制单 · Draw up the orders for all approved claims of an organ and line, and for those the bank gave back."""
    own = caller.organ or ""
    command = DrawUp(organ=body.organ or own, line=body.line, own=own, by=person(caller))
    return await once.create(
        caller, body, make=lambda work: payments.draw_up_batch(command, work), show=BatchView.of
    )


@router.get("", response_model=PageView[BatchView], responses=problems(BadCursor))
async def list_batches(
    *,
    caller: Payer,
    open_work: OpenWork,
    state: BatchState | None = None,
    cursor: Cursor = None,
    size: Size = 50,
) -> Response:
    """发放批次 · Batches, the latest first."""
    async with open_work(caller) as work:
        page = await work.batches.page(state=state, cursor=cursor, size=size)
    return shown_page(page, BatchView.of)


@router.get("/result-template", response_class=Response, responses=problems())
async def read_result_template(caller: Payer) -> Response:
    """回盘模板 · The columns in which the bank's result is handed in."""
    del caller
    return await empty(RESULT)


@router.get("/{batch_id}", response_model=BatchView, responses=problems(rules.UnknownBatch))
async def read_batch(batch_id: UUID, caller: Payer, open_work: OpenWork) -> Response:
    """批次详情 · One batch."""
    async with open_work(caller) as work:
        batch = await work.batches.get(batch_id)
    return shown(BatchView.of(batch))


@router.get("/{batch_id}/orders", response_model=OrdersView, responses=problems(rules.UnknownBatch))
async def list_orders(batch_id: UUID, caller: Payer, open_work: OpenWork) -> Response:
    """付款指令 · The orders of a batch, with what became of each; account numbers are masked."""
    async with open_work(caller) as work:
        await work.batches.get(batch_id)
        orders = await work.orders.of_batch(batch_id)
        shown_as = [OrderView.of(each, masked_account(work.cipher, each.id, each.account)) for each in orders]
    return Response(OrdersView(items=shown_as).model_dump_json(), media_type="application/json")


@router.post(
    "/{batch_id}/release",
    response_model=BatchView,
    responses=problems(*_CHANGING, rules.NothingToPay, refusals.SamePerson),
)
async def release_batch(command: ByPayer, caller: Payer, open_work: OpenWork) -> Response:
    """放行 · Let the batch go to the bank; another person than the one who drew it up."""
    async with open_work(caller) as work:
        batch = await payments.release_batch(command, work)
    return shown(BatchView.of(batch))


@router.post("/{batch_id}/cancellation", response_model=BatchView, responses=problems(*_CHANGING))
async def cancel_batch(command: ByPayer, caller: Payer, open_work: OpenWork) -> Response:
    """撤销 · Cancel a batch before its release; its claims may stand in another."""
    async with open_work(caller) as work:
        batch = await payments.cancel_batch(command, work)
    return shown(BatchView.of(batch))


@router.get(
    "/{batch_id}/file.csv",
    response_class=Response,
    responses=problems(rules.UnknownBatch, rules.BatchOutOfTurn, refusals.NotTheHandlingOrgan),
)
async def read_bank_file(batch_id: UUID, caller: Payer, open_work: OpenWork) -> Response:
    """银行文件 · The released orders with whole account numbers, count, total and digest; for the bank alone."""
    async with open_work(caller) as work:
        batch, payables = await _for_the_bank(batch_id, caller.organ or "", work)
    content = await asyncio.to_thread(bank_csv, batch, payables)
    return _file(content, f"{batch.number}.csv", "text/csv; charset=utf-8")


@router.get(
    "/{batch_id}/file.xlsx",
    response_class=Response,
    responses=problems(rules.UnknownBatch, rules.BatchOutOfTurn, refusals.NotTheHandlingOrgan),
)
async def read_bank_workbook(batch_id: UUID, caller: Payer, open_work: OpenWork) -> Response:
    """银行文件（XLSX）· The same orders as a spreadsheet."""
    async with open_work(caller) as work:
        batch, payables = await _for_the_bank(batch_id, caller.organ or "", work)
    content = await asyncio.to_thread(lambda: b"".join(bank_workbook(batch, payables)))
    return _file(content, f"{batch.number}.xlsx", XLSX)


@router.post(
    "/{batch_id}/result",
    response_model=BatchView,
    responses=problems(*_CHANGING, *_SENDING, rules.BatchSettled, rules.ResultDoesNotAddUp),
)
async def take_result(
    *,
    file: UploadFile,
    paid: Annotated[Yuan, Form(description="银行声明的成功合计（元）· what the bank says it paid")],
    returned: Annotated[Yuan, Form(description="银行声明的退票合计（元）· what it says came back")],
    command: ByPayer,
    caller: Payer,
    open_work: OpenWork,
    request: Request,
) -> Response:
    """回盘入账 · Book the bank's word on every order: all of it, or nothing where anything does not add up."""
    sheet = await received(file, RESULT, request)
    result = TakeResult(
        batch=command,
        lines=result_lines(sheet),
        paid=Fen.from_yuan_text(paid),
        returned=Fen.from_yuan_text(returned),
        sha256=sheet.sha256,
    )
    async with open_work(caller) as work:
        batch = await payments.take_result(result, work)
    return shown(BatchView.of(batch))


async def _for_the_bank(
    batch_id: UUID, organ: str, work: Work
) -> tuple[Batch, list[tuple[rules.Order, BankAccount]]]:
    """A released batch and its orders with their accounts in plain words; what is wholly offset is not the bank's."""
    batch = await work.batches.get(batch_id)
    batch.check_paid_by(organ, work.policy)
    batch.check_released()
    orders = await work.orders.of_batch(batch.id)
    return batch, [
        (each, unseal_account(work.cipher, each.id, each.account))
        for each in orders
        if each.state is not OrderState.WITHDRAWN and each.amount
    ]


def _file(content: bytes, name: str, media_type: str) -> Response:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=disposition)
