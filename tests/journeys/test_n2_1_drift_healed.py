"""省级名录比对的一生: a message is lost, the accounts are found to differ, two persons mend it, all follow (N2.1, N2.6)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from cli.suite.home import Home
from shared.contracts.instructions import OrderedMeasure, SanctionOrdered, SupervisionTask
from shared.contracts.province import FilingChange, InstitutionFiled, MessageCode, SiteFiled
from shared.identity import Permission, TokenIssuer
from simulator.counterpart import Counterpart
from simulator.scenario import Scenario, play
from tests.builders import CITY, DISTRICT, MILLER, OTHER_DISTRICT, an_item, institution_filed
from tests.interfaces import Headers, client_of, fresh_key
from tests.journeys.test_recognition import Told
from tests.shared.province.exchange import until
from tests.shared.province.letters import DONE
from tests.shared.province.suite import Suite, opened_suite


@pytest.fixture(scope="module")
async def suite(postgres_url: str, home: Home, scratch: Path) -> AsyncIterator[Suite]:
    async with opened_suite(postgres_url, home.passwords, scratch / "drift") as suite:
        yield suite


class Office:
    """The city's and the district's officers at accounts' interface; tokens are checked with its own keys."""

    def __init__(self, suite: Suite, client: httpx.AsyncClient) -> None:
        self.suite, self.client = suite, client

    def who(self, name: str, organ: str = CITY) -> Headers:
        issuer: TokenIssuer = self.suite.services.apps["accounts"].state.issuer
        claims = {"scope": " ".join(Permission), "organ": organ}
        token = issuer.issue(name, claims, at=self.suite.clock.now().timestamp(), token_id=name)
        return {"Authorization": f"Bearer {token}"}

    async def compared(self) -> list[dict[str, Any]]:
        """A check later than everything that happened; what is open after it."""
        await self.suite.at_rest()
        self.suite.later(timedelta(hours=2))
        answer = await self.client.post("/v1/drift-checks", json={}, headers=self.who("a") | fresh_key())
        assert answer.status_code == 201, answer.text
        check = UUID(answer.json()["id"])

        async def done() -> bool:
            query = "SELECT state FROM drift_check WHERE id = $1"
            return bool((await self.suite.rows("accounts", query, check))[0]["state"] == "compared")

        await until(done)
        shown = await self.client.get("/v1/drift", params={"state": "open"}, headers=self.who("a"))
        found: list[dict[str, Any]] = shown.json()["items"]
        return found

    async def mend(self, drift: dict[str, Any]) -> None:
        """One proposes what the system does, another accepts it."""
        place = f"/v1/drift/{drift['id']}"
        for name, act, body in (
            ("a", "proposal", {"repair": drift["repair"], "reason": "漏报文"}),
            ("b", "decision", {"accepted": True, "opinion": "同意"}),
        ):
            seen = {"If-Match": f'"{drift["version"]}"'}
            answer = await self.client.post(f"{place}/{act}", json=body, headers=self.who(name) | seen)
            assert answer.status_code == 200, answer.text
            drift = answer.json()

    async def state(self, drift: dict[str, Any]) -> str:
        (row,) = await self.suite.rows("accounts", "SELECT state FROM drift WHERE id = $1", UUID(drift["id"]))
        return str(row["state"])


@pytest.fixture
async def office(suite: Suite) -> AsyncIterator[Office]:
    async with client_of(suite.services.apps["accounts"]) as client:
        yield Office(suite, client)


def knows(province: Counterpart, filed: InstitutionFiled, change: FilingChange, **told: Any) -> None:
    """The province has it so on record, and its message never came."""
    said = filed.model_dump() | {"change": change} | told
    province.records.learn(InstitutionFiled.model_validate(said))


async def test_n2_1_a_lost_suspension_is_found_by_the_check_mended_by_two_persons_and_healed(
    suite: Suite, office: Office
) -> None:
    told = Told(suite)
    assert await told.tell() == DONE
    await suite.opened(told.filed.uscc)
    institution = await told.row("filing", "institution")
    await told.shows("subsidy", "institution", standing="active")
    await told.claim(institution["id"])
    assert await office.compared() == []

    knows(suite.province, told.filed, FilingChange.SUSPENDED, reason="省级督导")
    (drift,) = await office.compared()
    assert (drift["cause"], drift["basis"], drift["repair"]) == ("suspended_there", ["N2.1"], "suspend")
    assert drift["organ"] == DISTRICT
    await office.mend(drift)
    await told.shows("accounts", "account", state="suspended")

    # What was lost comes in the end, and all the others follow.
    assert await told.tell(FilingChange.SUSPENDED, reason="省级督导") == DONE
    await told.shows("supervision", "supervised_institution", standing="suspended")
    await told.shows("subsidy", "claim", state="frozen", frozen_for="省级督导")
    assert await office.compared() == []
    assert await office.state(drift) == "healed"
    assert await told.tell(FilingChange.RESUMED, reason="") == DONE
    await told.shows("accounts", "account", state="open")
    await told.shows("subsidy", "claim", state="submitted")


async def test_n2_1_what_the_account_missed_is_asked_for_again_and_followed(
    suite: Suite, office: Office
) -> None:
    told = Told(suite)
    assert await told.tell() == DONE
    await suite.opened(told.filed.uscc)
    wider = (an_item(), an_item(MILLER))
    assert await told.tell(FilingChange.CHANGED, scope=wider, name="改名央企") == DONE
    await told.shows("accounts", "account", name="改名央企")
    await suite.at_rest()
    missed = "UPDATE account SET name = '旧名', scope = $2::text::jsonb WHERE uscc = $1 RETURNING id"
    only = f"[{an_item().model_dump_json()}]"
    await suite.rows("accounts", missed, told.filed.uscc, only)
    found = await office.compared()
    assert sorted(each["cause"] for each in found) == ["name", "scope"]
    assert {each["repair"] for each in found} == {"refollow"}
    for each in found:
        await office.mend(each)
    await told.shows("accounts", "account", name="改名央企")
    assert await office.compared() == []
    assert {await office.state(each) for each in found} == {"healed"}


