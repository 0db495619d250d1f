"""Which announcements subsidy acts on."""

from services.subsidy.handlers import Work
from services.subsidy.handlers.looks import keep_evaluation
from services.subsidy.handlers.register import (
    end_institution,
    freeze_claims,
    keep_institution,
    release_claims,
    rename_institution,
    renew_institution,
    rescope_institution,
)
from services.subsidy.handlers.signals import note_closed
from shared.contracts.filing import (
    InstitutionAmended,
    InstitutionEnded,
    InstitutionRecognized,
    InstitutionRegistered,
    InstitutionRenewed,
    InstitutionRescoped,
    InstitutionResumed,
    InstitutionSuspended,
)
from shared.contracts.supervision import EvaluationHeld, SignalClosed
from shared.messaging.subscriptions import Subscriptions

subscriptions = Subscriptions[Work]()
subscriptions.on(InstitutionRegistered, keep_institution)
subscriptions.on(InstitutionRecognized, keep_institution)
subscriptions.on(InstitutionSuspended, freeze_claims)
subscriptions.on(InstitutionResumed, release_claims)
subscriptions.on(InstitutionRescoped, rescope_institution)
subscriptions.on(InstitutionAmended, rename_institution)
subscriptions.on(InstitutionRenewed, renew_institution)
subscriptions.on(InstitutionEnded, end_institution)
subscriptions.on(EvaluationHeld, keep_evaluation)
subscriptions.on(SignalClosed, note_closed)
