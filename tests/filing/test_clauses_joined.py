"""Clauses that several parts of filing meet together: what others are told, every channel, one page of an institution."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.filing.domain.institution import Institution, ScopeWhy, Standing
from services.filing.domain.refusals import FiledElsewhere
from services.filing.handlers import register, registration
from services.filing.handlers.cases import DraftFiling, OnFiling, draft_filing
from services.filing.handlers.register import recognize_institution
from shared.contracts.filing import (
    InstitutionChange,
    InstitutionEnded,
    InstitutionRegistered,
    InstitutionRescoped,
    InstitutionResumed,
    InstitutionSuspended,
)
from shared.contracts.province import SiteFiled
from shared.contracts.scope import DatedScope, DatedStanding, scope_on, standing_on
from shared.policy import Audience, Category, Channel
from shared.values import StationCode
from tests.builders import (
    AT,
    CITY,
    DISTRICT,
    MILLER,
    OTHER_DISTRICT,
    TURNER,
    a_version,
    an_applicant,
    an_item,
    institution_filed,
    lifted,
    sanctioned,
)
from tests.filing.casework import drafted, registered
from tests.filing.owing import owed_after_registering, publicised, told
from tests.filing.test_obligations import DUTIES
from tests.filing.works import EVERYTHING, FilingWorks, keep, within
from tests.interfaces import Interfaces

TODAY, DAY = AT.date(), timedelta(days=1)
NARROWED, ENDED = date(2024, 7, 1), date(2025, 2, 3)


async def lived(works: FilingWorks) -> Institution:
    """An institution registered, widened on a day to come, suspended, resumed, renewed and revoked."""
    filing = publicised(scope=(an_item(TURNER, level=4), an_item(TURNER, level=3)))
    await keep(works, filing)
    async with works(EVERYTHING) as work:
        command = OnFiling(filing_id=filing.id, seen=1, organ=DISTRICT)
        await registration.register_filing(command, work)
    key = (await registered_of(works, filing.id)).id
    async with works(EVERYTHING) as work:
        found = await work.institutions.get(key)
        later = a_version(an_item(MILLER), on=NARROWED, why=ScopeWhy.RESCOPED, basis=("N3.6",))
        register.rescope(found, later, work)
    for day, event in ((30, sanctioned), (60, lifted)):
        works.at = AT + day * DAY
        async with works(EVERYTHING) as work:
            if event is sanctioned:
                await register.suspend_institution(sanctioned(key), work)
            else:
                await register.resume_institution(lifted(key), work)
    async with works(EVERYTHING) as work:
        register.renew(await work.institutions.get(key), work, until=date(2030, 3, 3))
    works.at = AT + (ENDED - TODAY)
    async with works(EVERYTHING) as work:
        found = await work.institutions.get(key)
        await register.end(found, Standing.REVOKED, work, reason="承诺不实", basis=("N3.3",))
    async with works(EVERYTHING) as work:
        return await work.institutions.get(key)


async def registered_of(works: FilingWorks, filing_id: Any) -> Institution:
    async with works(EVERYTHING) as work:
        filing = await work.filings.get(filing_id)
        assert filing.institution_id is not None
        return await work.institutions.get(filing.institution_id)


async def test_n1_3_whoever_hears_everything_knows_of_each_day_what_might_be_evaluated(
    works: FilingWorks,
) -> None:
    """补贴、人才统计: others decide of a day long past, from what filing announced alone."""
    institution = await lived(works)
    first, *changes = works.announced
    assert isinstance(first, InstitutionRegistered)
    scopes = [DatedScope(valid_from=first.valid_from, items=first.scope)]
    standings: list[DatedStanding] = []
    for each in changes:
        if isinstance(each, InstitutionRescoped):
            scopes.append(DatedScope(valid_from=each.valid_from, items=each.scope))
        elif isinstance(each, InstitutionSuspended | InstitutionResumed | InstitutionEnded):
            assert each.on is not None
            assert each.record is not None
            standings.append(DatedStanding(valid_from=each.on, standing=each.record.standing))
    assert len({scope_on(scopes, day) for day in (TODAY, NARROWED)}) == 2
    asked = [TODAY + number * DAY for number in range(0, 360, 3)]
    known = {day: scope_on(scopes, day) if standing_on(standings, day) == "active" else () for day in asked}
    assert known == {day: institution.scope_on(day) for day in asked}
    assert () in known.values()


async def test_n1_3_every_fact_says_who_it_is_of_which_kind_for_whom_where_and_until_when(
    works: FilingWorks,
) -> None:
    institution = await lived(works)
    first, *changes = works.announced
    assert isinstance(first, InstitutionRegistered)
    assert (first.filing_number, first.uscc) == (institution.number, institution.uscc)
    assert {each.__class__.__name__ for each in changes} == {
        "InstitutionRescoped",
        "InstitutionSuspended",
        "InstitutionResumed",
        "InstitutionRenewed",
        "InstitutionEnded",
    }
    for each in changes:
        assert isinstance(each, InstitutionChange)
        assert (each.institution_id, each.organ) == (institution.id, DISTRICT)
        assert each.record is not None
        same = ("number", "name", "uscc", "category", "audience", "filed_by", "valid_from")
        assert {name: getattr(each.record, name) for name in same} == {
            name: getattr(institution, name) for name in same
        }
    last = changes[-1]
    assert isinstance(last, InstitutionEnded)
    assert last.record is not None
    assert (last.record.standing, last.record.valid_until) == ("revoked", date(2030, 3, 3))


@pytest.mark.parametrize("category", [Category.TECHNICAL_SCHOOL, Category.VOCATIONAL_SCHOOL])
async def test_n2_3_a_schools_own_students_are_filed_by_its_district_alone(
    works: FilingWorks, category: Category
) -> None:
    filing = publicised(category=category, audience=Audience.OWN_STUDENTS, basis=("N2.3",))
    owed = await owed_after_registering(works, filing)
    assert told(owed) == DUTIES
    institution = await registered_of(works, filing.id)
    assert (institution.audience, institution.filed_by) == (Audience.OWN_STUDENTS, DISTRICT)
    assert {each.basis for each in owed} == {institution.basis} == {("N2.3",)}


async def test_n2_6_a_provincial_associations_sites_in_the_city_are_seen_by_city_and_district(
    works: FilingWorks,
) -> None:
    code = StationCode("Y000032000001")
    sites = (SiteFiled(name="江宁考核点", address="演示路1号", station_code=code),)
    filed = institution_filed(category=Category.PROVINCIAL_ASSOCIATION, audience=Audience.PUBLIC, sites=sites)
    async with works(EVERYTHING) as work:
        institution = await recognize_institution(filed, work)
    assert institution.basis == ("N2.6",)
    for organ, sees in ((DISTRICT, True), (CITY, True), (OTHER_DISTRICT, False)):
        async with works(within(*work.policy.territory(organ))) as work:
            found = await work.institutions.of_ids([institution.id])
        assert bool(found) is sees
    assert [(each.name, each.station_code) for each in institution.sites] == [("江宁考核点", code)]
    command = DraftFiling(
        applicant=an_applicant(),
        organ=DISTRICT,
        category=Category.PROVINCIAL_ASSOCIATION,
        audience=Audience.PUBLIC,
        scope=(an_item(),),
    )
    with pytest.raises(FiledElsewhere) as caught:
        async with works(within(DISTRICT)) as work:
            await draft_filing(command, work)
    assert caught.value.basis == ("N2.6",)


@pytest.mark.parametrize("channel", Channel)
async def test_n3_3_through_every_channel_a_case_comes_in_and_is_found_by_it(
    interfaces: Interfaces, channel: Channel
) -> None:
    case = await drafted(interfaces, channel=channel.value)
    shown = (await case.read(case.officer())).json()
    assert (shown["channel"], shown["state"]) == (channel.value, "draft")
    await case.hand_in_everything()
    await case.done("submission", case.applicant)
    for asked in Channel:
        queue = await interfaces.filing.get(
            "/v1/filings", headers=case.officer(), params={"channel": asked.value, "q": case.uscc}
        )
        assert [each["id"] for each in queue.json()["items"]] == ([case.id] if asked is channel else [])


async def test_n3_3_there_is_no_other_channel(interfaces: Interfaces) -> None:
    with pytest.raises(AssertionError, match="channel"):
        await drafted(interfaces, channel="by_pigeon")


async def test_n3_4_filing_quality_and_support_of_an_institution_are_seen_together(
    interfaces: Interfaces,
) -> None:
    case, view = await registered(interfaces)
    path = f"/v1/institutions/{view['institution_id']}"
    works = interfaces.suite.runtimes["filing"].works

    async def shown() -> list[dict[str, Any]]:
        """What the institution itself, its district and the city read."""
        pages = []
        for who in (case.applicant, case.officer(), case.officer(CITY)):
            answer = await interfaces.filing.get(path, headers=who)
            assert answer.status_code == 200, answer.text
            pages.append(answer.json())
        return pages

    for page in await shown():
        assert (page["standing"], page["suspended_for"], page["number"]) == (
            "active",
            "",
            view["filing_number"],
        )
        owed = {each["kind"]: (each["state"], each["owner"]) for each in page["obligations"]}
        assert owed == dict.fromkeys(("open_account", "hand_over", "tell_province"), ("open", DISTRICT))
    async with works(EVERYTHING) as work:
        found = await registered_institution(work, view["institution_id"])
        await register.suspend_institution(sanctioned(found.id), work)
    for page in await shown():
        assert (page["standing"], page["suspended_for"]) == ("suspended", "逾期未整改")
        assert page["standings"][-1]["held_by"] == ["supervision"]
        assert page["scope"]
    async with works(EVERYTHING) as work:
        await register.resume_institution(lifted(found.id), work)
    for page in await shown():
        assert [each["standing"] for each in page["standings"]] == ["active", "suspended", "active"]
        assert page["suspended_for"] == ""


async def registered_institution(work: Any, key: str) -> Institution:
    found: Institution = await work.institutions.get(key)
    return found
