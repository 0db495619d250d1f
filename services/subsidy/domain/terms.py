"""The words of a decision: what is asked about a certificate, and what its holder was granted before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from shared.contracts.scope import ScopeItem
from shared.policy import Audience, MoneyLine
from shared.policy.terms import Term
from shared.values import CertificateNumber, Level, Occupation, StationCode, VocationalCertificateNumber

LINE = MoneyLine.TRAINING
"""The money the notice means; the insurance fund's is claimed by the worker and never merged with it."""

AnyNumber = CertificateNumber | VocationalCertificateNumber
"""等级证书 or the national qualification before it: they count the same (N1.4)."""

_NEW_LENGTH = 22

# 表2 of the numbering rule: Y evaluates its own people, S the public. Under which letter a school evaluates its own
# students is not published, so either is taken.
AUDIENCES = {
    "Y": (Audience.OWN_STAFF, Audience.OWN_STUDENTS),
    "S": (Audience.PUBLIC, Audience.OWN_STUDENTS),
}


class Outcome(StrEnum):
    """What became of one certificate: pending until a fact is known that a rule needs."""

    PAYABLE = "payable"
    REFUSED = "refused"
    PENDING = "pending"


class Result(Term):
    """What became of one rule. A rule whose fact is not known says so; nothing is guessed."""

    HIT = "hit", "符合", "Met"
    MISSED = "missed", "不符合", "Missed"
    UNKNOWN = "unknown", "待查", "Not known yet"


class Rule(Term):
    """The rules in the order in which they are told. All but the last must be met."""

    OWN_STAFF = "own_staff", "用人单位直接申领", "Claimed by the employer"
    NATIONAL_EFFECT = "national_effect", "等同国家职业资格", "Effect of the national qualification"
    NUMBER = "number", "证书编号核对", "Certificate number"
    VALIDITY = "validity", "证书有效", "Certificate valid"
    CATALOGUE = "catalogue", "职业目录", "Catalogue"
    LICENSED = "licensed", "非准入类", "Not a licensed trade"
    WORK_TYPE = "work_type", "工种", "Work type"
    LEVEL = "level", "开展的等级", "Level offered"
    IN_FORCE = "in_force", "备案有效期", "Filing in force"
    STANDING = "standing", "机构状态", "Institution's standing"
    SCOPE = "scope", "核定范围", "Scope"
    WINDOW = "window", "申领期限", "Window"
    EMPLOYMENT = "employment", "本企业职工", "Own staff"
    INSURED_MONTHS = "insured_months", "累计参保月数", "Months insured"
    INSURED_IN_MONTH = "insured_in_month", "核发当月参保", "Insured in the month of issue"
    NOT_CLAIMED = "not_claimed", "证书未申领", "Certificate not claimed"
    ONCE = "once", "同职业同等级一次", "Once an occupation and level"
    OTHER_LINE = "other_line", "另一资金未享受", "Not paid by the other money"
    NO_HIGHER = "no_higher", "未享受更高等级", "No higher level"
    YEAR_CAP = "year_cap", "年度次数", "Yearly cap"
    RATE = "rate", "补贴标准", "Rate"
    UPLIFT = "uplift", "紧缺上浮", "Shortage uplift"

    @property
    def code(self) -> str:
        """The stable code of the reason when it is missed."""
        return f"NJT-SUB-{_CODES[self]}"


_CODES = {
    Rule.OWN_STAFF: 1101,
    Rule.EMPLOYMENT: 1102,
    Rule.NATIONAL_EFFECT: 1103,
    Rule.NUMBER: 1104,
    Rule.VALIDITY: 1105,
    Rule.CATALOGUE: 1106,
    Rule.LICENSED: 1107,
    Rule.WORK_TYPE: 1108,
    Rule.LEVEL: 1109,
    Rule.IN_FORCE: 1110,
    Rule.STANDING: 1111,
    Rule.SCOPE: 1112,
    Rule.WINDOW: 1113,
    Rule.INSURED_MONTHS: 1114,
    Rule.INSURED_IN_MONTH: 1115,
    Rule.NOT_CLAIMED: 1116,
    Rule.ONCE: 1117,
    Rule.OTHER_LINE: 1118,
    Rule.NO_HIGHER: 1119,
    Rule.YEAR_CAP: 1120,
    Rule.RATE: 1121,
    Rule.UPLIFT: 1122,
}


