"""考核点: a site's station code is the province's; whatever else is changed of it here, the code stays (N2.8)."""

from typing import Any

import httpx

from services.filing.domain.terms import Site
from shared.policy import FilingKind
from shared.values import StationCode
from tests.builders import DISTRICT
from tests.filing.casework import Case
from tests.filing.recordwork import Record, kept, on_record
from tests.interfaces import Interfaces, fresh_key

CODE = StationCode("Y000032000001")


async def of_a_coded_site(interfaces: Interfaces) -> Record:
    return await on_record(
        interfaces,
        sites=(Site(name="一号考点", address="旧址", capacity=20, station_code=CODE),),
        station_codes=(CODE,),
    )


async def asked(record: Record, *sites: dict[str, Any]) -> httpx.Response:
    """The institution asks for these sites in place of those it has."""
    return await record.interfaces.filing.post(
        f"/v1/filings/of-institution/{record.institution.id}",
        headers=record.own | fresh_key(),
        json={"kind": FilingKind.CHANGE.value, "particulars": {"sites": list(sites)}},
    )


async def test_n2_8_a_site_that_moves_keeps_its_code_and_a_new_or_renamed_one_has_none(
    interfaces: Interfaces,
) -> None:
    for name, code in (("一号考点", CODE), ("一号考点（新）", None)):
        record = await of_a_coded_site(interfaces)
        answer = await asked(
            record, {"name": name, "address": "新址", "capacity": 40}, {"name": "二号考点", "address": "某路"}
        )
        assert answer.status_code == 201, answer.text
        case = Case(
            interfaces=interfaces,
            uscc=record.institution.uscc,
            id=answer.json()["id"],
            tag=answer.headers["etag"],
        )
        await case.hand_in_everything()
        await case.done("submission", case.applicant)
        await case.done("acceptance", case.officer(DISTRICT))
        await case.done("registration", case.officer(DISTRICT))
        institution = await kept(interfaces, record.institution.id)
        assert institution.sites == (
            Site(name=name, address="新址", capacity=40, station_code=code),
            Site(name="二号考点", address="某路"),
        )
        assert institution.station_codes == (CODE,)


async def test_n2_8_nobody_here_gives_a_site_a_code(interfaces: Interfaces) -> None:
    record = await of_a_coded_site(interfaces)
    answer = await asked(record, {"name": "一号考点", "address": "新址", "station_code": "Y000032000999"})
    assert answer.status_code == 422
    assert "station_code" in answer.text
