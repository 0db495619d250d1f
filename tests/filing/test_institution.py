"""What an institution on record may evaluate, on which day; what happened later changes nothing of what held before."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.filing.domain.institution import Institution, ScopeWhy, Standing, merged
from services.filing.domain.refusals import BadValidity, Ended, NotSuspended
from services.filing.domain.terms import Particulars, Site
from services.filing.domain.validity import Lapse
from services.filing.handlers.registration import years_after
from shared.contracts.scope import ScopeItem
from tests.builders import MILLER, TURNER, a_version, an_institution, an_item, standing

FROM, UNTIL = date(2024, 3, 4), date(2027, 3, 3)
DAY = timedelta(days=1)
TURNING, MILLING, COOKING = an_item(TURNER), an_item(MILLER), an_item("4-03-02-01")
FINAL = (Standing.EXPIRED, Standing.CANCELLED, Standing.REMOVED, Standing.REVOKED)


def test_it_may_evaluate_from_its_first_day_to_its_last() -> None:
    institution = an_institution(scope=(TURNING,))
    assert institution.scope_on(FROM - DAY) == ()
    assert institution.scope_on(FROM) == (TURNING,)
    assert institution.scope_on(UNTIL) == (TURNING,)
    assert institution.scope_on(UNTIL + DAY) == ()


def test_each_version_of_its_scope_holds_until_the_next_begins() -> None:
    institution = an_institution(scope=(TURNING,))
    assert institution.rescope(a_version(TURNING, MILLING, on=date(2025, 1, 1), why=ScopeWhy.EXTENDED))
    assert institution.rescope(a_version(MILLING, on=date(2026, 1, 1), why=ScopeWhy.RESCOPED))
    assert institution.scope_on(date(2024, 12, 31)) == (TURNING,)
    assert institution.scope_on(date(2025, 1, 1)) == (TURNING, MILLING)
    assert institution.scope_on(date(2025, 12, 31)) == (TURNING, MILLING)
    assert institution.scope_on(date(2026, 1, 1)) == institution.scope == (MILLING,)
    assert len(institution.versions) == 3


def test_the_same_scope_again_is_no_new_version() -> None:
    institution = an_institution(scope=(TURNING, MILLING))
    assert not institution.rescope(a_version(MILLING, TURNING, on=date(2025, 1, 1)))
    assert len(institution.versions) == 1


def test_of_two_versions_that_begin_on_one_day_the_later_decided_holds() -> None:
    institution = an_institution(scope=(TURNING,))
    for items in ((MILLING,), (COOKING,)):
        institution.rescope(a_version(*items, on=date(2025, 1, 1)))
    assert institution.scope_on(date(2025, 1, 1)) == (COOKING,)
    assert institution.scope_on(date(2024, 12, 31)) == (TURNING,)


def test_an_institution_without_any_version_evaluates_nothing() -> None:
    institution = an_institution(versions=())
    assert institution.scope == institution.scope_on(FROM) == ()


def test_a_suspension_counts_for_its_whole_first_day_and_ends_with_the_day_of_resuming() -> None:
    institution = an_institution()
    assert institution.suspend(reason="逾期未整改", on=date(2024, 6, 1))
    assert not institution.suspend(reason="再次", on=date(2024, 6, 2))
    assert (institution.standing, institution.suspended_for) == (Standing.SUSPENDED, "逾期未整改")
    institution.resume(on=date(2024, 7, 1))
    assert (institution.standing, institution.suspended_for) == (Standing.ACTIVE, "")
    full = institution.scope
    expected = {"2024-05-31": full, "2024-06-01": (), "2024-06-30": (), "2024-07-01": full}
    assert {day: institution.scope_on(date.fromisoformat(day)) for day in expected} == expected
    assert institution.standing_on(date(2024, 6, 30)) is Standing.SUSPENDED
    with pytest.raises(NotSuspended):
        institution.resume(on=date(2024, 7, 2))


def test_suspended_and_resumed_on_one_day_it_may_evaluate_on_that_day() -> None:
    institution = an_institution()
    institution.suspend(reason="误报", on=date(2024, 6, 1))
    institution.resume(on=date(2024, 6, 1))
    assert institution.scope_on(date(2024, 6, 1)) == institution.scope


@pytest.mark.parametrize("final", FINAL)
def test_what_has_ended_has_ended_for_good_and_is_changed_no_more(final: Standing) -> None:
    institution = an_institution()
    assert institution.end(final, reason="到期未续", on=date(2025, 6, 1))
    assert not institution.end(final, reason="再次", on=date(2025, 6, 2))
    assert not institution.on_record
    assert institution.scope_on(date(2025, 5, 31)) == institution.scope
    assert institution.scope_on(date(2025, 6, 1)) == ()
    other = next(each for each in FINAL if each is not final)
    changes: list[Callable[[], object]] = [
        lambda: institution.rescope(a_version(MILLING)),
        lambda: institution.amend(Particulars(name="另一家")),
        lambda: institution.renew(until=date(2030, 1, 1), on=date(2025, 6, 1)),
        lambda: institution.suspend(reason="", on=date(2025, 7, 1)),
        lambda: institution.end(other, reason="", on=date(2025, 7, 1)),
    ]
    for amend in changes:
        with pytest.raises(Ended) as caught:
            amend()
        assert final.label in caught.value.detail
    with pytest.raises(NotSuspended):
        institution.resume(on=date(2025, 7, 1))
    assert institution.standings[-1].standing is final


def test_what_was_suspended_may_end() -> None:
    institution = an_institution()
    institution.suspend(reason="逾期未整改", on=date(2024, 6, 1))
    assert institution.end(Standing.REVOKED, reason="拒不整改", on=date(2024, 9, 1))
    assert [each.standing for each in institution.standings] == ["active", "suspended", "revoked"]


def test_renewed_it_is_valid_longer_and_what_held_before_is_as_it_was() -> None:
    institution = an_institution()
    held = [institution.scope_on(FROM + n * 100 * DAY) for n in range(10)]
    assert institution.renew(until=date(2030, 3, 3), on=date(2027, 3, 4)) is None
    assert institution.scope_on(date(2030, 3, 3)) == institution.scope
    assert [institution.scope_on(FROM + n * 100 * DAY) for n in range(10)] == held
    for until in (date(2030, 3, 3), date(2029, 1, 1)):
        with pytest.raises(BadValidity):
            institution.renew(until=until, on=FROM)


def test_renewed_late_it_evaluated_nothing_between_and_that_stays_so() -> None:
    institution = an_institution()
    last, again = date(2027, 3, 3), date(2027, 4, 1)
    gap = [last + DAY, date(2027, 3, 20), again - DAY]
    assert institution.renew(until=date(2030, 3, 3), on=again) == Lapse(since=gap[0], until=gap[-1])
    institution.renew(until=date(2033, 3, 3), on=date(2030, 2, 1))
    assert [institution.scope_on(day) for day in gap] == [(), (), ()]
    assert institution.scope_on(last) == institution.scope_on(again) == institution.scope
    assert institution.scope_on(date(2033, 3, 3)) == institution.scope


def test_a_renewal_that_would_be_over_already_is_none() -> None:
    with pytest.raises(BadValidity):
        an_institution().renew(until=date(2030, 3, 3), on=date(2030, 3, 4))


def test_only_particulars_that_are_given_and_differ_are_changed() -> None:
    institution = an_institution(address="江宁区某路1号")
    site = Site(name="一号考核点", address="江宁区某路2号", capacity=40)
    wanted = Particulars(name="测试乙公司", address="江宁区某路1号", sites=(site,))
    assert institution.amend(wanted) == ("name", "sites")
    assert (institution.name, institution.sites) == ("测试乙公司", (site,))
    assert institution.amend(wanted) == institution.amend(Particulars()) == ()


@pytest.mark.parametrize("until", [FROM, FROM - DAY])
def test_a_validity_that_ends_before_it_began_is_refused(until: date) -> None:
    with pytest.raises(BadValidity):
        an_institution(valid_from=FROM, valid_until=until)


@pytest.mark.parametrize(
    ("day", "years", "then"),
    [
        (date(2024, 2, 29), 3, date(2027, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2024, 3, 4), 3, date(2027, 3, 4)),
        (date(2025, 2, 28), 3, date(2028, 2, 28)),
    ],
)
def test_years_end_on_the_same_day_and_29_february_counts_as_28_where_there_is_none(
    day: date, years: int, then: date
) -> None:
    assert years_after(day, years) == then


def test_on_29_february_it_may_evaluate_as_on_any_other_day() -> None:
    leap = date(2028, 2, 29)
    institution = an_institution(scope=(TURNING,), valid_from=leap, valid_until=date(2031, 2, 27))
    institution.rescope(a_version(MILLING, on=date(2029, 2, 28)))
    assert institution.scope_on(leap - DAY) == ()
    assert institution.scope_on(leap) == institution.scope_on(date(2028, 3, 1)) == (TURNING,)
    assert institution.scope_on(date(2029, 2, 28)) == institution.scope_on(date(2031, 2, 27)) == (MILLING,)
    assert institution.scope_on(date(2031, 2, 28)) == ()


def test_a_scope_with_further_items_names_each_once_in_the_order_they_came() -> None:
    assert merged((TURNING, MILLING), (COOKING, TURNING)) == (TURNING, MILLING, COOKING)


DAYS = st.dates(FROM - 30 * DAY, UNTIL + 30 * DAY)
ITEMS = st.lists(st.sampled_from([TURNING, MILLING, COOKING]), min_size=1, unique=True)
CHANGES = st.lists(st.tuples(DAYS, st.one_of(ITEMS, st.sampled_from(Standing))), max_size=12)


def change(institution: Institution, what: list[ScopeItem] | Standing, on: date) -> None:
    """Do it if it may be done."""
    if not institution.on_record:
        return
    if isinstance(what, list):
        institution.rescope(a_version(*what, on=on))
    elif what is Standing.SUSPENDED:
        institution.suspend(reason="督导", on=on)
    elif what is Standing.ACTIVE and institution.standing is Standing.SUSPENDED:
        institution.resume(on=on)
    elif what in FINAL:
        institution.end(what, reason="", on=on)


@given(CHANGES, DAYS)
def test_what_it_might_evaluate_on_a_day_is_never_changed_by_what_is_dated_after_that_day(
    changes: list[tuple[date, list[ScopeItem] | Standing]], day: date
) -> None:
    institution = an_institution(scope=(TURNING,))
    for on, what in sorted(changes, key=lambda each: each[0]):
        held, stood = institution.scope_on(day), institution.standing_on(day)
        change(institution, what, on)
        if on > day:
            assert (institution.scope_on(day), institution.standing_on(day)) == (held, stood)


@given(CHANGES, DAYS)
def test_it_evaluates_something_only_while_valid_and_in_force(
    changes: list[tuple[date, list[ScopeItem] | Standing]], day: date
) -> None:
    institution = an_institution(scope=(TURNING,))
    for on, what in sorted(changes, key=lambda each: each[0]):
        change(institution, what, on)
    in_force = FROM <= day <= UNTIL and institution.standing_on(day) is Standing.ACTIVE
    assert bool(institution.scope_on(day)) == in_force


def test_a_standing_that_nobody_noted_is_in_force() -> None:
    bare = an_institution(standings=())
    assert bare.standing is bare.standing_on(FROM) is Standing.ACTIVE
    noted = replace(bare, standings=(standing(Standing.REMOVED, on=date(2025, 1, 1), reason="一年未开展"),))
    assert noted.standing_on(date(2024, 12, 31)) is Standing.ACTIVE
    assert noted.standing_on(date(2025, 1, 1)) is Standing.REMOVED
