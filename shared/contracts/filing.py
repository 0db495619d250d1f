"""Facts the filing service announces. Fields may be added, never renamed or removed."""

from datetime import date
from typing import ClassVar
from uuid import UUID

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


class InstitutionRegistered(InstitutionFact):
    """A filing passed assessment; the institution may evaluate within its scope from now on."""

    topic: ClassVar = "filing.institution-registered.v1"

    filing_id: UUID
    name: str
    uscc: Uscc
    category: Category
    audience: Audience
    scope: tuple[ScopeItem, ...]
    filing_number: str
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


class InstitutionSuspended(InstitutionFact):
    """It may not evaluate until resumed."""

    topic: ClassVar = "filing.institution-suspended.v1"

    reason: str


class InstitutionResumed(InstitutionFact):
    """It may evaluate again."""

    topic: ClassVar = "filing.institution-resumed.v1"
