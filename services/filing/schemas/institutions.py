"""Institutions on record."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.filing.domain.institution import Institution, ScopeWhy, Standing
from services.filing.schemas.cases import SiteView
from shared.contracts.scope import ScopeItem
from shared.http.work import View
from shared.policy import Audience, Category
from shared.values import Edition, Level, OccupationCode, StationCode, Uscc


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
    """An institution on record, with every version of its scope and every change of its standing."""

    legal_representative: str
    address: str
    sites: tuple[SiteView, ...]
    scope: tuple[ScopeItem, ...]
    versions: tuple[ScopeVersionView, ...]
    standings: tuple[StandingView, ...]
    post_levels: tuple[PostLevelView, ...]
    plaque_number: str | None
    certificate_number: str | None
    station_codes: tuple[StationCode, ...]
    suspended_for: str
    last_evaluated_on: date | None
    batches: int

    @classmethod
    def of(cls, institution: Institution) -> "InstitutionView":
        return cls.model_validate(institution)


class ScopeView(BaseModel):
    """What an institution may evaluate on a day, and how it stood."""

    institution_id: UUID
    on: date
    standing: Standing
    items: tuple[ScopeItem, ...]
