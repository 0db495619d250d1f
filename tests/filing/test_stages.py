"""The stages of a case: what leads where, and that no other way leads onto the record."""

from itertools import product

import pytest

from services.filing.domain.refusals import OutOfTurn
from services.filing.domain.stages import (
    ASSESSED_KINDS,
    IN_HAND_STATES,
    OPEN_STATES,
    Act,
    FilingState,
    Verdict,
    after,
    mermaid,
    outcome,
    transitions,
)
from shared.policy import FilingKind, Policy
from tests.builders import AT, a_verdict

S = FilingState
FINAL = frozenset(FilingState) - OPEN_STATES
INTAKE = {
    (S.DRAFT, Act.SUBMIT): S.SUBMITTED,
    (S.SUBMITTED, Act.ASK_CORRECTION): S.CORRECTING,
    (S.SUBMITTED, Act.ACCEPT): S.ACCEPTED,
    (S.SUBMITTED, Act.REFUSE): S.REFUSED,
    (S.ACCEPTED, Act.REFUSE): S.REFUSED,
    (S.CORRECTING, Act.CORRECT): S.SUBMITTED,
    (S.CORRECTING, Act.LAPSE): S.WITHDRAWN,
    (S.SUBMITTED, Act.VOID): S.REFUSED,
    (S.CORRECTING, Act.VOID): S.REFUSED,
    (S.ACCEPTED, Act.VOID): S.REFUSED,
    (S.MENDING, Act.VOID): S.REFUSED,
    (S.PASSED, Act.VOID): S.REFUSED,
    (S.PUBLICITY, Act.VOID): S.REFUSED,
    (S.DRAFT, Act.WITHDRAW): S.WITHDRAWN,
    (S.SUBMITTED, Act.WITHDRAW): S.WITHDRAWN,
    (S.CORRECTING, Act.WITHDRAW): S.WITHDRAWN,
    (S.ACCEPTED, Act.WITHDRAW): S.WITHDRAWN,
    (S.MENDING, Act.WITHDRAW): S.WITHDRAWN,
    (S.PASSED, Act.WITHDRAW): S.WITHDRAWN,
    (S.PUBLICITY, Act.WITHDRAW): S.WITHDRAWN,
}
ASSESSED = INTAKE | {
    (S.ACCEPTED, Act.PASS): S.PASSED,
    (S.ACCEPTED, Act.ASK_MENDING): S.MENDING,
    (S.ACCEPTED, Act.FAIL): S.FAILED,
    (S.MENDING, Act.MEND): S.ACCEPTED,
    (S.MENDING, Act.LAPSE): S.FAILED,
    (S.PASSED, Act.PUBLICISE): S.PUBLICITY,
    (S.PASSED, Act.REFUSE): S.REFUSED,
    (S.PUBLICITY, Act.REGISTER): S.REGISTERED,
    (S.PUBLICITY, Act.REFUSE): S.REFUSED,
}
DECIDED = INTAKE | {(S.ACCEPTED, Act.REGISTER): S.REGISTERED}
TABLES = {
    FilingKind.INITIAL: ASSESSED,
    FilingKind.EXTENSION: ASSESSED,
    FilingKind.RENEWAL: DECIDED,
    FilingKind.CHANGE: DECIDED,
}


@pytest.mark.parametrize("kind", FilingKind)
def test_each_kind_of_filing_has_its_table_and_nothing_beside_it(kind: FilingKind) -> None:
    assert transitions(kind) == TABLES[kind]
    for state, act in product(FilingState, Act):
        if (state, act) in TABLES[kind]:
            assert after(state, act, kind) is TABLES[kind][state, act]
            continue
        with pytest.raises(OutOfTurn) as caught:
            after(state, act, kind)
        assert caught.value.extra == {"state": state, "act": act}
        places = [before.label for (before, each) in TABLES[kind] if each is act]
        assert all(label in caught.value.detail for label in places)


@pytest.mark.parametrize("kind", FilingKind)
def test_what_has_ended_stays_ended_and_all_else_can_still_end(kind: FilingKind) -> None:
    assert {S.REGISTERED, S.REFUSED, S.WITHDRAWN, S.FAILED} == FINAL
    assert not [state for state, _ in transitions(kind) if state in FINAL]
    reached = {S.DRAFT}
    while more := {then for (state, _), then in transitions(kind).items() if state in reached} - reached:
        reached |= more
    unknown = {S.MENDING, S.PASSED, S.FAILED, S.PUBLICITY}
    assert reached == set(FilingState) - (set() if kind in ASSESSED_KINDS else unknown)
    assert OPEN_STATES - {S.DRAFT} == IN_HAND_STATES


@pytest.mark.parametrize("kind", FilingKind)
def test_the_printed_diagram_shows_every_state_and_every_act(kind: FilingKind) -> None:
    first, begin, *arrows = mermaid(kind).splitlines()
    assert (first, begin.strip()) == ("stateDiagram-v2", "[*] --> draft")
    expected = {f"{before} --> {then}: {act}" for (before, act), then in TABLES[kind].items()}
    assert {arrow.strip() for arrow in arrows} == expected
    shown = {word for arrow in arrows for word in arrow.replace(":", " ").split()}
    assert shown >= {state for pair, then in TABLES[kind].items() for state in (pair[0], then)}
    if kind in ASSESSED_KINDS:
        assert shown >= set(FilingState)


@pytest.mark.parametrize(
    ("verdict", "rounds", "act"),
    [
        (a_verdict(240), 0, Act.PASS),
        (a_verdict(300), 1, Act.PASS),
        (a_verdict(400, experts=5), 0, Act.PASS),
        (a_verdict(239), 0, Act.ASK_MENDING),
        (a_verdict(399, experts=5), 0, Act.ASK_MENDING),
        (a_verdict(180), 0, Act.ASK_MENDING),
        (a_verdict(239), 1, Act.FAIL),
        (a_verdict(179), 0, Act.FAIL),
        (a_verdict(0), 0, Act.FAIL),
        (a_verdict(300, vetoes=("无视频监控",)), 0, Act.FAIL),
    ],
)
def test_n1_2_the_average_mark_decides_a_middling_one_once_and_a_veto_always(
    policy: Policy, verdict: Verdict, rounds: int, act: Act
) -> None:
    assert outcome(verdict, policy, rounds=rounds, day=AT.date()) is act
