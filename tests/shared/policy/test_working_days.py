"""The working-day calendar, held day by day against an oracle."""

from datetime import UTC, date, datetime, timedelta, timezone

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import SHANGHAI
from shared.policy import Policy

FIRST, LAST = date(2020, 1, 1), date(2026, 12, 31)

known_days = st.dates(min_value=FIRST, max_value=date(2026, 6, 30))
any_days = st.dates(min_value=date(2019, 1, 1), max_value=date(2029, 12, 31))
terms = st.integers(min_value=0, max_value=60)
moments = st.datetimes(
    min_value=datetime(2019, 1, 1),  # noqa: DTZ001 — the strategy adds the zone
    max_value=datetime(2029, 12, 31),  # noqa: DTZ001 — as above
    timezones=st.sampled_from([UTC, SHANGHAI, timezone(timedelta(hours=-11))]),
)


def test_every_day_from_2020_to_2026_agrees_with_the_oracle(policy: Policy) -> None:
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    assert len(days) == 2557
    differing = [
        day for day in days if policy.calendar.is_working_day(day) is not chinese_calendar.is_workday(day)
    ]
    assert differing == []


@pytest.mark.parametrize(
    "day", [date(2021, 2, 7), date(2021, 10, 9), date(2024, 2, 4), date(2024, 2, 18), date(2026, 2, 28)]
)
def test_a_make_up_day_on_a_weekend_is_worked(policy: Policy, day: date) -> None:
    assert day.weekday() >= 5
    assert policy.calendar.is_working_day(day)


@pytest.mark.parametrize("day", [date(2020, 1, 31), date(2024, 2, 12), date(2022, 12, 31), date(2023, 1, 2)])
def test_a_public_holiday_is_off(policy: Policy, day: date) -> None:
    assert not policy.calendar.is_working_day(day)


def test_a_term_over_the_national_holiday_counts_make_up_days(policy: Policy) -> None:
    assert policy.calendar.add_working_days(date(2024, 9, 27), 3) == date(2024, 10, 8)
    assert policy.calendar.add_working_days(date(2024, 10, 11), 1) == date(2024, 10, 12)


def test_five_working_days_after_a_monday_in_march_end_the_next_monday(policy: Policy) -> None:
    assert policy.calendar.add_working_days(date(2024, 3, 4), 5) == date(2024, 3, 11)
    assert policy.calendar.working_days_between(date(2024, 3, 4), date(2024, 3, 11)) == 5


def test_a_year_without_a_table_is_estimated_by_weekends(policy: Policy) -> None:
    assert policy.calendar.estimated(date(2027, 1, 1))
    assert policy.calendar.is_working_day(date(2027, 10, 1))
    assert not policy.calendar.is_working_day(date(2027, 10, 2))
    assert not policy.calendar.estimated(date(2026, 12, 31))


def test_a_deadline_is_the_last_second_of_the_day_in_shanghai(policy: Policy) -> None:
    start = datetime(2024, 3, 4, 9, 0, tzinfo=SHANGHAI)
    assert policy.calendar.deadline(start, 5) == datetime(2024, 3, 11, 23, 59, 59, tzinfo=SHANGHAI)


def test_a_deadline_counts_from_the_day_it_is_in_shanghai(policy: Policy) -> None:
    late_on_monday_in_utc = datetime(2024, 3, 4, 16, 30, tzinfo=UTC)
    assert policy.calendar.deadline(late_on_monday_in_utc, 1).date() == date(2024, 3, 6)


def test_a_moment_without_a_zone_or_a_term_that_counts_back_is_a_mistake(policy: Policy) -> None:
    with pytest.raises(ValueError, match="zone"):
        policy.calendar.deadline(datetime(2024, 3, 4, 9, 0), 5)  # noqa: DTZ001 — the mistake under test
    with pytest.raises(ValueError, match="forward"):
        policy.calendar.add_working_days(date(2024, 3, 4), -1)
    with pytest.raises(TypeError, match="not a day"):
        policy.calendar.is_working_day(datetime(2024, 3, 4, 9, 0, tzinfo=UTC))


@given(start=any_days, count=terms)
def test_a_term_ends_on_a_working_day_that_many_working_days_later(
    policy: Policy, start: date, count: int
) -> None:
    end = policy.calendar.add_working_days(start, count)
    assert policy.calendar.working_days_between(start, end) == count
    assert count == 0 or policy.calendar.is_working_day(end)


@given(start=moments, count=terms)
def test_the_working_days_until_a_deadline_are_its_term(policy: Policy, start: datetime, count: int) -> None:
    calendar = policy.calendar
    assert calendar.working_days_between(start, calendar.deadline(start, count)) == count


@given(
    start=moments, count=st.integers(min_value=1, max_value=60), pause=st.integers(min_value=0, max_value=400)
)
def test_a_clock_that_is_paused_and_resumed_keeps_what_was_left_of_it(
    policy: Policy, start: datetime, count: int, pause: int
) -> None:
    calendar = policy.calendar
    due = calendar.deadline(start, count)
    stopped = start + (due - start) / 2
    left = calendar.working_days_between(stopped, due)
    assert left == 0 or calendar.deadline(stopped, left) == due
    resumed = stopped + timedelta(days=pause)
    later = calendar.deadline(resumed, left)
    assert calendar.working_days_between(resumed, later) == left
    assert later >= due or left == 0


def test_a_clock_paused_over_the_national_holiday_resumes_with_its_make_up_days(policy: Policy) -> None:
    calendar = policy.calendar
    due = calendar.deadline(datetime(2024, 9, 26, 9, 0, tzinfo=SHANGHAI), 5)
    stopped = datetime(2024, 9, 29, 10, 0, tzinfo=SHANGHAI)
    left = calendar.working_days_between(stopped, due)
    assert (due.date(), left) == (date(2024, 10, 9), 3)
    resumed = datetime(2024, 10, 10, 10, 0, tzinfo=SHANGHAI)
    assert calendar.deadline(resumed, left).date() == date(2024, 10, 14)


def test_a_moment_counts_as_its_day_in_shanghai_and_needs_a_zone(policy: Policy) -> None:
    tuesday_in_shanghai = datetime(2024, 3, 4, 16, 30, tzinfo=UTC)
    assert policy.calendar.working_days_between(tuesday_in_shanghai, date(2024, 3, 6)) == 1
    with pytest.raises(ValueError, match="zone"):
        policy.calendar.working_days_between(datetime(2024, 3, 4), date(2024, 3, 6))  # noqa: DTZ001 — the mistake under test


@given(start=any_days, first=terms, second=terms)
def test_terms_add_up(policy: Policy, start: date, first: int, second: int) -> None:
    in_two_steps = policy.calendar.add_working_days(policy.calendar.add_working_days(start, first), second)
    assert in_two_steps == policy.calendar.add_working_days(start, first + second)


@given(start=known_days, count=terms)
def test_counting_agrees_with_the_oracle(policy: Policy, start: date, count: int) -> None:
    end = policy.calendar.add_working_days(start, count)
    days = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert sum(map(chinese_calendar.is_workday, days)) == count


@given(one=any_days, other=any_days)
def test_counting_backwards_is_negative(policy: Policy, one: date, other: date) -> None:
    assert policy.calendar.working_days_between(one, other) == -policy.calendar.working_days_between(
        other, one
    )
