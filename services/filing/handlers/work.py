"""What one unit of work of filing holds."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.filing.domain.assignment import Assignments
from services.filing.domain.bulk import Imports
from services.filing.domain.campaign import Campaigns
from services.filing.domain.catalogue import CatalogueEditions
from services.filing.domain.ceremony import Ceremonies
from services.filing.domain.commendation import Commendations
from services.filing.domain.expert import Experts
from services.filing.domain.institution import Institutions
from services.filing.domain.integrity import IntegrityRecords
from services.filing.domain.objection import Objections
from services.filing.domain.obligation import Obligations
from services.filing.domain.office import Offices
from services.filing.domain.officer import Officers
from services.filing.domain.panel import Panels
from services.filing.domain.pledge import Pledges
from services.filing.domain.publicity import Publicity
from services.filing.domain.queue import Filings
from services.filing.domain.register import PublicRegister
from services.filing.domain.review import Reviews
from shared.clock import SHANGHAI
from shared.messaging.outbox import Outbox
from shared.policy import Policy


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one unit of work of filing holds.

    `actors` are who calls and for whom; `new_code` makes the unguessable code that a plaque's QR carries; `because`
    enters a reason in the ledger with what is changed; `ask_again` has the province send a number of a lane again;
    `apart` opens a work whose effects are undone alone when it raises.
    """

    at: datetime
    actors: frozenset[str]
    new_id: Callable[[], UUID]
    new_code: Callable[[], str]
    policy: Policy
    filings: Filings
    institutions: Institutions
    obligations: Obligations
    campaigns: Campaigns
    reviews: Reviews
    experts: Experts
    panels: Panels
    objections: Objections
    publicity: Publicity
    public: PublicRegister
    offices: Offices
    officers: Officers
    assignments: Assignments
    pledges: Pledges
    integrity: IntegrityRecords
    imports: Imports
    commendations: Commendations
    ceremonies: Ceremonies
    editions: CatalogueEditions
    because: Callable[[str], None]
    ask_again: Callable[[str, int], None]
    apart: Callable[[], AbstractAsyncContextManager["Work"]]
    outbox: Outbox

    @property
    def today(self) -> date:
        return self.at.astimezone(SHANGHAI).date()

    @property
    def soon(self) -> datetime:
        """What is due by then is warned of now."""
        return self.policy.calendar.deadline(self.at, self.policy.days("filing.warn_days", self.today))
