"""Whom the register is asked for: by standing, organ, category, occupation, and by the beginning of name or number."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import text

from services.filing.domain.institution import Institution, Standing
from services.filing.domain.obligation import ObligationKind, ObligationState, Owed
from services.filing.domain.register import Sought
from shared.policy import Category
from shared.values import Edition, Occupation, OccupationCode
from tests.builders import AT, DISTRICT, MILLER, a_uscc, an_institution, an_item, standing
from tests.filing.recordwork import on_record, owed
from tests.filing.works import EVERYTHING, FilingWorks, keep, within
from tests.interfaces import Interfaces


async def names(works: FilingWorks, organ: str, sought: Sought, *, size: int = 2) -> list[str]:
    """Everybody found, page by page."""
    seen: list[str] = []
    cursor: str | None = None
    while True:
        async with works(within(organ)) as work:
            page = await work.institutions.page(sought, cursor=cursor, size=size)
        seen += [each.name for each in page.items]
        cursor = page.next
        if cursor is None:
            return seen


async def test_the_register_is_asked_by_standing_organ_category_and_occupation(
    works: FilingWorks, organ: str
) -> None:
    async def kept(name: str, **changes: Any) -> Institution:
        institution = an_institution(name=name, organ=organ, **changes)
        await keep(works, institution)
        return institution

    await kept("甲", scope=(an_item(MILLER),))
    await kept("乙", standings=(standing(Standing.SUSPENDED),))
    await kept("丙", category=Category.LEADING_ENTERPRISE)
    miller = Occupation(Edition.Y2015, OccupationCode(MILLER))
    assert await names(works, organ, Sought(standing="suspended")) == ["乙"]
    assert await names(works, organ, Sought(category=Category.LEADING_ENTERPRISE)) == ["丙"]
    assert await names(works, organ, Sought(occupation=miller)) == ["甲"]
    assert await names(works, organ, Sought(organ=organ)) == sorted(["甲", "乙", "丙"])
    assert await names(works, organ, Sought(organ=DISTRICT)) == []


async def test_the_beginning_of_a_name_a_uscc_or_a_number_finds_it_and_pages_stay_in_order(
    works: FilingWorks, organ: str
) -> None:
    first, second, third = a_uscc(), a_uscc(), a_uscc()
    await keep(
        works,
        an_institution(organ=organ, name="宁机械一厂", uscc=first, number=f"宁备{organ}0001"),
        an_institution(organ=organ, name="宁机械二厂", uscc=second, number=f"宁备{organ}0002"),
        an_institution(organ=organ, name="苏机械三厂", uscc=third, number=f"苏备{organ}0003"),
    )
    assert await names(works, organ, Sought(text="宁机械"), size=1) == sorted(["宁机械一厂", "宁机械二厂"])
    assert await names(works, organ, Sought(text=f"宁备{organ}"), size=1) == ["宁机械一厂", "宁机械二厂"]
    assert await names(works, organ, Sought(text=f"苏备{organ}0003")) == ["苏机械三厂"]
    assert await names(works, organ, Sought(text=second.lower())) == ["宁机械二厂"]
    assert await names(works, organ, Sought(text=second[:17])) == ["宁机械二厂"]
    assert await names(works, organ, Sought(text="机械")) == []
    assert await names(works, organ, Sought(text="宁%")) == []


async def test_an_index_serves_every_way_of_asking_under_row_level_security(interfaces: Interfaces) -> None:
    """What the planner may use once a table is large: a scan of the whole table is switched off to see that."""
    ways = {
        "name >= '宁机' AND name < '宁机\U0010ffff' ORDER BY name, id": "ix_institution_name",
        "number >= '宁备' AND number < '宁备\U0010ffff' ORDER BY number, id": "ix_institution_number",
        "uscc BETWEEN '91' AND '92' ORDER BY uscc, id": "ix_institution_uscc",
        "standing = 'revoked' ORDER BY name, id": "ix_institution_standing",
        "category = 'leading_enterprise' ORDER BY name, id": "ix_institution_category",
    }
    async with interfaces.suite.runtimes["filing"].engine.connect() as connection:
        await connection.execute(
            text("SELECT set_config('njt.organs', :organ, true), set_config('njt.everything', 'off', true)"),
            {"organ": DISTRICT},
        )
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        await connection.execute(text("SET LOCAL enable_sort = off"))
        await connection.execute(text("SET LOCAL enable_bitmapscan = off"))
        for condition, index in ways.items():
            rows = await connection.execute(
                text(f"EXPLAIN SELECT id FROM institution WHERE {condition} LIMIT 51")  # noqa: S608 — the ways above
            )
            plan = "\n".join(rows.scalars())
            assert index in plan, plan
            assert "Index Cond" in plan, plan


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"standing": "revoked", "organ": DISTRICT, "category": "leading_enterprise"}, 200),
        ({"edition": "2015"}, 422),
        ({"edition": "2015", "occupation": "8-99-99-99"}, 404),
        ({"q": "宁"}, 422),
        ({"q": "宁机械"}, 200),
        ({"cursor": "x"}, 422),
    ],
)
async def test_the_list_is_asked_over_http(
    interfaces: Interfaces, query: dict[str, str], status: int
) -> None:
    answer = await interfaces.filing.get(
        "/v1/institutions", headers=interfaces.bearer(organ=DISTRICT), params=query
    )
    assert answer.status_code == status


async def test_officers_see_what_is_owed_by_its_deadline_and_what_is_late(
    works: FilingWorks, organ: str
) -> None:
    institution = an_institution(organ=organ)
    kinds = (ObligationKind.OPEN_ACCOUNT, ObligationKind.CHECK_PLEDGE, ObligationKind.HAND_OVER)
    await keep(works, institution)
    async with works(EVERYTHING) as work:
        for kind in kinds:
            work.obligations.add(owed(institution, kind, work, owner=organ))
        done = owed(institution, ObligationKind.BE_COPIED, work, owner=organ)
        done.settle(by="tester", at=work.at)
        work.obligations.add(done)
    async with works(within(organ)) as work:
        first = await work.obligations.page(Owed(owner=organ), cursor=None, size=2)
        rest = await work.obligations.page(Owed(owner=organ), cursor=first.next, size=2)
        elsewhere = await work.obligations.page(Owed(owner=DISTRICT), cursor=None, size=5)
        late = [
            await work.obligations.page(Owed(late_at=AT + timedelta(days=days)), cursor=None, size=5)
            for days in (0, 10)
        ]
        settled = await work.obligations.page(Owed(state=ObligationState.DONE), cursor=None, size=5)
    everything = [*first.items, *rest.items]
    assert {each.kind for each in everything} == set(kinds)
    assert all(a.deadline.due_at <= b.deadline.due_at for a, b in pairwise(everything))
    assert [len(each.items) for each in late] == [0, 2]
    assert list(elsewhere.items) == []
    assert [each.kind for each in settled.items] == [ObligationKind.BE_COPIED]


async def test_the_list_of_what_is_owed_is_for_officers(interfaces: Interfaces) -> None:
    record = await on_record(interfaces)
    for caller, status in ((record.officer(), 200), (record.own, 403)):
        query = {"state": "open", "owner": DISTRICT, "overdue": "true", "size": "1"}
        answer = await interfaces.filing.get("/v1/obligations", headers=caller, params=query)
        assert answer.status_code == status
