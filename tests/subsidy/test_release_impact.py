"""What a release would change is worked out before anybody decides by it."""

from datetime import timedelta
from typing import Any

import pytest

from services.subsidy.domain.impact import MOST_EXAMPLES
from services.subsidy.domain.release import (
    DryRunMissing,
    DryRunOutdated,
    FaultyRelease,
    NotTheCity,
    PublisherMayNotRelease,
    Release,
    ReleaseKind,
    ReleaseState,
)
from services.subsidy.handlers.releases import publish_release, release_policy
from services.subsidy.handlers.review import exclude_item
from shared.errors import Stale
from shared.values import Edition, Occupation, OccupationCode
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import Claimant
from tests.subsidy.releasing import DISTRICT, WINDOW, PolicyWorks, on, publishing

DAY = timedelta(days=1)
LATHE = Occupation(Edition.Y2015, OccupationCode("6-18-01-01"))


def figures(made: Release) -> dict[str, dict[str, Any]]:
    """`total`, and the rows as `level 3` and so on."""
    assert made.dry_run is not None
    told = made.dry_run.figures
    return {"total": told["total"], **{f"{row['by']} {row['key']}": row for row in told["rows"]}}


async def test_a_dry_run_says_who_gets_more_less_or_nothing_by_level_occupation_and_district(
    city: PolicyWorks,
) -> None:
    near, far = await Claimant(city).on_record(), await Claimant(city, organ="320102").on_record()
    await near.claimed(lathe(3), lathe(4), robot(3))
    await far.claimed(lathe(4))
    told = figures(await city.worked_out(ReleaseKind.RATES))
    assert told["total"] == {
        "items": 4,
        "before_fen": 760_000,
        "after_fen": 786_000,
        "newly_payable": 0,
        "newly_refused": 0,
        "more": 2,
        "less": 2,
        "unchanged": 0,
    }
    assert (told["level 4"]["before_fen"], told["level 4"]["after_fen"]) == (300_000, 280_000)
    assert (told["level 3"]["more"], told["level 3"]["less"]) == (2, 0)
    assert told["occupation 2015:6-31-01-10"]["name"] == "工业机器人系统运维员"
    assert (told["organ 320115"]["items"], told["organ 320102"]["items"]) == (3, 1)
    assert told["line B"]["items"] == 4


async def test_a_dry_run_says_who_would_be_refused_and_who_would_be_paid(city: PolicyWorks) -> None:
    employer = await Claimant(city).on_record()
    await employer.claimed(lathe(3), lathe(4))
    refusing = figures(await city.worked_out(ReleaseKind.PARAMETERS))
    assert (refusing["total"]["newly_refused"], refusing["total"]["after_fen"]) == (2, 0)
    city.at += 300 * DAY
    late = await employer.claimed(lathe(3), lathe(4))
    assert late.total == 0
    longer = WINDOW | {"value": 24}
    paying = figures(await city.worked_out(ReleaseKind.PARAMETERS, longer))
    assert paying["total"]["newly_payable"] == 2
    assert paying["total"]["after_fen"] - paying["total"]["before_fen"] == 350_000


async def test_examples_are_masked_and_at_most_a_hundred(city: PolicyWorks) -> None:
    employer = await Claimant(city).on_record()
    await employer.claimed(*[lathe(3)] * (MOST_EXAMPLES + 3))
    made = await city.worked_out(ReleaseKind.RATES)
    assert made.dry_run is not None
    examples = made.dry_run.figures["examples"]
    assert len(examples) == MOST_EXAMPLES
    assert examples[0] == {
        "claim_id": examples[0]["claim_id"],
        "certificate": examples[0]["certificate"],
        "holder": "测***",
        "effect": "more",
        "before_fen": 200_000,
        "after_fen": 220_000,
    }
    assert examples[0]["certificate"].count("*") == 17


async def test_what_was_settled_long_ago_is_left_out(city: PolicyWorks) -> None:
    employer = await Claimant(city).on_record()
    claim = await employer.claimed(lathe(3))
    (item,) = await employer.items(claim)
    async with city() as work:
        await exclude_item(employer.by(claim), item.id, work, reason="材料不实")
    assert figures(await city.worked_out(ReleaseKind.RATES))["total"]["items"] == 1
    city.at += 400 * DAY
    assert figures(await city.worked_out(ReleaseKind.RATES))["total"]["items"] == 0


async def test_when_a_claim_was_decided_meanwhile_a_new_dry_run_is_asked_for(city: PolicyWorks) -> None:
    employer = await Claimant(city).on_record()
    made = await city.worked_out(ReleaseKind.RATES)
    await employer.claimed(lathe(3))
    with pytest.raises(DryRunOutdated):
        await city.released(made)
    again = await city.work_out(made)
    assert (await city.released(again)).state is ReleaseState.RELEASED


async def test_when_another_release_came_first_a_new_dry_run_is_asked_for(city: PolicyWorks) -> None:
    first = await city.worked_out(ReleaseKind.RATES)
    second = await city.worked_out(ReleaseKind.SHORTAGE)
    await city.released(first)
    with pytest.raises(DryRunOutdated):
        await city.released(second)


async def test_the_same_dry_run_has_the_same_digest_and_other_data_another(city: PolicyWorks) -> None:
    employer = await Claimant(city).on_record()
    made = await city.worked_out(ReleaseKind.RATES)
    digests = [made.dry_run.digest if made.dry_run else ""]
    for claimed in (False, True):
        if claimed:
            await employer.claimed(lathe(3))
        made = await city.work_out(made)
        digests.append(made.dry_run.digest if made.dry_run else "")
    assert digests[0] == digests[1] != digests[2]


async def test_two_people_and_a_dry_run_are_needed_and_both_are_of_the_city(city: PolicyWorks) -> None:
    made = await city.published()
    async with city() as work:
        with pytest.raises(DryRunMissing):
            await release_policy(on(made), work)
    made = await city.work_out(made)
    for who, organ, refusal in (
        ("publisher", "320100", PublisherMayNotRelease),
        ("releaser", DISTRICT, NotTheCity),
    ):
        async with city() as work:
            with pytest.raises(refusal):
                await release_policy(on(made, who, organ=organ), work)
    async with city() as work:
        with pytest.raises(NotTheCity) as caught:
            await publish_release(publishing(organ=DISTRICT), work)
    assert caught.value.code == "NJT-SUB-1607"


async def test_what_somebody_else_changed_meanwhile_is_not_released_unseen(city: PolicyWorks) -> None:
    made = await city.published()
    made = await city.work_out(made)
    unseen = on(made)
    async with city() as work:
        with pytest.raises(Stale):
            await release_policy(
                type(unseen)(release_id=made.id, seen=made.version - 1, by="releaser", organ="320100"), work
            )


async def test_two_lists_of_one_name_are_not_both_released(city: PolicyWorks) -> None:
    first, second = await city.published(ReleaseKind.SHORTAGE), await city.published(ReleaseKind.SHORTAGE)
    await city.released(await city.work_out(first))
    with pytest.raises(FaultyRelease):
        await city.ask(second)
