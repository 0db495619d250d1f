"""组建评估组: which experts may be called to assess a case, and who steps aside (回避)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.filing.domain.expert import Expert
from services.filing.domain.filing import Filing
from services.filing.domain.panel import ExpertRecused, Member, Panel, check_distinct
from services.filing.domain.refusals import NotTheHandlingOrgan
from services.filing.domain.stages import Act, after
from shared.clock import SHANGHAI
from shared.errors import Conflict, Invalid
from shared.policy import Policy, Rubric


class PanelNotOdd(Conflict):
    """专家人数须为奇数且不少于下限 · A panel is odd in number and large enough."""

    code = "NJT-FIL-1205"


class ExpertNotAvailable(Conflict):
    """专家不可用 · The expert is not active, or not of this organ or one above it."""

    code = "NJT-FIL-1208"


class UnknownRelation(Invalid):
    """回避关系不在所列之内 · There is no such relation to declare."""

    code = "NJT-FIL-1209"


@dataclass(frozen=True, kw_only=True)
class Call:
    """Which expert is called, the relations to the applicant it declares, and its statement."""

    expert_id: UUID
    relations: tuple[str, ...] = ()
    statement: str = ""


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """Who leaves, why, and who is called instead."""

    leaving: UUID
    reason: str
    call: Call


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """What an expert needs to score a case."""

    panel: Panel
    rubric: Rubric
    filing: Filing


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An expert to be called, the relations to the applicant that it declares, and its statement."""

    expert: Expert
    relations: tuple[str, ...] = ()
    statement: str = ""


def convene(
    filing: Filing, candidates: Sequence[Candidate], policy: Policy, *, key: UUID, organ: str, at: datetime
) -> Panel:
    """组建评估组: call experts for the filing's next round.

    Raises NotTheHandlingOrgan, OutOfTurn unless it is accepted and of a kind that experts assess, PanelNotOdd,
    NamedTwice, and what `seat` raises for a member.
    """
    check_assessable(filing)
    if organ != filing.handled_by:
        raise NotTheHandlingOrgan(f"由 {filing.handled_by} 经办 · {filing.handled_by} handles it")
    check_distinct([each.expert.id for each in candidates])
    day = at.astimezone(SHANGHAI).date()
    least = policy.number("expert.min_count", day)
    if len(candidates) < least or len(candidates) % 2 == 0:
        raise PanelNotOdd(
            f"共 {len(candidates)} 名，至少 {least} 名（假设值）· at least {least}, an assumption",
            basis=("N1.2",),
        )
    return Panel(
        id=key,
        filing_id=filing.id,
        organ=filing.organ,
        convened_by=organ,
        uscc=filing.applicant.uscc,
        round=filing.rounds + 1,
        members=tuple(seat(each, filing, policy, day=day) for each in candidates),
        rubric_on=day,
        convened_at=at,
    )


def check_assessable(filing: Filing) -> None:
    """Raises OutOfTurn for a case that experts do not assess now."""
    after(filing.state, Act.PASS, filing.kind)


def seat(candidate: Candidate, filing: Filing, policy: Policy, *, day: date) -> Member:
    """A member of the panel; raises ExpertNotAvailable, UnknownRelation, or ExpertRecused with the reason."""
    expert = candidate.expert
    if not expert.serves(filing.handled_by, policy):
        raise ExpertNotAvailable(expert.name)
    relations = recusal_relations(policy, day)
    unknown = [each for each in candidate.relations if each not in relations]
    if unknown:
        raise UnknownRelation(f"{'、'.join(unknown)}；可选 · one of: {'、'.join(relations)}")
    tie = "、".join(candidate.relations) or expert.tie_to(filing.applicant)
    if tie:
        raise ExpertRecused(f"{expert.name}：{tie}", basis=("N1.2",), extra={"expert_id": str(expert.id)})
    return Member(
        expert_id=expert.id,
        name=expert.name,
        subject=expert.subject,
        statement=candidate.statement
        or f"未申报回避关系（{'、'.join(relations)}） · declared none of these relations",
    )


def recusal_relations(policy: Policy, day: date) -> tuple[str, ...]:
    """The relations by which an expert steps aside; an assumption of the policy pack."""
    return tuple(policy.text("expert.recusal", day).split("、"))
