"""申领人: a worker who claims for certificates of its own on the insurance line, and how the claim comes in."""

from dataclasses import dataclass
from datetime import date

from services.subsidy.domain.certificate import SealedHolder
from shared.errors import Conflict, Invalid, NotFound
from shared.policy import Policy
from shared.policy.terms import Term

MOST_CERTIFICATES = 20
"""Of one person in one claim."""


class NotTheHolders(NotFound):
    """没有与姓名、证件号码相符的这些证书 · There are no such certificates of a person of this name and document."""

    code = "NJT-SUB-2101"


class NotTheHoldersAccount(Invalid):
    """收款账户户名须为持证人本人 · The account has to be in the holder's own name."""

    code = "NJT-SUB-2102"


class NotAHandlingOrgan(Invalid):
    """该机关不经办个人申领 · This organ handles no claims of persons."""

    code = "NJT-SUB-2103"


class CounterClosed(Conflict):
    """窗口当日不受理申领 · The counters take in no claims on this day."""

    code = "NJT-SUB-2104"


class UnknownPersonalClaim(NotFound):
    """没有与所填信息相符的申领 · There is no claim that matches what was given."""

    code = "NJT-SUB-2105"


class Channel(Term):
    """How a person's claim comes in."""

    COUNTER = "counter", "经办窗口", "at a counter"
    ONLINE = "online", "网上", "online"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who claims, sealed for the claim's row alone, and how it came in.

    `number` is what the claim goes by in words and on paper; `reference` is the unguessable code that was given out with
    it; `taken_by` is the officer at the counter, or the portal.
    """

    holder: SealedHolder
    channel: Channel
    number: str
    reference: str
    taken_by: str


def check_handling_organ(organ: str, policy: Policy, *, on: date) -> None:
    """Any district's counter takes in whoever comes; raises NotAHandlingOrgan for every other organ."""
    known = policy.organs.get(organ)
    kinds = policy.text("subsidy.personal_organ_kinds", on).split(",")
    if known is None or known.kind.value not in kinds:
        raise NotAHandlingOrgan


def check_open(channel: Channel, policy: Policy, *, on: date) -> None:
    """受理日: counters take in claims on working days outside the days of the month on which the fund settles.

    Those days are a cited page's; that they do not bind who claims online is assumed from where it names them. Raises
    CounterClosed with the next day on which they do.
    """
    if _takes_claims(channel, policy, on=on):
        return
    day = policy.calendar.add_working_days(on, 1)
    while not _takes_claims(channel, policy, on=day):
        day = policy.calendar.add_working_days(day, 1)
    raise CounterClosed(
        f"下一受理日为 {day}，也可网上申领 · the next day is {day}; or claim online",
        extra={"next_day": str(day)},
    )


def _takes_claims(channel: Channel, policy: Policy, *, on: date) -> bool:
    if channel.value not in policy.text("subsidy.counter_day_channels", on).split(","):
        return True
    first, last = (policy.number(f"subsidy.counter_closed_{end}", on) for end in ("from", "to"))
    return policy.calendar.is_working_day(on) and not first <= on.day <= last
