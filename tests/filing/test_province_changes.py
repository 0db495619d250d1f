"""What the province does to the record: it changes, renews, suspends, resumes and revokes what it has filed."""

from datetime import date
from typing import Any

import pytest

from services.filing.domain.institution import Institution, Standing, SuspendedBy
from services.filing.domain.obligation import ObligationState
from shared.contracts.province import (
    FilingChange,
    FilingReport,
    InstitutionFiled,
    MessageCode,
    SiteFiled,
)
from shared.policy import Category
from shared.values import StationCode
from tests.builders import GUARD, MILLER, OTHER_DISTRICT, a_uscc, an_item, institution_filed
from tests.filing.provincework import Exchange
from tests.filing.recordwork import kept, on_record
from tests.filing.works import EVERYTHING
from tests.interfaces import Interfaces
from tests.provincial import owed

FILED = MessageCode.INSTITUTION_FILED
WHY = {"reason": "整改逾期"}
CODE = StationCode("Y000032000001")


@pytest.fixture
async def exchange(interfaces: Interfaces) -> Exchange:
    """A central enterprise that the province has filed."""
    exchange = Exchange(interfaces, institution_filed(valid_until=date(2099, 3, 3)))
    assert await exchange.tell() == (True, "")
    return exchange


async def test_n2_1_the_province_changes_scope_from_a_day_on_particulars_and_station_codes(
    exchange: Exchange,
) -> None:
    before = await exchange.institution()
    scope = (an_item(), an_item(MILLER))
    codes = (CODE, StationCode("Y000032000002"))
    site = SiteFiled(name="一号考点", address="某路1号", station_code=codes[1])
    told = {
        "scope": scope,
        "name": "改名央企",
        "station_codes": codes,
        "sites": (site,),
        "address": "某路2号",
    }
    done = await exchange.tell(FilingChange.CHANGED, effective_on=date(2098, 1, 1), **told)
    assert done == (True, "")
    after = await exchange.institution()
    assert (after.id, after.name, after.address, after.station_codes) == (
        before.id,
        "改名央企",
        "某路2号",
        codes,
    )
    assert [(each.name, each.station_code) for each in after.sites] == [("一号考点", codes[1])]
    assert after.scope_on(date(2097, 12, 31)) == before.scope
    assert after.scope_on(date(2098, 1, 1)) == scope
    assert await exchange.announced() == [
        "institution-recognized",
        "institution-rescoped",
        "institution-amended",
    ]


async def test_n2_1_the_province_suspends_resumes_renews_and_revokes(exchange: Exchange) -> None:
    assert await exchange.tell(FilingChange.SUSPENDED, reason="省级督导", effective_on=date(2024, 6, 1)) == (
        True,
        "",
    )
    suspended = await exchange.institution()
    assert (suspended.standing, suspended.suspended_for, suspended.held_by) == (
        Standing.SUSPENDED,
        "省级督导",
        (SuspendedBy.PROVINCE,),
    )
    assert suspended.standings[-1].valid_from == date(2024, 6, 1)
    assert await exchange.tell(FilingChange.RESUMED) == (True, "")
    assert await exchange.tell(FilingChange.RENEWED, valid_until=date(2110, 3, 3)) == (True, "")
    assert (await exchange.institution()).valid_until == date(2110, 3, 3)
    assert await exchange.tell(FilingChange.REVOKED, reason="弄虚作假") == (True, "")
    revoked = await exchange.institution()
    assert (revoked.standing, revoked.standings[-1].reason) == (Standing.REVOKED, "弄虚作假")
    assert await exchange.announced() == [
        f"institution-{each}" for each in ("recognized", "suspended", "resumed", "renewed", "ended")
    ]
    async with exchange.interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        left = await work.obligations.of_institution(revoked.id)
    assert {each.state for each in left} == {ObligationState.VOID}
    assert await owed(exchange.interfaces, "filing", exchange.filed.uscc) == []


