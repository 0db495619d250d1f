"""Decisions against a second opinion, and the laws they keep whatever is asked."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from services.subsidy.domain.decision import Decision, decide
from services.subsidy.domain.fact import Fact, FactKind, FactSheet, Tie
from services.subsidy.domain.inputs import restore
from services.subsidy.domain.terms import (
    AnyNumber,
    CertificateFacts,
    Claiming,
    Evaluator,
    Grant,
    History,
    Lot,
    Validity,
    head_of,
)
from services.subsidy.domain.verdict import pack
from shared.contracts.scope import ScopeItem
from shared.policy import Audience, Policy
from shared.settings import PolicySettings
from shared.values import CertificateNumber, Level, StationCode
from tests.subsidy.deciding import (
    CLAIMED,
    ELECTRICIAN,
    EMPLOYER,
    LATHE,
    SCOPE,
    WELDER,
    A,
    B,
    claiming,
    evaluator,
    fact,
    family,
    item,
    lathe,
    old_number,
    robot,
    tied,
)
from tests.subsidy.oracle import Oracle

FIRST, LAST = date(2021, 2, 23), date(2027, 12, 31)
LINES = st.sampled_from([A, B])
ITEMS = st.one_of(
    st.builds(lathe, st.integers(1, 5), st.sampled_from(["", "数控车工", "无此工种"])),
    st.builds(robot, st.integers(1, 5)),
    st.builds(
        item,
        st.sampled_from(["4-10-01-05", "4-07-05-01", "6-99-99-99", "6-18-02-04", "4-01-02-07", "6-18-01-01"]),
        st.integers(1, 5),
        edition=st.sampled_from(["2015", "2022"]),
        work_type=st.sampled_from(["", "", "民用核安全设备焊工", "平台管理员"]),
    ),
)
FACTS = st.lists(
    st.one_of(
        st.builds(
            Fact,
            kind=st.just(FactKind.EMPLOYMENT),
            value=st.sampled_from([tie.value for tie in Tie]),
            about=st.just(CLAIMED),
            source=st.sampled_from(["province", "declared:x", "file:aa", "evidence:1"]),
            obtained_at=st.datetimes(datetime(2024, 1, 1), datetime(2024, 2, 1), timezones=st.just(UTC)),  # noqa: DTZ001 — hypothesis adds the zone
        ),
        st.builds(
            Fact,
            kind=st.just(FactKind.INSURED_MONTHS),
            value=st.integers(8, 16),
            about=st.dates(date(2024, 2, 20), date(2024, 4, 10)),
            source=st.sampled_from(["province", "declared:x"]),
            obtained_at=st.datetimes(datetime(2024, 1, 1), datetime(2024, 2, 1), timezones=st.just(UTC)),  # noqa: DTZ001 — as above
        ),
        st.builds(
            Fact,
            kind=st.just(FactKind.INSURED_IN_MONTH),
            value=st.booleans(),
            about=st.dates(date(2024, 2, 20), date(2024, 4, 10)),
            source=st.sampled_from(["province", "evidence:1"]),
            obtained_at=st.datetimes(datetime(2024, 1, 1), datetime(2024, 2, 1), timezones=st.just(UTC)),  # noqa: DTZ001 — as above
        ),
    ),
    max_size=5,
    unique_by=lambda each: (each.kind, each.source, each.obtained_at),
)
GRANTS = st.lists(
    st.builds(
        Grant,
        certificate_number=st.builds(old_number, st.integers(1, 5), serial=st.integers(1, 9)),
        family=st.sampled_from([LATHE, WELDER, ELECTRICIAN, family("6-31-01-10"), family("4-01-02-07")]),
        level=st.sampled_from(Level),
        line=LINES,
        year=st.integers(2023, 2025),
        place=st.integers(1, 9),
        shortage=st.booleans(),
    ),
    max_size=3,
)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What `decide` is asked."""

    of: CertificateFacts
    claim: Claiming
    grants: tuple[Grant, ...]
    facts: FactSheet
    known_on: date


