"""Which announcements filing acts on."""

from services.filing.handlers import Work, note_account_opened, resume_institution, suspend_institution
from shared.contracts.accounts import AccountOpened
from shared.contracts.supervision import InstitutionSanctioned, SanctionLifted
from shared.messaging.subscriptions import Subscriptions

subscriptions = Subscriptions[Work]()
subscriptions.on(AccountOpened, note_account_opened)
subscriptions.on(InstitutionSanctioned, suspend_institution)
subscriptions.on(SanctionLifted, resume_institution)
