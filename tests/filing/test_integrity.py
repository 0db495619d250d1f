"""失信记录: entered by an officer, read by every organ, and by a body its own (N3.3)."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.filing.domain.integrity import UnderIntegrityRecord
from services.filing.handlers.integrity import check_may_pledge
from shared.clock import StoryClock
from shared.identity import Permission
from tests.builders import AT, CITY, DISTRICT, OTHER_DISTRICT, a_uscc
from tests.filing.pledgework import entered, officer_of
from tests.filing.works import EVERYTHING
from tests.interfaces import Headers, Interfaces, fresh_key


async def test_an_officer_enters_a_record_and_a_body_reads_its_own_alone(
    interfaces: Interfaces, story: StoryClock
) -> None:
    story.set(AT)
    uscc = a_uscc()
    made = await entered(interfaces, uscc, valid_from="2024-01-31")
    assert made.status_code == 201, made.text
    record = made.json()
    assert (record["source"], record["valid_until"]) == ("entered", "2025-01-31")
    later = await entered(interfaces, uscc, valid_from="2024-03-05")
    assert (later.status_code, later.json()["code"]) == (422, "NJT-FIL-1722")
    path, ask = "/v1/integrity-records", interfaces.filing.get
    own = interfaces.bearer(Permission.READ_REGISTER, holder=uscc)
    other = interfaces.bearer(Permission.READ_REGISTER, holder=a_uscc())
    nobody = interfaces.bearer(Permission.READ_REGISTER)
    assert [each["id"] for each in (await ask(path, headers=own)).json()["items"]] == [record["id"]]
    assert (await ask(path, headers=other, params={"uscc": uscc})).json()["items"] == []
    assert (await ask(path, headers=nobody)).json() == {"items": [], "next": None}
    assert (await ask(f"{path}/{record['id']}", headers=own)).json() == record
    hidden = await ask(f"{path}/{record['id']}", headers=other)
    assert (hidden.status_code, hidden.json()["code"]) == (404, "NJT-FIL-1723")
    by_nobody = await interfaces.filing.post(
        path,
        headers=interfaces.bearer(Permission.ASSESS) | fresh_key(),
        json={"uscc": uscc, "name": "测试", "reason": "虚假"},
    )
    assert (by_nobody.status_code, by_nobody.json()["code"]) == (403, "NJT-IDN-0403")


async def test_records_are_listed_page_by_page_the_latest_first(
    interfaces: Interfaces, story: StoryClock
) -> None:
    uscc, made = a_uscc(), []
    for hours in range(3):
        story.set(AT + timedelta(hours=hours))
        made.append((await entered(interfaces, uscc)).json()["id"])
    own = interfaces.bearer(Permission.READ_REGISTER, holder=uscc)
    path = "/v1/integrity-records"
    first = (await interfaces.filing.get(path, headers=own, params={"size": 2})).json()
    rest = (
        await interfaces.filing.get(path, headers=own, params={"size": 2, "cursor": first["next"]})
    ).json()
    assert [each["id"] for each in (*first["items"], *rest["items"])] == made[::-1]
    assert rest["next"] is None
    for cursor in ("nonsense", first["next"] + "x"):
        answer = await interfaces.filing.get(path, headers=own, params={"cursor": cursor})
        assert answer.status_code == 422


async def test_a_record_entered_by_mistake_bars_nobody_any_more_and_stays_to_be_seen(
    interfaces: Interfaces,
) -> None:
    record = (await entered(interfaces, a_uscc())).json()
    ours = officer_of(interfaces, DISTRICT)
    refused = await annul(interfaces, record, officer_of(interfaces, OTHER_DISTRICT))
    assert (refused.status_code, refused.json()["code"]) == (403, "NJT-FIL-1725")
    answer = await annul(interfaces, record, ours)
    assert answer.status_code == 200, answer.text
    annulled = answer.json()
    assert (annulled["annulled_by"], annulled["annulled_for"]) == (DISTRICT, "录入有误")
    own = interfaces.bearer(Permission.READ_REGISTER, holder=record["uscc"])
    (seen,) = (await interfaces.filing.get("/v1/integrity-records", headers=own)).json()["items"]
    assert seen == annulled
    async with interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        await check_may_pledge(record["uscc"], work)
    stale = await annul(interfaces, record, ours)
    assert (stale.status_code, stale.json()["code"]) == (412, "NJT-GEN-0412")
    again = await annul(interfaces, annulled, ours)
    assert (again.status_code, again.json()["code"]) == (409, "NJT-FIL-1724")


async def test_the_city_annuls_what_a_district_entered(interfaces: Interfaces) -> None:
    record = (await entered(interfaces, a_uscc())).json()
    async with interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        with pytest.raises(UnderIntegrityRecord):
            await check_may_pledge(record["uscc"], work)
    answer = await annul(interfaces, record, officer_of(interfaces, CITY))
    assert (answer.status_code, answer.json()["annulled_by"]) == (200, CITY)


async def annul(interfaces: Interfaces, record: dict[str, Any], who: Headers) -> httpx.Response:
    return await interfaces.filing.post(
        f"/v1/integrity-records/{record['id']}/annulment",
        headers=who | {"If-Match": f'"{record["version"]}"'},
        json={"reason": "录入有误"},
    )
