"""按当时所知重算: an old decision made again, by what was known on a day."""

import json
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from services.subsidy.domain.decision import Decision, decide
from services.subsidy.domain.fact import FactSheet
from services.subsidy.domain.inputs import restore
from services.subsidy.domain.item import Item
from services.subsidy.domain.terms import AnyNumber, History
from services.subsidy.handlers.work import Work
from shared.errors import Invalid, NotFound


class UnknownDecision(NotFound):
    """该证书没有核算记录 · Nothing was decided about this certificate."""

    code = "NJT-SUB-1609"


class NotKnownYet(Invalid):
    """不能按尚未到来的日期重算 · Nobody knows what will be known on a day to come."""

    code = "NJT-SUB-1610"


@dataclass(frozen=True, kw_only=True)
class DecidedAgain:
    """A decision as it was kept, and made again from the same inputs by what was known on a day."""

    item: Item
    kept: Decision
    again: Decision

    @property
    def identical(self) -> bool:
        """Whether outcome, amounts, every sentence and the version of the policy are the same."""
        return self.kept.verdict == self.again.verdict


async def decide_again(number: AnyNumber, as_known_on: date | None, work: Work) -> DecidedAgain:
    """The latest decision about a certificate; by what was known when it was made unless a day is given.

    Raises UnknownDecision or NotKnownYet.
    """
    if as_known_on is not None and as_known_on > work.today:
        raise NotKnownYet
    item = next((each for each in await work.decided.of_certificate(number) if each.decision), None)
    if item is None or item.decision is None:
        raise UnknownDecision
    asked = restore(item.inputs.encode())
    again = decide(
        asked.certificate,
        asked.claim,
        History(asked.history),
        FactSheet(asked.facts),
        work.policy,
        known_on=as_known_on or item.decision.known_on,
    )
    return DecidedAgain(item=item, kept=item.decision, again=again)


def explanation_digest(decision: Decision) -> str:
    """SHA-256 of the bytes of the explanation as it is kept."""
    packed = json.dumps(decision.verdict.explanation.packed, ensure_ascii=False, separators=(",", ":"))
    return sha256(packed.encode()).hexdigest()
