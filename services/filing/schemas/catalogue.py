"""REST bodies of the catalogue's editions, in and out."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.filing.domain.catalogue import (
    CatalogueEdition,
    DifferenceKind,
    EditionState,
    differences,
)
from shared.contracts.instructions import ListedOccupation
from shared.http.work import View
from shared.policy import Policy
from shared.values import Level

Words = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500, strip_whitespace=True, pattern=r"^[^\x00]*$"),
]


class EditionProposalBody(BaseModel):
    """拟采用 · why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Words


class EditionDecisionBody(BaseModel):
    """确认采用或不采用 · by another person than who proposed it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    accepted: bool
    opinion: Words


class EditionSummaryView(View):
    """One edition of the occupation catalogue that the province told."""

    number: str
    title: str
    issued: date
    effective_from: date
    effective_to: date | None
    received_at: datetime
    state: EditionState
    proposed_by: str
    reason: str
    decided_by: str
    decided_at: datetime | None
    opinion: str

    @classmethod
    def summary(cls, edition: CatalogueEdition) -> "EditionSummaryView":
        return cls.model_validate(edition)


class DifferenceView(BaseModel):
    """What is other in the policy pack in force than in the edition."""

    model_config = ConfigDict(from_attributes=True, frozen=True)

    kind: DifferenceKind
    edition: str
    occupation: str
    work_type: str
    name: str
    ours: tuple[Level, ...]
    theirs: tuple[Level, ...]


class EditionView(EditionSummaryView):
    """An edition as it was told, and what of it is other than the catalogue in force."""

    entries: tuple[ListedOccupation, ...]
    differences: tuple[DifferenceView, ...] = Field(
        description="与现行目录的差异 · until there are none it cannot be taken over"
    )

    @classmethod
    def of(cls, edition: CatalogueEdition, policy: Policy) -> "EditionView":
        told = vars(edition) | {"differences": tuple(differences(edition.entries, policy))}
        return cls.model_validate({name: told[name] for name in cls.model_fields})
