"""One applicant's request to be put on record, or to have its record amended, from draft to registration."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from services.filing.domain.deadline import Deadline, shown
from services.filing.domain.materials import Checked, check_fits, check_whole, checklist, found
from services.filing.domain.refusals import (
    AlreadyCorrected,
    NothingToCorrect,
    NotMarked,
    NotTheHandlingOrgan,
    ObjectionOpen,
    OutOfTurn,
    PublicityRunning,
)
from services.filing.domain.stages import ASSESSED_KINDS, CLOCKS, Act, FilingState, Verdict, after, outcome
from services.filing.domain.terms import (
    Applicant,
    Correction,
    CorrectionItem,
    Material,
    Particulars,
    Training,
)
from shared.clock import SHANGHAI
from shared.contracts.scope import ScopeItem
from shared.policy import (
    ENTERPRISES,
    Attribute,
    Audience,
    Category,
    Channel,
    FilingKind,
    MaterialKind,
    Policy,
)

EDITABLE = ("applicant", "scope", "evidence", "training", "particulars")
"""Parts of a request that a correction notice can mark; documents are marked as `materials.<kind>`."""


@dataclass(eq=False, kw_only=True)
class Filing:
    """A request for a scope of occupations and levels, or for a change of what is on record.

    `organ` is the district or park responsible for the applicant (N2.0); `handled_by` the organ that assesses and
    files, the city for some (N2.5); `officer_id` who handles it there (N3.2). `institution_id` is what an amending
    filing amends, or what an initial one brought about.
    """

    id: UUID
    kind: FilingKind = FilingKind.INITIAL
    channel: Channel = Channel.ONLINE
    applicant: Applicant
    organ: str
    handled_by: str
    category: Category
    audience: Audience
    scope: tuple[ScopeItem, ...]
    basis: tuple[str, ...]
    drafted_at: datetime
    particulars: Particulars | None = None
    training: frozenset[Training] = frozenset()
    evidence: frozenset[Attribute] = frozenset()
    materials: tuple[Material, ...] = ()
    state: FilingState = FilingState.DRAFT
    officer_id: UUID | None = None
    submitted_at: datetime | None = None
    deadline: Deadline | None = None
    correction: Correction | None = None
    rounds: int = 0
    publicity_until: datetime | None = None
    objections_open: int = 0
    decided_at: datetime | None = None
    refused_for: str = ""
    filing_number: str | None = None
    institution_id: UUID | None = None
    version: int = 0

    @property
    def priority(self) -> bool:
        """An enterprise that trained is taken first in the officer's queue; it is not more likely to pass (N1.1)."""
        return bool(self.training) and self.category in ENTERPRISES

    @property
    def registered_at(self) -> datetime | None:
        return self.decided_at if self.state is FilingState.REGISTERED else None

    def revise(
        self,
        *,
        applicant: Applicant,
        scope: tuple[ScopeItem, ...],
        training: frozenset[Training],
        evidence: frozenset[Attribute],
        particulars: Particulars | None,
    ) -> None:
        """Save another version of a draft, or of what a correction notice marks; raises NotMarked for anything else."""
        given = {
            "applicant": applicant,
            "scope": scope,
            "training": training,
            "evidence": evidence,
            "particulars": particulars,
        }
        changed = [name for name, value in given.items() if value != getattr(self, name)]
        if "applicant" in changed and self.kind is not FilingKind.INITIAL:
            raise NotMarked(
                "名称、地址等以变更备案办理 · the particulars of a body on record are changed by a filing"
            )
        self._check_editable(changed)
        for name in changed:
            setattr(self, name, given[name])

    def hand_in(self, material: Material, policy: Policy) -> None:
        """Add a document or replace it (N2.8); raises NotMarked, or what `check_fits` does."""
        self._check_editable([f"materials.{material.kind}"])
        check_fits(material, self.asked(policy))
        self._put(material.kind, material)

    def take_back(self, kind: str) -> Material:
        """Take what was handed in or pledged out again, where it may be edited; raises NotHandedIn or NotMarked."""
        material = self.material(kind)
        self._check_editable([f"materials.{kind}"])
        self._put(kind)
        return material

    def material(self, kind: str) -> Material:
        """What was handed in or pledged; raises NotHandedIn."""
        return found(self.materials, kind)

    def note_kept(self, kind: str, *, organ: str, at: datetime) -> None:
        """承诺属实: the organ found a pledge kept before the decision; nothing is left to check after it."""
        self._handled_by(organ)
        self._next(Act.VOID)  # while it could be found false
        self._put(kind, replace(self.material(kind), checked_at=at))

    def _put(self, kind: str, *material: Material) -> None:
        self.materials = (*(each for each in self.materials if each.kind != kind), *material)

    def asked(self, policy: Policy) -> tuple[MaterialKind, ...]:
        """The documents such a filing needs (N2.8)."""
        return policy.materials(self.category, self.audience, self.kind)

    def missing(self, policy: Policy) -> list[MaterialKind]:
        """The required documents that were neither handed in nor pledged."""
        given = {each.kind for each in self.materials}
        return [kind for kind in self.asked(policy) if kind.required and kind.id not in given]

    def checklist(self, policy: Policy, *, at: datetime) -> tuple[Checked, ...]:
        """How each document asked for stands; one that cannot be changed any more, on the day it was submitted."""
        return checklist(
            self.asked(policy), self.materials, measured=lambda kind: self._measured_on(kind, at)
        )

    def submit(self, policy: Policy, *, at: datetime) -> None:
        """Hand the case to the district (N2.8); raises what `check_whole` does, naming all documents at once."""
        state = self._next(Act.SUBMIT)
        check_whole(self.checklist(policy, at=at))
        self.submitted_at = at
        self._enter(state, policy, at=at)

    def ask_correction(
        self, items: tuple[CorrectionItem, ...], policy: Policy, *, organ: str, at: datetime
    ) -> None:
        """一次性告知: tell everything that has to be corrected; the organ's clock stops meanwhile.

        Raises AlreadyCorrected on a second notice, NothingToCorrect for no items or for a field there is not.
        """
        self._handled_by(organ)
        state = self._next(Act.ASK_CORRECTION)
        if self.correction is not None:
            raise AlreadyCorrected("补正只能一次性告知 · everything is told at once", basis=("N1.2",))
        fields = {*EDITABLE, *(f"materials.{kind.id}" for kind in self.asked(policy))}
        unknown = [item.field for item in items if item.field not in fields]
        if not items or unknown:
            raise NothingToCorrect(f"{'、'.join(unknown)}；可选 · one of: {', '.join(sorted(fields))}")
        due = Deadline.of("filing.correct_days", policy, at=at).due_at
        self.correction = Correction(items=items, asked_at=at, due_at=due)
        self.deadline = self.deadline and self.deadline.pause(policy.calendar, at=at)
        self.state = state

    def correct(self, policy: Policy, *, at: datetime) -> None:
        """Hand the corrected case back: the organ's clock runs on; raises what `check_whole` does."""
        state = self._next(Act.CORRECT)
        check_whole(self.checklist(policy, at=at))
        self.correction = self.correction and replace(self.correction, answered_at=at)
        self.deadline = self.deadline and self.deadline.resume(policy.calendar, at=at)
        self.state = state

    def accept(self, policy: Policy, *, organ: str, at: datetime) -> None:
        """受理: take the case on."""
        self._handled_by(organ)
        self._enter(self._next(Act.ACCEPT), policy, at=at)

    def assess(self, verdict: Verdict, policy: Policy, *, at: datetime) -> None:
        """What the panel's verdict leads to (N1.2): passed, to be mended and assessed once more, or failed.

        A veto fails it whatever the marks are; so does a middling mark when it was mended already.
        """
        day = verdict.measured_on or at.astimezone(SHANGHAI).date()
        act = outcome(verdict, policy, rounds=self.rounds, day=day)
        self._enter(self._next(act), policy, at=at)
        self.rounds += 1
        if act is Act.FAIL:
            vetoes = f"：{'、'.join(verdict.vetoes)}" if verdict.vetoes else ""
            self.decided_at = at
            self.refused_for = f"专家评估未通过 · not passed by the panel{vetoes}"

    def mend(self, policy: Policy, *, at: datetime) -> None:
        """整改完成: what the panel asked for was put right; the case is assessed once more."""
        self._enter(self._next(Act.MEND), policy, at=at)

    def publicise(self, policy: Policy, *, organ: str, at: datetime) -> None:
        """公示: publish the intended registration for the working days that the policy names."""
        self._handled_by(organ)
        self.state = self._next(Act.PUBLICISE)
        self.publicity_until = Deadline.of("filing.publicity_days", policy, at=at).due_at
        self.deadline = Deadline.of("filing.decide_days", policy, at=self.publicity_until)

    def register(self, policy: Policy, *, organ: str, at: datetime, number: str | None) -> None:
        """Put it on record, or amend the record; raises PublicityRunning or ObjectionOpen."""
        self._handled_by(organ)
        state = self._next(Act.REGISTER)
        if self.kind in ASSESSED_KINDS:
            self._check_publicity_over(at)
        self.filing_number = number
        self.decided_at = at
        self._enter(state, policy, at=at)

    def refuse(self, reason: str, policy: Policy, *, organ: str, at: datetime, act: Act = Act.REFUSE) -> None:
        """不予受理 · 不予备案: with the reason the applicant is told; by `Act.VOID`, for a false pledge, at any stage."""
        self._handled_by(organ)
        self._enter(self._next(act), policy, at=at)
        self.decided_at, self.refused_for = at, reason

    def withdraw(self, policy: Policy, *, at: datetime) -> None:
        """撤回: the applicant takes it back, any time before the decision."""
        self._enter(self._next(Act.WITHDRAW), policy, at=at)
        self.decided_at = at

    def lapse(self, policy: Policy, *, at: datetime) -> None:
        """逾期: the applicant let its own term pass; raises OutOfTurn while it has not."""
        state = self._next(Act.LAPSE)
        due = self.applicant_due_at
        if due is None or at <= due:
            raise OutOfTurn(f"期限至 {shown(due)} · it is due then")
        self._enter(state, policy, at=at)
        self.decided_at = at
        self.refused_for = "申请人逾期未补正或整改 · the applicant let the term pass"

    @property
    def applicant_due_at(self) -> datetime | None:
        """Until when the applicant has to correct or to mend; None when nothing is up to it."""
        if self.state is FilingState.CORRECTING and self.correction is not None:
            return self.correction.due_at
        return self.deadline.due_at if self.state is FilingState.MENDING and self.deadline else None

    def _enter(self, state: FilingState, policy: Policy, *, at: datetime) -> None:
        """Into a stage, with its own clock."""
        self.state = state
        parameter = CLOCKS.get(state)
        self.deadline = Deadline.of(parameter, policy, at=at) if parameter else None

    def _next(self, act: Act) -> FilingState:
        return after(self.state, act, self.kind)

    def _check_editable(self, fields: list[str]) -> None:
        if self.state is FilingState.DRAFT:
            return
        if self.state is not FilingState.CORRECTING or self.correction is None:
            raise OutOfTurn(f"当前为 {self.state.label} · only drafts and corrections are edited")
        unmarked = sorted(set(fields) - self.correction.fields)
        if unmarked:
            raise NotMarked(
                f"{'、'.join(unmarked)}；补正范围 · marked: {', '.join(sorted(self.correction.fields))}"
            )

    def _measured_on(self, kind: str, at: datetime) -> date:
        """When a document has to be in date: when its applicant last could replace it."""
        told, last = self.correction, self.submitted_at
        if told is not None and f"materials.{kind}" in told.fields:
            last = told.answered_at
        return (last or at).astimezone(SHANGHAI).date()

    def _check_publicity_over(self, at: datetime) -> None:
        if self.publicity_until is None or at <= self.publicity_until:
            raise PublicityRunning(f"公示至 {shown(self.publicity_until)} · publicity ends then")
        if self.objections_open:
            raise ObjectionOpen(f"尚有 {self.objections_open} 件异议在核查 · objections under investigation")

    def _handled_by(self, organ: str) -> None:
        if organ != self.handled_by:
            raise NotTheHandlingOrgan(
                f"由 {self.handled_by} 经办 · {self.handled_by} handles it", basis=self.basis
            )
