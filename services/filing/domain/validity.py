"""Days on which an institution was on record but not valid."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Lapse:
    """A renewal asked for in time was decided late: it evaluated nothing on these days, of which both count."""

    since: date
    until: date

    def holds(self, day: date) -> bool:
        return self.since <= day <= self.until
