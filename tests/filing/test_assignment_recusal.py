"""An officer who is recused from an applicant has no hand in its cases, and gives none away."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from cli.suite.database import SuiteDatabase
from services.filing.domain.filing import Filing
from services.filing.domain.officer import Officer, Recusal
from services.filing.domain.stages import FilingState
from shared.identity import Permission
from tests.builders import a_uscc
from tests.databases import connected
from tests.filing.network import appointed, handed_in, holder_of
from tests.filing.works import FilingWorks
from tests.interfaces import Headers, Interfaces

HOME, OTHER, CITY = "320105", "320106", "320100"
NOTICE = {"items": [{"field": "scope", "reason": "须写明工种"}]}
OFFICIAL: list[tuple[str, FilingState, Any]] = [
    ("correction-notice", FilingState.SUBMITTED, NOTICE),
    ("acceptance", FilingState.SUBMITTED, None),
    ("publicity", FilingState.PASSED, None),
    ("registration", FilingState.PUBLICITY, None),
    ("refusal", FilingState.SUBMITTED, {"reason": "不属于本区"}),
    ("assignment", FilingState.SUBMITTED, {"officer_id": str(uuid4()), "reason": "轮岗"}),
]


def bearer(interfaces: Interfaces, login: str, organ: str = HOME, **more: Any) -> Headers:
    return interfaces.bearer(Permission.ASSESS, Permission.READ_REGISTER, organ=organ, subject=login, **more)


Ask = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def ask(interfaces: Interfaces) -> Ask:
    """Take a step in a case nobody touched yet: `ask(filing, step, who, body)`."""

    async def post(filing: Filing, step: str, who: Headers, body: Any = None) -> httpx.Response:
        return await interfaces.filing.post(
            f"/v1/filings/{filing.id}/{step}", headers=who | {"If-Match": '"1"'}, json=body
        )

    return post


async def keeps_away(works: FilingWorks, filing: Filing, organ: str = HOME) -> Officer:
    recusal = Recusal(uscc=filing.applicant.uscc, reason="近亲属任职")
    return await appointed(works, organ, recusals=(recusal,))


@pytest.mark.parametrize("act", OFFICIAL, ids=lambda act: act[0])
async def test_n3_2_a_recused_officer_takes_no_step_in_the_case(
    interfaces: Interfaces, works: FilingWorks, ask: Ask, act: tuple[str, FilingState, Any]
) -> None:
    step, state, body = act
    filing = await handed_in(works, HOME, state=state)
    officer = await keeps_away(works, filing)
    for who in (
        bearer(interfaces, officer.subject),
        bearer(interfaces, "some-portal", act_for=officer.subject),
        bearer(interfaces, officer.subject, act_for="somebody-else"),
    ):
        answer = await ask(filing, step, who, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "NJT-FIL-1409")
    answer = await interfaces.filing.get(
        f"/v1/filings/{filing.id}", headers=bearer(interfaces, officer.subject)
    )
    assert (answer.json()["state"], answer.json()["version"]) == (state, 1)


async def test_a_recused_officer_convenes_no_panel(interfaces: Interfaces, works: FilingWorks) -> None:
    filing = await handed_in(works, HOME, state=FilingState.ACCEPTED)
    officer = await keeps_away(works, filing)
    body = {"members": [{"expert_id": str(uuid4())}]}
    answer = await interfaces.filing.post(
        f"/v1/filings/{filing.id}/panel",
        headers=bearer(interfaces, officer.subject) | {"Idempotency-Key": uuid4().hex},
        json=body,
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "NJT-FIL-1409")


async def test_others_of_the_organ_and_of_no_record_at_all_act_as_before(
    interfaces: Interfaces, works: FilingWorks, ask: Ask
) -> None:
    filing = await handed_in(works, HOME)
    await keeps_away(works, filing)
    other = await appointed(works, HOME, recusals=(Recusal(uscc=a_uscc(), reason="近亲属任职"),))
    answer = await ask(filing, "acceptance", bearer(interfaces, other.subject))
    assert answer.status_code == 200
    second = await handed_in(works, HOME)
    answer = await ask(second, "acceptance", bearer(interfaces, "nobody-on-record"))
    assert answer.status_code == 200


async def test_a_recusal_in_one_organ_is_none_in_another_of_the_same_login(
    interfaces: Interfaces, works: FilingWorks, ask: Ask
) -> None:
    filing = await handed_in(works, HOME)
    officer = await keeps_away(works, filing, OTHER)
    answer = await ask(filing, "acceptance", bearer(interfaces, officer.subject))
    assert answer.status_code == 200


async def test_by_hand_a_case_goes_to_another_officer_with_the_reason_in_the_ledger(
    interfaces: Interfaces, works: FilingWorks, ask: Ask, database: SuiteDatabase
) -> None:
    filing = await handed_in(works, HOME)
    officer = await appointed(works, HOME)
    body = {"officer_id": str(officer.id), "reason": "熟悉该行业"}
    answer = await ask(filing, "assignment", bearer(interfaces, "head"), body)
    assert (answer.status_code, answer.json()["officer_id"]) == (200, str(officer.id))
    async with connected(database.owners["filing"]) as connection:
        entry = await connection.fetchrow(
            "SELECT actor, act, reason FROM ledger_entry WHERE subject_id = $1 ORDER BY id DESC", filing.id
        )
    assert tuple(entry) == ("head", "reassign_filing", "熟悉该行业")


async def test_by_hand_it_goes_to_nobody_who_may_not_have_it(
    interfaces: Interfaces, works: FilingWorks, ask: Ask
) -> None:
    filing = await handed_in(works, HOME)
    refused = {
        "NJT-FIL-1409": await keeps_away(works, filing),
        "NJT-FIL-1411": await appointed(works, HOME, active=False),
        "NJT-FIL-1404": await appointed(works, OTHER),
    }
    head = bearer(interfaces, "head")
    for code, officer in refused.items():
        body = {"officer_id": str(officer.id), "reason": "轮岗"}
        assert (await ask(filing, "assignment", head, body)).json()["code"] == code
    assert await holder_of(works, filing) is None
    elsewhere = await handed_in(works, CITY)
    body = {"officer_id": str(refused["NJT-FIL-1404"].id), "reason": "轮岗"}
    answer = await ask(elsewhere, "assignment", bearer(interfaces, "city", CITY), body)
    assert (answer.status_code, answer.json()["code"]) == (409, "NJT-FIL-1412")
    answer = await ask(filing, "assignment", bearer(interfaces, "city", CITY), body)
    assert (answer.status_code, answer.json()["code"]) == (403, "NJT-FIL-1007")
