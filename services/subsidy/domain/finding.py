"""What a rule found, kept as a few codes and told in whole sentences when somebody reads it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from services.subsidy.domain.phrases import PHRASES, Phrase
from services.subsidy.domain.terms import Result, Rule
from shared.policy import Provenance, Status

Filling = str | int
"""What fills a sentence: already written as people read it."""


class Ground(NamedTuple):
    """Which document a rule rests on, which clause of it, and how sure that is."""

    source: str
    status: str
    clause: str | None = None


class Finding(NamedTuple):
    """One rule met, missed or waiting: the code of its sentence, what fills it, and what it rests on."""

    code: str
    ground: Ground
    fillings: tuple[Filling, ...] = ()

    @property
    def phrase(self) -> Phrase:
        return PHRASES[self.code]


def found(phrase: Phrase, ground: Ground, *fillings: Filling) -> Finding:
    return Finding(phrase.code, ground, fillings)


def ground_of(value: Provenance) -> Ground:
    """The ground that a value of the policy is."""
    return Ground(value.source, value.status.value, value.clause)


@dataclass(frozen=True, kw_only=True)
class RuleOutcome:
    """One rule as it is told: met, missed or waiting, why, which document says so and how sure that is."""

    rule: Rule
    result: Result
    detail: str
    source: str
    status: Status
    clause: str | None = None

    @property
    def passed(self) -> bool:
        return self.result is Result.HIT

    @property
    def code(self) -> str:
        return self.rule.code


@dataclass(frozen=True)
class Explanation:
    """Everything the rules found about one certificate. Two that found the same are equal."""

    findings: tuple[Finding, ...]

    @cached_property
    def told(self) -> tuple[RuleOutcome, ...]:
        return tuple(_told(each) for each in self.findings)

    def with_result(self, result: Result) -> tuple[Finding, ...]:
        """The findings that refuse, or those that wait; a missed uplift only leaves the standard amount."""
        return tuple(
            each
            for each in self.findings
            if each.phrase.result is result and each.phrase.rule is not Rule.UPLIFT
        )

    @cached_property
    def packed(self) -> dict[str, Any]:
        """As it is kept, a few hundred bytes: the grounds once, and of each finding its code and fillings."""
        grounds = list(dict.fromkeys(each.ground for each in self.findings))
        places = {ground: place for place, ground in enumerate(grounds)}
        return {
            "grounds": [list(ground) for ground in grounds],
            "findings": [[each.code, places[each.ground], *each.fillings] for each in self.findings],
        }


def unpack(packed: dict[str, Sequence[Sequence[Any]]]) -> Explanation:
    """The explanation that was kept, to the letter; raises KeyError for a sentence that is not known."""
    grounds = [Ground(*each) for each in packed["grounds"]]
    return Explanation(
        tuple(_checked(code, grounds[place], fillings) for code, place, *fillings in packed["findings"])
    )


def _checked(code: str, ground: Ground, fillings: Iterable[Filling]) -> Finding:
    return Finding(PHRASES[code].code, ground, tuple(fillings))


def _told(finding: Finding) -> RuleOutcome:
    phrase, ground = finding.phrase, finding.ground
    return RuleOutcome(
        rule=phrase.rule,
        result=phrase.result,
        detail=phrase.text.format(*finding.fillings),
        source=ground.source,
        status=Status(ground.status),
        clause=ground.clause,
    )
