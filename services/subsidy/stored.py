"""How nested parts stand in their rows: a claim's items with every rule and its words, an institution's dated past."""

from typing import Any

from pydantic import TypeAdapter

from services.subsidy.domain.claim import ClaimItem
from services.subsidy.domain.terms import Decision, Outcome, Rule, RuleOutcome
from shared.contracts.scope import DatedScope, DatedStanding
from shared.policy import Status
from shared.values import CertificateNumber, Fen, Level

VERSIONS = TypeAdapter(tuple[DatedScope, ...])
STANDINGS = TypeAdapter(tuple[DatedStanding, ...])


def item_out(item: ClaimItem) -> dict[str, Any]:
    decision = item.decision
    return {
        "certificate_number": str(item.certificate_number),
        "level": int(item.level),
        "outcome": decision.outcome.value,
        "amount_fen": int(decision.amount),
        "base_fen": int(decision.base),
        "uplift": decision.uplift,
        "shortage": decision.shortage,
        "basis": list(decision.basis),
        "rules": [_rule_out(each) for each in decision.rules],
        "policy_version": decision.policy_version,
    }


def item_in(stored: dict[str, Any]) -> ClaimItem:
    decision = Decision(
        outcome=Outcome(stored["outcome"]),
        amount=Fen(stored["amount_fen"]),
        base=Fen(stored["base_fen"]),
        uplift=stored["uplift"],
        shortage=stored["shortage"],
        basis=tuple(stored["basis"]),
        rules=tuple(_rule_in(each) for each in stored["rules"]),
        policy_version=stored["policy_version"],
    )
    return ClaimItem(
        certificate_number=CertificateNumber(stored["certificate_number"]),
        level=Level(stored["level"]),
        decision=decision,
    )


def _rule_out(outcome: RuleOutcome) -> dict[str, Any]:
    return {
        "rule": outcome.rule.value,
        "passed": outcome.passed,
        "detail": outcome.detail,
        "source": outcome.source,
        "status": outcome.status.value,
        "clause": outcome.clause,
    }


def _rule_in(stored: dict[str, Any]) -> RuleOutcome:
    typed = {"rule": Rule(stored["rule"]), "status": Status(stored["status"])}
    return RuleOutcome(**{**stored, **typed})
