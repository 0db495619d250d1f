"""What is published after the pack was written: by the day it holds and the day it was known."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.policy import (
    Clause,
    Document,
    MoneyLine,
    NoRate,
    Parameter,
    Policy,
    RateTable,
    Released,
    ShortageList,
    Status,
    UnknownParameter,
    Uplift,
)
from shared.policy.dated import DatedEntry
from shared.values import Edition, Level, Occupation, OccupationCode

LATHE = Occupation(Edition.Y2015, OccupationCode("6-18-01-01"))
ROBOT = Occupation(Edition.Y2015, OccupationCode("6-31-01-10"))
A, B = MoneyLine.INSURANCE, MoneyLine.TRAINING
ISSUED, KNOWN, LATER = date(2026, 3, 4), date(2026, 5, 1), date(2026, 6, 1)
DAY = timedelta(days=1)


def released(name: str, *entries: DatedEntry, known_from: date = KNOWN, **more: Any) -> Released:
    document = Document(id=f"release-{name}", title=f"测试文件{name}")
    return Released(id=name, known_from=known_from, document=document, entries=entries, **more)


def stated(name: str, **more: Any) -> dict[str, Any]:
    given_ = {
        "source": f"release-{name}",
        "status": Status.CITED,
        "effective_from": date(2026, 1, 1),
        "known_from": date.max,
    }
    return given_ | more


def table(name: str, yuan: int, **more: Any) -> RateTable:
    return RateTable(line=B, by_class={"A": {Level.THREE: yuan}}, **stated(name, **more))


def listing(name: str, *codes: str, **more: Any) -> ShortageList:
    occupations = [{"edition": "2015", "code": code} for code in codes]
    return ShortageList(id=name, title="目录", occupations=occupations, **stated(name, **more))


def cap(name: str, value: int, **more: Any) -> Parameter:
    return Parameter(key="subsidy.year_cap", value=value, unit="count", **stated(name, **more))


def yuan(policy: Policy, known_on: date, on: date = ISSUED) -> int:
    return int(policy.rate(B, LATHE, Level.THREE, on=on, known_on=known_on).amount) // 100


def test_the_pack_stays_what_it_is_until_the_day_a_release_is_known(policy: Policy) -> None:
    with_one = policy.with_releases([released("one", table("one", 2200))])
    assert (yuan(with_one, KNOWN - DAY), yuan(with_one, KNOWN)) == (2000, 2200)
    assert yuan(policy, KNOWN) == 2000


def test_a_release_says_nothing_of_days_on_which_it_does_not_hold(policy: Policy) -> None:
    with_one = policy.with_releases([released("one", table("one", 2200))])
    assert yuan(with_one, KNOWN, on=date(2025, 12, 31)) == 2000


def test_of_two_releases_the_one_known_later_counts(policy: Policy) -> None:
    later = released("two", table("two", 2400), known_from=LATER)
    both = policy.with_releases([later, released("one", table("one", 2200))])
    assert [yuan(both, day) for day in (KNOWN - DAY, KNOWN, LATER - DAY, LATER)] == [2000, 2200, 2200, 2400]


def test_of_two_known_from_one_day_the_one_released_later_counts(policy: Policy) -> None:
    both = policy.with_releases([released("one", table("one", 2200)), released("two", table("two", 2400))])
    assert yuan(both, KNOWN) == 2400


def test_what_is_superseded_is_known_no_longer_and_still_was_before(policy: Policy) -> None:
    first = released("one", listing("one", LATHE.code))
    second = released("two", listing("two", ROBOT.code), known_from=LATER, supersedes="one")
    both = policy.with_releases([first, second])
    listed = [both.shortage(LATHE, on=ISSUED, known_on=day) for day in (KNOWN - DAY, KNOWN, LATER)]
    assert [each.list_id if each else None for each in listed] == [None, "one", None]


def test_lists_of_the_same_days_add_up_but_for_those_they_replace(policy: Policy) -> None:
    day = date(2026, 8, 3)
    adding = policy.with_releases([released("one", listing("one", LATHE.code))])
    replacing = policy.with_releases([released("one", listing("one", LATHE.code, replaces=("sample-2026",)))])
    assert adding.shortage(ROBOT, on=ISSUED, known_on=day) is not None
    assert replacing.shortage(ROBOT, on=ISSUED, known_on=day) is None
    assert replacing.shortage(LATHE, on=ISSUED, known_on=day) is not None


def test_a_parameter_has_both_times_too(policy: Policy) -> None:
    with_cap = policy.with_releases([released("one", cap("one", 2))])
    values = [with_cap.number("subsidy.year_cap", LATER, known_on=day) for day in (KNOWN - DAY, KNOWN)]
    assert values == [1, 2]
    assert with_cap.number("subsidy.year_cap", LATER) == 2
    assert with_cap.number("subsidy.year_cap", ISSUED) == 1


def test_an_uplift_of_one_line_leaves_the_other_as_it_was_and_names_its_own_document(policy: Policy) -> None:
    clause = Clause(id="NJ2026-UPLIFT", document="release-one", zh="上浮20%", en="20 %")
    rule = Uplift(clause=clause.id, line=A, percent=20, levels=frozenset({Level.THREE}), **stated("one"))
    with_rule = policy.with_releases([released("one", rule, clauses=(clause,))])
    insurance = with_rule.uplift(A, ISSUED, known_on=KNOWN)
    training = with_rule.uplift(B, ISSUED, known_on=KNOWN)
    assert insurance is not None
    assert training is not None
    assert insurance.percent == 20
    assert insurance.levels == {Level.THREE}
    assert with_rule.document(with_rule.clause(insurance.clause).document).title == "测试文件one"
    assert (training.percent, training.clause) == (30, "N1.7")


def test_the_two_uplifts_of_the_pack_are_two_rules_of_two_documents(policy: Policy) -> None:
    insurance, training = policy.uplift(A, ISSUED), policy.uplift(B, ISSUED)
    assert insurance is not None
    assert training is not None
    assert policy.clause(training.clause).document == training.source == "notice"
    assert policy.clause(insurance.clause).document == insurance.source == "nj-insurance-2022"
    assert training.levels == {Level.THREE, Level.TWO, Level.ONE}
    assert insurance.levels == {Level.FIVE, Level.FOUR, Level.THREE}


def test_printed_amounts_of_a_released_table_win_over_the_formula(policy: Policy) -> None:
    printed = table("one", 4300, uplifted_by_class={"A": {Level.THREE: 5200}})
    with_table = policy.with_releases([released("one", printed)])
    rate = with_table.rate(B, LATHE, Level.THREE, on=ISSUED, known_on=KNOWN)
    assert rate.raised(20).yuan == "5,200.00"


def test_the_version_names_the_releases_known_on_a_day(policy: Policy) -> None:
    one, two = released("one", cap("one", 2)), released("two", cap("two", 3), known_from=LATER)
    both = policy.with_releases([one]).with_releases([two])
    assert both.version_on(KNOWN - DAY) == policy.version
    assert both.version_on(KNOWN) == policy.with_releases([one]).version
    assert both.version_on(LATER) == both.version
    assert len({policy.version, both.version_on(KNOWN), both.version}) == 3
    assert len({policy.digest, policy.with_releases([one]).digest, both.digest}) == 3


def test_the_same_releases_make_the_same_version_and_other_content_another(policy: Policy) -> None:
    one, again, other = (policy.with_releases([released("one", cap("one", value))]) for value in (2, 2, 3))
    assert one.version == again.version != other.version


def test_asking_for_what_nobody_published_is_refused_as_before(policy: Policy) -> None:
    with_cap = policy.with_releases([released("one", cap("one", 2))])
    with pytest.raises(UnknownParameter):
        with_cap.parameter("subsidy.no_such", ISSUED)
    with pytest.raises(NoRate):
        with_cap.rate(A, LATHE, Level.ONE, on=ISSUED, known_on=KNOWN)


DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
ENTRIES = st.one_of(
    st.builds(lambda it, day: table("x", it, effective_from=day), st.integers(0, 9000), DAYS),
    st.builds(lambda it, day: cap("x", it, effective_from=day), st.integers(0, 9), DAYS),
    st.builds(
        lambda code, day: listing("x", code, effective_from=day),
        st.sampled_from([LATHE.code, ROBOT.code]),
        DAYS,
    ),
)
ANY_RELEASE = st.tuples(ENTRIES, DAYS, st.booleans())


def said(policy: Policy, on: date, known_on: date) -> tuple[object, ...]:
    """Everything it answers about a day to somebody of a day."""
    return (
        [policy.rate(B, LATHE, level, on=on, known_on=known_on) for level in Level],
        [policy.shortage(each, on=on, known_on=known_on, bridge_months=3) for each in (LATHE, ROBOT)],
        [policy.uplift(line, on, known_on=known_on) for line in MoneyLine],
        policy.number("subsidy.year_cap", on, known_on=known_on),
        policy.version_on(known_on),
    )


@settings(max_examples=60)
@given(releases=st.lists(ANY_RELEASE, max_size=6), on=DAYS, known_on=DAYS)
def test_publishing_anything_later_never_changes_what_was_known_before(
    *, policy: Policy, releases: list[tuple[DatedEntry, date, bool]], on: date, known_on: date
) -> None:
    made = [
        released(str(place), entry, known_from=day, supersedes=str(place - 1) if after and place else None)
        for place, (entry, day, after) in enumerate(sorted(releases, key=lambda it: it[1]))
    ]
    early = [each for each in made if each.known_from <= known_on]
    then, now = policy.with_releases(early), policy.with_releases(made)
    assert _bare(said(now, on, known_on)) == _bare(said(then, on, known_on))


def _bare(answer: object) -> object:
    """Without the day it was superseded on: that was not known yet."""
    if isinstance(answer, list | tuple):
        return [_bare(each) for each in answer]
    dump = getattr(answer, "model_dump", None)
    return dump(exclude={"known_until"}) if dump else answer
