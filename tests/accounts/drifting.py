"""The provincial register as tests have it, and accounts of what the province filed."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.accounts.domain import Account
from services.accounts.drift import Cause, Drift, Repair
from shared.contracts.queries import ProvincialStanding, RegisteredInstitution, scope_digest
from shared.ids import uuid7
from shared.policy import Audience, Category
from tests.builders import AT, DISTRICT, a_uscc, an_account, an_item

LONG_AGO = AT - timedelta(days=30)


def a_recognised(**changes: Any) -> Account:
    """The account of what the province filed a month ago."""
    uscc = changes.pop("uscc", a_uscc())
    filed = {"number": f"苏{uscc}", "filed_by": "province", "basis": ("N2.1",), "opened_at": LONG_AGO}
    return an_account(**({"uscc": uscc} | filed | changes))


def an_entry(account: Account, **changes: Any) -> RegisteredInstitution:
    """What the provincial register says of it: the same, unless it is told otherwise."""
    said = {
        "provincial_number": account.number,
        "name": account.name,
        "uscc": account.uscc,
        "category": Category.CENTRAL_ENTERPRISE,
        "audience": Audience.OWN_STAFF,
        "organ": account.organ,
        "standing": ProvincialStanding.ACTIVE,
        "valid_from": date(2024, 3, 4),
        "valid_until": date(2027, 3, 3),
        "station_codes": ("Y000032000001",),
        "scope_digest": scope_digest(account.scope),
        "told_at": LONG_AGO,
        "lane": account.uscc,
        "sequence": 2,
    }
    return RegisteredInstitution.model_validate(said | changes)


def a_drift(**changes: Any) -> Drift:
    """An account that is open though the province has suspended it."""
    uscc = a_uscc()
    said: dict[str, Any] = {
        "id": uuid7(AT),
        "check_id": UUID(int=1),
        "organ": DISTRICT,
        "number": f"苏{uscc}",
        "name": "测试央企",
        "uscc": uscc,
        "account_id": None,
        "cause": Cause.SUSPENDED_THERE,
        "basis": ("N2.1",),
        "ours": "open",
        "theirs": "suspended",
        "standing": "suspended",
        "lane": uscc,
        "sequence": 2,
        "repair": Repair.SUSPEND,
        "found_at": AT,
    }
    return Drift(**(said | changes))


OTHER_SCOPE = scope_digest((an_item(level=1),))
