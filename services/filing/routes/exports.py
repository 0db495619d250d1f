"""Lists given out as spreadsheets, read page by page, each in a transaction of its own."""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from anyio import from_thread
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from services.filing.domain.filing import Filing
from services.filing.domain.institution import Institution
from services.filing.handlers import queue
from services.filing.handlers.queue import Desk
from services.filing.lists import FILINGS, INSTITUTIONS, filing_row, institution_row
from services.filing.routes.callers import OpenWork, Reader
from services.filing.routes.institutions import HalfAnOccupation, SoughtBy
from services.filing.schemas.queue import CaseFilter
from shared.errors import Refusal
from shared.http.problems import TooBusy, problems
from shared.paging import Page
from shared.policy import Policy, UnknownOccupation
from shared.sheets.cells import Cell
from shared.sheets.exporting import MOST_ROWS, csv_rows, workbook
from shared.sheets.layout import SheetLayout
from shared.sheets.refusals import TooManyRows

A = TypeVar("A")

router = APIRouter(prefix="/v1", tags=["exports · 导出"])

_PAGE = 500


class Form(StrEnum):
    """As what a list is given out: XLSX for people, CSV for programs."""

    XLSX = "xlsx"
    CSV = "csv"

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.CSV: "text/csv; charset=utf-8",
}


async def form_of(request: Request) -> Form:
    """The form that the path ends in."""
    return Form(request.url.path.rpartition(".")[2])


AskedForm = Annotated[Form, Depends(form_of)]


class Slots:
    """How many spreadsheets one process writes at a time: each holds a thread, and its workbook a file."""

    def __init__(self, most: int) -> None:
        self.free = most


async def _slot(request: Request) -> AsyncIterator[None]:
    """A place among those being written, until the last piece is sent; raises TooBusy."""
    slots: Slots = request.app.state.exports
    if slots.free <= 0:
        raise TooBusy
    slots.free -= 1
    try:
        yield
    finally:
        slots.free += 1


InTurn = Depends(_slot)


def _gives(form: Form, *kinds: type[Refusal]) -> dict[int | str, dict[str, Any]]:
    content = {form.media_type.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}}
    return {**problems(TooManyRows, *kinds), 200: {"description": form.value.upper(), "content": content}}


@router.get(
    "/institutions/export.xlsx",
    name="export_institutions_xlsx",
    response_class=StreamingResponse,
    responses=_gives(Form.XLSX, HalfAnOccupation, UnknownOccupation),
    dependencies=[InTurn],
)
@router.get(
    "/institutions/export.csv",
    name="export_institutions_csv",
    response_class=StreamingResponse,
    responses=_gives(Form.CSV, HalfAnOccupation, UnknownOccupation),
    dependencies=[InTurn],
)
async def export_institutions(
    *, form: AskedForm, sought: SoughtBy, caller: Reader, open_work: OpenWork, request: Request
) -> StreamingResponse:
    """导出机构名录 · The register as a spreadsheet, with the list's own filters."""
    policy: Policy = request.app.state.policy

    async def page(cursor: str | None) -> Page[Institution]:
        async with open_work(caller) as work:
            return await work.institutions.page(sought, cursor=cursor, size=_PAGE)

    async with open_work(caller) as work:
        _check_most(more=await work.institutions.are_more_than(MOST_ROWS, sought))
    rows = await _rows(page, lambda each: institution_row(each, policy))
    return _given_out(form, INSTITUTIONS, rows)


@router.get(
    "/filings/export.xlsx",
    name="export_filings_xlsx",
    response_class=StreamingResponse,
    responses=_gives(Form.XLSX),
    dependencies=[InTurn],
)
@router.get(
    "/filings/export.csv",
    name="export_filings_csv",
    response_class=StreamingResponse,
    responses=_gives(Form.CSV),
    dependencies=[InTurn],
)
async def export_filings(
    *,
    form: AskedForm,
    asked: Annotated[CaseFilter, Query()],
    caller: Reader,
    open_work: OpenWork,
    request: Request,
) -> StreamingResponse:
    """导出办件 · Cases as a spreadsheet, with the queue's own filters."""
    policy: Policy = request.app.state.policy
    desk = Desk(organ=caller.organ, holder=caller.holder)

    async def page(cursor: str | None) -> Page[Filing]:
        async with open_work(caller) as work:
            return await queue.look_for(asked.made(), desk, work, page=(cursor, _PAGE))

    async with open_work(caller) as work:
        _check_most(more=await queue.are_more_than(MOST_ROWS, asked.made(), desk, work))
    rows = await _rows(page, lambda each: filing_row(each, policy))
    return _given_out(form, FILINGS, rows)


def _check_most(*, more: bool) -> None:
    """Raises TooManyRows while a refusal can still be told."""
    if more:
        raise TooManyRows(
            f"上限 {MOST_ROWS:,} 行，请缩小范围 · The limit is {MOST_ROWS:,} rows; ask for less"
        )


async def _rows(
    page: Callable[[str | None], Coroutine[Any, Any, Page[A]]], show: Callable[[A], list[Cell | None]]
) -> Iterator[list[Cell | None]]:
    """Every row, for the thread that writes them; the first page is read at once, so that a refusal is still one."""
    first = await page(None)

    def rest() -> Iterator[list[Cell | None]]:
        found = first
        while True:
            yield from map(show, found.items)
            if found.next is None:
                return
            found = from_thread.run(page, found.next)

    return rest()


def _given_out(form: Form, layout: SheetLayout, rows: Iterator[list[Cell | None]]) -> StreamingResponse:
    pieces = workbook(layout, rows) if form is Form.XLSX else csv_rows(layout, rows)
    name = f"{layout.name.rpartition('.')[2]}.{form.value}"
    return StreamingResponse(
        pieces,
        media_type=form.media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
