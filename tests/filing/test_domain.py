"""What may happen to a filing, step by step, and what is refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.filing.domain.filing import Filing
from services.filing.domain.refusals import (
    NothingToAcknowledge,
    NotTheHandlingOrgan,
    OutOfTurn,
    PublicityRunning,
)
from services.filing.domain.terms import FilingState, Obligation
from shared.errors import Refusal
from shared.policy import Attribute, Audience, Category, DutyKind, Policy, Routing
from tests.builders import (
    AT,
    CITY,
    DISTRICT,
    OTHER_DISTRICT,
    a_filing,
    a_material,
    marks,
    required_materials,
)

AFTERWARDS = AT + timedelta(days=30)
OPEN = (
    FilingState.DRAFT,
    FilingState.SUBMITTED,
    FilingState.ACCEPTED,
    FilingState.PASSED,
    FilingState.PUBLICITY,
)
ENDED = (FilingState.FAILED, FilingState.REGISTERED, FilingState.WITHDRAWN)


@pytest.fixture
def routing(policy: Policy) -> Routing:
    return policy.decide_routing(Category.MUNICIPAL_ENTERPRISE, Audience.OWN_STAFF, frozenset(Attribute))


Act = Callable[[Filing, Policy, datetime], object]


def routing_of(filing: Filing, policy: Policy) -> Routing:
    return policy.decide_routing(filing.category, filing.audience, frozenset(Attribute))


def hand_in_all(filing: Filing, policy: Policy) -> None:
    for each in required_materials(policy):
        filing.hand_in(each, policy)


ACTS: dict[str, Act] = {
    "hand_in": lambda it, policy, _: it.hand_in(a_material(), policy),
    "hand_in_all": lambda it, policy, _: hand_in_all(it, policy),
    "submit": lambda it, policy, at: it.submit(policy, at=at),
    "accept": lambda it, _, __: it.accept(organ=DISTRICT),
    "assess_well": lambda it, policy, at: it.assess(marks(90, 80, 70), policy, organ=DISTRICT, at=at),
    "assess_badly": lambda it, policy, at: it.assess(marks(50, 50, 50), policy, organ=DISTRICT, at=at),
    "publicise": lambda it, policy, at: it.publicise(policy, organ=DISTRICT, at=at),
    "register": lambda it, policy, at: it.register(
        routing_of(it, policy), policy, organ=DISTRICT, at=at, numbered=("1号", uuid4())
    ),
    "withdraw": lambda it, _, __: it.withdraw(),
}
WAY = ["hand_in_all", "submit", "accept", "assess_well", "publicise", "register"]


def walk(policy: Policy, steps: list[tuple[str, int]]) -> tuple[Filing, list[str]]:
    """A draft after these attempts, each so many days after the one before, and those that were not refused."""
    filing, at, done = a_filing(), AT, []
    for name, days in steps:
        at += timedelta(days=days)
        try:
            ACTS[name](filing, policy, at)
        except Refusal:
            continue
        done.append(name)
    return filing, done


def test_the_way_from_a_draft_to_the_record_has_six_steps(policy: Policy) -> None:
    filing, done = walk(policy, [(step, 10) for step in WAY])
    assert done == WAY
    assert filing.state is FilingState.REGISTERED


@given(st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 20)), max_size=40))
def test_no_path_reaches_the_record_without_each_step_in_its_order(
    policy: Policy, steps: list[tuple[str, int]]
) -> None:
    filing, done = walk(policy, steps)
    if filing.state is FilingState.REGISTERED:
        order = iter(done)
        assert all(step in order for step in ("submit", "accept", "assess_well", "publicise", "register"))
        assert {each.kind for each in filing.materials} >= {each.kind for each in required_materials(policy)}
        assert filing.registered_at is not None
        assert filing.publicity_until is not None
        assert filing.registered_at > filing.publicity_until
    else:
        assert filing.filing_number is None
        assert filing.institution_id is None
        assert not filing.obligations


@given(st.permutations(WAY))
def test_no_other_order_of_the_steps_reaches_the_record(policy: Policy, order: list[str]) -> None:
    filing, _ = walk(policy, [(step, 10) for step in order])
    assert (filing.state is FilingState.REGISTERED) == (order == WAY)


@pytest.mark.parametrize("state", sorted(set(FilingState) - {FilingState.DRAFT}))
def test_a_case_takes_materials_and_is_submitted_as_a_draft_only(policy: Policy, state: FilingState) -> None:
    filing = a_filing(state=state, materials=required_materials(policy))
    with pytest.raises(OutOfTurn):
        filing.hand_in(a_material(), policy)
    with pytest.raises(OutOfTurn):
        filing.submit(policy, at=AT)
    assert filing.state is state


def test_a_document_handed_in_again_replaces_the_one_before(policy: Policy) -> None:
    filing = a_filing()
    filing.hand_in(a_material("occupation_list"), policy)
    filing.hand_in(a_material("legal_registration"), policy)
    filing.hand_in(a_material("legal_registration", pledged=True), policy)
    assert [(each.kind, each.pledged) for each in filing.materials] == [
        ("occupation_list", False),
        ("legal_registration", True),
    ]


@pytest.mark.parametrize("state", sorted(set(FilingState) - {FilingState.SUBMITTED}))
def test_only_what_was_submitted_is_accepted(state: FilingState) -> None:
    with pytest.raises(OutOfTurn):
        a_filing(state=state).accept(organ=DISTRICT)


@pytest.mark.parametrize("state", sorted(set(FilingState) - {FilingState.ACCEPTED}))
def test_only_what_was_accepted_is_assessed(policy: Policy, state: FilingState) -> None:
    with pytest.raises(OutOfTurn):
        a_filing(state=state).assess(marks(90, 90, 90), policy, organ=DISTRICT, at=AT)


@pytest.mark.parametrize("state", sorted(set(FilingState) - {FilingState.PASSED}))
def test_only_what_passed_is_publicised(policy: Policy, state: FilingState) -> None:
    with pytest.raises(OutOfTurn):
        a_filing(state=state).publicise(policy, organ=DISTRICT, at=AT)


@pytest.mark.parametrize("state", sorted(set(FilingState) - {FilingState.PUBLICITY}))
def test_only_what_was_publicised_is_registered(policy: Policy, routing: Routing, state: FilingState) -> None:
    filing = a_filing(state=state, publicity_until=AT)
    with pytest.raises(OutOfTurn):
        filing.register(routing, policy, organ=DISTRICT, at=AFTERWARDS, numbered=("1号", uuid4()))
    assert filing.filing_number is None


@pytest.mark.parametrize("organ", [OTHER_DISTRICT, CITY, ""])
@pytest.mark.parametrize("step", ["accept", "assess", "publicise", "register"])
def test_another_organ_takes_no_step(policy: Policy, routing: Routing, organ: str, step: str) -> None:
    steps: dict[str, tuple[FilingState, Callable[[Filing], None]]] = {
        "accept": (FilingState.SUBMITTED, lambda it: it.accept(organ=organ)),
        "assess": (
            FilingState.ACCEPTED,
            lambda it: it.assess(marks(90, 90, 90), policy, organ=organ, at=AT),
        ),
        "publicise": (FilingState.PASSED, lambda it: it.publicise(policy, organ=organ, at=AT)),
        "register": (
            FilingState.PUBLICITY,
            lambda it: it.register(routing, policy, organ=organ, at=AFTERWARDS, numbered=("1号", uuid4())),
        ),
    }
    state, act = steps[step]
    filing = a_filing(state=state, publicity_until=AT)
    with pytest.raises(NotTheHandlingOrgan) as caught:
        act(filing)
    assert caught.value.basis == ("N2.2",)
    assert filing.state is state


def test_publicity_lasts_to_the_end_of_the_fifth_working_day(policy: Policy, routing: Routing) -> None:
    filing = a_filing(state=FilingState.PASSED)
    filing.publicise(policy, organ=DISTRICT, at=AT)
    assert filing.publicity_until is not None
    assert filing.publicity_until.date() == date(2024, 3, 11)
    with pytest.raises(PublicityRunning):
        filing.register(routing, policy, organ=DISTRICT, at=filing.publicity_until, numbered=("1号", uuid4()))
    later = filing.publicity_until + timedelta(seconds=1)
    filing.register(routing, policy, organ=DISTRICT, at=later, numbered=("1号", uuid4()))
    assert filing.registered_at == later


def test_publicity_that_never_began_never_ends(policy: Policy, routing: Routing) -> None:
    filing = a_filing(state=FilingState.PUBLICITY, publicity_until=None)
    with pytest.raises(PublicityRunning):
        filing.register(routing, policy, organ=DISTRICT, at=AFTERWARDS, numbered=("1号", uuid4()))


@pytest.mark.parametrize("state", OPEN)
def test_an_applicant_may_withdraw_until_the_case_has_ended(state: FilingState) -> None:
    filing = a_filing(state=state)
    filing.withdraw()
    assert filing.state is FilingState.WITHDRAWN


@pytest.mark.parametrize("state", ENDED)
def test_what_has_ended_is_not_withdrawn(state: FilingState) -> None:
    filing = a_filing(state=state)
    with pytest.raises(OutOfTurn):
        filing.withdraw()
    assert filing.state is state


def test_a_case_is_complete_when_it_is_registered_and_nothing_is_owed_any_more() -> None:
    owed = Obligation(kind=DutyKind.OPEN_ACCOUNT, organ=DISTRICT, due_at=AFTERWARDS)
    done = replace(owed, done_at=AT)
    assert a_filing(state=FilingState.REGISTERED, obligations=(done,)).complete
    assert not a_filing(state=FilingState.REGISTERED, obligations=(done, owed)).complete
    assert not a_filing(state=FilingState.PUBLICITY).complete


def test_what_was_fulfilled_stays_fulfilled_as_of_the_first_time() -> None:
    owed = Obligation(kind=DutyKind.OPEN_ACCOUNT, organ=DISTRICT, due_at=AFTERWARDS)
    filing = a_filing(state=FilingState.REGISTERED, obligations=(owed,))
    filing.fulfil(DutyKind.OPEN_ACCOUNT, at=AT)
    filing.fulfil(DutyKind.OPEN_ACCOUNT, at=AFTERWARDS)
    assert filing.obligations == (replace(owed, done_at=AT),)


def test_a_copy_is_acknowledged_once_and_only_where_one_was_sent() -> None:
    owed = Obligation(kind=DutyKind.BE_COPIED, organ=CITY, due_at=AFTERWARDS)
    filing = a_filing(state=FilingState.REGISTERED, obligations=(owed,))
    with pytest.raises(NothingToAcknowledge):
        filing.acknowledge_copy(organ=DISTRICT, at=AT)
    filing.acknowledge_copy(organ=CITY, at=AT)
    with pytest.raises(NothingToAcknowledge):
        filing.acknowledge_copy(organ=CITY, at=AT)
    with pytest.raises(NothingToAcknowledge):
        a_filing(state=FilingState.REGISTERED).acknowledge_copy(organ=CITY, at=AT)
