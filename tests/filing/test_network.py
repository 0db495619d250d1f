"""Offices and officers as their organs keep them: the rules, and the interface."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.filing.domain import office as offices
from services.filing.domain.office import BadTerm
from services.filing.domain.officer import BadLeave, Leave, NotOnLeave, Recusal, UnknownRecusal
from shared.identity import Permission
from tests.builders import a_uscc
from tests.filing.network import an_office, an_officer, handed_in
from tests.filing.works import FilingWorks
from tests.interfaces import Headers, Interfaces, fresh_key

DAY = date(2024, 3, 4)
HOME, OTHER, CITY = "320118", "320117", "320100"
UNKNOWN = str(uuid4())


def test_no_office_ends_before_it_began() -> None:
    with pytest.raises(BadTerm):
        an_office(valid_from=DAY, valid_until=DAY - timedelta(days=1))
    with pytest.raises(BadTerm):
        an_office(valid_from=DAY).revise({"valid_until": DAY - timedelta(days=1)})


def test_an_officer_is_away_on_both_ends_of_a_leave_and_not_around_it() -> None:
    officer, deputy = an_officer(), an_officer()
    officer.take_leave(Leave(first=DAY, last=DAY + timedelta(days=1), deputy_id=deputy.id), deputy)
    days = [DAY + timedelta(days=each) for each in (-1, 0, 1, 2)]
    assert [officer.is_away(each) for each in days] == [False, True, True, False]
    officer.come_back()
    assert not officer.is_away(DAY)
    with pytest.raises(NotOnLeave):
        officer.come_back()


def test_a_leave_has_its_days_in_order_and_a_deputy_who_can() -> None:
    officer = an_officer()
    with pytest.raises(BadLeave):
        officer.take_leave(Leave(first=DAY, last=DAY - timedelta(days=1)), None)
    for deputy in (officer, an_officer(OTHER), an_officer(active=False)):
        with pytest.raises(BadLeave):
            officer.take_leave(Leave(first=DAY, last=DAY, deputy_id=deputy.id), deputy)
    assert officer.leave is None


def test_a_recusal_names_one_applicant_and_its_latest_reason() -> None:
    officer, uscc = an_officer(), a_uscc()
    for reason in ("曾任职", "持股"):
        officer.recuse(Recusal(uscc=uscc, reason=reason))
    assert officer.recusals == (Recusal(uscc=uscc, reason="持股"),)
    assert not officer.is_recused_from(a_uscc())
    officer.lift_recusal(uscc)
    assert not officer.is_recused_from(uscc)
    with pytest.raises(UnknownRecusal):
        officer.lift_recusal(uscc)


class Network:
    """The network as an organ's manager works on it over HTTP."""

    def __init__(self, interfaces: Interfaces, organ: str = HOME) -> None:
        self.organ = organ
        self.client = interfaces.filing
        self.manager: Headers = interfaces.bearer(Permission.MANAGE_NETWORK, organ=organ)

    def office(self, **changes: Any) -> dict[str, Any]:
        return {
            "organ": self.organ,
            "name": f"演示经办点{uuid4().hex[:6]}",
            "working_group": "职业技能等级认定工作组",
            "address": "演示路1号",
            "phone": "025-00000000",
            "hours": "工作日 9:00–17:00",
            "channels": ["online"],
            "valid_from": "2024-01-01",
        } | changes

    async def create(self, what: str, body: dict[str, Any]) -> httpx.Response:
        return await self.client.post(f"/v1/{what}", headers=self.manager | fresh_key(), json=body)

    async def made(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self.create(what, body)
        assert answer.status_code == 201, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def officer(self, **changes: Any) -> dict[str, Any]:
        office = await self.made("offices", self.office())
        return await self.made("officers", self.login(office["id"], **changes))

    def login(self, office_id: str, **changes: Any) -> dict[str, Any]:
        subject = f"login-{uuid4().hex}"
        return {"office_id": office_id, "name": "测试员甲", "subject": subject} | changes

    async def ask(self, method: str, path: str, body: Any = None, *, seen: int = 1) -> httpx.Response:
        tag = {"If-Match": f'"{seen}"'}
        return await self.client.request(method, f"/v1/{path}", headers=self.manager | tag, json=body)

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(f"/v1/{path}", headers=self.manager)


@pytest.fixture
def network(interfaces: Interfaces) -> Network:
    return Network(interfaces)


async def test_an_office_is_put_on_record_changed_and_closed(network: Network) -> None:
    made = await network.made("offices", network.office(channels=["online", "door_to_door"]))
    assert made["channels"] == ["door_to_door", "online"]
    changed = await network.ask("PATCH", f"offices/{made['id']}", {"phone": "025-11111111"})
    assert (changed.status_code, changed.json()["phone"]) == (200, "025-11111111")
    closed = await network.ask("PATCH", f"offices/{made['id']}", {"valid_until": "2024-02-01"}, seen=2)
    assert closed.json() == {**made, "version": 3, "phone": "025-11111111", "valid_until": "2024-02-01"}
    assert (await network.get(f"offices/{made['id']}")).json() == closed.json()
    refused = await network.create("officers", network.login(made["id"]))
    assert (refused.status_code, refused.json()["code"]) == (409, "NJT-FIL-1406")


async def test_an_office_of_an_unknown_organ_or_with_a_bad_term_is_refused(network: Network) -> None:
    unknown = await network.create("offices", network.office(organ="NOWHERE"))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "NJT-POL-1001")
    backwards = await network.create("offices", network.office(valid_until="2023-12-31"))
    assert (backwards.status_code, backwards.json()["code"]) == (422, "NJT-FIL-1402")


