"""In which order cases and institutions are shown, page by page."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.filing.domain.queue import Wanted
from services.filing.domain.stages import FilingState
from services.filing.domain.terms import Training
from shared.paging import BadCursor, encode_cursor
from tests.builders import AT, a_filing, an_institution
from tests.filing.works import EVERYTHING, FilingWorks, keep, within

DAY = timedelta(days=1)


async def test_n1_1_the_queue_takes_those_first_who_trained_then_those_who_came_first(
    works: FilingWorks, organ: str
) -> None:
    trained = frozenset({Training.WORK_FOR_TRAINING})
    late = a_filing(organ=organ, drafted_at=AT + 2 * DAY)
    early = a_filing(organ=organ, drafted_at=AT)
    late_first = a_filing(organ=organ, drafted_at=AT + 3 * DAY, training=trained)
    early_first = a_filing(organ=organ, drafted_at=AT + DAY, training=trained)
    await keep(works, late, early, late_first, early_first)
    expected = [each.id for each in (early_first, late_first, early, late)]
    for size in (1, 2, 3, 4, 10):
        seen: list[UUID] = []
        cursor: str | None = None
        while True:
            async with works(within(organ)) as work:
                page = await work.filings.queue(Wanted(), cursor=cursor, size=size)
            assert 0 < len(page.items) <= size
            seen += [each.id for each in page.items]
            cursor = page.next
            if cursor is None:
                break
        assert seen == expected


async def test_the_queue_of_a_state_holds_that_state_only(works: FilingWorks, organ: str) -> None:
    cases = {state: a_filing(organ=organ, state=state) for state in FilingState}
    await keep(works, *cases.values())
    assert len(cases) == 11
    for state, filing in cases.items():
        async with works(within(organ)) as work:
            page = await work.filings.queue(Wanted(state=state), cursor=None, size=10)
        assert [each.id for each in page.items] == [filing.id]
        assert page.next is None


async def test_cases_of_one_moment_are_told_apart_by_their_id(works: FilingWorks, organ: str) -> None:
    cases = [a_filing(organ=organ) for _ in range(4)]
    await keep(works, *cases)
    async with works(within(organ)) as work:
        first = await work.filings.queue(Wanted(), cursor=None, size=2)
        rest = await work.filings.queue(Wanted(), cursor=first.next, size=2)
    assert [each.id for each in (*first.items, *rest.items)] == sorted(each.id for each in cases)


async def test_the_register_is_paged_by_name(works: FilingWorks, organ: str) -> None:
    names = ["乙公司", "B公司", "甲公司", "A公司", "甲公司"]
    await keep(works, *(an_institution(organ=organ, name=name) for name in names))
    async with works(within(organ)) as work:
        first = await work.institutions.page(cursor=None, size=3)
        rest = await work.institutions.page(cursor=first.next, size=3)
    assert [each.name for each in (*first.items, *rest.items)] == sorted(names)
    assert rest.next is None


NO_POSITION = [
    "",
    "!",
    "W10",
    encode_cursor("a"),
    encode_cursor(*"abcd"),
    encode_cursor(*"abc"),
    encode_cursor(*"ab"),
]
MOMENT, KEY = AT.isoformat(), str(UUID(int=7))


@pytest.mark.parametrize(
    "cursor",
    [
        *NO_POSITION,
        encode_cursor("True", MOMENT, "no id"),
        encode_cursor("True", "no moment", KEY),
        encode_cursor("True", "2024-03-04T09:00:00", KEY),
        encode_cursor("True", "0001-01-01T00:00:00+14:00", KEY),
        encode_cursor("yes", MOMENT, KEY),
    ],
)
async def test_a_cursor_that_was_not_given_out_turns_no_page_of_the_queue(
    works: FilingWorks, cursor: str
) -> None:
    async with works(EVERYTHING) as work:
        with pytest.raises(BadCursor):
            await work.filings.queue(Wanted(), cursor=cursor, size=5)


@pytest.mark.parametrize(
    "cursor", [*NO_POSITION, encode_cursor("a\x00b", KEY), encode_cursor("a\ud800b", KEY)]
)
async def test_a_cursor_that_was_not_given_out_turns_no_page_of_the_register(
    works: FilingWorks, cursor: str
) -> None:
    async with works(EVERYTHING) as work:
        with pytest.raises(BadCursor):
            await work.institutions.page(cursor=cursor, size=5)
