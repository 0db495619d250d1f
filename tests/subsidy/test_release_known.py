"""What is released is known from the next day on, to every process, and changes nothing of what was known before."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from services.subsidy.domain.release import (
    NotSupersedable,
    ReleaseKind,
    ReleaseState,
    UnknownRelease,
)
from services.subsidy.handlers.decisions import NotKnownYet, UnknownDecision, decide_again
from services.subsidy.handlers.releases import publish_release
from shared.policy import Policy
from shared.values import Edition, Occupation, OccupationCode
from tests.subsidy.builders import lathe, number, robot
from tests.subsidy.claiming import Claimant
from tests.subsidy.releasing import LIST, RATES, PolicyWorks, publishing

DAY = timedelta(days=1)
LATHE = Occupation(Edition.Y2015, OccupationCode("6-18-01-01"))


async def test_what_is_published_counts_for_nobody_until_the_day_after_its_release(
    city: PolicyWorks,
) -> None:
    employer = await Claimant(city).on_record()
    made = await city.released(await city.worked_out(ReleaseKind.RATES))
    assert made.known_from == city.at.date() + DAY
    assert (await employer.claimed(lathe(3))).total.yuan == "2,000.00"
    city.at += DAY
    claim = await employer.claimed(lathe(3))
    assert claim.total.yuan == "2,200.00"
    (item,) = await employer.items(claim)
    assert item.decision is not None
    assert "+r1." in item.decision.policy_version
    rate = next(each for each in item.decision.rules if each.rule.value == "rate")
    async with city() as work:
        assert work.policy.document(rate.source).label == "《测试文件》测试〔2024〕1号"


async def test_an_old_decision_is_made_again_to_the_letter_by_what_was_known_then(city: PolicyWorks) -> None:
    employer = await Claimant(city).on_record()
    claim = await employer.claimed(robot(3), lathe(3))
    then = city.at.date()
    for kind, entry in ((ReleaseKind.RATES, RATES), (ReleaseKind.SHORTAGE, LIST)):
        await city.released(await city.worked_out(kind, entry))
    city.at += 30 * DAY
    for item in await employer.items(claim):
        async with city() as work:
            same = await decide_again(item.certificate_number, None, work)
            of_then = await decide_again(item.certificate_number, then, work)
            of_now = await decide_again(item.certificate_number, city.at.date(), work)
        assert same.identical
        assert of_then.identical
        assert not of_now.identical
        assert of_then.again.verdict.explanation.packed == item.decision.verdict.explanation.packed  # type: ignore[union-attr]  # decided above
    assert [of_now.again.amount.yuan, of_now.kept.amount.yuan] == ["2,860.00", "2,000.00"]


async def test_nobody_decides_by_what_will_be_known_and_nothing_is_decided_again_that_never_was(
    city: PolicyWorks,
) -> None:
    employer = await Claimant(city).on_record()
    (claimed,) = await employer.certified(lathe(4))
    await employer.claims(claimed)
    async with city() as work:
        with pytest.raises(NotKnownYet) as unknown_yet:
            await decide_again(claimed, city.at.date() + DAY, work)
        with pytest.raises(UnknownDecision) as unknown:
            await decide_again(number(4, serial=999_999), None, work)
    assert (unknown_yet.value.code, unknown.value.code) == ("NJT-SUB-1610", "NJT-SUB-1609")


async def test_a_release_is_superseded_and_what_it_stated_was_known_only_until_then(
    city: PolicyWorks,
) -> None:
    first = await city.released(await city.worked_out(ReleaseKind.SHORTAGE))
    city.at += 10 * DAY
    other = LIST | {"id": "nj-2024-b", "occupations": [{"edition": "2015", "code": "6-18-01-02"}]}
    second = await city.released(await city.worked_out(ReleaseKind.SHORTAGE, other, supersedes=first.id))
    city.at += 10 * DAY
    async with city() as work:
        old = await work.releases.get(first.id)
        listed = {
            day: work.policy.shortage(LATHE, on=date(2024, 3, 4), known_on=day)
            for day in (first.known_from, second.known_from)
            if day is not None
        }
    assert (old.state, old.superseded_by) == (ReleaseState.SUPERSEDED, second.id)
    assert [each is not None for each in listed.values()] == [True, False]
    async with city() as work:
        with pytest.raises(NotSupersedable):
            await publish_release(publishing(ReleaseKind.SHORTAGE, other, supersedes=first.id), work)
        with pytest.raises(UnknownRelease) as caught:
            await publish_release(publishing(ReleaseKind.SHORTAGE, other, supersedes=uuid4()), work)
    assert caught.value.code == "NJT-SUB-1601"


async def test_every_process_sees_a_release_with_its_next_unit_of_work(
    city: PolicyWorks, policy: Policy
) -> None:
    other = PolicyWorks(city.engine, policy)
    async with other() as work:
        assert work.policy.version == policy.version
    await city.released(await city.worked_out(ReleaseKind.RATES))
    async with other() as work:
        assert len(work.policy.releases) == 1
        seen = work.policy.version
    async with city() as work:
        assert work.policy.version == seen != policy.version


async def test_releases_are_listed_the_latest_first_page_by_page(city: PolicyWorks) -> None:
    made = []
    for _ in range(3):
        made.append((await city.published()).id)
        city.at += timedelta(minutes=1)
    async with city() as work:
        first = await work.releases.page(released=False, cursor=None, size=2)
        rest = await work.releases.page(released=False, cursor=first.next, size=2)
    assert [each.id for each in (*first.items, *rest.items)] == made[::-1]
    assert rest.next is None
