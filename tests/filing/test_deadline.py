"""办理时限: working days counted over holidays and make-up days, stopped and resumed, warned of and escalated once."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.filing.domain.deadline import Deadline
from services.filing.domain.filing import Filing
from services.filing.domain.stages import FilingState
from services.filing.domain.terms import CorrectionItem
from shared.clock import SHANGHAI
from shared.policy import Policy
from tests.builders import AT, DISTRICT, a_filing, a_material, a_verdict, required_materials

ACCEPT = "filing.accept_days"
NINE, LATE = time(9), time(23, 59, 59)


def moment(day: str, at: time = NINE) -> datetime:
    return datetime.combine(date.fromisoformat(day), at, tzinfo=SHANGHAI)


def ends(deadline: Deadline | None) -> date:
    assert deadline is not None
    end = deadline.due_at.astimezone(SHANGHAI)
    assert end.time() == LATE
    return end.date()


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2024-03-04", "2024-03-11"),
        ("2024-04-01", "2024-04-09"),  # 清明 4 to 6 April, Sunday the 7th worked
        ("2024-04-06", "2024-04-11"),
        ("2024-02-06", "2024-02-19"),  # 春节 10 to 17 February, Sundays the 4th and 18th worked
        ("2024-02-04", "2024-02-09"),
        ("2024-09-27", "2024-10-10"),  # 国庆 1 to 7 October, Sunday 29 September and Saturday the 12th worked
    ],
)
def test_a_term_of_five_working_days_leaves_out_holidays_and_counts_make_up_days(
    policy: Policy, start: str, end: str
) -> None:
    assert ends(Deadline.of(ACCEPT, policy, at=moment(start))) == date.fromisoformat(end)


def test_a_clock_stopped_over_a_holiday_runs_on_with_the_days_that_were_left(policy: Policy) -> None:
    deadline = Deadline.of(ACCEPT, policy, at=moment("2024-04-01"))
    paused = deadline.pause(policy.calendar, at=moment("2024-04-03"))
    assert (paused.left, paused.due_at) == (3, deadline.due_at)
    assert paused.pause(policy.calendar, at=moment("2024-05-03")) is paused
    resumed = paused.resume(policy.calendar, at=moment("2024-04-30"))
    assert ends(resumed) == date(2024, 5, 8)  # 劳动节 1 to 5 May
    assert (resumed.paused_at, resumed.left) == (None, 0)
    assert resumed.resume(policy.calendar, at=moment("2024-06-03")) is resumed


def test_a_clock_stopped_on_its_last_day_runs_on_for_the_day_on_which_it_is_resumed(policy: Policy) -> None:
    paused = Deadline.of(ACCEPT, policy, at=AT).pause(policy.calendar, at=moment("2024-03-11"))
    assert paused.left == 0
    assert ends(paused.resume(policy.calendar, at=moment("2024-03-20"))) == date(2024, 3, 20)


MOMENTS = st.datetimes(datetime(2021, 3, 1), datetime(2026, 6, 30)).map(  # noqa: DTZ001 — made aware right here
    lambda each: each.replace(tzinfo=SHANGHAI)
)
PAUSES = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 900)), max_size=4)


@given(MOMENTS, PAUSES)
def test_stopping_and_resuming_never_loses_or_gains_a_working_day(
    policy: Policy, start: datetime, pauses: list[tuple[int, int]]
) -> None:
    days = policy.days("filing.assess_days", start.date())
    deadline, run, since = Deadline.of("filing.assess_days", policy, at=start), 0, start
    for after, long in pauses:
        at = since + timedelta(hours=after)
        if at > deadline.due_at:
            break
        run += policy.calendar.working_days_between(since, at)
        since = at + timedelta(hours=long)
        deadline = deadline.pause(policy.calendar, at=at).resume(policy.calendar, at=since)
    run += policy.calendar.working_days_between(since, deadline.due_at)
    assert run == days


@given(MOMENTS, st.integers(0, 2000))
def test_stopping_and_resuming_at_once_changes_nothing_before_the_last_working_day_is_over(
    policy: Policy, start: datetime, hours: int
) -> None:
    deadline, at = Deadline.of(ACCEPT, policy, at=start), start + timedelta(hours=hours)
    again = deadline.pause(policy.calendar, at=at).resume(policy.calendar, at=at)
    if at <= deadline.due_at:
        assert again == deadline
    else:
        assert ends(again) == at.astimezone(SHANGHAI).date()


@given(MOMENTS, st.lists(st.integers(0, 80), max_size=30))
def test_whoever_looks_however_often_warns_once_and_escalates_once(
    policy: Policy, start: datetime, hours: list[int]
) -> None:
    deadline, at = Deadline.of(ACCEPT, policy, at=start), start
    warned, escalated = [], []
    for each in hours:
        at += timedelta(hours=each)
        seen, deadline = deadline, deadline.watched(policy, at=at)
        warned += [at] if deadline.warned_at != seen.warned_at else []
        escalated += [at] if deadline.escalated_at != seen.escalated_at else []
        assert deadline.due_at == seen.due_at
    assert len(warned) <= 1
    assert len(escalated) <= 1
    assert all(each <= deadline.due_at for each in warned)
    assert all(each > deadline.due_at for each in escalated)
    assert (deadline.escalated_at is not None) == (bool(hours) and at > deadline.due_at)


def test_a_day_before_the_end_it_is_warned_of_and_a_second_after_it_is_escalated(policy: Policy) -> None:
    deadline = Deadline.of(ACCEPT, policy, at=AT)
    assert deadline.watched(policy, at=moment("2024-03-07", LATE)) is deadline
    warned = deadline.watched(policy, at=moment("2024-03-08"))
    assert (warned.warned_at, warned.escalated_at) == (moment("2024-03-08"), None)
    assert warned.watched(policy, at=moment("2024-03-11", LATE)) is warned
    after = warned.due_at + timedelta(seconds=1)
    assert not warned.is_breached(at=warned.due_at)
    escalated = warned.watched(policy, at=after)
    assert (escalated.warned_at, escalated.escalated_at) == (moment("2024-03-08"), after)
    assert escalated.watched(policy, at=moment("2024-06-03")) is escalated


def test_what_was_never_warned_of_is_not_warned_of_once_it_is_late(policy: Policy) -> None:
    late = Deadline.of(ACCEPT, policy, at=AT).watched(policy, at=moment("2024-03-12"))
    assert (late.warned_at, late.escalated_at) == (None, moment("2024-03-12"))
    assert late.watched(policy, at=moment("2024-03-13")) is late


def test_a_stopped_clock_is_neither_warned_of_nor_escalated(policy: Policy) -> None:
    paused = Deadline.of(ACCEPT, policy, at=AT).pause(policy.calendar, at=moment("2024-03-08"))
    assert paused.watched(policy, at=moment("2024-03-08")) is paused
    assert paused.watched(policy, at=moment("2025-03-08")) is paused


def test_a_clock_that_runs_on_is_warned_of_anew_and_was_escalated_for_good(policy: Policy) -> None:
    clock = Deadline.of(ACCEPT, policy, at=AT).watched(policy, at=moment("2024-03-08"))
    late = clock.watched(policy, at=moment("2024-03-12"))
    again = late.pause(policy.calendar, at=moment("2024-03-12")).resume(
        policy.calendar, at=moment("2024-04-01")
    )
    assert (again.warned_at, again.escalated_at) == (None, moment("2024-03-12"))


def stages(policy: Policy) -> Filing:
    return a_filing(materials=required_materials(policy))


def applicant_due(filing: Filing) -> datetime | None:
    return filing.applicant_due_at


def test_every_stage_of_a_case_has_its_own_term(policy: Policy) -> None:
    assert stages(policy).deadline is None
    filing = stages(policy)
    filing.submit(policy, at=AT)
    assert ends(filing.deadline) == date(2024, 3, 11)
    filing.accept(policy, organ=DISTRICT, at=moment("2024-03-05"))
    assert ends(filing.deadline) == date(2024, 3, 19)
    filing.assess(a_verdict(200), policy, at=moment("2024-03-06"))
    assert filing.state is FilingState.MENDING
    assert filing.deadline is not None
    assert applicant_due(filing) == filing.deadline.due_at
    assert ends(filing.deadline) == date(2024, 4, 3)
    filing.mend(policy, at=moment("2024-03-11"))
    assert applicant_due(filing) is None
    assert ends(filing.deadline) == date(2024, 3, 25)
    filing.assess(a_verdict(), policy, at=moment("2024-03-12"))
    assert ends(filing.deadline) == date(2024, 3, 19)
    filing.publicise(policy, organ=DISTRICT, at=moment("2024-03-13"))
    assert filing.publicity_until == moment("2024-03-20", LATE)
    assert ends(filing.deadline) == date(2024, 3, 27)
    filing.register(policy, organ=DISTRICT, at=moment("2024-03-21"), number="1号")
    assert filing.deadline is None


def test_while_the_applicant_corrects_the_organs_clock_stands_still(policy: Policy) -> None:
    filing = stages(policy)
    filing.submit(policy, at=AT)
    asked = (CorrectionItem(field="materials.application_form", reason="未盖章"),)
    filing.ask_correction(asked, policy, organ=DISTRICT, at=moment("2024-03-06"))
    assert filing.deadline is not None
    assert (filing.deadline.paused_at, filing.deadline.left) == (moment("2024-03-06"), 3)
    assert applicant_due(filing) == moment("2024-03-20", LATE)
    filing.hand_in(a_material("application_form"), policy)
    filing.correct(policy, at=moment("2024-03-18"))
    assert ends(filing.deadline) == date(2024, 3, 21)
    assert applicant_due(filing) is None
    assert filing.correction is not None
    assert filing.correction.answered_at == moment("2024-03-18")


def test_the_city_is_told_once_the_working_days_of_grace_are_over(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = policy.days
    deadline = Deadline.of(ACCEPT, policy, at=AT)
    breached, later = deadline.due_at + timedelta(seconds=1), deadline.due_at + timedelta(days=1, seconds=1)
    assert deadline.watched(policy, at=breached).escalated_at == breached
    monkeypatch.setattr(policy, "days", lambda key, on: 1 if key == "filing.escalate_days" else days(key, on))
    assert deadline.watched(policy, at=breached) == deadline
    assert deadline.watched(policy, at=later).escalated_at == later
    assert (
        deadline.watched(policy, at=later).watched(policy, at=later + timedelta(days=9)).escalated_at == later
    )
