"""One institution on record as its organ and its own people act on it over HTTP."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from services.filing.domain.institution import Institution
from services.filing.domain.obligation import Obligation, ObligationKind, deadline_of
from services.filing.handlers import Work
from shared.identity import Permission
from tests.builders import DISTRICT, an_institution
from tests.filing.works import EVERYTHING, keep
from tests.interfaces import Headers, Interfaces


@dataclass
class Record:
    """An institution; `tag` is the entity tag last given out."""

    interfaces: Interfaces
    institution: Institution
    tag: str = '"1"'

    @property
    def path(self) -> str:
        return f"/v1/institutions/{self.institution.id}"

    @property
    def own(self) -> Headers:
        granted = (Permission.APPLY, Permission.READ_REGISTER)
        return self.interfaces.bearer(*granted, holder=self.institution.uscc)

    def officer(self, organ: str = DISTRICT) -> Headers:
        return self.interfaces.bearer(Permission.ASSESS, Permission.READ_REGISTER, organ=organ)

    async def ask(
        self, step: str, body: Any, *, who: Headers | None = None, method: str = "POST"
    ) -> httpx.Response:
        """Decide something at the version last seen, as the organ's officer unless somebody else is named."""
        answer = await self.interfaces.filing.request(
            method, f"{self.path}/{step}", headers=(who or self.officer()) | {"If-Match": self.tag}, json=body
        )
        self.tag = answer.headers.get("etag", self.tag)
        return answer

    async def done(self, step: str, body: Any, *, who: Headers | None = None) -> dict[str, Any]:
        answer = await self.ask(step, body, who=who)
        assert answer.status_code == 200, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def read(self, tail: str = "") -> dict[str, Any]:
        answer = await self.interfaces.filing.get(f"{self.path}{tail}", headers=self.officer())
        assert answer.status_code == 200, answer.text
        view: dict[str, Any] = answer.json()
        return view


async def on_record(interfaces: Interfaces, **changes: Any) -> Record:
    """An institution that the district filed, or whatever the changes make of it."""
    institution = an_institution(**changes)
    await keep(interfaces.suite.runtimes["filing"].works, institution)
    return Record(interfaces, institution)


def owed(institution: Institution, kind: ObligationKind, work: Work, **changes: Any) -> Obligation:
    """Something that the district owes on an institution."""
    given: dict[str, Any] = {
        "id": work.new_id(),
        "kind": kind,
        "institution_id": institution.id,
        "filing_id": None,
        "organ": institution.organ,
        "owner": institution.filed_by,
        "uscc": institution.uscc,
        "basis": institution.basis,
        "deadline": deadline_of(kind, work.policy, at=work.at),
    }
    return Obligation(**(given | changes))


async def kept(interfaces: Interfaces, key: UUID) -> Institution:
    """The institution as it is kept."""
    async with interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        found: Institution = await work.institutions.get(key)
    return found
