"""The province's tasks and orders over HTTP and on a real database; who may see and act on them (N2.6)."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.supervision.domain.provincial import (
    Measure,
    ProvincialTask,
    TaskState,
    UnknownOrder,
    UnknownTask,
)
from services.supervision.handlers import Work
from services.supervision.worker import TaskWatch
from shared.contracts.province import MessageCode
from shared.identity import Permission, Scope
from shared.persistence.unit_of_work import Works
from shared.values import Uscc
from tests.builders import a_uscc
from tests.interfaces import Headers, Interfaces
from tests.provincial import owed, receipts, send
from tests.supervision.fakes import CITY, DISTRICT, OTHER_DISTRICT, an_institution
from tests.supervision.provincial import a_task, an_order
from tests.supervision.test_n2_6_province import a_task as a_told_task

EVERYTHING = Scope(actor="test", act="test", everything=True)
VISIT = {"kind": "special", "supervisors": ["测试员甲", "测试员乙"], "visited_on": "2026-03-02"}


def works_of(interfaces: Interfaces) -> Works[Work]:
    return interfaces.suite.runtimes["supervision"].works


async def kept(interfaces: Interfaces, uscc: Uscc) -> ProvincialTask:
    """A task about an institution of the district that the province filed."""
    institution = an_institution()
    institution.uscc, institution.joint = uscc, ("N2.1", "N2.6")
    task = a_task(institution_id=institution.id, institution_uscc=uscc)
    async with works_of(interfaces)(EVERYTHING) as work:
        work.institutions.add(institution)
        work.tasks.add(task)
    return task


def officer(interfaces: Interfaces, *, organ: str | None = DISTRICT, seen: int = 1) -> Headers:
    return interfaces.bearer(Permission.SUPERVISE, organ=organ) | {"If-Match": f'"{seen}"'}


async def test_tasks_and_orders_come_back_as_they_were_kept(interfaces: Interfaces) -> None:
    task, order = a_task(), an_order(measure=Measure.REVOKE)
    async with works_of(interfaces)(EVERYTHING) as work:
        work.tasks.add(task)
        work.orders.add(order)
    async with works_of(interfaces)(EVERYTHING) as work:
        assert vars(await work.tasks.get(task.id)) == vars(task)
        assert vars(await work.orders.get(order.id)) == vars(order)
        assert [each.id for each in await work.orders.waiting(order.institution_id)] == [order.id]
        assert await work.orders.suspending(order.institution_id) == []
        with pytest.raises(UnknownTask):
            await work.tasks.get(uuid4())
        with pytest.raises(UnknownOrder):
            await work.orders.get(uuid4())


async def test_n2_6_a_task_is_inspected_and_reported_over_http_and_the_province_is_told(
    interfaces: Interfaces,
) -> None:
    uscc, client = a_uscc(), interfaces.clients["supervision"]
    task = await kept(interfaces, uscc)
    place = f"/v1/provincial-tasks/{task.id}"
    early = await client.post(f"{place}/report", json={"report": "无"}, headers=officer(interfaces))
    assert (early.status_code, early.json()["code"]) == (409, "NJT-SUP-1045")
    begun = await client.post(f"{place}/inspection", json={"visit": VISIT}, headers=officer(interfaces))
    assert (begun.status_code, begun.json()["state"]) == (200, "inspecting"), begun.text
    done = await client.post(
        f"{place}/report", json={"report": "未见异常"}, headers=officer(interfaces, seen=2)
    )
    assert (done.status_code, done.json()["state"]) == (200, "reported"), done.text
    again = await client.post(f"{place}/report", json={"report": "再报"}, headers=officer(interfaces, seen=3))
    assert (again.status_code, again.json()["code"]) == (409, "NJT-SUP-1044")
    (told,) = await owed(interfaces, "supervision", uscc)
    assert (told.code, told.payload["number"]) == (MessageCode.SUPERVISION_RESULT, task.number)


async def test_who_has_nothing_to_do_with_it_neither_sees_nor_acts(interfaces: Interfaces) -> None:
    uscc, client = a_uscc(), interfaces.clients["supervision"]
    task = await kept(interfaces, uscc)
    place = f"/v1/provincial-tasks/{task.id}"
    for who, status in (
        (officer(interfaces, organ=OTHER_DISTRICT), 404),
        (officer(interfaces, organ=None), 404),
        (interfaces.bearer(Permission.SUPERVISE, holder=uscc) | {"If-Match": '"1"'}, 404),
        (interfaces.bearer(Permission.PLAN, organ=DISTRICT) | {"If-Match": '"1"'}, 403),
    ):
        assert (await client.get(place, headers=who)).status_code == status
        acted = await client.post(f"{place}/inspection", json={"visit": VISIT}, headers=who)
        assert acted.status_code == status, acted.text
    shown = await client.get(place, headers=officer(interfaces, organ=CITY))
    assert shown.json()["number"] == task.number


async def test_tasks_and_orders_are_listed_the_latest_first_page_by_page(interfaces: Interfaces) -> None:
    order = an_order()
    async with works_of(interfaces)(EVERYTHING) as work:
        work.tasks.add(a_task())
        work.tasks.add(a_task(state=TaskState.REPORTED))
        work.orders.add(order)
        work.orders.add(an_order())
    client, who = interfaces.clients["supervision"], officer(interfaces)
    for kind, narrowed in (("provincial-tasks", {"state": "assigned"}), ("provincial-orders", {})):
        found: list[dict[str, Any]] = []
        cursor = None
        while not found or cursor:
            params = {"size": "1", **narrowed} | ({"cursor": cursor} if cursor else {})
            page = (await client.get(f"/v1/{kind}", params=params, headers=who)).json()
            found += page["items"]
            cursor = page["next"]
        ids = [each["id"] for each in found]
        assert ids == sorted(ids, reverse=True)
        assert not narrowed or {each["state"] for each in found} == {"assigned"}
    shown = await client.get(f"/v1/provincial-orders/{order.id}", headers=who)
    assert (shown.json()["number"], shown.json()["carried_out_at"]) == (order.number, None)


async def test_a_number_the_province_used_before_is_rejected_and_the_first_stays(
    interfaces: Interfaces,
) -> None:
    uscc = a_uscc()
    await kept(interfaces, uscc)
    told = a_told_task(uscc=uscc, number=f"苏督{uscc}")
    codes = []
    for _ in range(2):
        message = await send(interfaces, "supervision", MessageCode.SUPERVISION_TASK, told)
        _, business = await receipts(interfaces, "supervision", message)
        codes.append(business["reason_code"])
    assert codes == ["", "NJT-SUP-1042"]


async def test_the_watch_counts_what_is_late_and_names_what_is_to_be_noted(interfaces: Interfaces) -> None:
    late = a_task(due_on=date(2020, 1, 1))
    counted: list[tuple[str, int]] = []
    async with works_of(interfaces)(EVERYTHING) as work:
        work.tasks.add(late)
    watch = TaskWatch(lambda kind, count: counted.append((kind, count)))
    async with works_of(interfaces)(EVERYTHING) as work:
        assert late.id in {each.id for each in await watch.due(work)}
    ((kind, count),) = counted
    assert (kind, count >= 1) == ("provincial_task", True)
