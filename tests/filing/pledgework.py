"""Pledging, withdrawing and checking over HTTP, as applicant and officers do it."""

from datetime import timedelta
from typing import Any

import httpx

from shared.clock import StoryClock
from shared.identity import Permission
from tests.builders import AT, DISTRICT
from tests.filing.casework import Case, drafted
from tests.interfaces import Headers, Interfaces, fresh_key

LICENCE, STAFF = "legal_registration", "full_time_staff"
"""Two kinds that may be pledged."""


def officer_of(interfaces: Interfaces, organ: str = DISTRICT) -> Headers:
    return interfaces.bearer(Permission.ASSESS, Permission.READ_REGISTER, organ=organ)


async def text_version(interfaces: Interfaces) -> str:
    answer = await interfaces.filing.get("/v1/pledge-text", headers=officer_of(interfaces))
    version: str = answer.json()["version"]
    return version


async def signed(case: Case, kind: str = LICENCE, *, who: Headers | None = None) -> httpx.Response:
    """Pledge a document in the text that holds."""
    body = {"text_version": await text_version(case.interfaces)}
    return await case.ask(f"pledges/{kind}", who or case.applicant, body)


async def submitted(interfaces: Interfaces, *pledged: str) -> Case:
    """A case that was handed in with these documents pledged."""
    case = await drafted(interfaces)
    await case.hand_in_everything()
    for kind in pledged:
        answer = await signed(case, kind)
        assert answer.status_code == 200, answer.text
    await case.done("submission", case.applicant)
    return case


async def registered(interfaces: Interfaces, story: StoryClock, *pledged: str) -> tuple[Case, dict[str, Any]]:
    """A case put on record on the strength of these pledges, and how it looks then."""
    story.set(AT)
    case = await submitted(interfaces, *pledged)
    await case.done("acceptance", case.officer())
    await case.passed()
    await case.done("publicity", case.officer())
    story.set(AT + timedelta(days=9))
    return case, await case.done("registration", case.officer())


async def pledges_of(case: Case) -> list[dict[str, Any]]:
    answer = await case.interfaces.filing.get(f"/v1/filings/{case.id}/pledges", headers=case.applicant)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def entered(interfaces: Interfaces, uscc: str, *, organ: str = DISTRICT, **more: Any) -> httpx.Response:
    """An officer enters a record."""
    body = {"uscc": uscc, "name": "测试甲公司", "reason": "提供虚假证明", **more}
    return await interfaces.filing.post(
        "/v1/integrity-records", headers=officer_of(interfaces, organ) | fresh_key(), json=body
    )


async def records_of(interfaces: Interfaces, uscc: str, *, organ: str = DISTRICT) -> list[dict[str, Any]]:
    answer = await interfaces.filing.get(
        "/v1/integrity-records", params={"uscc": uscc}, headers=officer_of(interfaces, organ)
    )
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found
