"""One case as applicant and officers work on it over HTTP."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from services.filing.domain.filing import Filing
from services.filing.domain.stages import FilingState
from services.filing.handlers import Work
from shared.clock import SHANGHAI
from shared.http.preconditions import etag
from shared.identity import Permission
from shared.values import Uscc
from tests.builders import AT, DISTRICT, a_filing, a_uscc, a_verdict, new_filing
from tests.filing.works import EVERYTHING, keep
from tests.interfaces import Headers, Interfaces, fresh_key
from tests.shared.objects.papers import pdf_of

PAPER = pdf_of(b"1 0 obj << >> endobj")


@dataclass
class Case:
    """A drafted filing; `tag` is the entity tag last given out."""

    interfaces: Interfaces
    uscc: Uscc
    id: str
    tag: str

    @property
    def applicant(self) -> Headers:
        return self.interfaces.bearer(Permission.APPLY, Permission.READ_REGISTER, holder=self.uscc)

    def officer(self, organ: str = DISTRICT) -> Headers:
        return self.interfaces.bearer(
            Permission.ASSESS, Permission.READ_REGISTER, Permission.ACKNOWLEDGE, organ=organ
        )

    async def ask(self, step: str, who: Headers, body: Any = None) -> httpx.Response:
        """Take a step at the version last seen."""
        answer = await self.interfaces.filing.post(
            f"/v1/filings/{self.id}/{step}", headers=who | {"If-Match": self.tag}, json=body
        )
        self.tag = answer.headers.get("etag", self.tag)
        return answer

    async def done(self, step: str, who: Headers, body: Any = None) -> dict[str, Any]:
        answer = await self.ask(step, who, body)
        assert answer.status_code == 200, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def revise(self, body: Any) -> httpx.Response:
        """Save another version as the applicant."""
        answer = await self.interfaces.filing.patch(
            f"/v1/filings/{self.id}", headers=self.applicant | {"If-Match": self.tag}, json=body
        )
        self.tag = answer.headers.get("etag", self.tag)
        return answer

    async def read(self, who: Headers) -> httpx.Response:
        return await self.interfaces.filing.get(f"/v1/filings/{self.id}", headers=who)

    async def hand_in(
        self, kind: str, content: bytes = PAPER, *, name: str = "材料.pdf", issued_on: str | None = None
    ) -> httpx.Response:
        """Upload one document, at the version last seen."""
        answer = await self.interfaces.filing.put(
            f"/v1/filings/{self.id}/materials/{kind}",
            headers=self.applicant | {"If-Match": self.tag},
            files={"file": (name, content)},
            data={"issued_on": issued_on} if issued_on else {},
        )
        self.tag = answer.headers.get("etag", self.tag)
        return answer

    async def hand_in_everything(self) -> None:
        """Every document that is asked for, of today."""
        today = self.interfaces.clock.now().astimezone(SHANGHAI).date().isoformat()
        asked = await self.interfaces.filing.get(f"/v1/filings/{self.id}/checklist", headers=self.applicant)
        for item in asked.json()["items"]:
            answer = await self.hand_in(item["kind"], issued_on=today)
            assert answer.status_code == 200, answer.text

    async def publicised(self, *, handled_by: str = DISTRICT) -> None:
        """Everything up to publicity, whose end is in the future."""
        await self.hand_in_everything()
        await self.done("submission", self.applicant)
        await self.done("acceptance", self.officer(handled_by))
        await self.passed()
        await self.done("publicity", self.officer(handled_by))

    async def passed(self) -> None:
        """Let a panel have found it good; how experts score it is told elsewhere."""
        await self.inside(lambda filing, work: filing.assess(a_verdict(), work.policy, at=work.at))

    async def inside(self, act: Callable[[Filing, Work], None]) -> None:
        """Do something to the case that is not asked for over HTTP here."""
        async with self.interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
            filing = await work.filings.get(UUID(self.id))
            act(filing, work)
        self.tag = etag(filing.version)


async def drafted(interfaces: Interfaces, uscc: Uscc | None = None, **changes: Any) -> Case:
    """A draft of a municipal enterprise, or whatever the changes make of it."""
    own = uscc or a_uscc()
    case = Case(interfaces=interfaces, uscc=own, id="", tag="")
    answer = await interfaces.filing.post(
        "/v1/filings", headers=case.applicant | fresh_key(), json=new_filing(own, **changes)
    )
    assert answer.status_code == 201, answer.text
    case.id, case.tag = answer.json()["id"], answer.headers["etag"]
    return case


async def registered(interfaces: Interfaces) -> tuple[Case, dict[str, Any]]:
    """A case whose publicity is over, and what its registration answers."""
    filing = a_filing(state=FilingState.PUBLICITY, publicity_until=AT)
    await keep(interfaces.suite.runtimes["filing"].works, filing)
    case = Case(interfaces=interfaces, uscc=filing.applicant.uscc, id=str(filing.id), tag='"1"')
    return case, await case.done("registration", case.officer())
