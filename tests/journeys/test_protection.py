"""Every operation of every interface is closed to strangers, to the wrong permissions and to the wrong district.

The operations are read off the OpenAPI documents of whatever services the suite has: a new one is covered the day it is
written, and fails here until something of its kind is there to be crossed (`belongings.py`, `bodies.py`).
"""

from typing import Any
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute

from cli.suite.database import SERVICES
from shared.identity import Permission
from tests.builders import CITY, DISTRICT, OTHER_DISTRICT
from tests.interfaces import Interfaces
from tests.journeys.belongings import OWN, Belongings
from tests.journeys.operations import (
    ABOUT_ONE,
    CLOSED,
    CREATIONS,
    LISTS,
    OPERATIONS,
    SHARED,
    STRANGERS,
    Operation,
    ask,
    nobodys,
    stands_for,
)
from tests.journeys.reaches import CITYS, HOLDERS, LINES, OPEN, PREVIEWS, TOLD, UNLISTED


def test_every_service_has_operations_and_most_of_them_are_closed() -> None:
    assert {each.service for each in CLOSED} == set(SERVICES)
    assert len(CLOSED) > len(OPEN)


def test_what_is_open_is_there_and_nothing_else_forgets_to_ask_for_a_permission() -> None:
    assert {each.key for each in OPERATIONS} >= OPEN
    assert [str(each) for each in CLOSED if not each.needs] == []
    assert [str(each) for each in OPERATIONS if each.key in OPEN and each.needs] == []


@pytest.mark.parametrize("service", SERVICES)
async def test_the_document_lists_every_route_that_runs(interfaces: Interfaces, service: str) -> None:
    listed = {(each.method, each.path) for each in OPERATIONS if each.service == service}
    running = interfaces.suite.apps[service].openapi()["paths"]
    assert {(method, path) for path, methods in running.items() for method in methods} == listed
    unlisted = {
        route.path
        for route in interfaces.suite.apps[service].routes
        if isinstance(route, APIRoute) and not route.include_in_schema
    }
    assert unlisted <= UNLISTED


@pytest.mark.parametrize("operation", CLOSED, ids=str)
async def test_without_a_token_nobody_gets_in(interfaces: Interfaces, operation: Operation) -> None:
    for who in ({}, {"Authorization": "Bearer forged"}):
        answer = await ask(interfaces, operation, who)
        assert (answer.status_code, answer.json()["code"]) == (401, "NJT-IDN-0401")


@pytest.mark.parametrize("operation", CLOSED, ids=str)
async def test_with_every_permission_but_the_right_one_nobody_gets_in(
    interfaces: Interfaces, operation: Operation
) -> None:
    for missing in operation.needs:
        others = [each for each in Permission if each.value != missing]
        answer = await ask(interfaces, operation, interfaces.bearer(*others, organ=OTHER_DISTRICT))
        assert (answer.status_code, answer.json()["code"]) == (403, "NJT-IDN-0403")
        assert missing in answer.json()["detail"]
    answer = await ask(interfaces, operation, interfaces.stranger())
    assert answer.status_code == 403


@pytest.mark.parametrize("key", sorted(OPEN))
async def test_what_is_open_asks_for_no_token(interfaces: Interfaces, key: tuple[str, str, str]) -> None:
    service, method, path = key
    answer = await interfaces.clients[service].request(method, path)
    assert answer.status_code not in {401, 403}


@pytest.mark.parametrize("operation", ABOUT_ONE, ids=str)
async def test_what_belongs_to_a_district_does_not_exist_for_anybody_else(
    interfaces: Interfaces, belongings: Belongings, operation: Operation
) -> None:
    for name in operation.parameters:
        assert stands_for(operation, name) in belongings, f"nothing stands for {name} of {operation.service}"
    for reach in STRANGERS:
        answer = await ask(interfaces, operation, interfaces.bearer(**reach), belongings)
        assert answer.status_code == 404, f"{reach}: {answer.text}"
        assert answer.json()["code"].startswith("NJT-")


@pytest.mark.parametrize("operation", LISTS, ids=str)
async def test_no_list_shows_what_belongs_to_another_district(
    interfaces: Interfaces, belongings: Belongings, operation: Operation
) -> None:
    for reach in STRANGERS:
        answer = await ask(interfaces, operation, interfaces.bearer(**reach), belongings)
        assert answer.status_code in {200, 409}, answer.text
        assert OWN not in answer.text
        assert not [each for each in belongings.values() if each in answer.text]


@pytest.mark.parametrize("operation", CREATIONS, ids=str)
async def test_nothing_is_created_in_or_for_another_district(
    interfaces: Interfaces, belongings: Belongings, operation: Operation
) -> None:
    for reach in STRANGERS:
        answer = await ask(interfaces, operation, interfaces.bearer(**reach), belongings)
        assert answer.status_code in {403, 404}, f"{reach}: {answer.text}"


@pytest.mark.parametrize("operation", SHARED, ids=str)
async def test_what_every_district_is_told_of_shows_and_moves_nothing_of_another(
    interfaces: Interfaces, belongings: Belongings, operation: Operation
) -> None:
    others = {name: each for (_, name), each in belongings.items() if name != "campaign_id"}
    for reach in STRANGERS:
        before = await under_review(interfaces, belongings)
        answer = await ask(interfaces, operation, interfaces.bearer(**reach), belongings)
        assert answer.status_code in {200, 403, 404}, answer.text
        assert OWN not in answer.text
        assert operation.has_body or not [each for each in others.values() if each in answer.text]
        assert DISTRICT not in answer.text
        assert await under_review(interfaces, belongings) == before


