"""一次备案、全省认可: what an account missed is asked for again, and told again as the record stands (N2.1)."""

import pytest
from sqlalchemy import text

from services.filing.domain.placing import SeveralPlaces, located_organ
from services.filing.handlers.provincial import follow_again
from shared.contracts.accounts import RecordAsked
from shared.contracts.province import FilingChange, InstitutionFiled
from shared.ids import uuid7
from shared.persistence.security import enter_everywhere
from shared.policy import Policy, UnknownOrgan
from tests.builders import AT, CITY, DISTRICT, OTHER_DISTRICT, institution_filed
from tests.filing.provincework import Exchange
from tests.filing.works import EVERYTHING
from tests.interfaces import Interfaces


async def asked(interfaces: Interfaces, filed: InstitutionFiled, standing: str, lane: str = "") -> list[str]:
    """What is announced of an institution whose account is not as the province says."""
    event = RecordAsked(
        drift_id=uuid7(AT),
        number=filed.provincial_number,
        uscc=filed.uscc,
        organ=DISTRICT,
        basis=("N2.1",),
        standing=standing,
        lane=lane,
        sequence=3 if lane else 0,
    )
    async with interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        institution = await follow_again(event, work)
    return [] if institution is None else await Exchange(interfaces, filed).announced()


async def test_n2_1_the_record_is_told_again_where_it_stands_as_the_province_says(
    interfaces: Interfaces,
) -> None:
    exchange = Exchange(interfaces, institution_filed())
    assert (await exchange.tell())[0]
    assert await asked(interfaces, exchange.filed, "suspended") == ["institution-recognized"]
    assert await asked(interfaces, exchange.filed, "") == ["institution-recognized"]
    told = await asked(interfaces, exchange.filed, "active")
    assert told == ["institution-recognized", "record-repeated"]
    assert (await exchange.tell(FilingChange.SUSPENDED, reason="省级督导"))[0]
    again = await asked(interfaces, exchange.filed, "suspended")
    assert again[-2:] == ["institution-suspended", "record-repeated"]


async def test_n2_1_what_never_came_is_asked_for_by_its_number_in_its_lane(interfaces: Interfaces) -> None:
    filed = institution_filed()
    assert await asked(interfaces, filed, "active", lane=filed.uscc) == []
    async with interfaces.suite.runtimes["filing"].engine.connect() as connection:
        await enter_everywhere(connection)
        query = "SELECT payload FROM exchange_intent WHERE code = 'RESEND_REQUEST' AND lane = :lane"
        (payload,) = (await connection.execute(text(query), {"lane": filed.uscc})).scalars()
    assert payload == f'{{"first":3,"lane":"{filed.uscc}","last":3}}'


def test_n2_0_a_body_is_placed_where_it_is_or_where_its_site_here_is(interfaces: Interfaces) -> None:
    policy: Policy = interfaces.suite.runtimes["filing"].policy
    assert located_organ(DISTRICT, [OTHER_DISTRICT], policy) == DISTRICT
    assert located_organ("320500", ["320500", CITY, OTHER_DISTRICT], policy) == OTHER_DISTRICT
    with pytest.raises(SeveralPlaces):
        located_organ("320500", [DISTRICT, OTHER_DISTRICT], policy)
    with pytest.raises(UnknownOrgan):
        located_organ("320500", [], policy)
