"""Which announcements subsidy acts on."""

from services.subsidy.handlers import Work, freeze_claims, keep_institution, release_claims
from shared.contracts.filing import (
    InstitutionRecognized,
    InstitutionRegistered,
    InstitutionResumed,
    InstitutionSuspended,
)
from shared.messaging.subscriptions import Subscriptions

subscriptions = Subscriptions[Work]()
subscriptions.on(InstitutionRegistered, keep_institution)
subscriptions.on(InstitutionRecognized, keep_institution)
subscriptions.on(InstitutionSuspended, freeze_claims)
subscriptions.on(InstitutionResumed, release_claims)
