"""Which announcements supervision acts on."""

from services.supervision.handlers import (
    Work,
    keep_institution,
    note_claim_paid,
    note_resumed,
    note_suspended,
)
from shared.contracts.filing import (
    InstitutionRecognized,
    InstitutionRegistered,
    InstitutionResumed,
    InstitutionSuspended,
)
from shared.contracts.subsidy import ClaimPaid
from shared.messaging.subscriptions import Subscriptions

subscriptions = Subscriptions[Work]()
subscriptions.on(InstitutionRegistered, keep_institution)
subscriptions.on(InstitutionRecognized, keep_institution)
subscriptions.on(InstitutionSuspended, note_suspended)
subscriptions.on(InstitutionResumed, note_resumed)
subscriptions.on(ClaimPaid, note_claim_paid)
