"""Which announcements accounts acts on."""

from services.accounts.handlers import (
    Work,
    open_account,
    open_recognized_account,
    resume_account,
    suspend_account,
)
from shared.contracts.filing import (
    InstitutionRecognized,
    InstitutionRegistered,
    InstitutionResumed,
    InstitutionSuspended,
)
from shared.messaging.subscriptions import Subscriptions

subscriptions = Subscriptions[Work]()
subscriptions.on(InstitutionRegistered, open_account)
subscriptions.on(InstitutionRecognized, open_recognized_account)
subscriptions.on(InstitutionSuspended, suspend_account)
subscriptions.on(InstitutionResumed, resume_account)
