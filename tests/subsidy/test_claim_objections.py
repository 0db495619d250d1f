"""Publicity of claims: masked for everybody, objected to by anybody, resolved by their organ."""

from datetime import timedelta

import pytest

from services.subsidy.domain.claim import NotPublicised, ObjectionsOpen
from services.subsidy.domain.item import Item, ItemState, UnknownItem
from services.subsidy.domain.objection import (
    Objection,
    ObjectionResolved,
    ObjectionState,
    Resolution,
    Statement,
    UnknownObjection,
)
from services.subsidy.domain.refusals import NotTheHandlingOrgan
from services.subsidy.handlers.claims import preview_claim
from services.subsidy.handlers.publicity import (
    ResolveObjection,
    raise_objection,
    resolve_objection,
    shown_name,
)
from services.subsidy.handlers.review import CheckItem, approve_claim, check_item
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import Claimant

DAY = timedelta(days=1)


async def objected(employer: Claimant, item: Item) -> Objection:
    async with employer.works() as work:
        return await raise_objection(item.id, Statement(text="该职工已退休"), work)


async def resolved(employer: Claimant, objection: Objection, how: Resolution, **changes: str) -> Objection:
    given = {"organ": employer.organ, "actor": "officer-c", "finding": "已核查"} | changes
    async with employer.works() as work:
        seen = (await work.objections.get(objection.id)).version
        command = ResolveObjection(objection_id=objection.id, seen=seen, resolution=how, **given)
        return await resolve_objection(command, work)


async def test_what_is_publicised_shows_no_name_and_no_number_in_full(employer: Claimant) -> None:
    numbers = await employer.certified(lathe(4), name="测试员甲")
    claim = await employer.publicised(await employer.claims(*numbers))
    async with employer.works() as work:
        page = await work.publicity.running(at=work.at, cursor=None, size=200)
        own = [each for each in page.items if each.claim_id == claim.id]
        names = [shown_name(each, work) for each in own]
    assert names == ["测***"]
    assert [(each.institution, each.amount) for each in own] == [("测试一厂", 150_000)]
    employer.works.at += 30 * DAY
    async with employer.works() as work:
        later = await work.publicity.running(at=work.at, cursor=None, size=200)
    assert [each for each in later.items if each.claim_id == claim.id] == []


async def test_an_upheld_objection_leaves_the_item_out_and_the_claim_waits_until_it_is_resolved(
    employer: Claimant,
) -> None:
    claim = await employer.publicised(await employer.claimed(lathe(4), robot(3)))
    first, second = await employer.items(claim)
    upheld, dismissed = await objected(employer, first), await objected(employer, second)
    assert {each.state for each in await employer.items(claim)} == {ItemState.OBJECTED}
    claim = await employer.now(claim)
    assert claim.publicity_until is not None
    employer.works.at = claim.publicity_until + timedelta(hours=1)
    with pytest.raises(ObjectionsOpen):
        async with employer.works() as work:
            await approve_claim(employer.by(claim, "officer-b"), work)
    await resolved(employer, upheld, Resolution.UPHELD, finding="确已退休")
    await resolved(employer, dismissed, Resolution.DISMISSED)
    assert [each.state for each in await employer.items(claim)] == [ItemState.REFUSED, ItemState.PAYABLE]
    claim = await employer.now(claim)
    assert (claim.total, claim.objections_open) == (260_000, 0)
    async with employer.works() as work:
        answer = await work.publicity.answer(upheld.reference)
        assert (answer.state, answer.finding) == (ObjectionState.UPHELD, "确已退休")
        approved = await approve_claim(employer.by(claim, "officer-b"), work)
    assert approved.total == 260_000
    async with employer.works() as work:
        again = await preview_claim(employer.asks(first.certificate_number), work)
    assert again.items[0].decision.amount == 150_000


async def test_an_item_with_two_objections_waits_for_both(employer: Claimant) -> None:
    claim = await employer.publicised(await employer.claimed(lathe(4)))
    (item,) = await employer.items(claim)
    one, two = await objected(employer, item), await objected(employer, item)
    await resolved(employer, one, Resolution.DISMISSED)
    assert [each.state for each in await employer.items(claim)] == [ItemState.OBJECTED]
    await resolved(employer, two, Resolution.DISMISSED)
    assert [each.state for each in await employer.items(claim)] == [ItemState.PAYABLE]
    with pytest.raises(ObjectionResolved):
        await resolved(employer, two, Resolution.UPHELD)


async def test_only_its_organ_decides_on_an_objection(employer: Claimant) -> None:
    claim = await employer.publicised(await employer.claimed(lathe(4)))
    (item,) = await employer.items(claim)
    objection = await objected(employer, item)
    with pytest.raises(NotTheHandlingOrgan):
        await resolved(employer, objection, Resolution.UPHELD, organ="320106")


async def test_nothing_is_objected_to_before_and_after_publicity(employer: Claimant) -> None:
    claim = await employer.reviewed(await employer.claimed(lathe(4)))
    (item,) = await employer.items(claim)
    with pytest.raises(NotPublicised):
        await objected(employer, item)
    async with employer.works() as work:
        check = CheckItem(item_id=item.id, passed=True, note="")
        claim = await check_item(employer.by(claim), check, work)
    employer.works.at += 30 * DAY
    with pytest.raises(NotPublicised):
        await objected(employer, item)
    async with employer.works() as work:
        with pytest.raises(UnknownItem):
            await work.publicity.of_item(item.id, at=work.at)
        with pytest.raises(UnknownObjection):
            await work.publicity.answer("nobody-was-given")
