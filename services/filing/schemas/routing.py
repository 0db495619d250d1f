"""The decision on who handles a filing."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.filing.schemas.parts import Body, OrganCode
from shared.contracts.scope import ScopeItem
from shared.policy import Attribute, Audience, Category, Duty, DutyKind, DutyOwner, Policy, Routing, Status
from shared.values import Uscc


class RoutingQuery(Body):
    """Who would have to do what, for such an applicant?"""

    category: Category
    audience: Audience
    uscc: Uscc | None = None
    organ: OrganCode | None = Field(
        default=None, description="所在区或园区 · district or park of the applicant"
    )
    evidence: frozenset[Attribute] = frozenset()
    scope: Annotated[tuple[ScopeItem, ...], Field(max_length=500)] = ()


class DutyView(BaseModel):
    """One duty: what, whose, by which clause and document, and how sure that is."""

    model_config = ConfigDict(from_attributes=True)

    kind: DutyKind
    owner: DutyOwner
    organ: str | None = Field(description="承办机关代码 · the organ, when the applicant's is known")
    clause: str
    source: str
    document: str = Field(description="文件及文号 · document and its number")
    status: Status


class RoutingView(BaseModel):
    """Everything the deciding clause makes others owe."""

    basis: tuple[str, ...]
    duties: list[DutyView]

    @classmethod
    def of(cls, routing: Routing, policy: Policy, *, organ: str | None) -> "RoutingView":
        return cls(basis=routing.basis, duties=[_duty(each, policy, organ) for each in routing.duties])


def _duty(duty: Duty, policy: Policy, organ: str | None) -> DutyView:
    return DutyView(
        kind=duty.kind,
        owner=duty.owner,
        organ=_organ(duty.owner, policy, organ),
        clause=duty.clause,
        source=duty.source,
        document=policy.document(duty.source).label,
        status=duty.status,
    )


def _organ(owner: DutyOwner, policy: Policy, organ: str | None) -> str | None:
    """The organ of an owner, seen from the applicant's district; None where two share the duty or none is known."""
    if organ is None or owner is DutyOwner.CITY_AND_DISTRICT:
        return None
    above = policy.organ(organ).parent
    if owner is DutyOwner.DISTRICT:
        return organ
    if owner is DutyOwner.CITY or above is None:
        return above
    return policy.organ(above).parent
