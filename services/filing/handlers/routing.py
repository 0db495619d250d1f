"""Who owes what on a case, decided by the notice and by what the register knows."""

from dataclasses import dataclass
from uuid import UUID

from services.filing.domain.filing import Filing
from services.filing.domain.placing import check_scope, responsible_organ
from services.filing.handlers.work import Work
from shared.contracts.scope import ScopeItem
from shared.policy import Attribute, Audience, Category, Routing
from shared.values import Occupation, Uscc


@dataclass(frozen=True, kw_only=True)
class DecideRouting:
    """Such an applicant, for such an audience; the register knows the rest."""

    category: Category
    audience: Audience
    uscc: Uscc | None
    evidence: frozenset[Attribute]
    scope: tuple[ScopeItem, ...]
    amends: UUID | None = None


async def ask_routing(query: DecideRouting, organ: str | None, work: Work) -> Routing:
    """The same before anything is drafted; raises NotResponsible for no district or park, NotEvaluated (N1.5) too."""
    if organ is not None:
        responsible_organ(organ, work.policy)
    check_scope(query.scope, work.policy)
    return await decide_routing(query, work)


async def decide_routing(query: DecideRouting, work: Work) -> Routing:
    """Who owes what on such a case, or a refusal naming the clause and what may be filed instead (N2.1–N2.7)."""
    facts = set(query.evidence & {Attribute.KEY_SCHOOL_EVIDENCE})
    if query.uscc and await work.institutions.has_first_filing(query.uscc, on=work.today):
        facts.add(Attribute.FIRST_FILING_IN_FORCE)
    occupations = [Occupation(item.edition, item.occupation) for item in query.scope]
    if not await work.institutions.any_covers(occupations, on=work.today, apart_from=query.amends):
        facts.add(Attribute.NO_INSTITUTION_COVERS_OCCUPATION)
    return work.policy.decide_routing(query.category, query.audience, frozenset(facts))


async def decide_in_turn(filing: Filing, work: Work) -> Routing:
    """The same for the decision on a case; what an association takes, nobody begins to cover meanwhile (N2.7)."""
    if filing.category is Category.MUNICIPAL_ASSOCIATION:
        await work.institutions.take_turn(
            [Occupation(each.edition, each.occupation) for each in filing.scope]
        )
    return await decide_routing(routing_of(filing), work)


def routing_of(filing: Filing) -> DecideRouting:
    """What has to be decided once more before a case is put on record."""
    return DecideRouting(
        category=filing.category,
        audience=filing.audience,
        uscc=filing.applicant.uscc,
        evidence=filing.evidence,
        scope=filing.scope,
        amends=filing.institution_id,
    )
