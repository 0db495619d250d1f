"""Spreadsheets over HTTP: how one is received, and how rows that were not taken are given back."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Response, UploadFile

from services.subsidy.domain.upload import FaultyJson, NothingReturned, Returned, SameUpload, Sheet
from services.subsidy.handlers import Work
from services.subsidy.sheets import given_back, read_sheet
from shared.clock import SHANGHAI, Clock
from shared.errors import TooLarge
from shared.http.uploads import uploaded
from shared.http.work import IdempotencyKey, Once
from shared.identity import Principal, Scope
from shared.persistence.idempotency import KeyReused
from shared.policy import Policy
from shared.sheets import refusals
from shared.sheets.layout import SheetLayout
from shared.sheets.returning import with_errors
from shared.sheets.templates import template

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
A_WORKBOOK: dict[int | str, dict[str, Any]] = {
    200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}, "description": "XLSX"}
}
UPLOADING = (
    *(
        kind
        for kind in vars(refusals).values()
        if isinstance(kind, type) and issubclass(kind, refusals.SheetRefused)
    ),
    FaultyJson,
    TooLarge,
    SameUpload,
    KeyReused,
)


class OnceForTheCity(Once[Work]):
    """A creation that looks at rows of the whole city: its handler refuses what is not the caller's."""

    def _scope(self, caller: Principal) -> Scope:
        return replace(super()._scope(caller), everything=True)


async def once_for_the_city(request: Request, idempotency_key: IdempotencyKey) -> OnceForTheCity:
    """The creation that a request asks for."""
    return OnceForTheCity(request, idempotency_key)


TakeOnce = Annotated[OnceForTheCity, Depends(once_for_the_city)]


def most_bytes(policy: Policy, clock: Clock) -> int:
    """How large a spreadsheet may be."""
    return policy.number("import.max_bytes", clock.now().astimezone(SHANGHAI).date())


async def received(file: UploadFile, layout: SheetLayout, request: Request) -> Sheet:
    """A sheet as it was read; raises TooLarge, SheetRefused or FaultyJson."""
    policy, clock = request.app.state.policy, request.app.state.clock
    most = most_bytes(policy, clock)
    content = await uploaded(file, most=most)
    rows = policy.number("import.max_rows", clock.now().astimezone(SHANGHAI).date())
    return await asyncio.to_thread(read_sheet, content, layout, most_rows=rows, most_bytes=most)


async def empty(layout: SheetLayout) -> Response:
    """The template."""
    return _workbook(await asyncio.to_thread(template, layout), f"{layout.name}.xlsx")


async def errors(upload_id: UUID, layout: SheetLayout, returned: Sequence[Returned]) -> Response:
    """The rows that were not taken, marked; corrected, they can be sent as they are. Raises NothingReturned."""
    if not returned:
        raise NothingReturned
    content = await asyncio.to_thread(lambda: with_errors(layout, given_back(returned)))
    return _workbook(content, f"errors-{upload_id}.xlsx")


def _workbook(content: bytes, name: str) -> Response:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=XLSX, headers=disposition)
