"""How far a filing is, and which act leads from where to where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.filing.domain.refusals import OutOfTurn
from shared.policy import FilingKind, Policy
from shared.policy.terms import Term


class FilingState(Term):
    """How far a filing is. 草稿 → 已提交 → 已受理 → 评估通过 → 公示中 → 已备案."""

    DRAFT = "draft", "草稿", "draft"
    SUBMITTED = "submitted", "已提交", "submitted"
    CORRECTING = "correcting", "补正中", "being corrected"
    ACCEPTED = "accepted", "已受理", "accepted"
    MENDING = "mending", "整改中", "being mended"
    PASSED = "passed", "评估通过", "assessment passed"
    FAILED = "failed", "评估未通过", "assessment failed"
    PUBLICITY = "publicity", "公示中", "publicised"
    REGISTERED = "registered", "已备案", "on record"
    REFUSED = "refused", "不予备案", "refused"
    WITHDRAWN = "withdrawn", "已撤回", "withdrawn"


class Act(StrEnum):
    """What may be done with a filing."""

    SUBMIT = "submit"
    ASK_CORRECTION = "ask_correction"
    CORRECT = "correct"
    ACCEPT = "accept"
    PASS = "pass"  # noqa: S105 — the act, not a password
    ASK_MENDING = "ask_mending"
    MEND = "mend"
    FAIL = "fail"
    PUBLICISE = "publicise"
    REGISTER = "register"
    REFUSE = "refuse"
    VOID = "void"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"


_S = FilingState
ASSESSED_KINDS = frozenset({FilingKind.INITIAL, FilingKind.EXTENSION})
"""Kinds of filing that experts assess and that are publicised; renewals and changes are decided by the organ."""

OPEN_STATES = frozenset(
    {_S.DRAFT, _S.SUBMITTED, _S.CORRECTING, _S.ACCEPTED, _S.MENDING, _S.PASSED, _S.PUBLICITY}
)
IN_HAND_STATES = OPEN_STATES - {_S.DRAFT}
"""What an officer has to do with."""

CLOCKS = {
    _S.SUBMITTED: "filing.accept_days",
    _S.ACCEPTED: "filing.assess_days",
    _S.MENDING: "filing.mend_days",
    _S.PASSED: "filing.decide_days",
}
"""The parameter that sets the term of each stage; a stage that is not in it has none, or one of its own."""

_INTAKE: dict[tuple[FilingState, Act], FilingState] = {
    (_S.DRAFT, Act.SUBMIT): _S.SUBMITTED,
    (_S.SUBMITTED, Act.ASK_CORRECTION): _S.CORRECTING,
    (_S.CORRECTING, Act.CORRECT): _S.SUBMITTED,
    (_S.CORRECTING, Act.LAPSE): _S.WITHDRAWN,
    (_S.SUBMITTED, Act.ACCEPT): _S.ACCEPTED,
    (_S.SUBMITTED, Act.REFUSE): _S.REFUSED,
    (_S.ACCEPTED, Act.REFUSE): _S.REFUSED,
    **{(state, Act.VOID): _S.REFUSED for state in sorted(IN_HAND_STATES)},
    **{(state, Act.WITHDRAW): _S.WITHDRAWN for state in sorted(OPEN_STATES)},
}
_ASSESSED: dict[tuple[FilingState, Act], FilingState] = {
    (_S.ACCEPTED, Act.PASS): _S.PASSED,
    (_S.ACCEPTED, Act.ASK_MENDING): _S.MENDING,
    (_S.ACCEPTED, Act.FAIL): _S.FAILED,
    (_S.MENDING, Act.MEND): _S.ACCEPTED,
    (_S.MENDING, Act.LAPSE): _S.FAILED,
    (_S.PASSED, Act.PUBLICISE): _S.PUBLICITY,
    (_S.PASSED, Act.REFUSE): _S.REFUSED,
    (_S.PUBLICITY, Act.REGISTER): _S.REGISTERED,
    (_S.PUBLICITY, Act.REFUSE): _S.REFUSED,
}
_DECIDED: dict[tuple[FilingState, Act], FilingState] = {
    (_S.ACCEPTED, Act.REGISTER): _S.REGISTERED,
}


def transitions(kind: FilingKind) -> Mapping[tuple[FilingState, Act], FilingState]:
    """Where each act leads in a filing of this kind; what is not in it may not be done."""
    return _INTAKE | (_ASSESSED if kind in ASSESSED_KINDS else _DECIDED)


def after(state: FilingState, act: Act, kind: FilingKind) -> FilingState:
    """The state an act leads to; raises OutOfTurn naming the states in which it may be done."""
    found = transitions(kind).get((state, act))
    if found is None:
        places = [before.label for (before, each) in transitions(kind) if each is act]
        needed = f"，须为 {' / '.join(places)}" if places else ""
        raise OutOfTurn(
            f"当前为 {state.label}{needed} · {act} is not done now", extra={"state": state, "act": act}
        )
    return found


def mermaid(kind: FilingKind) -> str:
    """The stages of one kind of filing as a Mermaid state diagram."""
    lines = [f"    {before} --> {then}: {act}" for (before, act), then in transitions(kind).items()]
    return "\n".join(["stateDiagram-v2", "    [*] --> draft", *lines])


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a panel found: the experts' marks added up, and the vetoes that at least one of them cast.

    `measured_on` is the day whose marks to pass it is held against, the rubric's; without one, the day of the verdict.
    """

    total: int
    experts: int
    vetoes: tuple[str, ...] = ()
    measured_on: date | None = None


def outcome(verdict: Verdict, policy: Policy, *, rounds: int, day: date) -> Act:
    """What a verdict leads to after so many earlier rounds: PASS, ASK_MENDING or FAIL (N1.2)."""
    if verdict.vetoes or verdict.total < policy.number("expert.correct_score", day) * verdict.experts:
        return Act.FAIL
    if verdict.total >= policy.number("expert.pass_score", day) * verdict.experts:
        return Act.PASS
    return Act.ASK_MENDING if rounds < policy.number("filing.reassess_max", day) else Act.FAIL
