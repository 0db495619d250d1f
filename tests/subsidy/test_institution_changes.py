"""Subsidy keeps what an institution was on record for, and how it stood, on which day."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.subsidy.domain.claim import Claim, ClaimState
from services.subsidy.domain.institution import ClaimingInstitution, Standing
from services.subsidy.domain.refusals import InstitutionRevoked
from shared.clock import StoryClock
from shared.identity import Scope
from tests.builders import AT, DISTRICT, MILLER, an_item, registered
from tests.changes import (
    CODE,
    amended,
    ended,
    hear,
    hear_in_disorder,
    renewed,
    rescoped,
    resumed_on,
    suspended_on,
)
from tests.interfaces import Interfaces
from tests.subsidy.builders import institution

EVERYTHING = Scope(actor="test", act="test", everything=True)
NARROW, WIDE = (an_item(),), (an_item(), an_item(MILLER))
MAY, JUNE = date(2024, 5, 1), date(2024, 6, 1)
DAY = timedelta(days=1)


async def kept(interfaces: Interfaces, key: UUID) -> ClaimingInstitution:
    async with interfaces.suite.runtimes["subsidy"].works(EVERYTHING) as work:
        found: ClaimingInstitution = await work.institutions.get(key)
    return found


async def claimed(interfaces: Interfaces, event: Any, **changes: Any) -> Claim:
    """An unpaid claim of this institution."""
    given = {
        "id": uuid4(),
        "organ": DISTRICT,
        "institution_id": event.institution_id,
        "uscc": event.uscc,
        "created_at": AT,
        "submitted_at": AT,
        "state": ClaimState.SUBMITTED,
    }
    claim = Claim(**(given | changes))
    async with interfaces.suite.runtimes["subsidy"].works(EVERYTHING) as work:
        work.claims.add(claim)
    return claim


async def state_of(interfaces: Interfaces, claim: Claim) -> tuple[ClaimState, str]:
    async with interfaces.suite.runtimes["subsidy"].works(EVERYTHING) as work:
        found = await work.claims.get(claim.id)
    return found.state, found.frozen_for


async def test_n3_6_the_scope_of_a_day_is_the_one_that_held_then(interfaces: Interfaces) -> None:
    event = registered(scope=NARROW)
    key = event.institution_id
    facts = (rescoped(key, *WIDE, since=MAY), rescoped(key, an_item(MILLER), since=JUNE))
    await hear(interfaces, "subsidy", event, *facts)
    after = await kept(interfaces, key)
    days = (date(2024, 4, 30), MAY, date(2024, 5, 31), JUNE)
    assert [after.scope_on(day) for day in days] == [NARROW, WIDE, WIDE, (an_item(MILLER),)]
    assert [after.evaluator_on(day).scope for day in days] == [after.scope_on(day) for day in days]
    assert after.scope == (an_item(MILLER),)


async def test_n3_3_how_it_stood_on_a_day_is_kept_while_it_may_claim_again(interfaces: Interfaces) -> None:
    event = registered()
    key = event.institution_id
    await hear(interfaces, "subsidy", event, suspended_on(key, MAY), resumed_on(key, JUNE))
    after = await kept(interfaces, key)
    days = (date(2024, 4, 30), MAY, date(2024, 5, 31), JUNE)
    assert [after.standing_on(day) for day in days] == [
        Standing.ACTIVE,
        Standing.SUSPENDED,
        Standing.SUSPENDED,
        Standing.ACTIVE,
    ]
    after.check_may_claim()


async def test_name_station_codes_and_validity_follow_the_register(interfaces: Interfaces) -> None:
    event = registered()
    key = event.institution_id
    await hear(interfaces, "subsidy", event, amended(key, "改名公司"), renewed(key, date(2031, 1, 1)))
    after = await kept(interfaces, key)
    assert (after.name, after.station_codes, after.valid_until) == ("改名公司", (CODE,), date(2031, 1, 1))


async def test_renewed_late_it_had_no_scope_between(interfaces: Interfaces) -> None:
    event = registered(scope=NARROW)
    key = event.institution_id
    last, again, later = event.valid_until, event.valid_until + 30 * DAY, event.valid_until + 60 * DAY
    facts = (rescoped(key, *WIDE, since=later), renewed(key, date(2031, 1, 1), again=again))
    await hear(interfaces, "subsidy", event, *facts)
    after = await kept(interfaces, key)
    days = (last, last + DAY, again - DAY, again, later)
    assert [after.scope_on(day) for day in days] == [NARROW, (), (), NARROW, WIDE]


@pytest.mark.parametrize(
    ("standing", "state"),
    [
        ("revoked", (ClaimState.FROZEN, "弄虚作假")),
        ("expired", (ClaimState.SUBMITTED, "")),
        ("cancelled", (ClaimState.SUBMITTED, "")),
        ("removed", (ClaimState.SUBMITTED, "")),
    ],
)
async def test_only_a_revocation_freezes_what_is_unpaid(
    interfaces: Interfaces, standing: str, state: tuple[ClaimState, str]
) -> None:
    event = registered()
    await hear(interfaces, "subsidy", event)
    claim = await claimed(interfaces, event)
    paid = await claimed(interfaces, event, state=ClaimState.PAID)
    await hear(interfaces, "subsidy", event, ended(event.institution_id, standing))
    assert await state_of(interfaces, claim) == state
    assert await state_of(interfaces, paid) == (ClaimState.PAID, "")
    after = await kept(interfaces, event.institution_id)
    assert (after.standing, after.standing_on(date(2025, 6, 1))) == (Standing(standing), Standing(standing))


async def test_in_whatever_order_and_however_often_it_is_heard_the_past_is_the_same(
    interfaces: Interfaces, story: StoryClock
) -> None:
    event = registered(scope=NARROW)
    key = event.institution_id
    facts = (event, rescoped(key, *WIDE, since=MAY), suspended_on(key, JUNE), ended(key, "revoked"))
    await hear_in_disorder(interfaces, "subsidy", story, *facts)
    after = await kept(interfaces, key)
    assert [each.valid_from for each in after.versions] == [event.valid_from, MAY]
    assert [each.standing for each in after.standings] == ["suspended", "revoked"]
    assert (after.version, after.standing) == (4, Standing.REVOKED)


def test_a_revoked_institution_may_not_claim_and_one_that_expired_may() -> None:
    revoked = institution(standing=Standing.REVOKED)
    with pytest.raises(InstitutionRevoked):
        revoked.check_may_claim()
    for standing in (Standing.EXPIRED, Standing.CANCELLED, Standing.REMOVED, Standing.ACTIVE):
        institution(standing=standing).check_may_claim()