async def test_the_same_state_told_again_changes_and_announces_nothing(exchange: Exchange) -> None:
    assert await exchange.tell(FilingChange.CHANGED) == (True, "")
    assert (await exchange.institution()).version == 1
    assert await exchange.announced() == ["institution-recognized"]


@pytest.mark.parametrize(
    ("change", "told", "code"),
    [
        (FilingChange.SUSPENDED, {"provincial_number": "苏没有的号"}, "NJT-FIL-1002"),
        (FilingChange.CHANGED, {"uscc": a_uscc()}, "NJT-FIL-1108"),
        (FilingChange.CHANGED, {"category": Category.PROVINCIAL_ENTERPRISE}, "NJT-FIL-1108"),
        (FilingChange.CHANGED, {"organ": OTHER_DISTRICT}, "NJT-FIL-1108"),
        (FilingChange.CHANGED, {"scope": (an_item(GUARD),)}, "NJT-FIL-1004"),
        (FilingChange.CHANGED, {"valid_until": date(2098, 1, 1)}, "NJT-FIL-1016"),
        (FilingChange.RENEWED, {"valid_until": date(2050, 1, 1)}, "NJT-FIL-1016"),
        (FilingChange.RESUMED, {}, "NJT-FIL-1014"),
    ],
)
async def test_what_cannot_be_done_is_declined_with_its_code_and_leaves_the_record_as_it_was(
    exchange: Exchange, change: FilingChange, told: dict[str, Any], code: str
) -> None:
    before = await exchange.institution()
    uscc = exchange.filed.uscc
    assert await exchange.tell(change, **told) == (False, code)
    exchange.filed = exchange.filed.model_copy(update={"uscc": uscc})
    after = await exchange.institution()
    assert (after.version, after.name, after.standing) == (before.version, before.name, before.standing)


async def test_nothing_is_changed_of_what_the_province_revoked(exchange: Exchange) -> None:
    assert await exchange.tell(FilingChange.REVOKED) == (True, "")
    assert await exchange.tell(FilingChange.SUSPENDED) == (False, "NJT-FIL-1025")


def echoed(institution: Institution, **told: Any) -> InstitutionFiled:
    """The record of a district as the province knows it from our reports."""
    known = {
        "provincial_number": institution.number,
        "name": institution.name,
        "uscc": institution.uscc,
        "category": institution.category,
        "audience": institution.audience,
        "organ": institution.organ,
        "scope": institution.scope,
        "station_codes": (CODE,),
        "valid_from": institution.valid_from,
        "valid_until": institution.valid_until,
        "change": FilingChange.CHANGED,
    }
    return InstitutionFiled(**(known | told))


async def test_n2_8_the_province_gives_station_codes_to_what_a_district_filed(interfaces: Interfaces) -> None:
    record = await on_record(interfaces)
    exchange = Exchange(interfaces, echoed(record.institution))
    assert await exchange.tell(FilingChange.CHANGED) == (True, "")
    after = await kept(interfaces, record.institution.id)
    assert (after.station_codes, after.name) == ((CODE,), record.institution.name)
    (report,) = await owed(interfaces, "filing", record.institution.uscc)
    told = FilingReport.model_validate(report.payload)
    assert (told.action, told.station_codes) == ("amended", (CODE,))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (FilingChange.SUSPENDED, {}),
        (FilingChange.REVOKED, {}),
        (FilingChange.CHANGED, {"name": "别的名称"}),
        (FilingChange.CHANGED, {"scope": (an_item(MILLER),)}),
    ],
)
async def test_n2_0_nothing_else_of_a_districts_filing_is_the_provinces_to_change(
    interfaces: Interfaces, change: FilingChange, told: dict[str, Any]
) -> None:
    record = await on_record(interfaces)
    exchange = Exchange(interfaces, echoed(record.institution))
    assert await exchange.tell(change, **told) == (False, "NJT-FIL-1109")
    assert (await kept(interfaces, record.institution.id)).version == 1
