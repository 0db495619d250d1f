"""How far a signal is: raised once, told again when more is found, closed by supervision."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.subsidy.domain.evaluation import Sitting
from services.subsidy.domain.signal import (
    Found,
    Signal,
    SignalEvidence,
    SignalFinding,
    SignalKind,
    SignalState,
    raised,
)
from shared.contracts.subsidy import SignalEvidence as Announced
from tests.subsidy.builders import NOON
from tests.subsidy.detecting import HERE, a_certificate

LEAD = UUID(int=7)
LATER = NOON + timedelta(days=1)


def a_signal(count: int = 2) -> Signal:
    found = Found(
        kind=SignalKind.PENSIONER,
        subject="甲",
        whose=HERE,
        evidence=SignalEvidence(count=count),
        weight=count,
    )
    return raised(found, key=UUID(int=1), at=NOON)


def find(signal: Signal, count: int) -> bool:
    return signal.find(SignalEvidence(count=count), weight=count, at=LATER)


def close(signal: Signal, **changes: Any) -> None:
    given: dict[str, Any] = {"lead_id": LEAD, "revision": signal.revision, "at": LATER}
    signal.close(SignalFinding.UNFOUNDED, **(given | changes))


def test_the_same_evidence_is_told_once_and_other_evidence_as_another_revision() -> None:
    signal = a_signal()
    assert not find(signal, 2)
    assert (signal.revision, signal.changed_at) == (1, NOON)
    assert find(signal, 1)
    assert (signal.revision, signal.changed_at, signal.evidence.count) == (2, LATER, 1)


def test_what_is_found_no_more_lapses_once_and_is_told_anew_when_it_is_found_again() -> None:
    signal = a_signal()
    assert signal.lapse(at=LATER)
    assert not signal.lapse(at=LATER)
    assert signal.state is SignalState.LAPSED
    assert find(signal, 2)
    assert (signal.state, signal.revision) == (SignalState.OPEN, 2)


@pytest.mark.parametrize(("count", "state"), [(1, "closed"), (2, "closed"), (3, "open")])
def test_a_closed_one_is_open_again_only_when_more_is_found(count: int, state: str) -> None:
    signal = a_signal()
    close(signal)
    assert find(signal, count) is (state == "open")
    assert (signal.state, signal.finding) == (SignalState(state), SignalFinding.UNFOUNDED)
    assert not signal.lapse(at=LATER) or state == "open"


def test_raised_again_while_supervision_closed_an_earlier_revision_it_stays_open() -> None:
    signal = a_signal()
    find(signal, 3)
    close(signal, revision=1)
    assert (signal.state, signal.closed_at, signal.lead_id) == (SignalState.OPEN, None, LEAD)
    close(signal, revision=2)
    assert (signal.state, signal.closed_at) == (SignalState.CLOSED, LATER)


@pytest.mark.parametrize("finding", SignalFinding)
def test_only_what_was_confirmed_may_be_the_cause_of_a_recovery(finding: SignalFinding) -> None:
    signal = a_signal()
    assert not signal.confirmed
    signal.close(finding, lead_id=LEAD, revision=1, at=LATER)
    assert signal.confirmed is (finding is SignalFinding.CONFIRMED)


def test_a_sitting_is_read_back_from_what_it_was_written_as() -> None:
    sitting = Sitting.of(a_certificate())
    assert Sitting.parse(str(sitting)) == sitting


def test_evidence_is_announced_field_by_field_as_it_is_kept() -> None:
    assert Announced.model_fields.keys() == SignalEvidence.__dataclass_fields__.keys()