async def test_n2_1_an_institution_nobody_here_heard_of_is_missing_and_healed_when_it_is_told(
    suite: Suite, office: Office
) -> None:
    filed = institution_filed()
    knows(suite.province, filed, FilingChange.FILED)
    (drift,) = await office.compared()
    assert (drift["cause"], drift["account_id"]) == ("missing", None)
    await office.mend(drift)
    assert await suite.conclusion(await suite.file(filed)) == DONE
    await suite.opened(filed.uscc)
    assert await office.compared() == []
    assert await office.state(drift) == "healed"


async def test_n2_1_a_body_of_another_city_with_a_site_here_is_recognised_where_its_site_is(
    suite: Suite,
) -> None:
    site = SiteFiled(name="南京考核点", address="演示路1号")
    filed = institution_filed(organ="320500", sites=(site,), site_organs=(OTHER_DISTRICT,))
    assert await suite.conclusion(await suite.file(filed)) == DONE
    await suite.opened(filed.uscc)
    (account,) = await suite.rows("accounts", "SELECT * FROM account WHERE uscc = $1", filed.uscc)
    assert (account["organ"], account["basis"], account["number"]) == (
        OTHER_DISTRICT,
        ["N2.1"],
        filed.provincial_number,
    )
    several = institution_filed(organ="320500", site_organs=(OTHER_DISTRICT, DISTRICT))
    rejection = await suite.conclusion(await suite.file(several))
    assert (rejection.ok, rejection.reason_code) == (False, "NJT-FIL-1856")


async def test_n2_1_the_case_is_complete_when_account_connection_and_first_operator_are_done(
    suite: Suite, office: Office
) -> None:
    filed = institution_filed()
    assert await suite.conclusion(await suite.file(filed)) == DONE
    await suite.opened(filed.uscc)
    (account,) = await suite.rows("accounts", "SELECT * FROM account WHERE uscc = $1", filed.uscc)
    place = f"/v1/accounts/{account['id']}/operator"
    district = office.who("officer", DISTRICT)
    for who, status in (
        (office.who("x", OTHER_DISTRICT), 404),
        (district, 201),
        (district, 409),
    ):
        body = {"client_id": f"operator-{filed.uscc.lower()}"}
        answer = await office.client.post(place, json=body, headers=who | fresh_key())
        assert answer.status_code == status, answer.text

    async def settled() -> bool:
        query = "SELECT kind, state, due_at FROM obligation WHERE institution_id = $1"
        owed = await suite.rows("filing", query, account["institution_id"])
        assert all(each["due_at"] for each in owed)
        states = {each["kind"]: each["state"] for each in owed}
        return states == {"open_account": "done", "connect": "open", "invite_operator": "done"}

    await until(settled)


async def test_n2_6_the_shipped_scenario_is_carried_out_and_the_check_finds_what_it_keeps_back(
    suite: Suite, office: Office
) -> None:
    filing, *others = Scenario(Path("simulator/scenarios/provincial_acts.jsonl"))
    ends = [receipt async for _, receipt in play(suite.province, [filing], seconds=20)]
    await suite.at_rest()  # a task about a body that supervision has not heard of is rejected
    ends += [receipt async for _, receipt in play(suite.province, others, seconds=20)]
    assert len(ends) == 7
    assert all(receipt is not None and receipt.ok for receipt in ends), ends
    found = {each["number"]: each["cause"] for each in await office.compared()}
    assert found["苏备（剧本）001"] == "suspended_there"


async def test_n2_6_a_task_and_an_order_of_the_province_are_carried_out_and_reported_under_their_numbers(
    suite: Suite,
) -> None:
    told = Told(suite)
    assert await told.tell() == DONE
    await suite.opened(told.filed.uscc)
    await told.shows("supervision", "supervised_institution", joint=["N2.1", "N2.6"])
    task = SupervisionTask(
        number=f"苏督{told.filed.uscc}",
        uscc=told.filed.uscc,
        title="专项督导",
        demand="核查考场视频",
        due_on=suite.clock.now().date() + timedelta(days=10),
    )
    lane = told.filed.uscc
    sent = await suite.province.send(
        "supervision", MessageCode.SUPERVISION_TASK, business_key=task.number, lane=lane, payload=task
    )
    assert await suite.conclusion(sent) == DONE
    (kept,) = await suite.rows("supervision", "SELECT * FROM provincial_task WHERE number = $1", task.number)
    assert (kept["organ"], kept["state"]) == (DISTRICT, "assigned")

    order = SanctionOrdered(
        number=f"苏责{told.filed.uscc}",
        uscc=told.filed.uscc,
        measure=OrderedMeasure.REVOKE,
        document="省厅决定1号",
        reason="弄虚作假",
    )
    sent = await suite.province.send(
        "supervision", MessageCode.SANCTION_ORDERED, business_key=order.number, lane=lane, payload=order
    )
    assert await suite.conclusion(sent) == DONE
    await told.shows("filing", "institution", standing="revoked")
    await told.shows("accounts", "account", state="closed")

    def answers(report: Any) -> bool:
        return bool(report.number == order.number and report.measure == "revoked")

    await suite.province.heard(MessageCode.SUPERVISION_RESULT, answers, timeout=20)
