"""Facts the filing service announces. Fields may be added, never renamed or removed."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.event import Event
from shared.contracts.scope import ScopeItem
from shared.policy import Audience, Category
from shared.values import StationCode, Uscc


class InstitutionFact(Event):
    """What every fact about an institution on record carries."""

    stream: ClassVar = "filing.institution"

    institution_id: UUID

    @property
    def subject(self) -> UUID:
        return self.institution_id


class RecordFact(BaseModel):
    """What the register holds of an institution once a change is made; `filed_by` is an organ, or `province`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: str
    name: str
    uscc: Uscc
    category: Category
    audience: Audience
    filed_by: str
    scope: tuple[ScopeItem, ...]
    station_codes: tuple[StationCode, ...]
    standing: str
    valid_from: date
    valid_until: date


class InstitutionChange(InstitutionFact):
    """What every fact about a later change carries; facts announced before there was a `record` have none."""

    record: RecordFact | None = None


class InstitutionRegistered(InstitutionFact):
    """A filing passed assessment; the institution may evaluate within its scope from now on."""

    topic: ClassVar = "filing.institution-registered.v1"

    filing_id: UUID | None = Field(description="备案申请；存量导入没有 · none when it was on record before")
    name: str
    uscc: Uscc
    category: Category
    audience: Audience
    scope: tuple[ScopeItem, ...]
    filing_number: str
    station_codes: tuple[StationCode, ...] = ()
    valid_from: date
    valid_until: date


class InstitutionRecognized(InstitutionFact):
    """The province filed it: 一次备案、全省认可. No district assesses again (N2.1)."""

    topic: ClassVar = "filing.institution-recognized.v1"

    name: str
    uscc: Uscc
    category: Category
    audience: Audience
    scope: tuple[ScopeItem, ...]
    provincial_number: str
    station_codes: tuple[StationCode, ...]
    valid_from: date
    valid_until: date


class InstitutionSuspended(InstitutionChange):
    """It may not evaluate until resumed."""

    topic: ClassVar = "filing.institution-suspended.v1"

    reason: str
    on: date | None = Field(default=None, description="自该日起 · from this day on")
    revision: int = Field(default=0, ge=0, description="机构档案第几版 · which version of the record it made")


class InstitutionResumed(InstitutionChange):
    """It may evaluate again."""

    topic: ClassVar = "filing.institution-resumed.v1"

    on: date | None = Field(default=None, description="自该日起 · from this day on")
    revision: int = Field(default=0, ge=0, description="机构档案第几版 · which version of the record it made")


class InstitutionRescoped(InstitutionChange):
    """From a day on it may evaluate this, all of it; extension, campaign (N3.6) or the province's word."""

    topic: ClassVar = "filing.institution-rescoped.v1"

    scope: tuple[ScopeItem, ...]
    valid_from: date
    why: str
    revision: int = Field(ge=0)


class SiteFact(BaseModel):
    """考核点: a place where it evaluates."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    address: str
    station_code: StationCode | None = None


class InstitutionAmended(InstitutionChange):
    """Its particulars are these now; its scope and validity are as before."""

    topic: ClassVar = "filing.institution-amended.v1"

    name: str
    address: str
    sites: tuple[SiteFact, ...]
    station_codes: tuple[StationCode, ...]
    revision: int = Field(ge=0)


class InstitutionRenewed(InstitutionChange):
    """Valid until a later day; with `valid_from`, only from that day on, as its validity had run out before."""

    topic: ClassVar = "filing.institution-renewed.v1"

    valid_until: date
    valid_from: date | None = None
    revision: int = Field(ge=0)


class InstitutionEnded(InstitutionChange):
    """On record no more: expired, cancelled, removed or revoked. What it evaluated before stays evaluated."""

    topic: ClassVar = "filing.institution-ended.v1"

    standing: str
    reason: str
    on: date
    revision: int = Field(ge=0)


class RecordRepeated(InstitutionFact):
    """The record as it stands, told once more because somebody seems to have missed something; nothing happened to it.

    `reason` and `held_for` (clauses) say why it is suspended, or why it ended.
    """

    topic: ClassVar = "filing.record-repeated.v1"

    record: RecordFact
    scope_from: date
    reason: str = ""
    held_for: tuple[str, ...] = ()


class ReportRepeated(InstitutionChange):
    """The province rejected what it was told of this record: it is told again, no more under `takes_up`, another key."""

    topic: ClassVar = "filing.report-repeated.v1"

    action: str
    revision: int = Field(ge=0)
    business_key: str
    takes_up: str = ""
    reason: str = ""
    on: date | None = None
