"""What the province asked for and ordered, about the district's institution."""

from datetime import date
from typing import Any
from uuid import uuid4

from services.supervision.domain.provincial import Measure, ProvincialOrder, ProvincialTask
from shared.ids import uuid7
from tests.supervision.fakes import AT, DISTRICT, OWN


def a_task(**changes: Any) -> ProvincialTask:
    """A task of the district that nobody has begun."""
    told: dict[str, Any] = {
        "id": uuid7(AT),
        "organ": DISTRICT,
        "institution_id": uuid4(),
        "institution_uscc": OWN,
        "number": f"苏督{uuid4().hex[:12]}",
        "title": "专项督导",
        "demand": "核查考场视频",
        "due_on": date(2099, 3, 20),
        "received_at": AT,
    }
    return ProvincialTask(**(told | changes))


def an_order(**changes: Any) -> ProvincialOrder:
    """A suspension that is not carried out yet."""
    told: dict[str, Any] = {
        "id": uuid7(AT),
        "organ": DISTRICT,
        "institution_id": uuid4(),
        "institution_uscc": OWN,
        "number": f"苏责{uuid4().hex[:12]}",
        "measure": Measure.SUSPEND,
        "document": "省厅决定1号",
        "reason": "弄虚作假",
        "received_at": AT,
    }
    return ProvincialOrder(**(told | changes))
