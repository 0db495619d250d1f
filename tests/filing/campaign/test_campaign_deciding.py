"""What a district decides of an institution's scope, and what follows from it (N3.6)."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from services.filing.domain.institution import Institution, ScopeWhy, Standing
from services.filing.domain.review import Judged, Ruling
from services.filing.handlers import register
from shared.contracts.scope import ScopeItem
from shared.policy import Audience, Category
from tests.builders import (
    AT,
    CITY,
    DISTRICT,
    GUARD,
    MILLER,
    OTHER_DISTRICT,
    a_version,
    an_institution,
    an_item,
)
from tests.filing.campaign.play import EFFECTIVE, TODAY, Play, because, plain
from tests.filing.works import EVERYTHING

FOUR, FIVE = an_item(level=4), an_item(level=5)
MILLING = an_item(MILLER, level=4)

Opened = tuple[str, Institution, dict[str, Any]]


async def opened(play: Play, *, on: date = EFFECTIVE, **changes: Any) -> Opened:
    """A campaign with one institution that may evaluate turners of two levels, and its review."""
    institution = an_institution(**({"scope": (FOUR, FIVE)} | changes))
    await play.keep(institution)
    key = await play.open(on=on)
    return key, institution, await play.review_of(key, institution)


def refused_as(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def widen_otherwise(play: Play, institution: Institution) -> None:
    """An extension is registered while the review is under way."""
    async with play.works(EVERYTHING) as work:
        held = await work.institutions.get(institution.id)
        version = a_version(*held.scope, MILLING, on=TODAY, why=ScopeWhy.EXTENDED)
        register.rescope(held, version, work)


async def test_confirming_everything_changes_nothing(play: Play) -> None:
    key, institution, review = await opened(play)
    done = await play.decide(review, confirmed=[plain(FIVE), plain(FOUR)])
    assert (done.status_code, done.json()["state"], done.json()["outcome"]) == (200, "decided", "unchanged")
    assert len((await play.institution(institution.id)).versions) == 1
    assert await play.announced() == []
    assert (await play.campaign(key))["progress"]["unchanged"] == 1


async def test_withdrawing_a_level_makes_one_version_from_the_campaigns_day_on(play: Play) -> None:
    key, institution, review = await opened(play)
    done = await play.decide(review, confirmed=[plain(FIVE)], withdrawn=[because(FOUR)])
    assert done.json()["outcome"] == "narrowed"
    assert done.json()["withdrawn"] == [because(FOUR)]
    now = await play.institution(institution.id)
    first, second = now.versions
    assert (second.valid_from, second.items, second.basis) == (EFFECTIVE, (FIVE,), ("N3.6",))
    assert second.why is ScopeWhy.RESCOPED
    assert set(now.scope_on(EFFECTIVE - timedelta(days=1))) == {FOUR, FIVE} == set(first.items)
    assert now.scope_on(EFFECTIVE) == (FIVE,)
    (told,) = await play.announced()
    assert (told.institution_id, told.organ, told.basis) == (institution.id, DISTRICT, ("N3.6",))
    assert (told.scope, told.valid_from, told.why) == ((FIVE,), EFFECTIVE, "rescoped")
    assert told.revision == now.version == 2
    assert (await play.campaign(key))["progress"]["narrowed"] == 1


async def test_a_decision_after_the_campaigns_day_counts_from_its_own(play: Play) -> None:
    _, institution, review = await opened(play)
    play.set(AT + timedelta(days=150))
    await play.decide(review, confirmed=[plain(FIVE)], withdrawn=[because(FOUR)])
    assert (await play.institution(institution.id)).versions[-1].valid_from == date(2024, 8, 1)


async def test_a_decision_builds_on_a_version_that_is_yet_to_begin(play: Play) -> None:
    later = a_version(FOUR, FIVE, on=date(2024, 9, 1))
    _, institution, review = await opened(play, versions=(a_version(FOUR), later))
    await play.decide(review, confirmed=[plain(FIVE)], withdrawn=[because(FOUR)])
    now = await play.institution(institution.id)
    assert now.scope_on(date(2024, 8, 31)) == (FOUR,)
    assert now.scope_on(date(2024, 9, 1)) == (FIVE,)


@pytest.mark.parametrize(
    ("ruling", "outcome", "scope"),
    [
        ({"confirmed": [FOUR, FIVE], "added": [MILLING]}, "widened", {FOUR, FIVE, MILLING}),
        ({"confirmed": [FIVE], "withdrawn": [FOUR], "added": [MILLING]}, "reshaped", {FIVE, MILLING}),
        ({"withdrawn": [FOUR, FIVE], "added": [MILLING]}, "reshaped", {MILLING}),
    ],
)
async def test_new_items_come_with_a_reason(
    play: Play, ruling: dict[str, list[ScopeItem]], outcome: str, scope: set[ScopeItem]
) -> None:
    key, institution, review = await opened(play)
    sent = {
        name: [plain(each) if name == "confirmed" else because(each) for each in items]
        for name, items in ruling.items()
    }
    done = await play.decide(review, **sent)
    assert done.json()["outcome"] == outcome
    assert set((await play.institution(institution.id)).scope) == scope
    assert [set(each.scope) for each in await play.announced()] == [scope]
    assert (await play.campaign(key))["progress"][outcome] == 1


@pytest.mark.parametrize(
    "ruling",
    [
        {"confirmed": [plain(FOUR)]},
        {"confirmed": [plain(FOUR), plain(FIVE), plain(FIVE)]},
        {"confirmed": [plain(FOUR), plain(FIVE)], "withdrawn": [because(FIVE)]},
        {"confirmed": [plain(FOUR), plain(FIVE), plain(MILLING)]},
        {"confirmed": [plain(FOUR)], "added": [because(FIVE)]},
        {"confirmed": [plain(FOUR), plain(FIVE)], "added": [because(FIVE)]},
        {"confirmed": [plain(FOUR), plain(FIVE)], "added": [because(MILLING), because(MILLING)]},
        {},
    ],
)
async def test_every_item_is_judged_once(play: Play, ruling: dict[str, list[Any]]) -> None:
    _, institution, review = await opened(play)
    assert refused_as(await play.decide(review, **ruling)) == (422, "NJT-FIL-1314")
    assert len((await play.institution(institution.id)).versions) == 1


async def test_nothing_is_withdrawn_without_a_reason(play: Play) -> None:
    _, _, review = await opened(play)
    mute = [{"item": plain(FOUR), "reason": " "}]
    assert (await play.decide(review, confirmed=[plain(FIVE)], withdrawn=mute)).status_code == 422


async def test_a_scope_is_not_emptied(play: Play) -> None:
    _, _, review = await opened(play)
    refused = await play.decide(review, withdrawn=[because(FOUR), because(FIVE)])
    assert refused_as(refused) == (409, "NJT-FIL-1315")
    assert "注销" in refused.json()["title"]


@pytest.mark.parametrize("item", [an_item(GUARD), an_item("1-99-99-99")])
async def test_what_is_added_must_be_offered(play: Play, item: ScopeItem) -> None:
    _, _, review = await opened(play)
    refused = await play.decide(review, confirmed=[plain(FOUR), plain(FIVE)], added=[because(item)])
    assert refused_as(refused) == (409, "NJT-FIL-1004")
    assert await play.announced() == []


async def test_an_association_is_given_only_what_nobody_covers(play: Play) -> None:
    association: dict[str, Any] = {"category": Category.MUNICIPAL_ASSOCIATION, "audience": Audience.PUBLIC}
    await play.keep(an_institution(scope=(MILLING,)))
    _, institution, review = await opened(play, scope=(an_item("4-01-02-02"),), **association)
    held = [plain(an_item("4-01-02-02"))]
    refused = await play.decide(review, confirmed=held, added=[because(MILLING)])
    assert refused_as(refused) == (409, "NJT-FIL-1030")
    assert refused.json()["basis"] == ["N2.7"]
    of_its_own = an_item("4-01-02-02", level=3)
    done = await play.decide(review, confirmed=held, added=[because(of_its_own), because(FOUR)])
    assert done.status_code == 200
    assert FOUR in (await play.institution(institution.id)).scope


async def test_a_scope_that_moved_meanwhile_is_decided_after_a_refresh(play: Play) -> None:
    _, institution, review = await opened(play)
    await widen_otherwise(play, institution)
    stale = await play.decide(review, confirmed=[plain(FIVE)], withdrawn=[because(FOUR)])
    assert refused_as(stale) == (409, "NJT-FIL-1316")
    foreign = await play.step(review, "refresh", play.city)
    assert refused_as(foreign) == (403, "NJT-FIL-1312")
    fresh = (await play.step(review, "refresh", play.officer())).json()
    assert fresh["items"] == [plain(FOUR), plain(FIVE), plain(MILLING)]
    done = await play.decide(fresh, confirmed=[plain(FIVE), plain(MILLING)], withdrawn=[because(FOUR)])
    assert done.json()["outcome"] == "narrowed"
    assert set((await play.institution(institution.id)).scope) == {FIVE, MILLING}


async def test_only_the_institutions_own_district_decides(play: Play) -> None:
    _, _, review = await opened(play)
    everything = [plain(FOUR), plain(FIVE)]
    city = await play.decide(review, play.officer(CITY), confirmed=everything)
    assert refused_as(city) == (403, "NJT-FIL-1312")
    other = await play.decide(review, play.officer(OTHER_DISTRICT), confirmed=everything)
    assert refused_as(other) == (404, "NJT-FIL-1311")
    unseen = await play.http.get(f"/v1/reviews/{review['id']}", headers=play.officer(OTHER_DISTRICT))
    assert unseen.status_code == 404


async def test_a_review_is_decided_once(play: Play) -> None:
    _, _, review = await opened(play)
    done = await play.decide(review, confirmed=[plain(FOUR), plain(FIVE)])
    again = await play.decide(done.json(), confirmed=[plain(FIVE)], withdrawn=[because(FOUR)])
    assert refused_as(again) == (409, "NJT-FIL-1313")
    refreshed = await play.step(done.json(), "refresh", play.officer())
    assert refused_as(refreshed) == (409, "NJT-FIL-1313")


async def test_of_two_officers_who_decide_at_once_one_succeeds(play: Play) -> None:
    _, institution, review = await opened(play)
    for _ in range(5):
        answers = await asyncio.gather(
            play.decide(review, confirmed=[plain(FIVE)], withdrawn=[because(FOUR)]),
            play.decide(review, confirmed=[plain(FOUR)], withdrawn=[because(FIVE)]),
        )
        assert len([each for each in answers if each.status_code == 200]) <= 1
        assert {each.status_code for each in answers} <= {200, 409, 412}
    now = await play.institution(institution.id)
    assert len(now.versions) == 2
    (told,) = await play.announced()
    assert told.scope == now.scope


async def test_a_decision_names_the_version_that_was_seen(play: Play) -> None:
    _, institution, review = await opened(play)
    bare = await play.http.post(f"/v1/reviews/{review['id']}/decision", headers=play.officer(), json={})
    assert refused_as(bare) == (428, "NJT-GEN-0428")
    heard = await play.step(review, "opinion", play.body(institution.uscc), {"opinion": "四级设备已更新"})
    assert heard.status_code == 200
    unread = await play.decide(review, confirmed=[plain(FIVE)], withdrawn=[because(FOUR)])
    assert refused_as(unread) == (412, "NJT-GEN-0412")


async def test_the_institution_comments_until_it_is_decided(play: Play) -> None:
    _, institution, review = await opened(play)
    own = play.body(institution.uscc)
    heard = (await play.step(review, "opinion", own, {"opinion": "四级设备已更新"})).json()
    heard = (await play.step(heard, "opinion", own, {"opinion": "以此为准"})).json()
    assert (heard["opinion"], heard["state"]) == ("以此为准", "open")
    stranger = await play.step(heard, "opinion", play.body(an_institution().uscc), {"opinion": "?"})
    assert refused_as(stranger) == (404, "NJT-FIL-1311")
    officer = await play.step(heard, "opinion", play.interfaces.bearer(organ=DISTRICT), {"opinion": "?"})
    assert refused_as(officer) == (403, "NJT-IDN-0001")
    done = (await play.decide(heard, confirmed=[plain(FOUR), plain(FIVE)])).json()
    late = await play.step(done, "opinion", own, {"opinion": "?"})
    assert refused_as(late) == (409, "NJT-FIL-1313")
    seen = await play.http.get(f"/v1/reviews/{review['id']}", headers=own)
    assert seen.json()["outcome"] == "unchanged"


async def test_who_goes_off_the_record_meanwhile_is_not_reviewed_any_more(play: Play) -> None:
    key, institution, review = await opened(play)
    async with play.works(EVERYTHING) as work:
        held = await work.institutions.get(institution.id)
        await register.end(held, Standing.CANCELLED, work, reason="", basis=("N2.0",))
    refused = await play.decide(review, confirmed=[plain(FOUR), plain(FIVE)])
    assert refused_as(refused) == (409, "NJT-FIL-1025")
    assert await play.look("lapse-reviews") == 1
    assert (await play.review_of(key, institution))["state"] == "void"
    assert (await play.campaign(key))["progress"]["void"] == 1
    assert await play.look("lapse-reviews") == 0


def test_the_result_of_a_ruling_is_what_is_confirmed_and_added() -> None:
    ruling = Ruling(confirmed=(FIVE,), withdrawn=(Judged(item=FOUR, reason="理由"),))
    assert ruling.result == (FIVE,)
    assert replace(ruling, added=(Judged(item=MILLING, reason="理由"),)).result == (FIVE, MILLING)
