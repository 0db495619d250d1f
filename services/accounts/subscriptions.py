"""Which announcements accounts acts on."""

from services.accounts.handlers import (
    Work,
    close_account,
    follow_record,
    open_account,
    open_recognized_account,
    rename_account,
    rescope_account,
    resume_account,
    suspend_account,
)
from shared.contracts.filing import (
    InstitutionAmended,
    InstitutionEnded,
    InstitutionRecognized,
    InstitutionRegistered,
    InstitutionRescoped,
    InstitutionResumed,
    InstitutionSuspended,
    RecordRepeated,
)
from shared.messaging.subscriptions import Subscriptions

subscriptions = Subscriptions[Work]()
subscriptions.on(InstitutionRegistered, open_account)
subscriptions.on(InstitutionRecognized, open_recognized_account)
subscriptions.on(InstitutionSuspended, suspend_account)
subscriptions.on(InstitutionResumed, resume_account)
subscriptions.on(InstitutionRescoped, rescope_account)
subscriptions.on(InstitutionAmended, rename_account)
subscriptions.on(InstitutionEnded, close_account)
subscriptions.on(RecordRepeated, follow_record)
