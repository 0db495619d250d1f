"""Spreadsheets as officers hand them in, and an import's way over HTTP; bodies in them are made up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID

import httpx

from services.filing.domain.bulk import ImportKind
from services.filing.sheets import layout_of
from services.filing.worker import JOBS
from shared.clock import SHANGHAI
from shared.identity import Permission
from shared.policy import Policy, load_policy
from shared.settings import PolicySettings
from shared.sheets.exporting import csv_rows, workbook
from shared.sheets.layout import SheetLayout
from tests.builders import DISTRICT, TURNER, a_uscc
from tests.interfaces import Headers, Interfaces, fresh_key

Row = Mapping[str, Any]
_numbers = count(1)
INSTITUTIONS, FILINGS = ImportKind.INSTITUTIONS, ImportKind.FILINGS
PUT_IN = next(job for job in JOBS if job.name == "put-in-imports")


@cache
def city_policy() -> Policy:
    return load_policy(PolicySettings().folder)


def layout(kind: ImportKind) -> SheetLayout:
    return layout_of(kind, city_policy())


@dataclass
class Desk:
    """An officer with spreadsheets to hand in."""

    interfaces: Interfaces
    organ: str = DISTRICT
    headers: Headers = field(init=False)

    def __post_init__(self) -> None:
        self.headers = self.interfaces.bearer(Permission.ASSESS, Permission.READ_REGISTER, organ=self.organ)

    def record(self, **changes: Any) -> dict[str, Any]:
        """A row of a municipal enterprise that has been on record for a year."""
        today = self.interfaces.clock.now().astimezone(SHANGHAI).date()
        row = {
            "name": "测试存量甲公司",
            "uscc": str(a_uscc()),
            "category": "municipal_enterprise",
            "audience": "own_staff",
            "organ": self.organ,
            "number": f"测试存量〔2023〕{next(_numbers):05}号",
            "valid_from": today - timedelta(days=365),
            "valid_until": today + timedelta(days=365),
            "edition": "2015",
            "occupation": TURNER,
            "lowest": "5",
            "highest": "3",
        }
        return row | changes

    def draft(self, **changes: Any) -> dict[str, Any]:
        """A row of a municipal enterprise that applies on site."""
        kept = ("category", "audience", "organ", "edition", "occupation", "lowest", "highest")
        record = self.record()
        row = {name: record[name] for name in kept}
        return {**row, "name": "测试现场甲公司", "uscc": str(a_uscc()), **changes}

    async def hand_in(
        self, kind: ImportKind, content: bytes, *, name: str = "存量机构.xlsx", who: Headers | None = None
    ) -> httpx.Response:
        return await self.interfaces.filing.post(
            f"/v1/imports?kind={kind}",
            headers=(who or self.headers) | fresh_key(),
            files={"file": (name, content)},
        )

    async def previewed(self, kind: ImportKind, *rows: Row) -> dict[str, Any]:
        answer = await self.hand_in(kind, as_xlsx(kind, rows))
        assert answer.status_code == 201, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def say(self, view: Mapping[str, Any], act: str) -> httpx.Response:
        """Commit or discard at the version last seen."""
        return await self.interfaces.filing.post(
            f"/v1/imports/{view['id']}/{act}", headers=self.headers | {"If-Match": f'"{view["version"]}"'}
        )

    async def read(self, view: Mapping[str, Any], part: str = "") -> httpx.Response:
        return await self.interfaces.filing.get(f"/v1/imports/{view['id']}{part}", headers=self.headers)

    async def put_in(self, view: Mapping[str, Any]) -> dict[str, Any]:
        """Commit it and let the worker do its work."""
        answer = await self.say(view, "commit")
        assert answer.status_code == 200, answer.text
        await self.work()
        after: dict[str, Any] = (await self.read(view)).json()
        return after

    async def work(self) -> int:
        """What is due is done; returns how many chunks."""
        return await self.interfaces.suite.workers["filing"].do_job(PUT_IN)

    async def rows(self, view: Mapping[str, Any], query: str = "") -> list[dict[str, Any]]:
        """All rows, page by page."""
        rows: list[dict[str, Any]] = []
        following = ""
        while True:
            page = (await self.read(view, f"/rows?size=200{query}{following}")).json()
            rows += page["items"]
            if page["next"] is None:
                return rows
            following = f"&cursor={page['next']}"

    async def codes(self, view: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Column and code of everything that was found, row by row."""
        rows = await self.rows(view)
        return [(each["column"], each["code"]) for row in rows for each in row["findings"]]

    async def institution(self, key: str | UUID) -> dict[str, Any]:
        answer = await self.interfaces.filing.get(f"/v1/institutions/{key}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def cells(kind: ImportKind, rows: Sequence[Row]) -> list[list[Any]]:
    return [[row.get(column.key) for column in layout(kind).columns] for row in rows]


def as_xlsx(kind: ImportKind, rows: Sequence[Row]) -> bytes:
    """An exported list carries the marks of its layout, so it passes for the template filled in."""
    return b"".join(workbook(layout(kind), cells(kind, rows)))


def as_csv(kind: ImportKind, rows: Sequence[Row], *, encoding: str = "utf-8") -> bytes:
    text = b"".join(csv_rows(layout(kind), cells(kind, rows))).decode("utf-8-sig")
    return text.encode(encoding)
