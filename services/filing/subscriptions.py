"""Which announcements filing acts on."""

from services.filing.handlers import Work
from services.filing.handlers.lifecycle import note_evaluation
from services.filing.handlers.obligations import note_account_opened, note_operator_invited
from services.filing.handlers.provincial import follow_again
from services.filing.handlers.register import resume_institution, revoke_institution, suspend_institution
from shared.contracts.accounts import AccountOpened, OperatorInvited, RecordAsked
from shared.contracts.supervision import (
    EvaluationHeld,
    InstitutionSanctioned,
    RevocationOrdered,
    SanctionLifted,
)
from shared.messaging.subscriptions import Subscriptions

subscriptions = Subscriptions[Work]()
subscriptions.on(AccountOpened, note_account_opened)
subscriptions.on(OperatorInvited, note_operator_invited)
subscriptions.on(RecordAsked, follow_again)
subscriptions.on(InstitutionSanctioned, suspend_institution)
subscriptions.on(SanctionLifted, resume_institution)
subscriptions.on(RevocationOrdered, revoke_institution)
subscriptions.on(EvaluationHeld, note_evaluation)
