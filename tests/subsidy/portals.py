"""A portal that acts for people and an officer at a counter, over HTTP, and what they send."""

from typing import Any

import httpx

from shared.identity import Permission
from tests.interfaces import Headers
from tests.subsidy.builders import robot
from tests.subsidy.claiming import ORGAN
from tests.subsidy.desk import Desk
from tests.subsidy.persons import CARD, CITY, Worker

CLAIMS = "/v1/personal-claims"


def portal(desk: Desk, organ: str = CITY, **changes: Any) -> Headers:
    granted = (Permission.CLAIM_IN_PERSON, Permission.CLAIM_ONLINE)
    return desk.interfaces.bearer(*granted, organ=organ, **({"subject": "portal"} | changes))


def counter(desk: Desk, organ: str = ORGAN) -> Headers:
    return desk.interfaces.bearer(Permission.CLAIM_IN_PERSON, organ=organ, subject="clerk")


def asked(worker: Worker, *numbers: str, **changes: Any) -> dict[str, Any]:
    given = {
        "holder_name": worker.name,
        "holder_id": worker.id,
        "organ": ORGAN,
        "certificate_numbers": [str(each) for each in numbers],
        "account": {"name": worker.name, "bank": "测试银行", "number": CARD},
    }
    return given | changes


async def claimed(desk: Desk, worker: Worker) -> dict[str, Any]:
    numbers = await worker.certified(robot(3))
    await worker.insured()
    return await desk.make(CLAIMS, portal(desk), asked(worker, *numbers))


async def inquired(desk: Desk, body: dict[str, str], who: Headers | None = None) -> httpx.Response:
    return await desk.client.post(f"{CLAIMS}/inquiries", headers=who or portal(desk), json=body)
