"""Everybody who has to do with an employer's claims, over HTTP."""

from datetime import datetime, timedelta
from typing import Any

import httpx

from shared.clock import StoryClock
from shared.identity import Permission
from tests.interfaces import Headers, Interfaces, fresh_key
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import ORGAN, Claimant

ACCOUNT = {"name": "测试一厂", "bank": "测试银行", "number": "32001888123456789012"}


class Desk:
    """Everybody who has to do with one employer's claims, over HTTP."""

    def __init__(self, interfaces: Interfaces, employer: Claimant) -> None:
        self.interfaces = interfaces
        self.employer = employer
        self.client = interfaces.clients["subsidy"]

    @property
    def own(self) -> Headers:
        return self.interfaces.bearer(
            Permission.CLAIM, Permission.READ_REGISTER, holder=str(self.employer.uscc)
        )

    def officer(self, name: str = "officer-a") -> Headers:
        granted = (Permission.REVIEW_CLAIMS, Permission.READ_REGISTER)
        return self.interfaces.bearer(*granted, organ=ORGAN, subject=name)

    def accountant(self, name: str = "accountant-a") -> Headers:
        granted = (Permission.PAY_CLAIMS, Permission.READ_REGISTER)
        return self.interfaces.bearer(*granted, organ=ORGAN, subject=name)

    async def make(self, path: str, who: Headers, body: Any) -> dict[str, Any]:
        answer = await self.client.post(path, headers=who | fresh_key(), json=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def ask(self, path: str, who: Headers, version: int, body: Any = None) -> httpx.Response:
        return await self.client.post(path, headers=who | {"If-Match": f'"{version}"'}, json=body)

    async def act(self, path: str, who: Headers, seen: dict[str, Any], body: Any = None) -> dict[str, Any]:
        answer = await self.ask(path, who, seen["version"], body)
        assert answer.status_code == 200, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def read(self, path: str, who: Headers) -> Any:
        answer = await self.client.get(path, headers=who)
        assert answer.status_code == 200, answer.text
        return answer.json()


async def publicised(desk: Desk, claim: dict[str, Any]) -> dict[str, Any]:
    path = f"/v1/claims/{claim['id']}"
    claim = await desk.act(f"{path}/review", desk.officer(), claim, {"approve": True})
    assert claim["state"] == "reviewed"
    for item in claim["items"]:
        if item["sampled"]:
            check = f"{path}/items/{item['id']}/check"
            claim = await desk.act(check, desk.officer(), claim, {"passed": True})
    assert claim["state"] == "publicity"
    return claim


async def approved(desk: Desk, story: StoryClock, claim: dict[str, Any]) -> dict[str, Any]:
    claim = await publicised(desk, claim)
    story.set(datetime.fromisoformat(claim["publicity_until"]) + timedelta(hours=10))
    path = f"/v1/claims/{claim['id']}/approval"
    return await desk.act(path, desk.accountant("officer-b"), claim, {"reason": "公示无异议"})


async def opened(desk: Desk) -> dict[str, Any]:
    numbers = [str(each) for each in await desk.employer.certified(lathe(4), robot(3))]
    asked = {"institution_id": str(desk.employer.key), "certificate_numbers": numbers}
    preview = await desk.client.post("/v1/claims/preview", headers=desk.own, json=asked)
    assert preview.json()["total_fen"] == 410_000
    return await desk.make("/v1/claims", desk.own, asked)
