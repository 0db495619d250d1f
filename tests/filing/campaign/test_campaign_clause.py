"""The campaign as the notice has it: everybody is gone through again, and each scope is determined anew (N3.6)."""

from datetime import timedelta

from services.filing.domain.institution import Institution
from shared.contracts.scope import ScopeItem
from tests.builders import (
    CITY,
    DISTRICT,
    MILLER,
    OTHER_DISTRICT,
    PARK,
    a_version,
    an_institution,
    an_item,
)
from tests.filing.campaign.play import EFFECTIVE, TODAY, Play, because, plain

FOUR, FIVE, MILLING = an_item(level=4), an_item(level=5), an_item(MILLER)
DAY = timedelta(days=1)


async def test_n3_6_every_district_goes_through_all_it_has_and_re_determines_occupations_and_levels(
    play: Play,
) -> None:
    ours = [an_institution(scope=(FOUR, FIVE)) for _ in range(2)]
    theirs = [an_institution(scope=(FIVE,), organ=each, filed_by=each) for each in (OTHER_DISTRICT, PARK)]
    await play.keep(*ours, *theirs)
    key = await play.open()
    reviews = {each["institution_id"]: each for each in await play.reviews(key)}
    assert {each: review["organ"] for each, review in reviews.items()} == {
        str(each.id): each.organ for each in (*ours, *theirs)
    }
    narrowed, kept = (reviews[str(each.id)] for each in ours)
    done = await play.decide(narrowed, confirmed=[plain(FIVE)], withdrawn=[because(FOUR)])
    assert (done.status_code, done.json()["basis"]) == (200, ["N3.6"])
    assert (await play.confirm(key, [kept["id"]])).json()["confirmed"] == 1
    assert (await play.close(key)).status_code == 409
    widened = reviews[str(theirs[0].id)]
    added = {"confirmed": [plain(FIVE)], "added": [because(MILLING, "新增设备")]}
    assert (await play.decide(widened, **added)).status_code == 200
    assert (
        await play.confirm(key, [reviews[str(theirs[1].id)]["id"]], play.officer(PARK))
    ).status_code == 200
    closed = await play.close(key)
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    for institution, then in ((ours[0], {FIVE}), (ours[1], {FOUR, FIVE}), (theirs[0], {FIVE, MILLING})):
        await counts_from(play, institution, then)


async def counts_from(play: Play, institution: Institution, then: set[ScopeItem]) -> None:
    """What was determined holds from the campaign's day on, and what held before is as it was."""
    found = await play.institution(institution.id)
    assert set(found.scope_on(TODAY)) == set(institution.scope)
    assert set(found.scope_on(EFFECTIVE - DAY)) == set(institution.scope)
    assert set(found.scope_on(EFFECTIVE)) == then


async def test_n3_6_until_its_day_the_public_reads_the_old_scope_and_an_extension_on_top_waits_too(
    play: Play,
) -> None:
    institution = an_institution(scope=(FOUR, FIVE))
    await play.keep(institution)
    key = await play.open()
    review = await play.review_of(key, institution)
    await play.decide(review, confirmed=[plain(FIVE)], withdrawn=[because(FOUR)])
    async with play.works() as work:
        found = await work.institutions.get(institution.id)
        assert found.rescope(a_version(FIVE, MILLING, on=found.versions[-1].valid_from))

    async def public() -> set[tuple[str, int]]:
        answer = await play.http.get(f"/v1/public/institutions/{institution.verification}")
        return {(each["occupation"], each["level"]) for each in answer.json()["scope"]}

    turning = str(FOUR.occupation)
    assert await public() == {(turning, 4), (turning, 5)}
    play.set(play.works.at + (EFFECTIVE - DAY - TODAY))
    assert await public() == {(turning, 4), (turning, 5)}
    play.set(play.works.at + DAY)
    assert await public() == {(turning, 5), (MILLER, 4)}


async def test_n3_6_the_city_opens_it_and_no_district_decides_for_another(play: Play) -> None:
    institution = an_institution(organ=OTHER_DISTRICT, filed_by=OTHER_DISTRICT)
    await play.keep(institution)
    assert (await play.try_to_open(play.officer(DISTRICT))).status_code == 403
    review = await play.review_of(await play.open(), institution)
    for organ, status in ((DISTRICT, 404), (CITY, 403), (OTHER_DISTRICT, 200)):
        answer = await play.decide(review, play.officer(organ), confirmed=review["items"])
        assert answer.status_code == status
