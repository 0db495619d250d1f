"""What may be done with a case at which stage, by whom, and what of it may still be edited."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.filing.domain.filing import EDITABLE, Filing
from services.filing.domain.refusals import (
    AlreadyCorrected,
    MaterialsIncomplete,
    NothingToCorrect,
    NotMarked,
    NotTheHandlingOrgan,
    ObjectionOpen,
    OutOfTurn,
    PublicityRunning,
)
from services.filing.domain.stages import OPEN_STATES, FilingState
from services.filing.domain.terms import CorrectionItem, Particulars, Training
from shared.policy import Attribute, FilingKind, Policy
from tests.builders import (
    AT,
    CITY,
    DISTRICT,
    MILLER,
    OTHER_DISTRICT,
    a_filing,
    a_material,
    a_verdict,
    an_applicant,
    an_item,
    required_materials,
)

AFTERWARDS = AT + timedelta(days=30)
EDITABLE_STATES = {FilingState.DRAFT, FilingState.CORRECTING}


def marked(*fields: str) -> tuple[CorrectionItem, ...]:
    return tuple(CorrectionItem(field=each, reason="与原件不符") for each in fields)


def correcting(policy: Policy, *fields: str) -> Filing:
    """A complete case of which the organ has marked these."""
    filing = a_filing(materials=required_materials(policy))
    filing.submit(policy, at=AT)
    filing.ask_correction(marked(*fields), policy, organ=DISTRICT, at=AT)
    return filing


def revised(filing: Filing, **wanted: Any) -> None:
    names = ("applicant", "scope", "training", "evidence", "particulars")
    filing.revise(**{name: getattr(filing, name) for name in names} | wanted)


WANTED: dict[str, Any] = {
    "applicant": an_applicant(),
    "scope": (an_item(MILLER),),
    "training": frozenset(Training),
    "evidence": frozenset({Attribute.KEY_SCHOOL_EVIDENCE}),
    "particulars": Particulars(name="测试乙公司"),
}


def test_everything_that_can_be_marked_is_what_can_be_revised() -> None:
    assert set(WANTED) == set(EDITABLE)


@pytest.mark.parametrize("field", EDITABLE)
def test_a_draft_is_revised_freely(field: str) -> None:
    filing = a_filing()
    revised(filing, **{field: WANTED[field]})
    assert getattr(filing, field) == WANTED[field]


@pytest.mark.parametrize("state", sorted(set(FilingState) - EDITABLE_STATES))
def test_a_case_is_edited_as_a_draft_or_when_it_is_being_corrected_only(
    policy: Policy, state: FilingState
) -> None:
    filing = a_filing(state=state, materials=required_materials(policy))
    edits: list[Callable[[], object]] = [
        lambda: filing.hand_in(a_material(), policy),
        lambda: revised(filing, scope=WANTED["scope"]),
    ]
    for edit in edits:
        with pytest.raises(OutOfTurn):
            edit()
    assert filing.scope != WANTED["scope"]


@pytest.mark.parametrize("field", EDITABLE)
def test_n1_2_of_what_is_being_corrected_only_the_marked_fields_are_editable(
    policy: Policy, field: str
) -> None:
    filing = correcting(policy, field)
    for other in EDITABLE:
        if other == field:
            revised(filing, **{field: WANTED[field]})
            continue
        with pytest.raises(NotMarked) as caught:
            revised(filing, **{other: WANTED[other]})
        assert field in caught.value.detail
        assert getattr(filing, other) != WANTED[other]
    with pytest.raises(NotMarked):
        filing.hand_in(a_material(), policy)


def test_n1_2_of_the_documents_only_the_marked_one_is_replaced(policy: Policy) -> None:
    filing = correcting(policy, "materials.occupation_list")
    better = replace(a_material("occupation_list"), sha256="1" * 64)
    filing.hand_in(better, policy)
    assert better in filing.materials
    with pytest.raises(NotMarked):
        filing.hand_in(a_material("application_form"), policy)
    with pytest.raises(NotMarked):
        revised(filing, scope=WANTED["scope"])


def test_what_is_given_as_it_was_is_no_edit(policy: Policy) -> None:
    filing = correcting(policy, "scope")
    revised(filing)
    assert filing.state is FilingState.CORRECTING


@pytest.mark.parametrize("kind", sorted(set(FilingKind) - {FilingKind.INITIAL}))
def test_an_amending_case_is_of_the_body_on_record_and_of_no_other(kind: FilingKind) -> None:
    filing = a_filing(kind=kind)
    with pytest.raises(NotMarked):
        revised(filing, applicant=WANTED["applicant"])
    assert filing.applicant != WANTED["applicant"]


def test_n1_2_correction_is_asked_for_once_and_names_everything(policy: Policy) -> None:
    filing = correcting(policy, "scope", "materials.application_form")
    assert filing.correction is not None
    assert filing.correction.fields == {"scope", "materials.application_form"}
    filing.correct(policy, at=AT + timedelta(days=1))
    with pytest.raises(AlreadyCorrected) as caught:
        filing.ask_correction(marked("training"), policy, organ=DISTRICT, at=AT + timedelta(days=2))
    assert caught.value.basis == ("N1.2",)
    assert filing.state is FilingState.SUBMITTED


@pytest.mark.parametrize("fields", [[], ["colour"], ["scope", "materials.student_register"]])
def test_a_correction_names_something_and_only_what_there_is(policy: Policy, fields: list[str]) -> None:
    filing = a_filing(materials=required_materials(policy))
    filing.submit(policy, at=AT)
    with pytest.raises(NothingToCorrect) as caught:
        filing.ask_correction(marked(*fields), policy, organ=DISTRICT, at=AT)
    assert "materials.application_form" in caught.value.detail
    assert (filing.state, filing.correction) == (FilingState.SUBMITTED, None)


def test_a_corrected_case_is_handed_back_whole(policy: Policy) -> None:
    filing = correcting(policy, "scope")
    filing.materials = filing.materials[1:]
    with pytest.raises(MaterialsIncomplete):
        filing.correct(policy, at=AT)
    assert filing.state is FilingState.CORRECTING


def test_a_document_handed_in_again_replaces_the_one_before(policy: Policy) -> None:
    filing = a_filing()
    filing.hand_in(a_material("occupation_list"), policy)
    filing.hand_in(a_material("legal_registration"), policy)
    filing.hand_in(a_material("legal_registration", pledged=True), policy)
    assert [(each.kind, each.pledged) for each in filing.materials] == [
        ("occupation_list", False),
        ("legal_registration", True),
    ]


STEPS: dict[str, tuple[FilingState, Callable[[Filing, Policy, str], None]]] = {
    "ask_correction": (
        FilingState.SUBMITTED,
        lambda it, policy, organ: it.ask_correction(marked("scope"), policy, organ=organ, at=AT),
    ),
    "accept": (FilingState.SUBMITTED, lambda it, policy, organ: it.accept(policy, organ=organ, at=AT)),
    "publicise": (FilingState.PASSED, lambda it, policy, organ: it.publicise(policy, organ=organ, at=AT)),
    "refuse": (
        FilingState.SUBMITTED,
        lambda it, policy, organ: it.refuse("材料不实", policy, organ=organ, at=AT),
    ),
    "register": (
        FilingState.PUBLICITY,
        lambda it, policy, organ: it.register(policy, organ=organ, at=AFTERWARDS, number="1号"),
    ),
}


@pytest.mark.parametrize("organ", [OTHER_DISTRICT, CITY, ""])
@pytest.mark.parametrize("step", STEPS)
def test_another_organ_takes_no_step(policy: Policy, organ: str, step: str) -> None:
    state, act = STEPS[step]
    filing = a_filing(state=state, publicity_until=AT)
    with pytest.raises(NotTheHandlingOrgan) as caught:
        act(filing, policy, organ)
    assert caught.value.basis == ("N2.2",)
    assert filing.state is state
    act(filing, policy, DISTRICT)
    assert filing.state is not state


def test_publicity_lasts_to_the_end_of_the_fifth_working_day(policy: Policy) -> None:
    filing = a_filing(state=FilingState.PASSED)
    filing.publicise(policy, organ=DISTRICT, at=AT)
    assert filing.publicity_until is not None
    assert filing.publicity_until.date() == date(2024, 3, 11)
    with pytest.raises(PublicityRunning):
        filing.register(policy, organ=DISTRICT, at=filing.publicity_until, number="1号")
    assert not filing.filing_number
    later = filing.publicity_until + timedelta(seconds=1)
    filing.register(policy, organ=DISTRICT, at=later, number="1号")
    assert (filing.registered_at, filing.filing_number) == (later, "1号")


def test_publicity_that_never_began_never_ends(policy: Policy) -> None:
    filing = a_filing(state=FilingState.PUBLICITY, publicity_until=None)
    with pytest.raises(PublicityRunning):
        filing.register(policy, organ=DISTRICT, at=AFTERWARDS, number="1号")


def test_while_an_objection_is_looked_into_nothing_goes_on_record(policy: Policy) -> None:
    filing = a_filing(state=FilingState.PUBLICITY, publicity_until=AT, objections_open=1)
    with pytest.raises(ObjectionOpen):
        filing.register(policy, organ=DISTRICT, at=AFTERWARDS, number="1号")
    filing.objections_open = 0
    filing.register(policy, organ=DISTRICT, at=AFTERWARDS, number="1号")
    assert filing.state is FilingState.REGISTERED


@pytest.mark.parametrize("kind", [FilingKind.RENEWAL, FilingKind.CHANGE])
def test_renewals_and_changes_are_decided_without_panel_and_publicity(
    policy: Policy, kind: FilingKind
) -> None:
    filing = a_filing(kind=kind, state=FilingState.ACCEPTED)
    with pytest.raises(OutOfTurn):
        filing.assess(a_verdict(), policy, at=AT)
    filing.register(policy, organ=DISTRICT, at=AT, number=None)
    assert filing.registered_at == AT


@pytest.mark.parametrize("state", sorted(OPEN_STATES))
def test_an_applicant_may_withdraw_until_the_case_has_ended(policy: Policy, state: FilingState) -> None:
    filing = a_filing(state=state)
    filing.withdraw(policy, at=AT)
    assert (filing.state, filing.decided_at, filing.deadline) == (FilingState.WITHDRAWN, AT, None)


@pytest.mark.parametrize("state", sorted(set(FilingState) - OPEN_STATES))
def test_what_has_ended_is_neither_withdrawn_nor_refused_nor_let_lapse(
    policy: Policy, state: FilingState
) -> None:
    filing = a_filing(state=state)
    acts: list[Callable[[], object]] = [
        lambda: filing.withdraw(policy, at=AT),
        lambda: filing.refuse("材料不实", policy, organ=DISTRICT, at=AT),
        lambda: filing.lapse(policy, at=AT),
    ]
    for act in acts:
        with pytest.raises(OutOfTurn):
            act()
    assert (filing.state, filing.decided_at) == (state, None)


def test_a_refusal_says_why(policy: Policy) -> None:
    filing = a_filing(state=FilingState.PUBLICITY, publicity_until=AT)
    filing.refuse("异议成立", policy, organ=DISTRICT, at=AT)
    assert (filing.state, filing.refused_for, filing.decided_at) == (FilingState.REFUSED, "异议成立", AT)
    assert filing.registered_at is None


def test_what_was_not_corrected_in_time_counts_as_withdrawn(policy: Policy) -> None:
    filing = correcting(policy, "scope")
    due = filing.applicant_due_at
    assert due is not None
    with pytest.raises(OutOfTurn):
        filing.lapse(policy, at=due)
    filing.lapse(policy, at=due + timedelta(seconds=1))
    assert filing.state is FilingState.WITHDRAWN
    assert "逾期" in filing.refused_for


def test_what_was_not_mended_in_time_has_failed(policy: Policy) -> None:
    filing = a_filing(state=FilingState.ACCEPTED)
    filing.assess(a_verdict(200), policy, at=AT)
    due = filing.applicant_due_at
    assert due is not None
    with pytest.raises(OutOfTurn):
        filing.lapse(policy, at=due)
    filing.lapse(policy, at=due + timedelta(seconds=1))
    assert (filing.state, filing.applicant_due_at) == (FilingState.FAILED, None)


def test_a_case_that_waits_for_nobody_does_not_lapse(policy: Policy) -> None:
    with pytest.raises(OutOfTurn):
        a_filing(state=FilingState.MENDING).lapse(policy, at=AFTERWARDS)
