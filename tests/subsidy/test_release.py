"""What a release of policy may state, who makes it known, and that what was known before never changes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.subsidy.domain.refusals import SamePerson
from services.subsidy.domain.release import (
    AlreadyReleased,
    DryRunMissing,
    DryRunOutdated,
    FaultyRelease,
    NotSupersedable,
    PublisherMayNotRelease,
    Release,
    ReleaseKind,
    ReleaseState,
    first_known,
    read_entries,
)
from services.subsidy.domain.release_faults import check_release
from services.subsidy.domain.verdict import Decision, pack
from shared.policy import MoneyLine, Policy, Released, Status
from tests.subsidy.deciding import certificate, decided, lathe, robot
from tests.subsidy.releasing import AT, LIST, RATES, UPLIFT, WINDOW, dry_run, release

TOMORROW = date(2024, 6, 4)


def released(made: Release, *, at: datetime = AT) -> Release:
    made.worked_out(dry_run())
    made.release(by="releaser", at=at, data="data")
    return made


def faults(policy: Policy, made: Release) -> list[str]:
    with pytest.raises(FaultyRelease) as caught:
        check_release(made, policy, known_from=TOMORROW)
    found = caught.value.extra["faults"]
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("kind", ReleaseKind)
def test_each_kind_of_release_is_in_order(policy: Policy, kind: ReleaseKind) -> None:
    made = release(kind)
    check_release(made, policy, known_from=TOMORROW)
    assert made.state is ReleaseState.PUBLISHED
    assert all(entry.source == made.document.id for entry in made.entries)
    assert all(entry.known_from == date.max for entry in made.entries)


def test_a_second_person_releases_it_and_it_is_known_from_the_next_day_on() -> None:
    made = released(release())
    assert (made.released_by, made.released_at, made.known_from) == ("releaser", AT, TOMORROW)
    assert made.state is ReleaseState.RELEASED


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2024-06-03T00:00:00+08:00", date(2024, 6, 4)),
        ("2024-06-03T22:59:59+08:00", date(2024, 6, 4)),
        ("2024-06-03T23:00:00+08:00", date(2024, 6, 5)),
        ("2024-06-03T23:59:59+08:00", date(2024, 6, 5)),
    ],
)
def test_what_is_released_in_the_last_hour_of_a_day_is_known_a_day_later(moment: str, day: date) -> None:
    assert first_known(datetime.fromisoformat(moment)) == day


def test_whoever_published_it_may_not_release_it() -> None:
    made = release()
    made.worked_out(dry_run())
    with pytest.raises(PublisherMayNotRelease) as caught:
        made.release(by="publisher", at=AT, data="data")
    assert isinstance(caught.value, SamePerson)
    assert caught.value.code == "NJT-SUB-1604"
    assert made.state is ReleaseState.PUBLISHED


def test_nothing_is_released_whose_impact_nobody_worked_out() -> None:
    with pytest.raises(DryRunMissing) as caught:
        release().release(by="releaser", at=AT, data="data")
    assert caught.value.code == "NJT-SUB-1605"


def test_nothing_is_released_on_a_dry_run_of_other_data() -> None:
    made = release()
    made.worked_out(dry_run("then"))
    with pytest.raises(DryRunOutdated) as caught:
        made.release(by="releaser", at=AT, data="now")
    assert caught.value.code == "NJT-SUB-1606"
    made.worked_out(dry_run("now"))
    made.release(by="releaser", at=AT, data="now")
    assert made.state is ReleaseState.RELEASED


def test_what_is_released_is_neither_released_nor_worked_out_again() -> None:
    made = released(release())
    with pytest.raises(AlreadyReleased) as caught:
        made.release(by="another", at=AT, data="data")
    assert caught.value.code == "NJT-SUB-1603"
    with pytest.raises(AlreadyReleased):
        made.worked_out(dry_run())


def test_what_is_released_is_superseded_once_by_one_of_its_kind() -> None:
    old, new = released(release()), release(id=UUID(int=901))
    with pytest.raises(NotSupersedable) as caught:
        old.check_supersedable(ReleaseKind.SHORTAGE)
    assert caught.value.code == "NJT-SUB-1608"
    old.supersede(new)
    assert (old.state, old.superseded_by) == (ReleaseState.SUPERSEDED, new.id)
    with pytest.raises(NotSupersedable):
        old.supersede(release(id=UUID(int=902)))
    with pytest.raises(NotSupersedable):
        new.check_supersedable(ReleaseKind.RATES)


def test_entries_that_do_not_read_are_named_one_by_one() -> None:
    broken = (RATES | {"line": "A"}, RATES | {"effective_to": date(2023, 1, 1)}, RATES | {"extra": 1})
    with pytest.raises(FaultyRelease) as caught:
        read_entries(ReleaseKind.RATES, broken, release().document, Status.CITED)
    assert caught.value.code == "NJT-SUB-1602"
    found = caught.value.extra["faults"]
    assert isinstance(found, list)
    assert [fault.partition(":")[0] for fault in found] == ["entries[0]", "entries[1]", "entries[2].extra"]
    assert "A 线按等级列标准" in found[0]


LATER = {"effective_from": date(2025, 1, 1)}


@pytest.mark.parametrize(
    ("kind", "entries", "fault"),
    [
        (ReleaseKind.RATES, [RATES, RATES | LATER], "entries[1].effective_from: B A 3"),
        (ReleaseKind.RATES, [RATES | {"clause": "N9.9"}], "entries[0].clause: 没有条款“N9.9”"),
        (ReleaseKind.SHORTAGE, [LIST | {"id": "sample-2024"}], "entries[0].id: 目录“sample-2024”已有"),
        (ReleaseKind.SHORTAGE, [LIST | {"replaces": ["none"]}], "entries[0].replaces: 没有目录“none”"),
        (
            ReleaseKind.SHORTAGE,
            [LIST | {"occupations": [{"edition": "2022", "code": "6-18-01-04"}]}],
            "entries[0].occupations: 职业 2022 6-18-01-04 不在目录内",
        ),
        (
            ReleaseKind.PARAMETERS,
            [WINDOW | {"key": "filing.accept_days"}],
            "entries[0].key: 不是补贴参数“filing.accept_days”",
        ),
        (ReleaseKind.PARAMETERS, [WINDOW | {"key": "subsidy.none"}], "entries[0].key: 不是补贴参数"),
        (ReleaseKind.PARAMETERS, [WINDOW | {"unit": "years"}], "entries[0].value: 应为 months"),
        (ReleaseKind.PARAMETERS, [WINDOW | {"value": "一年"}], "entries[0].value: 应为 months"),
        (ReleaseKind.PARAMETERS, [WINDOW | {"value": -1}], "entries[0].value: 不能为负"),
        (
            ReleaseKind.PARAMETERS,
            [{**WINDOW, "key": "subsidy.year_cap_lines", "value": "A,C", "unit": "text"}],
            "entries[0].value: 无法读取",
        ),
        (
            ReleaseKind.PARAMETERS,
            [WINDOW | {"effective_from": date(2020, 1, 1), "effective_to": date(2020, 2, 1)}],
            "entries[0].effective_from: 参数",
        ),
    ],
)
def test_what_a_release_may_not_state_is_named(
    policy: Policy, kind: ReleaseKind, entries: list[dict[str, Any]], fault: str
) -> None:
    assert any(each.startswith(fault) for each in faults(policy, release(kind, *entries)))


@pytest.mark.parametrize("line", ["A", "B"])
def test_n1_7_no_line_is_raised_anew_by_the_notice_each_needs_a_document_of_its_own(
    policy: Policy, line: str
) -> None:
    borrowed = release(ReleaseKind.UPLIFTS, UPLIFT | {"line": line, "clause": "N1.7"})
    assert any("不在通知" in each or "须引自身文件" in each for each in faults(policy, borrowed))


def test_a_release_never_has_the_rank_of_the_notice(policy: Policy) -> None:
    ranked = release(ReleaseKind.UPLIFTS, status=Status.NOTICE)
    assert any(each.startswith("status:") for each in faults(policy, ranked))


def test_a_clause_that_is_known_already_is_no_new_clause(policy: Policy) -> None:
    again = release(ReleaseKind.UPLIFTS, clauses=(("N1.7", "另一说法", "otherwise"),))
    assert any("条款“N1.7”已有" in each for each in faults(policy, again))


def test_what_the_notice_raises_and_what_a_later_page_raises_stay_two_rules(policy: Policy) -> None:
    made = release(ReleaseKind.UPLIFTS)
    then = policy.with_releases([made.stated(known_from=TOMORROW)])
    insurance = then.uplift(MoneyLine.INSURANCE, date(2024, 3, 4), known_on=TOMORROW)
    training = then.uplift(MoneyLine.TRAINING, date(2024, 3, 4), known_on=TOMORROW)
    assert insurance is not None
    assert training is not None
    assert (insurance.percent, insurance.source) == (20, made.document.id)
    assert (training.percent, training.source, training.clause) == (30, "notice", "N1.7")


OF_ANY_KIND = st.one_of(
    st.builds(lambda yuan: (ReleaseKind.RATES, RATES | {"by_class": {"A": {3: yuan}}}), st.integers(0, 9000)),
    st.builds(lambda months: (ReleaseKind.PARAMETERS, WINDOW | {"value": months}), st.integers(0, 24)),
    st.builds(
        lambda cap: (
            ReleaseKind.PARAMETERS,
            {**WINDOW, "key": "subsidy.year_cap", "value": cap, "unit": "count"},
        ),
        st.integers(0, 4),
    ),
    st.builds(
        lambda code, old: (
            ReleaseKind.SHORTAGE,
            LIST | {"occupations": [{"edition": "2015", "code": code}], "replaces": old},
        ),
        st.sampled_from(["6-18-01-01", "6-31-01-10"]),
        st.sampled_from([(), ("sample-2024",)]),
    ),
)
DAYS = st.dates(date(2024, 3, 5), date(2026, 12, 31))


def stated(number: int, content: tuple[ReleaseKind, dict[str, Any]], day: date) -> Released:
    kind, entry = content
    return release(kind, entry, id=UUID(int=number)).stated(known_from=day)


def made(policy: Policy, *, level: int, raised: bool, on: date, known_on: date) -> Decision:
    scope = robot(level) if raised else lathe(level)
    return decided(policy, certificate(scope), on=on, known_on=known_on)


@settings(max_examples=80)
@given(
    before=st.lists(st.tuples(OF_ANY_KIND, DAYS), max_size=3),
    later=st.lists(st.tuples(OF_ANY_KIND, st.integers(1, 500)), max_size=4),
    level=st.sampled_from([4, 3, 2]),
    raised=st.booleans(),
    known_on=DAYS,
)
def test_publishing_anything_later_changes_no_amount_and_no_byte_of_an_explanation(
    *,
    policy: Policy,
    before: list[tuple[tuple[ReleaseKind, dict[str, Any]], date]],
    later: list[tuple[tuple[ReleaseKind, dict[str, Any]], int]],
    level: int,
    raised: bool,
    known_on: date,
) -> None:
    then = policy.with_releases(stated(place, *each) for place, each in enumerate(before, start=1))
    now = then.with_releases(
        stated(place, content, known_on + timedelta(days=days))
        for place, (content, days) in enumerate(later, start=100)
    )
    first = made(then, level=level, raised=raised, on=known_on, known_on=known_on)
    again = made(now, level=level, raised=raised, on=known_on, known_on=known_on)
    assert pack(again) == pack(first)


def test_a_list_published_later_pays_nothing_back(policy: Policy) -> None:
    known_from = date(2024, 7, 1)
    then = policy.with_releases([release(ReleaseKind.SHORTAGE).stated(known_from=known_from)])
    amounts = [
        made(then, level=3, raised=False, on=day, known_on=day).amount.yuan
        for day in (known_from - timedelta(days=1), known_from)
    ]
    assert amounts == ["2,000.00", "2,600.00"]


def test_the_moments_of_a_release_are_told_with_their_zone() -> None:
    assert released(release(), at=datetime(2024, 6, 3, 15, 30, tzinfo=UTC)).known_from == date(2024, 6, 5)
