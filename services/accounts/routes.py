"""Accounts over HTTP: who asks, what they send, which handler, what they see."""

import secrets
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.accounts import handlers, operators
from services.accounts.domain import (
    AccountShut,
    BadReach,
    Client,
    ClientNameTaken,
    OperatorKnown,
    UnknownAccount,
)
from services.accounts.handlers import Work
from services.accounts.schemas import AccountView, ClientView, NewClient, NewOperator
from shared.http.auth import allowed
from shared.http.pages import Cursor, Size
from shared.http.problems import problems
from shared.http.work import Once, PageView, RequestWorks, once_of, shown, shown_page, works_of
from shared.identity import NotYours, Permission, Principal
from shared.paging import BadCursor
from shared.persistence.idempotency import KeyReused
from shared.policy import Policy, UnknownOrgan

Reader = Annotated[Principal, allowed(Permission.READ_ACCOUNTS)]
Administrator = Annotated[Principal, allowed(Permission.MANAGE_CLIENTS)]
OpenWork = Annotated[RequestWorks[Work], Depends(works_of)]
CreateOnce = Annotated[Once[Work], Depends(once_of)]

accounts = APIRouter(prefix="/v1/accounts", tags=["accounts · 账号"])
clients = APIRouter(prefix="/v1/clients", tags=["clients · 客户端"])


@accounts.get("", response_model=PageView[AccountView], responses=problems(BadCursor))
async def list_accounts(
    *,
    caller: Reader,
    open_work: OpenWork,
    cursor: Cursor = None,
    size: Size = 50,
) -> Response:
    """账号清单 · Accounts in the order in which they were opened."""
    async with open_work(caller) as work:
        page = await work.accounts.page(cursor=cursor, size=size)
    return shown_page(page, AccountView.of)


@accounts.get("/{account_id}", response_model=AccountView, responses=problems(UnknownAccount))
async def read_account(account_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """账号详情 · One account."""
    async with open_work(caller) as work:
        account = await work.accounts.get(account_id)
    return shown(AccountView.of(account))


@accounts.get(
    "/of-institution/{institution_id}", response_model=AccountView, responses=problems(UnknownAccount)
)
async def read_account_of(institution_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """机构的账号 · The account of an institution."""
    async with open_work(caller) as work:
        account = await work.accounts.of_institution(institution_id)
    return shown(AccountView.of(account))


@accounts.post(
    "/{account_id}/operator",
    status_code=201,
    response_model=ClientView,
    responses=problems(UnknownAccount, AccountShut, OperatorKnown, ClientNameTaken, NotYours, KeyReused),
)
async def invite_operator(
    account_id: UUID, body: NewOperator, caller: Administrator, once: CreateOnce
) -> Response:
    """邀请首位操作员 · Give the institution its first way in; the secret is in this answer and nowhere else (N2.1)."""
    secret = secrets.token_urlsafe(32)
    command = operators.InviteOperator(
        account_id=account_id, name=body.client_id, secret=secret, organ=caller.organ
    )
    return await once.create(
        caller,
        body,
        make=lambda work: operators.invite_operator(command, work),
        show=lambda client: ClientView.of(client, secret=secret),
        keep=ClientView.of,
    )


@clients.post(
    "",
    status_code=201,
    response_model=ClientView,
    responses=problems(ClientNameTaken, BadReach, UnknownOrgan, KeyReused, NotYours),
)
async def add_client(body: NewClient, caller: Administrator, once: CreateOnce) -> Response:
    """登记客户端 · A new client; its secret is in this answer and nowhere else."""
    if body.permissions - caller.permissions:
        raise NotYours("不能授予自己没有的权限 · You cannot grant what you were not granted")
    secret = secrets.token_urlsafe(32)
    command = handlers.AddClient(
        name=body.client_id,
        secret=secret,
        permissions=frozenset(permission.value for permission in body.permissions),
        organ=body.organ,
        holder=body.holder,
    )

    async def make(work: Work) -> Client:
        _check_reach(caller, body, work.policy)
        return await handlers.add_client(command, work)

    return await once.create(
        caller,
        body,
        make=make,
        show=lambda client: ClientView.of(client, secret=secret),
        keep=ClientView.of,
    )


def _check_reach(caller: Principal, body: NewClient, policy: Policy) -> None:
    """Raises NotYours for a client that would reach further than its maker.

    An organ makes clients of itself and of those below it, an institution its own. Which district an institution
    belongs to is not known here before its account is open, so organs above the districts make theirs.
    """
    reach = policy.territory(caller.organ) if caller.organ else frozenset[str]()
    if body.organ is not None:
        within = policy.organ(body.organ).code in reach
    else:
        within = body.holder == caller.holder or len(reach) > 1
    if not within:
        raise NotYours("不能登记管辖之外的客户端 · You cannot add clients beyond your own reach")
