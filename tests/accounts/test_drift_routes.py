"""The comparison with the provincial register over HTTP, on a real database; who may ask, propose and decide."""

from typing import Any

import pytest

from services.accounts.drift import Drift, DriftCheck, DriftState
from shared.identity import Permission
from shared.ids import uuid7
from tests.accounts.drifting import a_drift
from tests.accounts.works import EVERYTHING
from tests.builders import AT, CITY, DISTRICT, OTHER_DISTRICT
from tests.interfaces import Headers, Interfaces, fresh_key

MEND, READ = Permission.MEND_ACCOUNTS, Permission.READ_ACCOUNTS


@pytest.fixture
async def drift(interfaces: Interfaces) -> Drift:
    """One of the district."""
    found = a_drift()
    async with interfaces.suite.runtimes["accounts"].works(EVERYTHING) as work:
        work.drifts.add(found)
    return found


def seen(version: int) -> Headers:
    return {"If-Match": f'"{version}"'}


PROPOSAL: dict[str, Any] = {"repair": "refollow", "reason": "疑漏报文"}
DECISION: dict[str, Any] = {"accepted": True, "opinion": "同意"}


async def test_a_difference_comes_back_as_it_was_kept(interfaces: Interfaces, drift: Drift) -> None:
    check = DriftCheck(id=uuid7(AT), day=None, started_at=AT, started_by="甲", query_id=uuid7(AT))
    check.conclude(found=0, healed=0, at=AT)
    works = interfaces.suite.runtimes["accounts"].works
    async with works(EVERYTHING) as work:
        work.checks.add(check)
    async with works(EVERYTHING) as work:
        assert vars(await work.drifts.get(drift.id)) == vars(drift)
        assert vars(await work.checks.get(check.id)) == vars(check)
        assert await work.checks.waiting_for(check.query_id) is None
        assert await work.drifts.count_open() >= 1


async def test_its_district_and_the_city_see_it_with_cause_clause_and_proposed_repair(
    interfaces: Interfaces, drift: Drift
) -> None:
    for organ in (DISTRICT, CITY):
        answer = await interfaces.accounts.get(
            "/v1/drift", params={"state": "open", "size": 200}, headers=interfaces.bearer(READ, organ=organ)
        )
        (shown,) = [each for each in answer.json()["items"] if each["id"] == str(drift.id)]
        assert (shown["cause"], shown["basis"], shown["repair"]) == ("suspended_there", ["N2.1"], "suspend")
        assert shown["possible"] == ["suspend", "refollow", "leave"]


async def test_the_list_is_read_page_by_page(interfaces: Interfaces, drift: Drift) -> None:
    async with interfaces.suite.runtimes["accounts"].works(EVERYTHING) as work:
        work.drifts.add(a_drift(id=uuid7(AT)))
    who, cursor = interfaces.bearer(READ, organ=DISTRICT), None
    found: list[str] = []
    while not found or cursor:
        params = {"size": 1} | ({"cursor": cursor} if cursor else {})
        page = (await interfaces.accounts.get("/v1/drift", params=params, headers=who)).json()
        found += [each["id"] for each in page["items"]]
        cursor = page["next"]
    assert len(set(found)) == len(found) >= 2
    assert str(drift.id) in found


async def test_one_proposes_another_decides_and_the_ledger_has_both(
    interfaces: Interfaces, drift: Drift
) -> None:
    place = f"/v1/drift/{drift.id}"
    first = interfaces.bearer(MEND, organ=DISTRICT, subject="officer-a")
    second = interfaces.bearer(MEND, organ=DISTRICT, subject="officer-b")
    early = await interfaces.accounts.post(f"{place}/decision", json=DECISION, headers=second | seen(1))
    assert (early.status_code, early.json()["code"]) == (409, "NJT-ACC-1026")
    proposed = await interfaces.accounts.post(f"{place}/proposal", json=PROPOSAL, headers=first | seen(1))
    assert (proposed.status_code, proposed.json()["state"]) == (200, "proposed"), proposed.text
    own = await interfaces.accounts.post(f"{place}/decision", json=DECISION, headers=first | seen(2))
    assert (own.status_code, own.json()["code"]) == (409, "NJT-ACC-1027")
    decided = await interfaces.accounts.post(f"{place}/decision", json=DECISION, headers=second | seen(2))
    assert (decided.json()["state"], decided.json()["decided_by"]) == ("applied", "officer-b")
    async with interfaces.suite.runtimes["accounts"].works(EVERYTHING) as work:
        assert (await work.drifts.get(drift.id)).state is DriftState.APPLIED


async def test_what_does_not_mend_it_is_refused_and_so_is_an_old_version(
    interfaces: Interfaces, drift: Drift
) -> None:
    place, who = f"/v1/drift/{drift.id}/proposal", interfaces.bearer(MEND, organ=DISTRICT)
    closed = await interfaces.accounts.post(place, json=PROPOSAL | {"repair": "close"}, headers=who | seen(1))
    assert (closed.status_code, closed.json()["code"]) == (422, "NJT-ACC-1025")
    stale = await interfaces.accounts.post(place, json=PROPOSAL, headers=who | seen(7))
    assert stale.status_code == 412


async def test_a_stranger_the_wrong_permission_and_the_wrong_district_mend_nothing(
    interfaces: Interfaces, drift: Drift
) -> None:
    for who, status in (
        (interfaces.bearer(READ, organ=DISTRICT), 403),
        (interfaces.bearer(MEND, organ=OTHER_DISTRICT), 404),
        (interfaces.bearer(MEND), 404),
    ):
        for act, body in (("proposal", PROPOSAL), ("decision", DECISION)):
            place = f"/v1/drift/{drift.id}/{act}"
            answer = await interfaces.accounts.post(place, json=body, headers=who | seen(1))
            assert answer.status_code == status, answer.text


async def test_the_institution_does_not_see_what_is_looked_into(interfaces: Interfaces, drift: Drift) -> None:
    answer = await interfaces.accounts.get("/v1/drift", headers=interfaces.bearer(READ, holder=drift.uscc))
    assert answer.json()["items"] == []


async def test_n2_0_the_city_alone_begins_a_check_of_all_accounts(interfaces: Interfaces) -> None:
    for who, expected in (
        (interfaces.bearer(MEND, organ=DISTRICT), "NJT-ACC-1024"),
        (interfaces.bearer(MEND), "NJT-ACC-1024"),
        (interfaces.bearer(READ, organ=CITY), "NJT-IDN-0403"),
    ):
        answer = await interfaces.accounts.post("/v1/drift-checks", json={}, headers=who | fresh_key())
        assert (answer.status_code, answer.json()["code"]) == (403, expected)
    who, key = interfaces.bearer(MEND, organ=CITY), fresh_key()
    begun = await interfaces.accounts.post("/v1/drift-checks", json={}, headers=who | key)
    assert (begun.status_code, begun.json()["state"]) == (201, "asking"), begun.text
    again = await interfaces.accounts.post("/v1/drift-checks", json={}, headers=who | key)
    assert again.json() == begun.json()
    other = await interfaces.accounts.post("/v1/drift-checks", json={}, headers=who | fresh_key())
    assert (other.status_code, other.json()["code"]) == (409, "NJT-ACC-1023")
