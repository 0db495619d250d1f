"""What is told of a body to officers alone, to it once it is noticed, and of people only in numbers."""

import pytest

from tests.builders import CITY, DISTRICT
from tests.interfaces import Headers, Interfaces
from tests.journeys.belongings import OWN, Belongings
from tests.journeys.operations import CLOSED, STRANGERS, Operation, ask
from tests.journeys.reaches import FIGURES, SECRET


def an_operation(service: str, path: str, method: str = "get") -> Operation:
    (found,) = [each for each in CLOSED if each.key == (service, method, path)]
    return found


@pytest.mark.parametrize("key", sorted(SECRET))
async def test_what_officers_look_into_is_not_shown_to_whom_it_is_about(
    interfaces: Interfaces, belongings: Belongings, key: tuple[str, str]
) -> None:
    operation, secret = an_operation(*key), belongings[key[0], SECRET[key]]
    for organ in (DISTRICT, CITY):
        answer = await ask(interfaces, operation, interfaces.bearer(organ=organ), belongings)
        assert answer.status_code == 200, answer.text
        assert secret in answer.text
    for holder in (OWN, belongings["subsidy", "debtor"]):
        answer = await ask(interfaces, operation, interfaces.bearer(holder=holder), belongings)
        if operation.parameters:
            assert answer.status_code == 404, answer.text
        else:
            assert answer.status_code == 200
            assert secret not in answer.text


async def test_what_was_paid_to_a_revoked_institution_is_listed_to_the_officers_it_concerns(
    interfaces: Interfaces, belongings: Belongings
) -> None:
    listed = an_operation("subsidy", "/v1/recoveries/sanctioned")
    paid = an_operation("subsidy", "/v1/recoveries/sanctioned/{institution_id}")
    for organ in (DISTRICT, CITY):
        officer = interfaces.bearer(organ=organ)
        assert (
            belongings["subsidy", "sanctioned_id"]
            in (await ask(interfaces, listed, officer, belongings)).text
        )
        assert (
            belongings["subsidy", "paid_item_id"] in (await ask(interfaces, paid, officer, belongings)).text
        )


async def test_a_debtor_sees_its_recovery_once_it_is_noticed_and_no_other_body_sees_either(
    interfaces: Interfaces, belongings: Belongings
) -> None:
    noticed, proposed = belongings["subsidy", "recovery_id"], belongings["subsidy", "proposed_id"]
    debtor = interfaces.bearer(holder=belongings["subsidy", "debtor"])
    assert await seen(interfaces, debtor, noticed, proposed) == [noticed]
    assert await seen(interfaces, interfaces.bearer(holder=OWN), noticed, proposed) == []
    for organ in (DISTRICT, CITY):
        officer = interfaces.bearer(organ=organ)
        assert await seen(interfaces, officer, noticed, proposed) == [noticed, proposed]


async def seen(interfaces: Interfaces, who: Headers, *recoveries: str) -> list[str]:
    """Which of these somebody is listed, and the same is read one by one."""
    client = interfaces.clients["subsidy"]
    listed = (await client.get("/v1/recoveries", headers=who, params={"size": 200})).text
    read = [
        (await client.get(f"/v1/recoveries/{each}", headers=who)).status_code == 200 for each in recoveries
    ]
    assert [each in listed for each in recoveries] == read
    return [each for each, there in zip(recoveries, read, strict=True) if there]


@pytest.mark.parametrize("key", sorted(FIGURES))
async def test_figures_of_few_people_are_told_to_the_organs_they_are_of_alone(
    interfaces: Interfaces, belongings: Belongings, key: tuple[str, str]
) -> None:
    operation = an_operation(*key)
    for organ in (DISTRICT, CITY):
        view = (await ask(interfaces, operation, interfaces.bearer(organ=organ), belongings)).json()
        assert (view["hidden_below"], view["totals"]["people"]) == (None, 1)
    for reach in STRANGERS:
        answer = await ask(interfaces, operation, interfaces.bearer(**reach), belongings)
        if "organ" in reach:
            assert (answer.status_code, answer.json()["code"]) == (403, "NJT-IDN-0001"), answer.text
            continue
        view = answer.json()
        assert (view["hidden_below"], view["totals"]["people"]) == (3, "<3")
        assert not [figure for figure in view["totals"].values() if isinstance(figure, int) and figure]


async def test_a_claim_is_told_of_by_its_code_only_where_the_person_claimed(
    interfaces: Interfaces, belongings: Belongings
) -> None:
    operation = an_operation("subsidy", "/v1/personal-claims/inquiries", "post")
    for organ in (DISTRICT, CITY):
        answer = await ask(interfaces, operation, interfaces.bearer(organ=organ), belongings)
        assert (answer.status_code, answer.json()["id"]) == (200, belongings["subsidy", "personal_claim_id"])
