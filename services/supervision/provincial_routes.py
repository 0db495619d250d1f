"""The province's tasks and orders over HTTP, for the officers who carry them out."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.supervision import provincial
from services.supervision.domain import provincial as rules
from services.supervision.domain import refusals
from services.supervision.domain.provincial import TaskState
from services.supervision.provincial import OnTask
from services.supervision.provincial_schemas import OrderView, ReportBody, TaskInspectionBody, TaskView
from services.supervision.routes import Officer, OpenWork
from shared.errors import Stale
from shared.http.pages import Cursor, Size
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import PageView, shown, shown_page
from shared.paging import BadCursor

tasks = APIRouter(prefix="/v1/provincial-tasks", tags=["province · 省级交办"])
orders = APIRouter(prefix="/v1/provincial-orders", tags=["province · 省级交办"])

_ACTING = (
    Stale,
    PreconditionMissing,
    rules.UnknownTask,
    rules.TaskDone,
    refusals.UnknownInspection,
    refusals.NotTheSupervisingOrgan,
)


async def on_task(task_id: UUID, caller: Officer, seen: Seen) -> OnTask:
    """The task an officer acts on, at the version seen; behind a portal the officer counts as the person."""
    name = caller.on_behalf_of or caller.subject
    return OnTask(task_id=task_id, seen=seen, by=name, organ=caller.organ or "")


ByOfficer = Annotated[OnTask, Depends(on_task)]


@tasks.get("", response_model=PageView[TaskView], responses=problems(BadCursor))
async def list_tasks(
    *,
    caller: Officer,
    open_work: OpenWork,
    state: TaskState | None = None,
    cursor: Cursor = None,
    size: Size = 50,
) -> Response:
    """省级督导任务 · The inspections that the province asks for, the latest first (N2.6)."""
    async with open_work(caller) as work:
        page = await work.tasks.page(state=state, cursor=cursor, size=size)
    return shown_page(page, TaskView.of)


@tasks.get("/{task_id}", response_model=TaskView, responses=problems(rules.UnknownTask))
async def read_task(task_id: UUID, caller: Officer, open_work: OpenWork) -> Response:
    """任务详情 · One of them."""
    async with open_work(caller) as work:
        task = await work.tasks.get(task_id)
    return shown(TaskView.of(task))


@tasks.post(
    "/{task_id}/inspection",
    response_model=TaskView,
    responses=problems(
        *_ACTING, rules.AnotherInstitution, refusals.UnknownInstitution, refusals.TooFewSupervisors
    ),
)
async def inspect_task(
    body: TaskInspectionBody, command: ByOfficer, caller: Officer, open_work: OpenWork
) -> Response:
    """开展督导 · Link an inspection of the institution, or enter a new one, made or arranged."""
    async with open_work(caller) as work:
        task = await provincial.inspect_task(command, body.made(), work)
    return shown(TaskView.of(task))


@tasks.post("/{task_id}/report", response_model=TaskView, responses=problems(*_ACTING, rules.NotInspected))
async def report_task(body: ReportBody, command: ByOfficer, caller: Officer, open_work: OpenWork) -> Response:
    """上报 · Report to the province what came of it, under its number."""
    async with open_work(caller) as work:
        task = await provincial.report_task(command, body.report, work)
    return shown(TaskView.of(task))


@orders.get("", response_model=PageView[OrderView], responses=problems(BadCursor))
async def list_orders(
    *, caller: Officer, open_work: OpenWork, cursor: Cursor = None, size: Size = 50
) -> Response:
    """省级责令 · The sanctions that the province ordered, the latest first."""
    async with open_work(caller) as work:
        page = await work.orders.page(cursor=cursor, size=size)
    return shown_page(page, OrderView.of)


@orders.get("/{order_id}", response_model=OrderView, responses=problems(rules.UnknownOrder))
async def read_order(order_id: UUID, caller: Officer, open_work: OpenWork) -> Response:
    """责令详情 · One of them."""
    async with open_work(caller) as work:
        order = await work.orders.get(order_id)
    return shown(OrderView.of(order))
