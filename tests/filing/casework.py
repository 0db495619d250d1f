"""One case as applicant and officers work on it over HTTP."""

from dataclasses import dataclass
from typing import Any

import httpx

from services.filing.domain.terms import FilingState
from shared.identity import Permission
from shared.values import Uscc
from tests.builders import AT, DISTRICT, a_filing, a_uscc, new_filing
from tests.filing.works import keep
from tests.interfaces import Headers, Interfaces, fresh_key

MATERIALS = (
    "application_form",
    "legal_registration",
    "organisation_profile",
    "occupation_list",
    "evaluation_plan",
    "management_rules",
    "premises_and_equipment",
    "full_time_staff",
    "examiner_roster",
    "internal_supervisor_roster",
    "expert_roster",
    "question_bank",
    "integrity_statement",
    "staff_incentives",
)
PASSING = {"scores": [{"expert": expert, "mark": 85} for expert in ("专家甲", "专家乙", "专家丙")]}


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

    async def read(self, who: Headers) -> httpx.Response:
        return await self.interfaces.filing.get(f"/v1/filings/{self.id}", headers=who)

    async def hand_in_everything(self) -> None:
        for kind in MATERIALS:
            document = {"kind": kind, "file_name": f"{kind}.pdf", "sha256": "0" * 64}
            await self.done("materials", self.applicant, document)

    async def publicised(self, *, handled_by: str = DISTRICT) -> None:
        """Everything up to publicity, whose end is in the future."""
        await self.hand_in_everything()
        await self.done("submission", self.applicant)
        await self.done("acceptance", self.officer(handled_by))
        await self.done("assessment", self.officer(handled_by), PASSING)
        await self.done("publicity", self.officer(handled_by))


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
