"""The nested parts of aggregates as JSON columns, and back."""

from typing import Any

from pydantic import TypeAdapter

from services.filing.domain.deadline import Deadline
from services.filing.domain.institution import PostLevel, ScopeVersion, StandingChange
from services.filing.domain.officer import Recusal
from services.filing.domain.review import Judged
from services.filing.domain.terms import Correction, Material, Particulars, Site
from services.filing.domain.validity import Lapse
from shared.contracts.scope import DatedScope

materials = TypeAdapter(tuple[Material, ...])
correction = TypeAdapter(Correction | None)
particulars = TypeAdapter(Particulars | None)
sites = TypeAdapter(tuple[Site, ...])
versions = TypeAdapter(tuple[ScopeVersion, ...])
standings = TypeAdapter(tuple[StandingChange, ...])
post_levels = TypeAdapter(tuple[PostLevel, ...])
lapses = TypeAdapter(tuple[Lapse, ...])
dated_scopes = TypeAdapter(tuple[DatedScope, ...])
judged = TypeAdapter(tuple[Judged, ...])
recusals = TypeAdapter(tuple[Recusal, ...])


def out(kind: TypeAdapter[Any], value: Any) -> Any:
    """A value as plain JSON for its column."""
    return kind.dump_python(value, mode="json")


def deadline_out(deadline: Deadline | None) -> dict[str, Any]:
    """The columns of a clock that may be paused."""
    return {
        "due_at": deadline.due_at if deadline else None,
        "paused_at": deadline.paused_at if deadline else None,
        "days_left": deadline.left if deadline else 0,
        "warned_at": deadline.warned_at if deadline else None,
        "escalated_at": deadline.escalated_at if deadline else None,
    }


def deadline_in(row: Any) -> Deadline | None:
    """The clock that these columns tell of."""
    if row["due_at"] is None:
        return None
    return Deadline(
        due_at=row["due_at"],
        paused_at=row["paused_at"],
        left=row["days_left"],
        warned_at=row["warned_at"],
        escalated_at=row["escalated_at"],
    )
