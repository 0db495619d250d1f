"""One institution with everybody it meets: its officers, its experts, supervision, the province, and anybody at all."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx

from cli.servers.places import free_port
from cli.suite.server import served
from shared.clock import SHANGHAI
from shared.contracts.province import FilingReport, MessageCode
from shared.identity import Permission
from tests.builders import CITY, DISTRICT, TURNER, a_uscc
from tests.filing.casework import Case
from tests.interfaces import Headers, Interfaces, client_of, fresh_key
from tests.shared.province.exchange import until
from tests.shared.province.suite import SECONDS, Suite, opened_suite

LATHE_4, LATHE_3, LATHE_5 = ({"edition": "2015", "occupation": TURNER, "level": level} for level in (4, 3, 5))
Chapter = Callable[["Life"], Awaitable[None]]


@dataclass
class Life:
    """An institution from its first question on; `case` is the one it has in hand, `institution` its id on record."""

    suite: Suite
    interfaces: Interfaces
    case: Case
    institution: str = ""
    kept: dict[str, Any] = field(default_factory=dict)
    _told: dict[Chapter, bool] = field(default_factory=dict)

    async def through(self, *chapters: Chapter) -> None:
        """Live through these, in their order, each once; one that went wrong is not tried again."""
        for chapter in chapters:
            if chapter not in self._told:
                self._told[chapter] = False
                await chapter(self)
                self._told[chapter] = True
            assert self._told[chapter], f"{chapter.__name__} went wrong before"

    @property
    def officer(self) -> Headers:
        return self.interfaces.bearer(organ=DISTRICT, subject="officer")

    @property
    def city(self) -> Headers:
        return self.interfaces.bearer(organ=CITY, subject="city")

    @property
    def own(self) -> Headers:
        granted = (Permission.APPLY, Permission.READ_REGISTER, Permission.PLAN, Permission.READ_ACCOUNTS)
        return self.interfaces.bearer(*granted, holder=self.case.uscc, subject="own")

    @property
    def today(self) -> date:
        return self.suite.clock.now().astimezone(SHANGHAI).date()

    def on(self, day: date) -> None:
        """It is nine o'clock on that day; never earlier than it is."""
        self.suite.clock.set(max(self.suite.clock.now(), datetime.combine(day, time(9), SHANGHAI)))

    def after(self, moment: str) -> None:
        """It is the morning after."""
        self.on(datetime.fromisoformat(moment).astimezone(SHANGHAI).date() + timedelta(days=1))

    async def get(self, path: str, who: Headers | None = None, *, of: str = "filing") -> dict[str, Any]:
        answer = await self.interfaces.clients[of].get(path, headers=who or self.officer)
        assert answer.status_code == 200, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def make(
        self, path: str, body: Any, who: Headers | None = None, *, of: str = "filing"
    ) -> dict[str, Any]:
        """Something new."""
        headers = (who or self.officer) | fresh_key()
        answer = await self.interfaces.clients[of].post(path, headers=headers, json=body)
        assert answer.status_code == 201, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def ask(
        self, path: str, seen: dict[str, Any], body: Any = None, *, who: Headers | None = None, **how: str
    ) -> httpx.Response:
        """Change what was seen, as the officer when nobody else is named."""
        tag = {"If-Match": f'"{seen["version"]}"'}
        client = self.interfaces.clients[how.get("of", "filing")]
        return await client.request(
            how.get("method", "POST"), path, headers=(who or self.officer) | tag, json=body
        )

    async def change(
        self, path: str, seen: dict[str, Any], body: Any = None, *, who: Headers | None = None, **how: str
    ) -> dict[str, Any]:
        answer = await self.ask(path, seen, body, who=who, **how)
        assert answer.status_code in {200, 201}, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def record(self) -> dict[str, Any]:
        """The institution as it is on record."""
        return await self.get(f"/v1/institutions/{self.institution}")

    async def decide(self, step: str, body: Any, *, who: Headers | None = None, **how: str) -> dict[str, Any]:
        """Decide something about the institution."""
        return await self.change(
            f"/v1/institutions/{self.institution}/{step}", await self.record(), body, who=who, **how
        )

    async def shows(self, path: str, *, of: str = "filing", **wanted: object) -> dict[str, Any]:
        """Wait until it is shown so."""
        seen: dict[str, Any] = {}

        async def so() -> bool:
            answer = await self.interfaces.clients[of].get(path, headers=self.officer)
            seen.update(answer.json())
            return answer.status_code == 200 and all(seen.get(name) == it for name, it in wanted.items())

        await until(so)
        return seen

    async def account(self, **wanted: object) -> dict[str, Any]:
        """Wait until accounts shows the institution's account so."""
        return await self.shows(f"/v1/accounts/of-institution/{self.institution}", of="accounts", **wanted)

    async def province_heard(self, action: str) -> FilingReport:
        """The report by which the province learns of this."""

        def of_this(report: FilingReport) -> bool:
            return report.uscc == self.case.uscc and report.action == action

        heard = await self.suite.province.heard(MessageCode.FILING_REPORTED, of_this, timeout=SECONDS)
        return FilingReport.model_validate(heard.envelope.payload)

    async def amend(self, kind: str, **wanted: Any) -> None:
        """Another case about what is on record, handed in with all its documents and taken on."""
        case = await self.make(
            f"/v1/filings/of-institution/{self.institution}", {"kind": kind, **wanted}, self.own
        )
        self.case.id, self.case.tag = case["id"], f'"{case["version"]}"'
        await self.case.hand_in_everything()
        await self.case.done("submission", self.case.applicant)
        await self.take_on()

    async def take_on(self) -> None:
        """Accept the case, once the worker has given it to an officer: until then its version may change."""

        async def assigned() -> bool:
            answer = await self.case.read(self.officer)
            self.case.tag = answer.headers["etag"]
            return answer.json()["officer_id"] is not None

        await until(assigned)
        await self.case.done("acceptance", self.officer)


@asynccontextmanager
async def opened_life(postgres_url: str, passwords: Path, folder: Path) -> AsyncIterator[Life]:
    """A suite of its own, at work, with the province at the other end of the line."""
    port = free_port()
    async with AsyncExitStack() as stack:
        base = f"http://127.0.0.1:{port}"
        suite = await stack.enter_async_context(opened_suite(postgres_url, passwords, folder, base=base))
        apps = suite.services.apps
        await stack.enter_async_context(served(apps["accounts"], port=port))
        clients = {name: await stack.enter_async_context(client_of(app)) for name, app in apps.items()}
        interfaces = Interfaces(suite=suite.services, clients=clients, clock=suite.clock, plan=suite.plan)
        case = Case(interfaces=interfaces, uscc=a_uscc(), id="", tag="")
        yield Life(suite=suite, interfaces=interfaces, case=case)
