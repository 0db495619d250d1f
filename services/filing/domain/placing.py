"""Which organ a case belongs to and who handles it, and whether its scope can be evaluated at all."""

from collections.abc import Iterable

from services.filing.domain.refusals import FiledElsewhere, NotEvaluated, NotResponsible
from shared.contracts.scope import ScopeItem
from shared.errors import Conflict
from shared.policy import (
    DutyKind,
    DutyOwner,
    OccupationEntry,
    OrganKind,
    Policy,
    Routing,
    UnknownOccupation,
)
from shared.values import Occupation


class SeveralPlaces(Conflict):
    """考核点分属多个机关，须分别下发 · Its sites lie with several organs; each is to be told by itself."""

    code = "NJT-FIL-1856"


def responsible_organ(code: str, policy: Policy) -> str:
    """The district or park an applicant belongs to (N2.0); raises UnknownOrgan, or NotResponsible for any other."""
    organ = policy.organ(code)
    if organ.kind not in (OrganKind.DISTRICT, OrganKind.PARK):
        raise NotResponsible(
            f"{organ.name}：须为所在区或园区 · it must be a district or park", basis=("N2.0",)
        )
    return organ.code


def located_organ(code: str, sites: Iterable[str], policy: Policy) -> str:
    """The organ responsible for what the province filed: where it is located, or, of one elsewhere, where its site is.

    A body of another city of the province with a site here is recognised the same way (N2.1, N2.0). Raises what
    `responsible_organ` raises, or SeveralPlaces where its sites lie with several organs of ours.
    """
    kinds = (OrganKind.DISTRICT, OrganKind.PARK)
    known = (policy.organs.get(each) for each in sites)
    ours = {organ.code for organ in known if organ is not None and organ.kind in kinds}
    if code in policy.organs or not ours:
        return responsible_organ(code, policy)
    if len(ours) > 1:
        raise SeveralPlaces("、".join(sorted(ours)), basis=("N2.0",))
    return responsible_organ(ours.pop(), policy)


def handling_organ(routing: Routing, policy: Policy, *, organ: str) -> str:
    """Who assesses and files for an applicant of this district or park; raises FiledElsewhere for the province's."""
    owner = routing.owner(DutyKind.FILE)
    if owner is DutyOwner.PROVINCE:
        raise FiledElsewhere(
            "由省人社厅评估备案，区负责对接、开户 · filed by the province", basis=routing.basis
        )
    return organ_of(owner, policy, organ=organ)


def organ_of(owner: DutyOwner | None, policy: Policy, *, organ: str) -> str:
    """The organ a duty falls to, seen from the district or park responsible: itself, or the city above it."""
    if owner is DutyOwner.CITY:
        return policy.organ(organ).parent or organ
    return organ


def check_scope(scope: Iterable[ScopeItem], policy: Policy) -> None:
    """Every item must be in the catalogue and offered at its level (N1.5); raises NotEvaluated naming the first."""
    for item in scope:
        try:
            entry: OccupationEntry = policy.occupation(Occupation(item.edition, item.occupation))
        except UnknownOccupation as unknown:
            raise NotEvaluated(unknown.detail, basis=("N1.5",)) from None
        if entry.excludes(item.work_type):
            raise NotEvaluated(entry.exclusion_note, basis=("N1.5", *_clause_of(entry)))
        if not entry.offers(item.level, item.work_type):
            raise NotEvaluated(
                f"{entry.name}{item.work_type} 不设 {item.level.title} · not offered at this level",
                basis=("N1.5",),
            )


def _clause_of(entry: OccupationEntry) -> tuple[str, ...]:
    """The clause that keeps a licensed trade (准入类) out of evaluation by level."""
    return (entry.exclusion.clause,) if entry.exclusion and entry.exclusion.clause else ()
