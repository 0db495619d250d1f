"""Institutions on record."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.filing.domain.institution import Institution, PostLevel, ScopeWhy, Standing, SuspendedBy
from services.filing.domain.obligation import Obligation
from services.filing.handlers.lifecycle import Decision
from services.filing.schemas.cases import SiteView
from services.filing.schemas.obligations import ObligationView
from services.filing.schemas.parts import Body
from shared.contracts.scope import ScopeItem
from shared.http.work import View
from shared.policy import Audience, Category
from shared.values import Edition, Level, Occupation, OccupationCode, StationCode, Uscc


class InstitutionRow(View):
    """An institution in a list."""

    name: str
    uscc: Uscc
    organ: str
    category: Category
    audience: Audience
    number: str
    valid_from: date
    valid_until: date
    basis: tuple[str, ...]
    filed_by: str
    standing: Standing

    @classmethod
    def of(cls, institution: Institution) -> "InstitutionRow":
        return cls.model_validate(institution)


class ScopeVersionView(BaseModel):
    """What it may evaluate from a day on."""

    model_config = ConfigDict(from_attributes=True)

    valid_from: date
    items: tuple[ScopeItem, ...]
    why: ScopeWhy
    basis: tuple[str, ...]
    filing_id: UUID | None


class StandingView(BaseModel):
    """Since when it stands so, and why."""

    model_config = ConfigDict(from_attributes=True)

    valid_from: date
    standing: Standing
    reason: str
    held_by: tuple[SuspendedBy, ...]


class LapseView(BaseModel):
    """Days on which it was not valid, as a renewal was decided late; both count."""

    model_config = ConfigDict(from_attributes=True)

    since: date
    until: date


class OccupationView(BaseModel):
    """An occupation of one edition of the catalogue."""

    model_config = ConfigDict(from_attributes=True)

    edition: Edition
    code: OccupationCode


class PostLevelView(BaseModel):
    """岗位等级 · a level of the enterprise's own, and the state level it is held against (N1.5)."""

    model_config = ConfigDict(from_attributes=True)

    occupation: OccupationView
    name: str
    held_as: Level | None


class InstitutionView(InstitutionRow):
    """An institution on record, with every version of its scope and every change of its standing, and what is owed."""

    legal_representative: str
    address: str
    sites: tuple[SiteView, ...]
    scope: tuple[ScopeItem, ...]
    versions: tuple[ScopeVersionView, ...]
    standings: tuple[StandingView, ...]
    lapses: tuple[LapseView, ...] = Field(
        description="续期迟延期间，不得开展评价 · days that a late renewal left open"
    )
    post_levels: tuple[PostLevelView, ...]
    plaque_number: str | None
    certificate_number: str | None
    station_codes: tuple[StationCode, ...]
    suspended_for: str
    last_evaluated_on: date | None
    batches: int = Field(description="备案或续期以来的评价批次 · batches since it was filed or renewed")
    obligations: tuple[ObligationView, ...] = ()

    @classmethod
    def whole(cls, institution: Institution, owed: Sequence[Obligation]) -> "InstitutionView":
        """The institution with what is owed on it, or was."""
        views = tuple(ObligationView.of(each) for each in owed)
        return cls.model_validate(institution).model_copy(update={"obligations": views})


class HistoryView(BaseModel):
    """变迁 · every version of the scope and every change of the standing, in the order they were made."""

    institution_id: UUID
    versions: tuple[ScopeVersionView, ...]
    standings: tuple[StandingView, ...]
    lapses: tuple[LapseView, ...]


class ScopeView(BaseModel):
    """What an institution may evaluate on a day, and how it stood."""

    institution_id: UUID
    on: date
    standing: Standing
    items: tuple[ScopeItem, ...]


# What the province is told of a reason has this length.
Why = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=500, strip_whitespace=True, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$"
    ),
]
ClauseId = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9.-]{1,39}$")]


class ReasonBody(Body):
    """Why, as the institution and the province will read it."""

    reason: Why


class DecisionBody(ReasonBody):
    """Why an organ decides so, and on which clauses; the record's own when none is named."""

    basis: Annotated[tuple[ClauseId, ...], Field(max_length=10)] = ()

    def made(self) -> Decision:
        return Decision(reason=self.reason, basis=self.basis)


class ResumptionBody(Body):
    """On which clauses it may evaluate again; the record's own when none is named."""

    basis: Annotated[tuple[ClauseId, ...], Field(max_length=10)] = ()

    def made(self) -> Decision:
        return Decision(basis=self.basis)


class OccupationBody(Body):
    """An occupation of one edition of the catalogue."""

    edition: Edition
    code: OccupationCode


class PostLevelBody(Body):
    """岗位等级 · one level of the enterprise's own."""

    occupation: OccupationBody
    name: Annotated[
        str,
        StringConstraints(min_length=1, max_length=60, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$"),
    ]
    held_as: Level | None = Field(
        default=None, description="对应的国家等级 · the state level it is held against"
    )


class PostLevelsBody(Body):
    """All post levels, in place of those there were (N1.5)."""

    levels: Annotated[tuple[PostLevelBody, ...], Field(max_length=200)]

    def made(self) -> tuple[PostLevel, ...]:
        return tuple(
            PostLevel(
                occupation=Occupation(each.occupation.edition, each.occupation.code),
                name=each.name,
                held_as=each.held_as,
            )
            for each in self.levels
        )
