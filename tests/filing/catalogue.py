"""Editions of the occupation catalogue as tests have them."""

from datetime import date
from typing import Any
from uuid import uuid4

from services.filing.domain.catalogue import CatalogueEdition
from shared.contracts.instructions import CatalogueKind, CatalogueUpdated, ListedOccupation
from shared.ids import uuid7
from tests.builders import AT, CITY, TURNER


def a_line(**changes: Any) -> ListedOccupation:
    said = {"edition": "2015", "occupation": TURNER, "name": "车工", "levels": ["5", "4", "3"]}
    return ListedOccupation.model_validate(said | changes)


def an_edition(**changes: Any) -> CatalogueEdition:
    """One of the city's, with a single line."""
    told: dict[str, Any] = {
        "id": uuid7(AT),
        "organ": CITY,
        "number": f"苏目录{uuid4().hex[:12]}",
        "title": "职业目录新版",
        "issued": date(2024, 3, 1),
        "effective_from": date(2024, 4, 1),
        "effective_to": None,
        "entries": (a_line(),),
        "received_at": AT,
    }
    return CatalogueEdition(**(told | changes))


def told(kind: CatalogueKind = CatalogueKind.OCCUPATIONS, **changes: Any) -> CatalogueUpdated:
    """What the province sends of a new edition."""
    said = {
        "number": f"苏目录{uuid4().hex[:12]}",
        "kind": kind,
        "title": "目录新版",
        "issued": date(2024, 3, 1),
        "effective_from": date(2024, 4, 1),
        "entries": (a_line(),),
    }
    return CatalogueUpdated.model_validate(said | changes)
