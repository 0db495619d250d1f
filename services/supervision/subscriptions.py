"""Which announcements supervision acts on."""

from services.supervision.handlers import Work
from services.supervision.leads import note_signal_lapsed, note_signal_raised
from services.supervision.register import (
    keep_institution,
    note_amended,
    note_claim_paid,
    note_ended,
    note_renewed,
    note_rescoped,
    note_resumed,
    note_suspended,
)
from services.supervision.revocations import note_certificate_revoked, note_subsidy_recovered
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
from shared.contracts.subsidy import (
    CertificateRevoked,
    ClaimPaid,
    SignalLapsed,
    SignalRaised,
    SubsidyRecovered,
)
from shared.messaging.subscriptions import Subscriptions

subscriptions = Subscriptions[Work]()
subscriptions.on(InstitutionRegistered, keep_institution)
subscriptions.on(InstitutionRecognized, keep_institution)
subscriptions.on(InstitutionSuspended, note_suspended)
subscriptions.on(InstitutionResumed, note_resumed)
subscriptions.on(InstitutionRescoped, note_rescoped)
subscriptions.on(InstitutionAmended, note_amended)
subscriptions.on(InstitutionRenewed, note_renewed)
subscriptions.on(InstitutionEnded, note_ended)
subscriptions.on(ClaimPaid, note_claim_paid)
subscriptions.on(CertificateRevoked, note_certificate_revoked)
subscriptions.on(SubsidyRecovered, note_subsidy_recovered)
subscriptions.on(SignalRaised, note_signal_raised)
subscriptions.on(SignalLapsed, note_signal_lapsed)
