"""Ceremonies in which plaques and certificates are handed over to many at once (N3.5)."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.filing.domain.ceremony import Held, NotHeldYet, NothingToHandOver, UnknownCeremony
from services.filing.domain.obligation import Obligation, ObligationState
from services.filing.domain.refusals import NotOwedByYou, ObligationSettled, UnknownObligation
from services.filing.handlers.ceremonies import RecordCeremony, record_ceremony
from shared.policy import Policy
from tests.builders import AT, CITY, DISTRICT, OTHER_DISTRICT
from tests.filing.owing import Kind, an_obligation, settle
from tests.filing.works import EVERYTHING, FilingWorks, keep, within
from tests.interfaces import Interfaces, fresh_key

TITLE, PLACE, TODAY = "职业技能等级认定机构挂牌授证仪式", "江宁区人力资源大厦", AT.date()


async def held(works: FilingWorks, *keys: UUID, **changes: Any) -> Held:
    given: dict[str, Any] = {
        "organ": DISTRICT,
        "actor": "officer:甲",
        "title": TITLE,
        "place": PLACE,
        "held_on": TODAY,
        "obligation_ids": keys,
    }
    command = RecordCeremony(**(given | changes))
    async with works(within(command.organ)) as work:
        return await record_ceremony(command, work)


async def state_of(works: FilingWorks, owed: Obligation) -> tuple[ObligationState, str]:
    async with works(EVERYTHING) as work:
        found = await work.obligations.get(owed.id)
    return found.state, found.note


async def test_n3_5_plaques_and_certificates_are_handed_over_in_one_ceremony(
    works: FilingWorks, policy: Policy
) -> None:
    owed = [an_obligation(policy) for _ in range(3)]
    await keep(works, *owed)
    done = await held(works, *(each.id for each in owed), owed[0].id)
    assert done.outcomes == dict.fromkeys((each.id for each in owed), None)
    assert (done.ceremony.invited, done.ceremony.handed_over, done.ceremony.basis) == (3, 3, ("N3.5",))
    for each in owed:
        state, note = await state_of(works, each)
        assert state is ObligationState.DONE
        assert all(part in note for part in (str(done.ceremony.id), TITLE, PLACE, "2024-03-04"))
    async with works(within(DISTRICT)) as work:
        assert vars(await work.ceremonies.get(done.ceremony.id)) == vars(done.ceremony)


async def test_n3_5_what_cannot_be_handed_over_is_told_row_by_row_and_the_rest_goes_on(
    works: FilingWorks, policy: Policy
) -> None:
    good, settled = an_obligation(policy), an_obligation(policy)
    other_kind = an_obligation(policy, Kind.CONNECT)
    citys, elsewhere = an_obligation(policy, owner=CITY), an_obligation(policy, organ=OTHER_DISTRICT)
    everything = (settled, other_kind, citys, elsewhere, good)
    await keep(works, *everything)
    await settle(works, settled)
    done = await held(works, *(each.id for each in everything))
    assert {key: type(refusal) for key, refusal in done.outcomes.items()} == {
        settled.id: ObligationSettled,
        other_kind.id: NothingToHandOver,
        citys.id: NotOwedByYou,
        elsewhere.id: UnknownObligation,
        good.id: type(None),
    }
    assert (done.ceremony.invited, done.ceremony.handed_over) == (5, 1)
    assert (await state_of(works, settled))[1] == "已当面发放"
    for each in (other_kind, citys, elsewhere):
        assert await state_of(works, each) == (ObligationState.OPEN, "")


async def test_a_ceremony_is_recorded_when_it_was_held(works: FilingWorks, policy: Policy) -> None:
    owed = an_obligation(policy)
    await keep(works, owed)
    with pytest.raises(NotHeldYet):
        await held(works, owed.id, held_on=TODAY + timedelta(days=1))
    assert (await state_of(works, owed))[0] is ObligationState.OPEN
    assert (await held(works, owed.id, held_on=TODAY - timedelta(days=3))).ceremony.handed_over == 1


async def test_of_two_ceremonies_at_the_same_moment_each_obligation_is_settled_in_one(
    works: FilingWorks, policy: Policy
) -> None:
    owed = [an_obligation(policy) for _ in range(20)]
    await keep(works, *owed)
    keys = [each.id for each in owed]
    first, second = await asyncio.gather(held(works, *keys), held(works, *reversed(keys)))
    assert first.ceremony.handed_over + second.ceremony.handed_over == 20
    for key in keys:
        assert {type(each.outcomes[key]) for each in (first, second)} == {type(None), ObligationSettled}


async def test_a_ceremony_is_its_organs_and_those_above_it(works: FilingWorks, organ: str) -> None:
    done = await held(works, uuid4(), organ=organ)
    async with works(within(organ)) as work:
        page = await work.ceremonies.page(cursor=None, size=5)
    assert [each.id for each in page.items] == [done.ceremony.id]
    async with works(within(OTHER_DISTRICT)) as work:
        with pytest.raises(UnknownCeremony):
            await work.ceremonies.get(done.ceremony.id)


async def ask(interfaces: Interfaces, *keys: UUID, organ: str = DISTRICT, **changes: Any) -> httpx.Response:
    body = {"organ": DISTRICT, "title": TITLE, "place": PLACE, "held_on": "2024-03-04"} | changes
    return await interfaces.filing.post(
        "/v1/ceremonies",
        headers=interfaces.bearer(organ=organ) | fresh_key(),
        json=body | {"obligation_ids": [str(each) for each in keys]},
    )


async def test_over_http_each_row_is_answered_and_the_record_is_found_again(
    interfaces: Interfaces, policy: Policy
) -> None:
    owed, strange = an_obligation(policy), uuid4()
    await keep(interfaces.suite.runtimes["filing"].works, owed)
    answer = await ask(interfaces, strange, owed.id)
    view = answer.json()
    assert (answer.status_code, view["invited"], view["handed_over"]) == (201, 2, 1)
    assert [(each["handed_over"], each["code"]) for each in view["rows"]] == [
        (False, "NJT-FIL-1022"),
        (True, None),
    ]
    officer = interfaces.bearer(organ=DISTRICT)
    found = await interfaces.filing.get(f"/v1/ceremonies/{view['id']}", headers=officer)
    assert (found.status_code, found.json()["handed_over"]) == (200, 1)
    listed: list[str] = []
    asked: dict[str, str | int] = {"size": 1}
    while asked.get("cursor") is not None or not listed:
        page = await interfaces.filing.get("/v1/ceremonies", headers=officer, params=asked)
        listed += [each["id"] for each in page.json()["items"]]
        asked["cursor"] = page.json()["next"]
    assert listed.count(view["id"]) == 1
    assert len(set(listed)) == len(listed)


async def test_over_http_it_is_refused_by_its_code(interfaces: Interfaces) -> None:
    other = await ask(interfaces, uuid4(), organ=OTHER_DISTRICT)
    assert (other.status_code, other.json()["code"]) == (403, "NJT-IDN-0001")
    coming = await ask(interfaces, uuid4(), held_on="2199-01-01")
    assert (coming.status_code, coming.json()["code"]) == (422, "NJT-FIL-1812")
    assert (await ask(interfaces)).status_code == 422
    assert (await ask(interfaces, *(uuid4() for _ in range(501)))).status_code == 422
    officer = interfaces.bearer(organ=DISTRICT)
    strange = await interfaces.filing.get(f"/v1/ceremonies/{uuid4()}", headers=officer)
    assert (strange.status_code, strange.json()["code"]) == (404, "NJT-FIL-1811")
