"""紧缺目录更新: a list the province tells is a release that waits for the city, and changes no decision (N1.7)."""

import pytest

from services.subsidy.domain.release import ReleaseKind, ReleaseState
from services.subsidy.handlers.shortage import PROVINCE
from shared.contracts.instructions import CatalogueKind, CatalogueUpdated
from shared.contracts.province import MessageCode
from shared.identity import Scope
from shared.policy import ShortageList
from tests.builders import CITY, DISTRICT
from tests.filing.catalogue import a_line, told
from tests.interfaces import Interfaces
from tests.provincial import receipts, send

EVERYTHING = Scope(actor="test", act="test", everything=True)
SHORTAGE = CatalogueKind.SHORTAGE


async def said(interfaces: Interfaces, update: CatalogueUpdated) -> tuple[bool, str]:
    message = await send(interfaces, "subsidy", MessageCode.CATALOGUE_UPDATED, update)
    _, business = await receipts(interfaces, "subsidy", message)
    return business["ok"], business["reason_code"]


async def test_n1_7_a_shortage_list_waits_as_a_release_for_its_dry_run_and_a_person_of_the_city(
    interfaces: Interfaces,
) -> None:
    lines = (a_line(levels=()), a_line(levels=(), work_type="数控车工"))
    update = told(SHORTAGE, entries=lines)
    policy = interfaces.suite.runtimes["subsidy"].policy
    assert await said(interfaces, update) == (True, "")
    async with interfaces.suite.runtimes["subsidy"].works(EVERYTHING) as work:
        page = await work.releases.page(released=False, cursor=None, size=200)
        assert work.policy.digest == policy.digest
    (release,) = [each for each in page.items if each.document.number == update.number]
    assert (release.kind, release.state) == (ReleaseKind.SHORTAGE, ReleaseState.PUBLISHED)
    assert release.published_by == PROVINCE
    (entry,) = release.entries
    assert isinstance(entry, ShortageList)
    assert [each.code for each in entry.occupations] == [lines[0].occupation]
    assert (entry.effective_from, entry.effective_to) == (update.effective_from, None)
    shown = await interfaces.clients["subsidy"].get(
        f"/v1/policy-releases/{release.id}", headers=interfaces.bearer(organ=CITY)
    )
    assert shown.json()["state"] == "published"
    unseen = await interfaces.clients["subsidy"].get(
        f"/v1/policy-releases/{release.id}", headers=interfaces.bearer(organ=DISTRICT)
    )
    assert unseen.status_code == 404
    early = await interfaces.clients["subsidy"].post(
        f"/v1/policy-releases/{release.id}/release",
        headers=interfaces.bearer(organ=CITY) | {"If-Match": '"1"'},
    )
    assert (early.status_code, early.json()["code"]) == (409, "NJT-SUB-1605")


@pytest.mark.parametrize(
    ("update", "code"),
    [
        (told(), "NJT-SUB-1620"),
        (told(SHORTAGE, entries=(a_line(occupation="6-99-99-99"),)), "NJT-SUB-1602"),
    ],
)
async def test_the_other_list_and_an_unknown_occupation_are_rejected_with_their_reason(
    interfaces: Interfaces, update: CatalogueUpdated, code: str
) -> None:
    assert await said(interfaces, update) == (False, code)
