"""A campaign as city, districts and institutions work on it over HTTP, and the worker beside them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import httpx

from services.filing.domain.institution import Institution
from services.filing.handlers import Work
from services.filing.worker import JOBS
from shared.contracts.filing import InstitutionRescoped
from shared.contracts.scope import ScopeItem
from shared.identity import Permission
from tests.builders import CITY, DISTRICT
from tests.databases import connected
from tests.filing.works import EVERYTHING, FilingWorks, keep
from tests.interfaces import Headers, Interfaces, fresh_key

TODAY = date(2024, 3, 4)
EFFECTIVE = date(2024, 7, 1)


@dataclass(frozen=True, kw_only=True)
class Play:
    """Everybody who takes part."""

    interfaces: Interfaces
    works: FilingWorks

    @property
    def http(self) -> httpx.AsyncClient:
        return self.interfaces.filing

    def officer(self, organ: str = DISTRICT) -> Headers:
        return self.interfaces.bearer(Permission.ASSESS, Permission.READ_REGISTER, organ=organ)

    @property
    def city(self) -> Headers:
        return self.officer(CITY)

    def body(self, uscc: str) -> Headers:
        """The header of an institution itself."""
        return self.interfaces.bearer(Permission.APPLY, Permission.READ_REGISTER, holder=uscc)

    def set(self, moment: datetime) -> None:
        """It is this moment for the interface and for the units of work of the tests."""
        self.interfaces.clock.set(moment)
        self.works.at = moment

    async def keep(self, *institutions: Institution) -> None:
        await keep(self.works, *institutions)

    async def institution(self, key: UUID) -> Institution:
        async with self.works(EVERYTHING) as work:
            return await work.institutions.get(key)

    async def try_to_open(self, who: Headers | None = None, *, on: date = EFFECTIVE) -> httpx.Response:
        body = {"title": "重新核定", "effective_on": on.isoformat()}
        return await self.http.post("/v1/campaigns", headers=(who or self.city) | fresh_key(), json=body)

    async def open(self, *, on: date = EFFECTIVE) -> str:
        """A campaign whose reviews are all handed out."""
        answer = await self.try_to_open(on=on)
        assert answer.status_code == 201, answer.text
        await self.look("hand-out-reviews")
        key: str = answer.json()["id"]
        return key

    async def look(self, job: str) -> int:
        """One look of the worker at one of its jobs."""
        (known,) = [each for each in JOBS if each.name == job]
        return await self.interfaces.suite.workers["filing"].do_job(known)

    async def looking(self, job: str, run: Callable[[UUID, Work], Awaitable[object]]) -> int:
        """One look at a job whose every turn is done otherwise."""
        (known,) = [each for each in JOBS if each.name == job]
        return await self.interfaces.suite.workers["filing"].do_job(replace(known, run=run))

    async def campaign(self, key: str, who: Headers | None = None) -> dict[str, Any]:
        answer = await self.http.get(f"/v1/campaigns/{key}", headers=who or self.city)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    async def reviews(
        self, key: str, who: Headers | None = None, **wanted: str | int
    ) -> list[dict[str, Any]]:
        """All pages of a campaign's reviews."""
        found: list[dict[str, Any]] = []
        while True:
            answer = await self.http.get(
                f"/v1/campaigns/{key}/reviews", headers=who or self.city, params={"size": 200, **wanted}
            )
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found += page["items"]
            if page["next"] is None:
                return found
            wanted["cursor"] = page["next"]

    async def review_of(self, key: str, institution: Institution) -> dict[str, Any]:
        (found,) = [each for each in await self.reviews(key) if each["institution_id"] == str(institution.id)]
        return found

    async def step(
        self, review: dict[str, Any], step: str, who: Headers, body: dict[str, Any] | None = None
    ) -> httpx.Response:
        """Take a step on a review at the version that was shown."""
        headers = who | {"If-Match": f'"{review["version"]}"'}
        return await self.http.post(f"/v1/reviews/{review['id']}/{step}", headers=headers, json=body)

    async def decide(
        self, review: dict[str, Any], who: Headers | None = None, /, **ruling: list[Any]
    ) -> httpx.Response:
        return await self.step(review, "decision", who or self.officer(review["organ"]), ruling)

    async def confirm(self, key: str, ids: list[str], who: Headers | None = None) -> httpx.Response:
        return await self.http.post(
            f"/v1/campaigns/{key}/confirmations", headers=who or self.officer(), json={"review_ids": ids}
        )

    async def close(self, key: str, because: str | None = None, who: Headers | None = None) -> httpx.Response:
        version = (await self.campaign(key))["version"]
        headers = (who or self.city) | {"If-Match": f'"{version}"'}
        return await self.http.post(
            f"/v1/campaigns/{key}/closing", headers=headers, json={"forced_because": because}
        )

    async def announced(self) -> list[InstitutionRescoped]:
        """Every change of scope that was announced."""
        async with connected(self.interfaces.plan.database.services["filing"]) as connection:
            rows = await connection.fetch(
                "SELECT data FROM outbox WHERE topic = $1 ORDER BY position", InstitutionRescoped.topic
            )
        return [InstitutionRescoped.model_validate_json(row["data"]) for row in rows]


def plain(item: ScopeItem) -> dict[str, Any]:
    """An item as it is sent."""
    return item.model_dump(mode="json")


def because(item: ScopeItem, reason: str = "设备不足") -> dict[str, Any]:
    """An item that is withdrawn or added, with a reason."""
    return {"item": plain(item), "reason": reason}


def adds_up(progress: dict[str, Any]) -> bool:
    """Whether every review stands somewhere, and nowhere twice."""
    parts = ("open", "unchanged", "narrowed", "widened", "reshaped", "void")
    return bool(progress["total"] == sum(progress[each] for each in parts))