async def test_an_organ_keeps_no_more_offices_and_officers_than_it_may(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = await network.made("offices", network.office())
    monkeypatch.setattr("services.filing.handlers.network.MOST_OFFICES", 1)
    monkeypatch.setattr("services.filing.handlers.network.MOST_OFFICERS", 0)
    for what, body in (("offices", network.office()), ("officers", network.login(office["id"]))):
        refused = await network.create(what, body)
        assert (refused.status_code, refused.json()["code"]) == (409, "NJT-FIL-1403")
    assert offices.MOST_OFFICES > 1


async def test_an_officer_is_put_on_record_moved_and_retired(network: Network) -> None:
    made = await network.officer(public_name=True, duties="备案受理")
    assert (made["organ"], made["active"], made["leave"], made["recusals"]) == (HOME, True, None, [])
    office = await network.made("offices", network.office())
    changes = {"office_id": office["id"], "public_name": False, "active": False, "duties": ""}
    changed = await network.ask("PATCH", f"officers/{made['id']}", changes)
    assert changed.json() == {**made, **changes, "version": 2}
    assert (await network.get(f"officers/{made['id']}")).json() == changed.json()


async def test_one_login_is_one_officer_of_an_organ(network: Network, interfaces: Interfaces) -> None:
    made = await network.officer()
    again = await network.create("officers", network.login(made["office_id"], subject=made["subject"]))
    assert (again.status_code, again.json()["code"]) == (409, "NJT-FIL-1405")
    elsewhere = await Network(interfaces, OTHER).officer(subject=made["subject"])
    assert elsewhere["organ"] == OTHER


async def test_no_officer_moves_to_another_organs_office(interfaces: Interfaces) -> None:
    city, other = Network(interfaces, CITY), Network(interfaces, OTHER)
    officer = await Network(interfaces).officer()
    office = await other.made("offices", other.office())
    refused = await city.ask("PATCH", f"officers/{officer['id']}", {"office_id": office["id"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "NJT-FIL-1406")


async def test_leave_and_return_are_told(network: Network) -> None:
    officer, deputy = await network.officer(), await network.officer()
    leave = {"first": "2024-03-04", "last": "2024-03-08", "deputy_id": deputy["id"]}
    away = await network.ask("POST", f"officers/{officer['id']}/leave", leave)
    assert (away.status_code, away.json()["leave"]) == (200, leave)
    back = await network.ask("POST", f"officers/{officer['id']}/return", seen=2)
    assert (back.status_code, back.json()["leave"]) == (200, None)
    twice = await network.ask("POST", f"officers/{officer['id']}/return", seen=3)
    assert (twice.status_code, twice.json()["code"]) == (409, "NJT-FIL-1408")
    for body, code in (
        (leave | {"deputy_id": officer["id"]}, "NJT-FIL-1407"),
        (leave | {"last": "2024-03-01"}, "NJT-FIL-1407"),
        (leave | {"deputy_id": UNKNOWN}, "NJT-FIL-1404"),
    ):
        refused = await network.ask("POST", f"officers/{officer['id']}/leave", body, seen=3)
        assert refused.json()["code"] == code


async def test_recusals_are_told_and_lifted(network: Network) -> None:
    officer, uscc = await network.officer(), a_uscc()
    recusal = {"uscc": uscc, "reason": "近亲属任职"}
    kept_away = await network.ask("POST", f"officers/{officer['id']}/recusals", recusal)
    assert (kept_away.status_code, kept_away.json()["recusals"]) == (200, [recusal])
    lifted = await network.ask("DELETE", f"officers/{officer['id']}/recusals/{uscc}", seen=2)
    assert (lifted.status_code, lifted.json()["recusals"]) == (200, [])
    again = await network.ask("DELETE", f"officers/{officer['id']}/recusals/{uscc}", seen=3)
    assert (again.status_code, again.json()["code"]) == (404, "NJT-FIL-1410")


async def test_the_list_of_officers_tells_their_load_and_what_nobody_has(
    interfaces: Interfaces, works: FilingWorks
) -> None:
    network = Network(interfaces, "320116")
    first, second = await network.officer(name="测试员一"), await network.officer(name="测试员二")
    before = (await network.get("officers")).json()["unassigned"]
    await handed_in(works, "320116", officer_id=first["id"])
    await handed_in(works, "320116")
    page = (await network.get("officers?organ=320116&size=200")).json()
    loads = {each["id"]: each["open_cases"] for each in page["items"]}
    assert (loads[first["id"]], loads[second["id"]]) == (1, 0)
    assert page["unassigned"] == before + 1
    names = [each["name"] for each in page["items"]]
    walked: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        part = (await network.get(f"officers?size=1{cursor and f'&cursor={cursor}'}")).json()
        walked += [each["name"] for each in part["items"]]
        cursor = part["next"]
    assert walked == names


async def test_another_district_sees_and_changes_nothing_of_it(interfaces: Interfaces) -> None:
    home, other, city = (Network(interfaces, organ) for organ in (HOME, OTHER, CITY))
    officer = await home.officer()
    ours = {"offices": officer["office_id"], "officers": officer["id"]}
    for what, key in ours.items():
        assert (await other.get(f"{what}/{key}")).status_code == 404
        assert (await other.ask("PATCH", f"{what}/{key}", {"name": "改名"})).status_code == 404
        assert key not in (await other.get(f"{what}?size=200")).text
        assert (await city.get(f"{what}/{key}")).status_code == 200
    refused = await other.create("offices", other.office(organ=HOME))
    assert (refused.status_code, refused.json()["code"]) == (403, "NJT-GEN-1004")
    hidden = await other.create("officers", other.login(officer["office_id"]))
    assert (hidden.status_code, hidden.json()["code"]) == (404, "NJT-FIL-1401")


async def test_the_network_is_kept_by_who_may_at_the_version_seen(
    network: Network, interfaces: Interfaces
) -> None:
    officer = await network.officer()
    path = f"officers/{officer['id']}"
    assert (await network.ask("PATCH", path, {"name": "测试员乙"}, seen=7)).status_code == 412
    network.manager = interfaces.bearer(Permission.READ_REGISTER, organ=HOME)
    for answer in (
        await network.get(path),
        await network.ask("PATCH", path, {"name": "测试员乙"}),
        await network.create("offices", network.office()),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "NJT-IDN-0403")
