"""Confirming many scopes at once: each has its own outcome, and the rest goes on."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

from services.filing.domain.institution import ScopeWhy, Standing
from services.filing.handlers import register
from tests.builders import (
    AT,
    CITY,
    DISTRICT,
    MILLER,
    OTHER_DISTRICT,
    a_version,
    an_institution,
    an_item,
)
from tests.filing.campaign.play import TODAY, Play, adds_up, because, plain
from tests.filing.works import EVERYTHING

FOUR, FIVE = an_item(level=4), an_item(level=5)


async def ids_of(play: Play, key: str, *institutions: Any) -> list[str]:
    return [(await play.review_of(key, each))["id"] for each in institutions]


async def test_each_review_has_its_own_outcome_and_the_rest_goes_on(play: Play) -> None:
    ready, moved, heard, ended, decided = (an_institution(scope=(FOUR, FIVE)) for _ in range(5))
    elsewhere = an_institution(organ=OTHER_DISTRICT)
    await play.keep(ready, moved, heard, ended, decided, elsewhere)
    key = await play.open()
    async with play.works(EVERYTHING) as work:
        held = await work.institutions.get(moved.id)
        wider = a_version(*held.scope, an_item(MILLER), on=TODAY, why=ScopeWhy.EXTENDED)
        register.rescope(held, wider, work)
        gone = await work.institutions.get(ended.id)
        await register.end(gone, Standing.CANCELLED, work, reason="", basis=("N2.0",))
    spoken = await play.review_of(key, heard)
    await play.step(spoken, "opinion", play.body(heard.uscc), {"opinion": "请保留"})
    await play.decide(await play.review_of(key, decided), confirmed=[plain(FOUR)], withdrawn=[because(FIVE)])
    asked = await ids_of(play, key, ready, moved, heard, ended, decided, elsewhere)
    unknown = str(uuid4())
    answer = await play.confirm(key, [*asked, unknown, asked[0]])
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["confirmed"], shown["refused"]) == (1, 6)
    assert [(each["review_id"], each["code"]) for each in shown["rows"]] == [
        (asked[0], None),
        (asked[1], "NJT-FIL-1316"),
        (asked[2], "NJT-FIL-1317"),
        (asked[3], "NJT-FIL-1025"),
        (asked[4], "NJT-FIL-1313"),
        (asked[5], "NJT-FIL-1311"),
        (unknown, "NJT-FIL-1311"),
    ]
    assert (await play.review_of(key, ready))["outcome"] == "unchanged"
    assert len((await play.institution(ready.id)).versions) == 1


async def test_the_city_confirms_nothing_for_the_districts(play: Play) -> None:
    institution = an_institution()
    await play.keep(institution)
    key = await play.open()
    answer = await play.confirm(key, await ids_of(play, key, institution), play.officer(CITY))
    assert [each["code"] for each in answer.json()["rows"]] == ["NJT-FIL-1312"]


async def test_a_review_of_another_campaign_is_not_confirmed(play: Play) -> None:
    institution = an_institution()
    await play.keep(institution)
    first = await play.open()
    left = await ids_of(play, first, institution)
    await play.close(first, "改期")
    second = await play.open()
    answer = await play.confirm(second, left)
    assert [each["code"] for each in answer.json()["rows"]] == ["NJT-FIL-1318"]
    closed = await play.confirm(first, left)
    assert (closed.status_code, closed.json()["code"]) == (409, "NJT-FIL-1305")


async def test_no_more_than_five_hundred_are_taken_at_once(play: Play) -> None:
    key = await play.open()
    assert (await play.confirm(key, [str(uuid4()) for _ in range(501)])).status_code == 422
    assert (await play.confirm(key, [])).status_code == 422
    nowhere = await play.confirm(str(uuid4()), [str(uuid4())])
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "NJT-FIL-1301")


async def test_two_officers_who_confirm_the_same_at_once_confirm_each_once(play: Play) -> None:
    institutions = [an_institution() for _ in range(40)]
    await play.keep(*institutions)
    key = await play.open()
    asked = [each["id"] for each in await play.reviews(key)]
    answers = await asyncio.gather(
        play.confirm(key, asked), play.confirm(key, asked[::-1]), play.confirm(key, asked)
    )
    assert [each.status_code for each in answers] == [200, 200, 200]
    assert sum(each.json()["confirmed"] for each in answers) == 40
    assert (await play.campaign(key))["progress"]["unchanged"] == 40


async def test_two_thousand_are_gone_through_and_the_progress_adds_up_all_along(play: Play) -> None:
    organs = (DISTRICT, OTHER_DISTRICT)
    await play.keep(*(an_institution(scope=(FOUR, FIVE), organ=organs[n % 2]) for n in range(2000)))
    key = await play.open()
    changed = (await play.reviews(key))[:3]
    for review in changed:
        assert (await play.decide(review, confirmed=[plain(FIVE)], withdrawn=[because(FOUR)])).is_success
    for organ in organs:
        left = [each["id"] for each in await play.reviews(key, organ=organ, state="open")]
        for start in range(0, len(left), 500):
            done = await play.confirm(key, left[start : start + 500], play.officer(organ))
            assert done.json()["refused"] == 0
            shown = await play.campaign(key)
            assert shown["progress"]["total"] == 2000
            assert all(adds_up(each) for each in (shown["progress"], *shown["organs"]))
            assert sum(each["total"] for each in shown["organs"]) == 2000
    progress = (await play.campaign(key))["progress"]
    assert (progress["narrowed"], progress["unchanged"], progress["share"]) == (3, 1997, 1.0)
    told = await play.announced()
    assert sorted(str(each.institution_id) for each in told) == sorted(
        each["institution_id"] for each in changed
    )


async def test_a_district_sees_its_own_progress_and_the_city_everybodys(play: Play) -> None:
    here, there = an_institution(), an_institution(organ=OTHER_DISTRICT)
    await play.keep(here, there)
    key = await play.open()
    await play.confirm(key, await ids_of(play, key, here))
    own = await play.campaign(key, play.officer(OTHER_DISTRICT))
    assert [(each["organ"], each["open"]) for each in own["organs"]] == [(OTHER_DISTRICT, 1)]
    whole = await play.campaign(key)
    assert {each["organ"]: each["share"] for each in whole["organs"]} == {DISTRICT: 1.0, OTHER_DISTRICT: 0.0}
    assert whole["progress"]["share"] == 0.5
    assert [each["institution_id"] for each in await play.reviews(key, play.body(here.uscc))] == [
        str(here.id)
    ]


async def test_what_is_not_decided_in_time_shows_as_overdue(play: Play) -> None:
    here, there = an_institution(), an_institution(organ=OTHER_DISTRICT)
    await play.keep(here, there)
    key = await play.open()
    await play.confirm(key, await ids_of(play, key, here))
    assert (await play.campaign(key))["progress"]["overdue"] == 0
    play.set(AT + timedelta(days=57))
    shown = await play.campaign(key)
    assert {each["organ"]: each["overdue"] for each in shown["organs"]} == {DISTRICT: 0, OTHER_DISTRICT: 1}
    assert shown["progress"]["overdue"] == 1
