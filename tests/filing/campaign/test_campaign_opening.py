"""Opening a campaign: who may, who is reviewed, and that nobody is forgotten on the way (N3.6)."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.filing.domain.institution import Standing
from services.filing.handlers import campaigns
from services.filing.handlers.work import Work
from shared.policy import Category, DutyOwner
from tests.builders import (
    CITY,
    DISTRICT,
    OTHER_DISTRICT,
    PARK,
    PROVINCE,
    an_institution,
    an_item,
    standing,
)
from tests.databases import connected
from tests.filing.campaign.play import EFFECTIVE, TODAY, Play, adds_up
from tests.filing.works import EVERYTHING
from tests.interfaces import fresh_key


@pytest.mark.parametrize("organ", [DISTRICT, PARK, PROVINCE])
async def test_only_the_city_opens_a_campaign(play: Play, organ: str) -> None:
    refused = await play.try_to_open(play.officer(organ))
    assert (refused.status_code, refused.json()["code"]) == (403, "NJT-FIL-1302")
    assert refused.json()["basis"] == ["N3.6"]
    nobodys = await play.try_to_open(play.interfaces.bearer())
    assert nobodys.json()["code"] == "NJT-FIL-1302"


async def test_it_may_take_effect_today_but_not_before(play: Play) -> None:
    past = await play.try_to_open(on=TODAY - timedelta(days=1))
    assert (past.status_code, past.json()["code"]) == (422, "NJT-FIL-1304")
    today = await play.try_to_open(on=TODAY)
    assert (today.status_code, today.json()["effective_on"]) == (201, "2024-03-04")


async def test_it_is_due_after_the_working_days_of_the_policy(play: Play) -> None:
    shown = (await play.try_to_open()).json()
    assert shown["due_at"].startswith("2024-04-29T")
    assert shown["basis"] == ["N3.6"]


async def test_one_campaign_runs_at_a_time_whoever_is_quicker(play: Play) -> None:
    answers = await asyncio.gather(play.try_to_open(), play.try_to_open())
    assert sorted(each.status_code for each in answers) == [201, 409]
    (lost,) = [each for each in answers if each.status_code == 409]
    assert lost.json()["code"] == "NJT-FIL-1303"
    (won,) = [each for each in answers if each.status_code == 201]
    await play.look("hand-out-reviews")
    assert (await play.close(won.json()["id"])).status_code == 200
    assert (await play.try_to_open()).status_code == 201


async def test_a_repeated_request_opens_one_campaign(play: Play) -> None:
    body = {"title": "重新核定", "effective_on": EFFECTIVE.isoformat()}
    headers = play.city | fresh_key()
    first, again = [await play.http.post("/v1/campaigns", headers=headers, json=body) for _ in range(2)]
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    listed = await play.http.get("/v1/campaigns", headers=play.officer())
    assert [each["id"] for each in listed.json()["items"]] == [first.json()["id"]]


async def test_everybody_on_record_gets_one_review_in_its_own_organ(play: Play) -> None:
    here, there, park = (an_institution(organ=organ) for organ in (DISTRICT, OTHER_DISTRICT, PARK))
    by_city = an_institution(category=Category.KEY_TECHNICAL_SCHOOL, filed_by=CITY)
    suspended = an_institution(standings=(standing(Standing.SUSPENDED),))
    ended = an_institution(standings=(standing(Standing.CANCELLED),))
    await play.keep(here, there, park, by_city, suspended, ended)
    key = await play.open()
    reviews = await play.reviews(key)
    given = Counter((each["institution_id"], each["organ"]) for each in reviews)
    reviewed = (here, there, park, by_city, suspended)
    assert given == Counter((str(each.id), each.organ) for each in reviewed)
    assert {each["state"] for each in reviews} == {"open"}
    (first,) = [each for each in reviews if each["institution_id"] == str(here.id)]
    assert first["items"] == [an_item().model_dump(mode="json")]
    assert (first["uscc"], first["number"], first["basis"]) == (here.uscc, here.number, ["N3.6"])


async def test_what_the_province_filed_is_not_reviewed_and_the_campaign_says_why(play: Play) -> None:
    recognized = an_institution(category=Category.CENTRAL_ENTERPRISE, filed_by=str(DutyOwner.PROVINCE))
    await play.keep(recognized, an_institution())
    shown = await play.campaign(await play.open())
    assert (shown["institutions"], shown["left_out"], shown["progress"]["total"]) == (1, 1, 1)
    assert (shown["apart"]["number"], shown["apart"]["clause"]) == (1, "N2.1")
    assert shown["apart"]["status"] == "assumed"


async def test_who_is_registered_after_the_opening_is_not_reviewed(play: Play) -> None:
    before = an_institution()
    await play.keep(before)
    opened = await play.try_to_open()
    await play.keep(an_institution())
    await play.look("hand-out-reviews")
    reviews = await play.reviews(opened.json()["id"])
    assert [each["institution_id"] for each in reviews] == [str(before.id)]


async def test_who_ends_before_its_review_is_handed_out_has_a_void_one(play: Play) -> None:
    gone = an_institution()
    await play.keep(gone)
    opened = await play.try_to_open()
    async with play.works(EVERYTHING) as work:
        (await work.institutions.get(gone.id)).end(Standing.EXPIRED, reason="", on=TODAY)
    await play.look("hand-out-reviews")
    await play.look("lapse-reviews")
    shown = await play.campaign(opened.json()["id"])
    assert (shown["progress"]["total"], shown["progress"]["void"]) == (1, 1)


async def test_a_city_without_institutions_has_an_open_campaign_with_nothing_to_do(play: Play) -> None:
    shown = await play.campaign(await play.open())
    assert (shown["state"], shown["progress"]["total"], shown["progress"]["share"]) == ("open", 0, 1.0)


async def test_an_institution_never_has_two_reviews_in_a_campaign(play: Play) -> None:
    await play.keep(an_institution())
    await play.open()
    async with connected(play.interfaces.plan.database.services["filing"]) as connection:
        await connection.execute("SELECT set_config('njt.everything', 'on', false)")
        columns = "version, campaign_id, institution_id, organ, uscc, name, number, items, state, outcome"
        more = "withdrawn, added, opinion, opinion_at, decided_by, decided_at, basis"
        with pytest.raises(asyncpg.UniqueViolationError, match="uq_review_campaign_institution"):
            await connection.execute(
                f"INSERT INTO review SELECT gen_random_uuid(), {columns}, {more} FROM review"  # noqa: S608 — our own columns
            )


class Killed(Exception):  # noqa: N818 — what a process that is ended leaves behind
    """The process is gone."""


async def test_handing_out_goes_on_where_a_killed_worker_stopped(play: Play) -> None:
    organs = (DISTRICT, OTHER_DISTRICT, PARK)
    institutions = [an_institution(organ=organs[place % 3]) for place in range(2000)]
    await play.keep(*institutions)
    opened = (await play.try_to_open()).json()
    assert (opened["state"], opened["institutions"]) == ("opening", 2000)
    chunks = iter(range(3))

    async def run(key: UUID, work: Work) -> Any:
        done = await campaigns.hand_out_reviews(key, work)
        if next(chunks, None) is None:
            raise Killed
        return done

    looked = await play.looking("hand-out-reviews", run)
    assert looked == 3
    halfway = await play.campaign(opened["id"])
    assert (halfway["state"], halfway["waiting"], halfway["progress"]["total"]) == ("opening", 500, 1500)
    assert adds_up(halfway["progress"])
    assert await play.look("hand-out-reviews") == 1
    shown = await play.campaign(opened["id"])
    assert (shown["state"], shown["waiting"]) == ("open", 0)
    assert (shown["progress"]["total"], shown["progress"]["open"]) == (2000, 2000)
    assert {each["organ"]: each["total"] for each in shown["organs"]} == dict(
        Counter(each.organ for each in institutions)
    )
    handed = Counter(each["institution_id"] for each in await play.reviews(opened["id"]))
    assert handed == Counter(str(each.id) for each in institutions)
    assert await play.look("hand-out-reviews") == 0


async def test_two_workers_hand_out_each_review_once(play: Play) -> None:
    await play.keep(*(an_institution() for _ in range(1200)))
    key = (await play.try_to_open()).json()["id"]
    await asyncio.gather(play.look("hand-out-reviews"), play.look("hand-out-reviews"))
    await play.look("hand-out-reviews")
    shown = await play.campaign(key)
    assert (shown["state"], shown["progress"]["total"], shown["waiting"]) == ("open", 1200, 0)


async def test_every_review_handed_out_stands_in_the_ledger(play: Play) -> None:
    await play.keep(an_institution(), an_institution())
    reviews = await play.reviews(await play.open())
    async with connected(play.interfaces.plan.database.services["filing"]) as connection:
        entries = await connection.fetch(
            "SELECT act, after_digest FROM ledger_entry WHERE subject_id = ANY($1::uuid[])",
            [each["id"] for each in reviews],
        )
    assert [each["act"] for each in entries] == ["hand-out-reviews"] * 2
    assert all(each["after_digest"] for each in entries)
