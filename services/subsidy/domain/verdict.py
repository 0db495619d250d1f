"""What was decided about one certificate, and everything that explains it."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Any

from services.subsidy.domain.fact import FactSheet
from services.subsidy.domain.finding import Explanation, RuleOutcome, unpack
from services.subsidy.domain.inputs import Asked, Inputs
from services.subsidy.domain.terms import AnyNumber, History, Outcome, Result, Rule
from shared.values import Fen


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What certificates that differ in nothing that matters are paid, in fen; shared by all of them.

    Only a payable one has an amount; `base` is the rate before any uplift.
    """

    outcome: Outcome
    amount: Fen
    base: Fen
    uplift: int | None
    shortage: bool
    basis: tuple[str, ...]
    explanation: Explanation
    policy_version: str
    known_on: date

    @cached_property
    def packed(self) -> dict[str, Any]:
        """As it is kept: plain JSON, the explanation in codes."""
        return {
            "outcome": self.outcome.value,
            "amount_fen": int(self.amount),
            "base_fen": int(self.base),
            "uplift": self.uplift,
            "shortage": self.shortage,
            "basis": list(self.basis),
            "explanation": self.explanation.packed,
            "policy_version": self.policy_version,
            "known_on": self.known_on.isoformat(),
        }

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the form in which it is kept: two that say the same are kept once."""
        return sha256(json.dumps(self.packed, ensure_ascii=False, separators=(",", ":")).encode()).digest()


Person = tuple[AnyNumber, History, FactSheet]
"""What of the inputs differs from certificate to certificate."""


class Decision:
    """The verdict on one certificate, with what it was made from: that itself, or its digest when it was read back.

    A million of them are little more than three references each; the digest is made when it is first asked for.
    """

    __slots__ = ("_asked", "_person", "verdict")

    def __init__(self, verdict: Verdict, asked: Asked | str, person: Person | None = None) -> None:
        self.verdict = verdict
        self._asked = asked
        self._person = person

    @property
    def inputs(self) -> Inputs | None:
        """What it was made from; None for one that was read back, whose inputs are kept elsewhere."""
        if isinstance(self._asked, str) or self._person is None:
            return None
        return Inputs(self._asked, *self._person)

    @property
    def inputs_digest(self) -> str:
        inputs = self.inputs
        return str(self._asked) if inputs is None else inputs.digest

    @property
    def outcome(self) -> Outcome:
        return self.verdict.outcome

    @property
    def payable(self) -> bool:
        return self.verdict.outcome is Outcome.PAYABLE

    @property
    def amount(self) -> Fen:
        return self.verdict.amount

    @property
    def base(self) -> Fen:
        return self.verdict.base

    @property
    def uplift(self) -> int | None:
        return self.verdict.uplift

    @property
    def shortage(self) -> bool:
        return self.verdict.shortage

    @property
    def basis(self) -> tuple[str, ...]:
        return self.verdict.basis

    @property
    def policy_version(self) -> str:
        return self.verdict.policy_version

    @property
    def known_on(self) -> date:
        return self.verdict.known_on

    @property
    def rules(self) -> tuple[RuleOutcome, ...]:
        """Every rule, met, missed or waiting, in whole sentences."""
        return self.verdict.explanation.told

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is not paid: what refuses it, or else what it waits for; empty when it is paid."""
        return tuple(each.detail for each in self.against)

    @property
    def against(self) -> tuple[RuleOutcome, ...]:
        """The rules that refuse it, or else those it waits for; a missed uplift only leaves the standard."""
        if self.payable:
            return ()
        told = Result.MISSED if self.outcome is Outcome.REFUSED else Result.UNKNOWN
        return tuple(each for each in self.rules if each.result is told and each.rule is not Rule.UPLIFT)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Decision):
            return NotImplemented
        return self.verdict == other.verdict and self.inputs_digest == other.inputs_digest

    def __hash__(self) -> int:
        return hash(self.inputs_digest)

    def __repr__(self) -> str:
        return f"Decision({self.verdict!r}, {self.inputs_digest!r})"


def pack(decision: Decision) -> dict[str, Any]:
    """As it is kept, with the digest of what it was made from."""
    return {**decision.verdict.packed, "inputs_digest": decision.inputs_digest}


def unpack_verdict(packed: dict[str, Any]) -> Verdict:
    """The verdict that was kept, to the letter."""
    return Verdict(
        outcome=Outcome(packed["outcome"]),
        amount=Fen(packed["amount_fen"]),
        base=Fen(packed["base_fen"]),
        uplift=packed["uplift"],
        shortage=packed["shortage"],
        basis=tuple(packed["basis"]),
        explanation=unpack(packed["explanation"]),
        policy_version=packed["policy_version"],
        known_on=date.fromisoformat(packed["known_on"]),
    )


def unpack_decision(packed: dict[str, Any]) -> Decision:
    """The decision that was kept, to the letter."""
    return Decision(unpack_verdict(packed), packed["inputs_digest"])
