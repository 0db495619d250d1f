"""Accounts' adapter to the provincial system: tells it what became of each account, takes what its register says."""

from services.accounts.drifting import take_register
from services.accounts.handlers import Work
from shared.contracts.accounts import AccountClosed, AccountOpened, AccountResumed, AccountSuspended
from shared.contracts.province import AccountChangedReport, AccountOpenedReport, MessageCode
from shared.contracts.queries import RegisterAnswered
from shared.province.adapter import ProvinceAdapter
from shared.province.intents import Dispatch

_LONGEST_REASON = 500


def _account_opened(event: AccountOpened) -> Dispatch:
    report = AccountOpenedReport(
        account_id=event.account_id,
        institution_id=event.institution_id,
        uscc=event.uscc,
        organ=event.organ,
    )
    return Dispatch(
        code=MessageCode.ACCOUNT_OPENED,
        business_key=f"account:{event.account_id}:opened",
        lane=event.uscc,
        payload=report.model_dump(mode="json"),
        organ=report.organ,
    )


def _account_changed(event: AccountSuspended | AccountResumed | AccountClosed) -> Dispatch:
    report = AccountChangedReport(
        account_id=event.account_id,
        institution_id=event.institution_id,
        uscc=event.uscc,
        organ=event.organ,
        state=_STATES[type(event)],
        reason="" if isinstance(event, AccountResumed) else event.reason[:_LONGEST_REASON],
    )
    return Dispatch(
        code=MessageCode.ACCOUNT_CHANGED,
        business_key=f"account:{event.account_id}:{report.state}:{event.change}",
        lane=event.uscc,
        payload=report.model_dump(mode="json"),
        organ=report.organ,
    )


_STATES = {AccountSuspended: "suspended", AccountResumed: "open", AccountClosed: "closed"}

province = ProvinceAdapter[Work]("accounts")
province.takes(MessageCode.REGISTER_ANSWERED, RegisterAnswered, take_register)
province.tells(AccountOpened, _account_opened)
province.tells(AccountSuspended, _account_changed)
province.tells(AccountResumed, _account_changed)
province.tells(AccountClosed, _account_changed)
