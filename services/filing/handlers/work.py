"""What one unit of work of filing holds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.filing.domain.filing import Filings
from services.filing.domain.institution import Institutions
from services.filing.domain.obligation import Obligations
from shared.clock import SHANGHAI
from shared.messaging.outbox import Outbox
from shared.policy import Policy


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one unit of work of filing holds; `new_code` makes the unguessable code that a plaque's QR carries."""

    at: datetime
    new_id: Callable[[], UUID]
    new_code: Callable[[], str]
    policy: Policy
    filings: Filings
    institutions: Institutions
    obligations: Obligations
    outbox: Outbox

    @property
    def today(self) -> date:
        return self.at.astimezone(SHANGHAI).date()

    @property
    def soon(self) -> datetime:
        """What is due by then is warned of now."""
        return self.policy.calendar.deadline(self.at, self.policy.days("filing.warn_days", self.today))
