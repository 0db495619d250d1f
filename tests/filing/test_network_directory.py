"""The service network as everybody finds it: what is public, and nothing else."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.filing.domain.officer import Leave, Recusal
from shared.http.limits import Rates
from tests.builders import a_uscc
from tests.filing.network import an_office, an_officer
from tests.filing.works import EVERYTHING, FilingWorks
from tests.interfaces import Interfaces

CANARY = "金丝雀"
HOME = "320114"
NETWORK = "/v1/public/service-network"


@pytest.fixture(autouse=True)
def _unhurried(interfaces: Interfaces) -> None:
    """Whoever called before does not count."""
    interfaces.suite.apps["filing"].state.rates = Rates()


async def offices_of(interfaces: Interfaces, organ: str = HOME) -> list[dict[str, Any]]:
    answer = await interfaces.filing.get(NETWORK, params={"organ": organ})
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["organs"]
    assert found["code"] == organ
    offices: list[dict[str, Any]] = found["offices"]
    return offices


async def test_n3_2_everybody_finds_each_organs_offices_lines_hours_and_channels(
    interfaces: Interfaces, works: FilingWorks
) -> None:
    office = an_office(HOME)
    named, unnamed = (
        an_officer(HOME, office_id=office.id, public_name=True),
        an_officer(HOME, office_id=office.id),
    )
    async with works(EVERYTHING) as work:
        work.offices.add(office)
        for officer in (
            named,
            unnamed,
            an_officer(HOME, office_id=office.id, active=False, public_name=True),
        ):
            work.officers.add(officer)
    (found,) = [each for each in await offices_of(interfaces) if each["name"] == office.name]
    assert found == {
        "name": office.name,
        "working_group": office.working_group,
        "address": office.address,
        "phone": office.phone,
        "hours": office.hours,
        "channels": ["door_to_door", "online"],
        "officers": [named.name],
    }


async def test_nothing_private_is_told(interfaces: Interfaces, works: FilingWorks) -> None:
    office = an_office(HOME)
    officer = an_officer(
        HOME,
        office_id=office.id,
        name=f"{CANARY}姓名",
        subject="canary-subject",
        duties=f"{CANARY}职责",
        leave=Leave(first=date(2024, 3, 4), last=date(2199, 3, 4)),
        recusals=(Recusal(uscc=a_uscc(), reason=f"{CANARY}原因"),),
    )
    async with works(EVERYTHING) as work:
        work.offices.add(office)
        work.officers.add(officer)
        for _ in range(2):
            work.officers.add(an_officer(HOME, office_id=office.id, public_name=True))
    for answer in (
        await interfaces.filing.get(NETWORK),
        await interfaces.filing.get(f"{NETWORK}?organ={HOME}"),
    ):
        assert office.name in answer.text
        private = (CANARY, "canary-subject", officer.recusals[0].uscc, "2199-03-04", str(officer.id))
        assert not [each for each in (*private, str(office.id), "version") if each in answer.text]


async def test_every_organ_of_the_city_is_listed_with_or_without_an_office(interfaces: Interfaces) -> None:
    answer = await interfaces.filing.get(NETWORK)
    policy = interfaces.suite.runtimes["filing"].policy
    assert [each["code"] for each in answer.json()["organs"]] == list(policy.organs)


async def test_only_offices_that_serve_today_are_listed(interfaces: Interfaces, works: FilingWorks) -> None:
    today = interfaces.clock.now().date()
    closed, coming = (
        an_office(HOME, valid_until=today - timedelta(days=3)),
        an_office(HOME, valid_from=today + timedelta(days=3)),
    )
    async with works(EVERYTHING) as work:
        for office in (closed, coming):
            work.offices.add(office)
    names = {each["name"] for each in await offices_of(interfaces)}
    assert not names & {closed.name, coming.name}


async def test_another_organs_offices_are_not_among_those_of_one(
    interfaces: Interfaces, works: FilingWorks
) -> None:
    office = an_office("320113")
    async with works(EVERYTHING) as work:
        work.offices.add(office)
    assert office.name not in {each["name"] for each in await offices_of(interfaces)}
    assert office.name in {each["name"] for each in await offices_of(interfaces, "320113")}


async def test_an_unknown_organ_is_not_found(interfaces: Interfaces) -> None:
    answer = await interfaces.filing.get(f"{NETWORK}?organ=NOWHERE")
    assert (answer.status_code, answer.json()["code"]) == (404, "NJT-POL-1001")


async def test_whoever_asks_too_often_waits(interfaces: Interfaces) -> None:
    answers = [(await interfaces.filing.get(f"{NETWORK}?organ={HOME}")).status_code for _ in range(25)]
    assert answers[:20] == [200] * 20
    assert 429 in answers
