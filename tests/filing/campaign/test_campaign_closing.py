"""The end of a campaign: nobody is forgotten without a reason."""

import asyncio

from tests.builders import DISTRICT, an_institution, an_item
from tests.filing.campaign.play import Play, plain
from tests.interfaces import fresh_key


async def test_a_campaign_with_open_reviews_is_not_closed_without_a_reason(play: Play) -> None:
    done, left = an_institution(), an_institution()
    await play.keep(done, left)
    key = await play.open()
    await play.decide(await play.review_of(key, done), confirmed=[plain(an_item())])
    refused = await play.close(key)
    assert (refused.status_code, refused.json()["code"]) == (409, "NJT-FIL-1307")
    assert refused.json()["extra"] == {"open": 1}
    closed = (await play.close(key, "机构失联，另行处理")).json()
    assert (closed["state"], closed["left_open"], closed["forced_because"]) == (
        "closed",
        1,
        "机构失联，另行处理",
    )
    listed = await play.reviews(key, state="open")
    assert [each["institution_id"] for each in listed] == [str(left.id)]
    assert len((await play.institution(left.id)).versions) == 1


async def test_nothing_is_decided_in_a_closed_campaign(play: Play) -> None:
    institution = an_institution()
    await play.keep(institution)
    key = await play.open()
    review = await play.review_of(key, institution)
    await play.close(key, "改期")
    decided = await play.decide(review, confirmed=[plain(an_item())])
    opinion = await play.step(review, "opinion", play.body(institution.uscc), {"opinion": "?"})
    refreshed = await play.step(review, "refresh", play.officer())
    again = await play.close(key, "改期")
    assert {each.json()["code"] for each in (decided, opinion, refreshed, again)} == {"NJT-FIL-1305"}


async def test_a_reason_is_not_kept_where_none_was_needed(play: Play) -> None:
    closed = (await play.close(await play.open(), "以防万一")).json()
    assert (closed["left_open"], closed["forced_because"]) == (0, "")


async def test_only_the_city_closes_a_campaign(play: Play) -> None:
    key = await play.open()
    refused = await play.close(key, who=play.officer(DISTRICT))
    assert (refused.status_code, refused.json()["code"]) == (403, "NJT-FIL-1302")


async def test_a_campaign_is_not_closed_while_reviews_are_handed_out(play: Play) -> None:
    await play.keep(an_institution())
    key = (await play.try_to_open()).json()["id"]
    refused = await play.close(key, "改期")
    assert (refused.status_code, refused.json()["code"]) == (409, "NJT-FIL-1306")


async def test_closing_names_the_version_that_was_seen(play: Play) -> None:
    key = await play.open()
    stale = await play.http.post(
        f"/v1/campaigns/{key}/closing", headers=play.city | {"If-Match": '"1"'}, json={}
    )
    assert (stale.status_code, stale.json()["code"]) == (412, "NJT-GEN-0412")


async def test_what_is_decided_while_the_campaign_closes_is_counted_one_way_or_the_other(play: Play) -> None:
    institution = an_institution()
    await play.keep(institution)
    key = await play.open()
    review = await play.review_of(key, institution)
    decided, closed = await asyncio.gather(
        play.decide(review, confirmed=[plain(an_item())]), play.close(key, "改期")
    )
    assert closed.status_code == 200
    assert closed.json()["left_open"] == (0 if decided.status_code == 200 else 1)
    left = await play.reviews(key, state="open")
    assert len(left) == closed.json()["left_open"]


async def test_campaigns_are_listed_the_latest_first(play: Play) -> None:
    keys = []
    for _ in range(3):
        keys.append(await play.open())
        await play.close(keys[-1])
    first = (await play.http.get("/v1/campaigns", headers=play.city, params={"size": 2})).json()
    rest = await play.http.get("/v1/campaigns", headers=play.city, params={"cursor": first["next"]})
    assert [each["id"] for each in (*first["items"], *rest.json()["items"])] == sorted(keys, reverse=True)
    assert rest.json()["next"] is None
    bad = await play.http.get("/v1/campaigns", headers=play.city, params={"cursor": "x"})
    assert bad.status_code == 422


async def test_what_nobody_knows_is_not_found(play: Play) -> None:
    nowhere = fresh_key()["Idempotency-Key"]
    campaign = await play.http.get(f"/v1/campaigns/{nowhere}", headers=play.city)
    reviews = await play.http.get(f"/v1/campaigns/{nowhere}/reviews", headers=play.city)
    review = await play.http.get(f"/v1/reviews/{nowhere}", headers=play.city)
    assert [each.json()["code"] for each in (campaign, reviews, review)] == [
        "NJT-FIL-1301",
        "NJT-FIL-1301",
        "NJT-FIL-1311",
    ]
