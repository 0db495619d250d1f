"""Whatever anybody does with a case, and whenever: no other way leads onto the record."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.filing.domain.filing import EDITABLE, Filing
from services.filing.domain.stages import ASSESSED_KINDS, OPEN_STATES, Act, FilingState
from services.filing.domain.terms import CorrectionItem, Training
from shared.errors import Refusal
from shared.policy import FilingKind, Policy, load_policy
from shared.settings import PolicySettings
from tests.builders import AT, DISTRICT, TURNER, a_filing, a_material, a_verdict, an_item, required_materials

S = FilingState
FINAL = frozenset(FilingState) - OPEN_STATES
OFFICIAL: dict[Act, Callable[[Filing, Policy, datetime], object]] = {
    Act.ACCEPT: lambda it, policy, at: it.accept(policy, organ=DISTRICT, at=at),
    Act.PUBLICISE: lambda it, policy, at: it.publicise(policy, organ=DISTRICT, at=at),
    Act.REFUSE: lambda it, policy, at: it.refuse("材料不实", policy, organ=DISTRICT, at=at),
    Act.REGISTER: lambda it, policy, at: it.register(policy, organ=DISTRICT, at=at, number="1号"),
}
OWN: dict[Act, Callable[[Filing, Policy, datetime], object]] = {
    Act.SUBMIT: lambda it, policy, at: it.submit(policy, at=at),
    Act.CORRECT: lambda it, policy, at: it.correct(policy, at=at),
    Act.MEND: lambda it, policy, at: it.mend(policy, at=at),
    Act.WITHDRAW: lambda it, policy, at: it.withdraw(policy, at=at),
    Act.LAPSE: lambda it, policy, at: it.lapse(policy, at=at),
}
ORDER = {
    True: ["submit", "accept", "pass", "publicise", "register"],
    False: ["submit", "accept", "register"],
}
FIELDS = (*EDITABLE, "materials.application_form", "materials.occupation_list", "materials.proof_of_change")


class Life(RuleBasedStateMachine):
    """A case to which anybody does anything at any time; what was refused has changed nothing."""

    policy = load_policy(PolicySettings().folder)

    @initialize(kind=st.sampled_from(FilingKind), missing=st.integers(0, 4), patient=st.booleans())
    def begin(self, kind: FilingKind, missing: int, patient: bool) -> None:  # noqa: FBT001 — hypothesis names it
        self.filing = a_filing(kind=kind)
        self.at = AT
        self.done: list[str] = []
        self.notices = 0
        self.objected = 0
        self.ended: dict[str, Any] | None = None
        self.marked: frozenset[str] | None = None
        self.patient = patient
        if missing < 4:
            self.filing.materials = required_materials(self.policy, kind=kind)

    def _try(self, name: str, act: Callable[[], object]) -> bool:
        before = dict(vars(self.filing))
        try:
            act()
        except Refusal:
            assert vars(self.filing) == before
            return False
        self.done.append(name)
        return True

    @rule(hours=st.integers(1, 24 * 40))
    def wait(self, hours: int) -> None:
        self.at += timedelta(hours=hours)

    @precondition(lambda self: not self.patient)
    @rule(act=st.sampled_from([Act.WITHDRAW, Act.REFUSE, Act.LAPSE]))
    def end(self, act: Act) -> None:
        self.act(act)

    @rule(act=st.sampled_from(sorted(set(OFFICIAL | OWN) - {Act.WITHDRAW, Act.REFUSE, Act.LAPSE})))
    def act(self, act: Act) -> None:
        self._try(act, lambda: (OFFICIAL | OWN)[act](self.filing, self.policy, self.at))

    @rule(times=st.integers(1, 3))
    def go_on(self, times: int) -> None:
        """The next acts of the shortest way, so that many lives reach their end."""
        for _ in range(times):
            self._step()

    def _step(self) -> None:
        way = {
            S.DRAFT: Act.SUBMIT,
            S.SUBMITTED: Act.ACCEPT,
            S.PASSED: Act.PUBLICISE,
            S.CORRECTING: Act.CORRECT,
        }
        assessed = self.filing.kind in ASSESSED_KINDS
        if self.filing.state is S.ACCEPTED and assessed:
            self.assess(255, ())
        else:
            self.act(way.get(self.filing.state, Act.REGISTER))

    @rule(total=st.sampled_from([100, 200, 255]), vetoes=st.sampled_from([(), ("资质不实",)]))
    def assess(self, total: int, vetoes: tuple[str, ...]) -> None:
        verdict = a_verdict(total, vetoes=vetoes)
        self._try("assess", lambda: self.filing.assess(verdict, self.policy, at=self.at))
        if self.filing.state is S.PASSED and self.done[-1] == "assess":
            self.done[-1] = "pass"

    @rule(fields=st.lists(st.sampled_from(FIELDS[:-1]), min_size=1, max_size=3))
    def be_asked_and_answer(self, fields: list[str]) -> None:
        """A correction that comes to its end, so that many lives see what a second notice is told."""
        self.ask_correction(fields)
        self.hand_in("application_form")
        self.hand_in("occupation_list")
        self.revise(scope=True, training=len(fields) > 1)
        self._try(Act.CORRECT, lambda: self.filing.correct(self.policy, at=self.at))

    @rule(fields=st.lists(st.sampled_from(FIELDS), max_size=3))
    def ask_correction(self, fields: list[str]) -> None:
        items = tuple(CorrectionItem(field=each, reason="与原件不符") for each in fields)
        self.notices += self._try(
            "ask_correction",
            lambda: self.filing.ask_correction(items, self.policy, organ=DISTRICT, at=self.at),
        )

    @rule(kind=st.sampled_from(["application_form", "occupation_list", "proof_of_change"]))
    def hand_in(self, kind: str) -> None:
        self.marked = self.filing.correction.fields if self.filing.correction else frozenset()
        state = self.filing.state
        if self._try("hand_in", lambda: self.filing.hand_in(a_material(kind), self.policy)):
            assert state is S.DRAFT or (state is S.CORRECTING and f"materials.{kind}" in self.marked)

    @rule(scope=st.booleans(), training=st.booleans())
    def revise(self, scope: bool, training: bool) -> None:  # noqa: FBT001 — hypothesis names its arguments
        before = self.filing
        state, marked = before.state, before.correction.fields if before.correction else frozenset()
        wanted = {
            "scope": (an_item(TURNER, level=3),) if scope else before.scope,
            "training": frozenset(Training) if training else before.training,
        }
        changed = {name for name, value in wanted.items() if value != getattr(before, name)}
        kept = {name: getattr(before, name) for name in ("applicant", "evidence", "particulars")}
        if self._try("revise", lambda: before.revise(**kept | wanted)):
            assert not changed or state is S.DRAFT or (state is S.CORRECTING and changed <= marked)

    @precondition(lambda self: self.filing.state is S.PUBLICITY)
    @rule(many=st.integers(0, 1))
    def object(self, many: int) -> None:
        self.filing.objections_open = self.objected = many
        self.at += timedelta(days=10)

    @invariant()
    def what_ended_stays_as_it_is(self) -> None:
        if self.ended is not None:
            assert vars(self.filing) == self.ended
        elif self.filing.state in FINAL:
            self.ended = dict(vars(self.filing))
            assert self.filing.decided_at == self.at
            assert self.filing.deadline is None

    @invariant()
    def correction_is_asked_once(self) -> None:
        assert self.notices <= 1
        assert self.notices == (self.filing.correction is not None)

    @invariant()
    def the_record_is_reached_by_every_step_in_its_order(self) -> None:
        filing = self.filing
        if filing.state is not S.REGISTERED:
            assert filing.filing_number is None
            return
        assessed = filing.kind in ASSESSED_KINDS
        order = iter(self.done)
        assert all(step in order for step in ORDER[assessed])
        assert not filing.missing(self.policy)
        if assessed:
            assert filing.publicity_until is not None
            assert filing.registered_at is not None
            assert filing.registered_at > filing.publicity_until
            assert filing.objections_open == self.objected == 0


TestNoOtherWayLeadsOntoTheRecord = Life.TestCase
TestNoOtherWayLeadsOntoTheRecord.settings = settings(max_examples=150, stateful_step_count=40)


@pytest.mark.parametrize("kind", FilingKind)
def test_a_case_that_takes_every_step_is_on_record(policy: Policy, kind: FilingKind) -> None:
    filing = a_filing(kind=kind, materials=required_materials(policy, kind=kind))
    OWN[Act.SUBMIT](filing, policy, AT)
    OFFICIAL[Act.ACCEPT](filing, policy, AT)
    if kind in ASSESSED_KINDS:
        filing.assess(a_verdict(), policy, at=AT)
        OFFICIAL[Act.PUBLICISE](filing, policy, AT)
    later = AT + timedelta(days=30)
    OFFICIAL[Act.REGISTER](filing, policy, later)
    assert (filing.state, filing.registered_at, filing.filing_number) == (S.REGISTERED, later, "1号")