LEVELS = st.sampled_from([5, 5, 4, 4, 3, 3, 2, 1])
ASPECTS = (
    "item", "scope", "number", "old", "issued", "evaluator", "standing", "validity", "facts", "grants", "on", "known"
)  # fmt: skip
SOUND = FactSheet(
    (*tied().facts, fact(FactKind.INSURED_MONTHS, 12), fact(FactKind.INSURED_IN_MONTH, True))  # noqa: FBT003 — as the fact says
)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """A sound certificate, but for at most three of its aspects."""
    wild = draw(st.sets(st.sampled_from(ASPECTS), max_size=3))
    sound = st.one_of(st.builds(lathe, LEVELS), st.builds(robot, st.sampled_from([4, 3, 3, 2, 1])))
    scope_item = draw(ITEMS if "item" in wild else sound)
    issued = draw(
        st.dates(FIRST, LAST) if "issued" in wild else st.dates(date(2024, 3, 1), date(2024, 3, 31))
    )
    of = CertificateFacts(
        number := draw(numbers(scope_item, issued, wild)),
        Lot(
            head=head_of(number),
            item=scope_item,
            issued_on=issued,
            evaluated_on=date.fromordinal(issued.toordinal() - draw(st.integers(0, 40))),
            evaluator=None if "old" in wild else draw(evaluators(scope_item, wild)),
            validity=draw(st.sampled_from(Validity)) if "validity" in wild else Validity.VALID,
        ),
    )
    days = draw(st.integers(-20, 500) if "on" in wild else st.integers(0, 365))
    on = max(FIRST, date.fromordinal(issued.toordinal() + days))
    ago = draw(st.integers(0, 400)) if "known" in wild else 0
    return Question(
        of=of,
        claim=claiming(A if draw(st.booleans()) or "old" in wild else B, on=on),
        grants=tuple(draw(GRANTS)) if "grants" in wild else (),
        facts=FactSheet(tuple(draw(FACTS))) if "facts" in wild else SOUND,
        known_on=max(FIRST, date.fromordinal(on.toordinal() - ago)),
    )


@st.composite
def numbers(draw: st.DrawFn, scope_item: ScopeItem, issued: date, wild: set[str]) -> AnyNumber:
    level, year, station = int(scope_item.level), issued.year, "Y000032000001"
    if "number" in wild:
        level, year = draw(st.integers(1, 5)), year + draw(st.integers(0, 1))
        station = draw(st.sampled_from([station, "S000032000001", "Y004132000001", "Y000044000001"]))
    if "old" in wild:
        return old_number(level, year=year)
    return CertificateNumber(f"{station}{year % 100:02d}{level}000001")


@st.composite
def evaluators(draw: st.DrawFn, scope_item: ScopeItem, wild: set[str]) -> Evaluator | None:
    made = evaluator(scope=(scope_item,))
    if "scope" in wild:
        made = replace(
            made, scope=draw(st.sampled_from([(lathe(3),), (lathe(4, "数控车工"), scope_item), SCOPE]))
        )
    if "standing" in wild:
        made = replace(
            made,
            standing=draw(st.sampled_from(["active", "suspended", "removed"])),
            valid_until=draw(st.dates(date(2024, 1, 1), date(2024, 4, 30))),
        )
    if "evaluator" not in wild:
        return made
    another = replace(
        made,
        institution_id=draw(st.sampled_from([EMPLOYER, UUID(int=2)])),
        audience=draw(st.sampled_from(Audience)),
        station_codes=draw(
            st.sampled_from([(), (StationCode("Y000032000001"),), (StationCode("Y004132000001"),)])
        ),
    )
    return draw(st.sampled_from([another, another, None]))


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    return Oracle(PolicySettings().folder)


@settings(max_examples=500)
@given(asked=questions())
def test_every_decision_is_that_of_the_second_opinion(
    policy: Policy, oracle: Oracle, asked: Question
) -> None:
    claim, known_on = asked.claim, asked.known_on
    decision = decide(asked.of, claim, History(asked.grants), asked.facts, policy, known_on=known_on)
    event(f"{claim.line} {decision.outcome}")
    expected = oracle.answer(asked.of, claim, asked.grants, asked.facts, known_on)
    assert (decision.outcome.value, int(decision.amount)) == expected, decision.reasons
    assert bool(decision.reasons) is not decision.payable
    assert 0 <= decision.amount <= decision.base * 130 // 100
    _check_told(decision)
    assert json.dumps(pack(_replayed(decision, policy))) == json.dumps(pack(decision))


def _check_told(decision: Decision) -> None:
    for each in decision.rules:
        assert "{" not in each.detail
        assert " · " in each.detail


def _replayed(decision: Decision, policy: Policy) -> Decision:
    """Decided again from what is kept of its inputs, on the day it was known on."""
    assert decision.inputs is not None
    kept = restore(decision.inputs.canonical)
    history, facts = History(kept.history), FactSheet(kept.facts)
    return decide(kept.certificate, kept.claim, history, facts, policy, known_on=kept.known_on)
