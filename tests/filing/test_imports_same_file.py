"""The same file is imported once: whoever sends it again is told of the first import."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from services.filing.domain.bulk import SameFile
from tests.builders import OTHER_DISTRICT
from tests.filing.importing import INSTITUTIONS, Desk, as_xlsx
from tests.filing.works import EVERYTHING, FilingWorks
from tests.interfaces import Interfaces, fresh_key


@pytest.fixture
def desk(interfaces: Interfaces) -> Desk:
    return Desk(interfaces)


async def test_a_repeat_of_the_same_request_is_answered_as_the_first_time(desk: Desk) -> None:
    content = as_xlsx(INSTITUTIONS, [desk.record()])
    once = desk.headers | fresh_key()
    url = f"/v1/imports?kind={INSTITUTIONS}"
    answers = [
        await desk.interfaces.filing.post(url, headers=once, files={"file": ("a.xlsx", content)})
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()


async def test_the_same_file_is_refused_and_the_first_import_named(desk: Desk) -> None:
    content = as_xlsx(INSTITUTIONS, [desk.record()])
    first = (await desk.hand_in(INSTITUTIONS, content)).json()
    again = await desk.hand_in(INSTITUTIONS, content, name="另存.xlsx")
    assert (again.status_code, again.json()["code"]) == (409, "NJT-FIL-1502")
    assert again.json()["extra"] == {"import_id": first["id"]}


async def test_the_same_file_is_another_import_for_another_organ_and_after_it_was_discarded(
    desk: Desk,
) -> None:
    content = as_xlsx(INSTITUTIONS, [desk.record()])
    first = (await desk.hand_in(INSTITUTIONS, content)).json()
    elsewhere = await Desk(desk.interfaces, organ=OTHER_DISTRICT).hand_in(INSTITUTIONS, content)
    assert (elsewhere.status_code, elsewhere.json()["bad"]) == (201, 1)
    assert (await desk.say(first, "discard")).json()["state"] == "discarded"
    assert await desk.rows(first) == []
    assert (await desk.hand_in(INSTITUTIONS, content)).status_code == 201


async def test_of_the_same_file_twice_at_once_one_is_taken(desk: Desk) -> None:
    content = as_xlsx(INSTITUTIONS, [desk.record()])
    answers = await asyncio.gather(desk.hand_in(INSTITUTIONS, content), desk.hand_in(INSTITUTIONS, content))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert refused["code"] == "NJT-FIL-1502"
    taken = next(answer.json() for answer in answers if answer.status_code == 201)
    assert refused["extra"] == {"import_id": taken["id"]}


async def test_the_database_itself_keeps_a_file_from_being_imported_twice(
    desk: Desk, works: FilingWorks
) -> None:
    view = await desk.previewed(INSTITUTIONS, desk.record())

    async def again() -> None:
        async with works(EVERYTHING) as work:
            bulk = await work.imports.get(UUID(view["id"]))
            work.imports.add(replace(bulk, id=uuid4(), version=0))

    with pytest.raises(SameFile):
        await again()
