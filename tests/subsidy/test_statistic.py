"""What may be asked of statistics, when they are counted again, and what is hidden (N1.3): rules without a database."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from services.subsidy.domain.chains import chain_list_on, chain_lists
from services.subsidy.domain.small_cells import masked
from services.subsidy.domain.statistic import (
    Answer,
    Counted,
    Dimension,
    Kind,
    Line,
    NoSuchMonth,
    PeriodReversed,
    Place,
    Tally,
    UnknownDimension,
    dimensions,
    last_day,
    period,
)
from shared.policy import Policy

AT = datetime(2024, 6, 3, 4, tzinfo=UTC)
TODAY = date(2024, 6, 3)
VALID = Kind.VALID


def counted(seconds: float = 0.5) -> Counted:
    return Counted(at=AT, seconds=seconds, policy_version="1", position=7)


def answer(people: Sequence[int], total: int) -> Answer:
    def line(level: int | None, count: int) -> Line:
        tallies = {VALID: Tally(entries=count, people=count, fen=0)}
        return Line(place=Place(level=level), tallies=tallies)

    lines = [line(level, count) for level, count in enumerate(people, 1)]
    return Answer(counted=counted(), lines=lines, totals=line(None, total))


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (None, None, (202401, 202406)),
        (None, "2022-03", (202201, 202203)),
        ("2023-11", None, (202311, 202406)),
        ("2024-02", "2024-02", (202402, 202402)),
    ],
)
def test_without_months_it_is_the_year_up_to_now(
    first: str | None, last: str | None, found: tuple[int, int]
) -> None:
    assert period(first, last, today=TODAY) == found


@pytest.mark.parametrize(
    "text", ["2024-13", "2024-00", "2024-6", "202406", "1924-06", "2024-06-01", "二〇二四-06"]
)
def test_what_is_no_month_is_refused_with_how_to_write_one(text: str) -> None:
    with pytest.raises(NoSuchMonth, match=r"2024-06.* · .*2024-06"):
        period(text, None, today=TODAY)


def test_a_period_does_not_end_before_it_begins() -> None:
    with pytest.raises(PeriodReversed, match="2024-02 > 2024-01"):
        period("2024-02", "2024-01", today=TODAY)


@pytest.mark.parametrize(("month", "day"), [(202402, 29), (202302, 28), (202312, 31), (202404, 30)])
def test_the_last_day_of_a_month_is_the_calendar_s(month: int, day: int) -> None:
    assert last_day(month) == date(month // 100, month % 100, day)


def test_dimensions_come_in_the_order_asked_for_each_once() -> None:
    assert dimensions(" level, organ,") == (Dimension.LEVEL, Dimension.ORGAN)
    assert dimensions("") == ()
    for text in ("organ,organ", "district", "Organ"):
        with pytest.raises(UnknownDimension):
            dimensions(text)


def test_it_is_counted_again_when_something_was_done_and_never_takes_more_than_a_twentieth_of_the_time() -> (
    None
):
    def is_due(minutes: float, *, seconds: float = 0.5, position: int = 8, version: str = "1") -> bool:
        at = AT + timedelta(minutes=minutes)
        return counted(seconds).is_due(at=at, policy_version=version, position=position)

    assert not is_due(0.9)
    assert is_due(1)
    assert not is_due(1, position=7)
    assert is_due(1, position=7, version="2")
    assert not is_due(9, seconds=30)
    assert is_due(10, seconds=30)
    assert is_due(-5)  # a story's clock that was set back


def test_n1_3_a_single_small_line_takes_the_next_smallest_with_it() -> None:
    found = masked(answer([5, 2, 4], 11), least=3)
    assert [line.hidden for line in found.lines] == [frozenset(), {VALID}, {VALID}]
    assert found.totals.hidden == frozenset()


def test_n1_3_two_small_lines_hide_each_other_and_nobody_needs_no_hiding() -> None:
    found = masked(answer([1, 2, 4, 0], 7), least=3)
    assert [line.hidden for line in found.lines] == [{VALID}, {VALID}, frozenset(), frozenset()]


def test_n1_3_a_total_of_few_people_is_hidden_too() -> None:
    found = masked(answer([2], 2), least=3)
    assert (found.lines[0].hidden, found.totals.hidden) == (frozenset({VALID}), frozenset({VALID}))


def test_n1_3_chains_hold_as_long_as_their_list_does_and_a_family_goes_with_all_its_editions(
    policy: Policy,
) -> None:
    (only,) = chain_lists(policy)
    assert (only.since, only.until) == (date(2021, 2, 23), date(2023, 12, 31))
    assert chain_list_on(policy, date(2023, 12, 31)) == only
    assert chain_list_on(policy, date(2024, 1, 1)) is None
    assert only.of("2015:6-18-02-04") == {"intelligent-equipment", "rail-transit"}
    assert only.of("2015:4-03-02-01") == {"none"}
    assert all(family.startswith("2015:") for family in only.members)