class Validity(Term):
    """证书状态: whether the province stands by it. What no province confirmed yet is unverified."""

    VALID = "valid", "有效", "Valid"
    UNVERIFIED = "unverified", "待核验", "Not verified yet"
    REVOKED = "revoked", "已撤销", "Revoked"


@dataclass(frozen=True, kw_only=True)
class Evaluator:
    """The institution that evaluated, as it was on record on the day of the evaluation.

    Without `station_codes` it was filed in the city, and the province has given it none yet.
    """

    institution_id: UUID
    audience: Audience
    scope: tuple[ScopeItem, ...]
    valid_from: date
    valid_until: date
    standing: str = "active"
    station_codes: tuple[StationCode, ...] = ()

    def covers(self, item: ScopeItem) -> bool:
        """Whether it may evaluate this; an occupation without a work type stands for all of them."""
        wanted = (item.edition, item.occupation, item.level)
        return any(
            (each.edition, each.occupation, each.level) == wanted and each.work_type in ("", item.work_type)
            for each in self.scope
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Lot:
    """What certificates evaluated and issued together have in common: everything but the serial and the person.

    `head` is their number without the serial. `evaluator` is None where it is not on the city's register. Two equal
    lots are judged twice, to the same end; one lot for many certificates is what makes a million quick.
    """

    head: str
    item: ScopeItem
    issued_on: date
    evaluated_on: date
    evaluator: Evaluator | None
    validity: Validity = Validity.VALID

    @property
    def occupation(self) -> Occupation:
        return Occupation(self.item.edition, self.item.occupation)


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """One certificate: its number, and the lot it is of."""

    number: AnyNumber
    lot: Lot

    def __post_init__(self) -> None:
        """Raises ValueError for a number of another lot, which would be judged by the wrong head."""
        if not self.number.startswith(self.lot.head):
            raise ValueError("编号不属于该组证书 · the number is not of this lot")

    @property
    def item(self) -> ScopeItem:
        return self.lot.item


def head_of(number: str) -> str:
    """A number, of 22 characters or of 16, without its serial: station, year and level."""
    return number[:16] if len(number) == _NEW_LENGTH else number[:11]


@dataclass(frozen=True, kw_only=True)
class Claiming:
    """Who claims, of which money and on which day. On line A the worker claims, and no institution is named."""

    line: MoneyLine = MoneyLine.TRAINING
    claimant_id: UUID | None
    on: date


@dataclass(frozen=True, kw_only=True)
class Grant:
    """One certificate its holder was paid for, or is being paid for.

    `family` is the occupation whatever edition named it (`family_of`); `place` counts the holder's grants of the
    calendar year.
    """

    certificate_number: AnyNumber
    family: str
    level: Level
    line: MoneyLine = MoneyLine.TRAINING
    year: int
    place: int
    shortage: bool


class Before(NamedTuple):
    """What a history means for one certificate. `higher` is the highest level granted above it."""

    claimed: bool = False
    same: bool = False
    other_line: bool = False
    higher: int | None = None
    in_year: int = 0
    ordinary_in_year: int = 0


NOTHING_BEFORE = Before()


@dataclass(frozen=True)
class History:
    """Everything granted so far, on either line, to the person who holds the certificate."""

    grants: tuple[Grant, ...] = ()

    def in_year(self, year: int) -> tuple[Grant, ...]:
        return tuple(grant for grant in self.grants if grant.year == year)

    def free_place(self, year: int) -> int:
        """The lowest place of the year that is not taken."""
        taken = {grant.place for grant in self.in_year(year)}
        return next(place for place in range(1, len(taken) + 2) if place not in taken)

    def before(
        self, certificate: CertificateFacts, family: str, claim: Claiming, *, counted: Iterable[MoneyLine]
    ) -> Before:
        """What it means for a certificate of a family; the cap counts the grants of the lines `counted`."""
        level, year = certificate.lot.item.level, [it for it in self.grants if it.year == claim.on.year]
        together = (claim.line, *counted)
        same = [it.line for it in self.grants if it.family == family and it.level == level]
        above = [int(it.level) for it in self.grants if it.family == family and it.level < level]
        counting = [it.shortage for it in year if it.line in together]
        return Before(
            claimed=any(it.certificate_number == certificate.number for it in self.grants),
            same=claim.line in same,
            other_line=any(line is not claim.line for line in same),
            higher=min(above, default=None),
            in_year=len(counting),
            ordinary_in_year=counting.count(False),
        )


EMPTY_HISTORY = History()
FIRST_PLACE = EMPTY_HISTORY.free_place(0)
"""Of a year, for whom nothing was granted."""