async def under_review(interfaces: Interfaces, belongings: Belongings) -> list[Any]:
    """The campaign and the district's review in it, as the city sees them."""
    city, found = interfaces.bearer(organ=CITY), []
    for kind in ("campaign", "review"):
        key = belongings["filing", f"{kind}_id"]
        answer = await interfaces.filing.get(f"/v1/{kind}s/{key}", headers=city)
        assert (answer.status_code, answer.json()["state"]) == (200, "open")
        found.append(answer.json())
    return found


@pytest.mark.parametrize("key", sorted(PREVIEWS))
async def test_what_an_officer_previews_reaches_no_other_district(
    interfaces: Interfaces, belongings: Belongings, key: tuple[str, str]
) -> None:
    (operation,) = [each for each in OPERATIONS if (each.service, each.path, each.method) == (*key, "post")]
    for reach in STRANGERS:
        answer = await ask(interfaces, operation, interfaces.bearer(**reach), belongings)
        if "organ" not in reach:
            assert answer.status_code == 403, answer.text
            continue
        assert answer.status_code == 201, answer.text
        view = answer.json()
        assert (view["organ"], view["good"], view["bad"]) == (reach["organ"], 0, 1)
        assert "NJT-FIL-1511" in {each["code"] for row in view["wrong"] for each in row["findings"]}


@pytest.mark.parametrize("operation", [each for each in ABOUT_ONE + SHARED if each.method == "get"], ids=str)
async def test_the_district_itself_and_the_city_see_it(
    interfaces: Interfaces, belongings: Belongings, operation: Operation
) -> None:
    place = operation.service, operation.path
    for organ in (DISTRICT, CITY):
        answer = await ask(interfaces, operation, interfaces.bearer(organ=organ), belongings)
        if place in HOLDERS:
            assert (answer.status_code, answer.json()["code"]) == (403, "NJT-IDN-0001"), answer.text
        else:
            assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "operation", [each for each in CLOSED if (each.service, each.path) in CITYS], ids=str
)
async def test_what_is_the_citys_is_nobody_elses_whether_it_is_there_or_not(
    interfaces: Interfaces, belongings: Belongings, operation: Operation
) -> None:
    nothing = belongings | {(operation.service, name): str(uuid4()) for name in operation.parameters}
    read = operation.method == "get" and operation.path.endswith("{release_id}")
    expected = (404, "NJT-SUB-1601") if read else (403, "NJT-SUB-1607")
    for reach in (*STRANGERS, {"organ": DISTRICT}):
        for of in (belongings, nothing):
            answer = await ask(interfaces, operation, interfaces.bearer(**reach), of)
            assert (answer.status_code, answer.json()["code"]) == expected, f"{reach}: {answer.text}"
    if operation.method == "get":
        answer = await ask(interfaces, operation, interfaces.bearer(organ=CITY), belongings)
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "operation", [each for each in CLOSED if (each.service, each.path) in LINES], ids=str
)
async def test_what_is_about_the_line_is_the_citys_alone(
    interfaces: Interfaces, belongings: Belongings, operation: Operation
) -> None:
    nothing = belongings | {(operation.service, name): nobodys(name) for name in operation.parameters}
    for reach in (*STRANGERS, {"organ": DISTRICT}):
        answer = await ask(interfaces, operation, interfaces.bearer(**reach), nothing)
        assert (answer.status_code, answer.json()["code"]) == (403, "NJT-IDN-0001"), f"{reach}: {answer.text}"
    answer = await ask(interfaces, operation, interfaces.bearer(organ=CITY), nothing)
    assert answer.status_code not in {401, 403}, answer.text


@pytest.mark.parametrize("key", sorted(HOLDERS))
async def test_what_is_for_the_holder_alone_is_answered_to_the_holder(
    interfaces: Interfaces, belongings: Belongings, key: tuple[str, str]
) -> None:
    (operation,) = [each for each in OPERATIONS if (each.service, each.path) == key]
    answer = await ask(interfaces, operation, interfaces.bearer(holder=OWN), belongings)
    assert (answer.status_code, answer.json()["code"]) == (409, "NJT-SUB-1008"), answer.text  # it is no draft


@pytest.mark.parametrize("key", sorted(TOLD))
async def test_what_an_organ_tells_of_people_is_seen_by_no_other(
    interfaces: Interfaces, belongings: Belongings, key: tuple[str, str]
) -> None:
    (told,) = [each for each in OPERATIONS if (each.service, each.path, each.method) == (*key, "post")]
    for reach in STRANGERS:
        answer = await ask(interfaces, told, interfaces.bearer(**reach), belongings)
        if "organ" not in reach:
            assert answer.status_code == 403, answer.text
            continue
        assert answer.status_code == 201, answer.text
        place = f"{told.path}/{answer.json()['id']}"
        client, district = interfaces.clients[told.service], interfaces.bearer(organ=DISTRICT)
        assert (await client.get(place, headers=district)).status_code == 404
        assert (await client.get(place, headers=interfaces.bearer(**reach))).status_code == 200
