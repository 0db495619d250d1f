"""目录更新: an edition of the catalogue is kept and compared, and changes nothing until the pack says the same (N1.5)."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.filing.domain.catalogue import (
    CatalogueEdition,
    DifferenceKind,
    EditionSettled,
    EditionState,
    NotInThePack,
    SamePersonEdition,
    UnknownEdition,
    differences,
)
from shared.contracts.instructions import CatalogueKind, ListedOccupation
from shared.contracts.province import MessageCode
from shared.identity import Permission, Scope
from shared.policy import Policy
from tests.builders import AT, CITY, DISTRICT
from tests.filing.catalogue import a_line, an_edition, told
from tests.interfaces import Headers, Interfaces
from tests.provincial import receipts, send

EVERYTHING = Scope(actor="test", act="test", everything=True)


@pytest.fixture(scope="module")
def policy(interfaces: Interfaces) -> Policy:
    return interfaces.suite.runtimes["filing"].policy


@pytest.fixture
async def edition(interfaces: Interfaces) -> CatalogueEdition:
    """One that is kept for the city."""
    kept = an_edition()
    async with interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        work.editions.add(kept)
    return kept


def the_same(policy: Policy) -> tuple[ListedOccupation, ...]:
    """All of one edition of the national catalogue, as the pack has it."""
    lines = []
    for entry in policy.occupations.values():
        for work_type in ("", *entry.work_types):
            if entry.edition == "2015" and not entry.excludes(work_type):
                levels = entry.work_type_levels.get(work_type, entry.levels)
                lines.append(
                    a_line(occupation=entry.code, name=entry.name, work_type=work_type, levels=sorted(levels))
                )
    return tuple(lines)


def test_n1_5_what_is_new_gone_or_at_other_levels_is_told_line_by_line(policy: Policy) -> None:
    lines = the_same(policy)
    assert list(differences(lines, policy)) == []
    first, *rest = lines
    fewer = first.model_copy(update={"levels": first.levels[:1]})
    (other,) = differences([fewer, *rest], policy)
    assert (other.kind, other.ours, other.theirs) == (DifferenceKind.LEVELS, first.levels, fewer.levels)
    (gone,) = differences(rest, policy)
    assert (gone.kind, gone.occupation, gone.name) == (DifferenceKind.GONE, first.occupation, first.name)
    unknown = a_line(occupation="6-99-99-99", name="新职业")
    (new,) = differences([*lines, unknown], policy)
    assert (new.kind, new.name) == (DifferenceKind.NEW, "新职业")
    unsaid = first.model_copy(update={"levels": ()})
    assert list(differences([unsaid, *rest], policy)) == []


def test_n1_5_two_persons_take_over_what_the_pack_says_already_and_nothing_else(policy: Policy) -> None:
    edition = an_edition(entries=the_same(policy))
    decided: dict[str, Any] = {"opinion": "一致", "at": AT}
    with pytest.raises(EditionSettled):
        edition.decide(policy, accepted=True, by="乙", **decided)
    edition.propose("已更新政策包", by="甲")
    with pytest.raises(SamePersonEdition):
        edition.decide(policy, accepted=True, by="甲", **decided)
    edition.decide(policy, accepted=True, by="乙", **decided)
    assert edition.state is EditionState.TAKEN_OVER
    with pytest.raises(EditionSettled):
        edition.propose("再议", by="甲")
    other = an_edition()
    other.propose("采用", by="甲")
    with pytest.raises(NotInThePack) as refused:
        other.decide(policy, accepted=True, by="乙", **decided)
    assert refused.value.extra["differences"]
    other.decide(policy, accepted=False, by="乙", **decided)
    assert other.state is EditionState.SET_ASIDE


async def test_n1_5_an_edition_from_the_province_is_kept_and_decides_nothing(
    interfaces: Interfaces, policy: Policy
) -> None:
    before = policy.digest
    update = told()
    message = await send(interfaces, "filing", MessageCode.CATALOGUE_UPDATED, update)
    assert [each["ok"] for each in await receipts(interfaces, "filing", message)] == [True, True]
    async with interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        page = await work.editions.page(cursor=None, size=200)
    (kept,) = [each for each in page.items if each.number == update.number]
    assert (kept.organ, kept.state, kept.entries) == (CITY, EditionState.KEPT, update.entries)
    assert interfaces.suite.runtimes["filing"].policy.digest == before


@pytest.mark.parametrize("again", [True, False])
async def test_what_was_received_before_or_is_subsidys_list_is_rejected_with_its_reason(
    interfaces: Interfaces, *, again: bool
) -> None:
    update = told() if again else told(CatalogueKind.SHORTAGE)
    if again:
        await send(interfaces, "filing", MessageCode.CATALOGUE_UPDATED, update)
    message = await send(interfaces, "filing", MessageCode.CATALOGUE_UPDATED, update)
    _, business = await receipts(interfaces, "filing", message)
    expected = "NJT-FIL-1851" if again else "NJT-FIL-1852"
    assert (business["ok"], business["reason_code"]) == (False, expected)


async def act(interfaces: Interfaces, place: str, body: dict[str, Any], who: Headers) -> httpx.Response:
    return await interfaces.filing.post(f"/v1/catalogue-editions/{place}", json=body, headers=who)


async def test_an_edition_that_is_not_there_is_unknown(interfaces: Interfaces) -> None:
    async with interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        with pytest.raises(UnknownEdition):
            await work.editions.get(uuid4())


async def test_the_city_reads_proposes_and_decides_and_a_district_sees_none_of_it(
    interfaces: Interfaces, edition: CatalogueEdition
) -> None:
    city = [interfaces.bearer(Permission.ASSESS, organ=CITY, subject=each) for each in ("a", "b")]
    shown = await interfaces.filing.get(f"/v1/catalogue-editions/{edition.id}", headers=city[0])
    assert {each["kind"] for each in shown.json()["differences"]} >= {"gone"}
    listed = await interfaces.filing.get("/v1/catalogue-editions", params={"size": 200}, headers=city[0])
    assert str(edition.id) in [each["id"] for each in listed.json()["items"]]
    seen = {"If-Match": '"1"'}
    proposal, decision = {"reason": "采用"}, {"accepted": True, "opinion": "同意"}
    district = interfaces.bearer(Permission.ASSESS, organ=DISTRICT)
    wrong = interfaces.bearer(Permission.READ_REGISTER, organ=CITY)
    for who, status in ((district, 404), (wrong, 403), (interfaces.bearer(Permission.ASSESS), 404)):
        answer = await act(interfaces, f"{edition.id}/proposal", proposal, who | seen)
        assert answer.status_code == status, answer.text
    proposed = await act(interfaces, f"{edition.id}/proposal", proposal, city[0] | seen)
    assert (proposed.status_code, proposed.json()["version"]) == (200, 2), proposed.text
    refused = await act(interfaces, f"{edition.id}/decision", decision, city[1] | {"If-Match": '"2"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "NJT-FIL-1855")
    aside = await act(
        interfaces, f"{edition.id}/decision", decision | {"accepted": False}, city[1] | {"If-Match": '"2"'}
    )
    assert aside.json()["state"] == "set_aside"
