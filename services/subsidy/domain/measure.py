"""统计指标 (N1.3): the figures of a line, each with what it counts; how they, and whom they are about, are named."""

from dataclasses import dataclass

from services.subsidy.domain.chains import NO_CHAIN
from services.subsidy.domain.statistic import HELD, Dimension, Kind, Line, Place, Table, text_of
from shared.policy import Audience, MoneyLine, Policy
from shared.values import Edition, Level, Occupation, OccupationCode

_LINES = {
    MoneyLine.INSURANCE: "失业保险技能提升补贴 · Unemployment insurance",
    MoneyLine.TRAINING: "培训和高技能人才补贴 · Training and high skill",
}
_OWN_NAMES = {
    Dimension.LINE: lambda value: _LINES[MoneyLine(value)],
    Dimension.AUDIENCE: lambda value: Audience(value).label,
    Dimension.LEVEL: lambda value: Level(value).title,
    Dimension.MONTH: text_of,
}


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One figure: of what, whether entries, people or fen, and what it counts, in Chinese · English."""

    key: str
    zh: str
    en: str
    kind: Kind
    of: str
    note: str


MEASURES = (
    Measure(
        key="people",
        zh="持证人数",
        en="People",
        kind=Kind.VALID,
        of="people",
        note="持有期内核发的有效证书的人，每人只计一次 · holders of certificates in force issued in the period, each once",
    ),
    Measure(
        key="valid",
        zh="有效证书",
        en="Certificates in force",
        kind=Kind.VALID,
        of="entries",
        note="省级已确认的证书，按核发月份 · confirmed by the province, by month of issue",
    ),
    Measure(
        key="revoked",
        zh="已撤销证书",
        en="Certificates revoked",
        kind=Kind.REVOKED,
        of="entries",
        note="按核发月份，不按撤销月份 · by month of issue, not of revocation",
    ),
    Measure(
        key="unconfirmed",
        zh="未确认证书",
        en="Certificates not confirmed",
        kind=Kind.UNCONFIRMED,
        of="entries",
        note="省级尚未确认、未查到或不符的证书，按核发月份 · by month of issue; "
        "not confirmed by the province, unknown to it, or other than it has them",
    ),
    Measure(
        key="claimed",
        zh="已申领证书",
        en="Certificates claimed for",
        kind=Kind.CLAIMED,
        of="entries",
        note="已提交且未撤回的申领所列证书，每条资金各计一次，按核发月份、受理机关 · "
        "in claims submitted and not withdrawn, once on each line, by month of issue and handling organ",
    ),
    Measure(
        key="paid_people",
        zh="受益人数",
        en="People paid for",
        kind=Kind.PAID,
        of="people",
        note="期内获发放的证书的持证人，每人只计一次 · holders of the certificates paid for in the period, each once",
    ),
    Measure(
        key="paid_certificates",
        zh="发放证书数",
        en="Certificates paid for",
        kind=Kind.PAID,
        of="entries",
        note="按发放月份、发放机关；其后追回的仍计入 · "
        "by month and organ of payment; what was recovered later is still counted",
    ),
    Measure(
        key="paid_fen",
        zh="发放金额（分）",
        en="Paid, fen",
        kind=Kind.PAID,
        of="fen",
        note="按发放月份，未扣减其后追回，含以抵扣方式支付的部分 · "
        "by month of payment, before recoveries, with what was set off",
    ),
    Measure(
        key="uplifted_certificates",
        zh="上浮证书数",
        en="Certificates uplifted",
        kind=Kind.UPLIFTED,
        of="entries",
        note="发放证书中按紧缺职业上浮的 (N1.7)，按发放月份 · of those paid for, uplifted as shortage occupations",
    ),
    Measure(
        key="uplifted_fen",
        zh="上浮金额（分）",
        en="Uplift, fen",
        kind=Kind.UPLIFTED,
        of="fen",
        note="高出标准的部分，已含在发放金额内 · what was paid beyond the standard, part of what was paid",
    ),
    Measure(
        key="recovered_people",
        zh="追回涉及人数",
        en="People recovered for",
        kind=Kind.RECOVERED,
        of="people",
        note="期内有追回入账的证书的持证人，每人只计一次 · holders of certificates for which money came back, each once",
    ),
    Measure(
        key="recovered_fen",
        zh="追回金额（分）",
        en="Recovered, fen",
        kind=Kind.RECOVERED,
        of="fen",
        note="按入账月份，不按原发放月份 · by the month in which it was booked, not that of the payment",
    ),
)
NOTES = (
    "人数去重：各行人数相加不等于合计 · People are counted once in the whole: lines of people need not add up to the total",
    "同一职业属多条产业链的，在各链均计入，合计只计一次 · An occupation of several chains counts in each, once in the total",
    "月份按北京时间 · Months are those of Beijing time",
    "证书的存量不分资金，分资金的行为空 · Certificates on record are on no line of money: empty in its rows",
)


def value_of(measure: Measure, line: Line, table: Table) -> int | str | None:
    """The figure; `<3` where it is of too few people to be shown, None where it does not apply."""
    if measure.kind in HELD and (line.place.line or Dimension.LINE in table.question.only):
        return None
    if measure.kind in line.hidden:
        return f"<{table.least}"
    tally = line.tallies.get(measure.kind)
    found: int = getattr(tally, measure.of) if tally else 0
    return found


def named(dimension: Dimension, value: str | int, policy: Policy) -> str:
    """How a value of a dimension reads, in Chinese and in English where it has a name in both."""
    if dimension in _OWN_NAMES:
        return _OWN_NAMES[dimension](value)
    if dimension is Dimension.ORGAN:
        organ = policy.organs.get(str(value))
        return organ.name if organ else str(value)
    return (
        _occupation(str(value), policy) if dimension is Dimension.OCCUPATION else _chain(str(value), policy)
    )


def code_of(dimension: Dimension, value: str | int) -> str | int:
    """How a value of a dimension is written."""
    return text_of(int(value)) if dimension is Dimension.MONTH else value


def at(place: Place, dimension: Dimension) -> str | int:
    """What a line is about in one of its dimensions."""
    value: str | int = getattr(place, dimension.value)
    return value


def _occupation(family: str, policy: Policy) -> str:
    edition, _, code = family.partition(":")
    entry = policy.occupations.get(Occupation(Edition(edition), OccupationCode(code)))
    return entry.name if entry else code


def _chain(chain: str, policy: Policy) -> str:
    if chain == NO_CHAIN:
        return "不属产业链 · On no chain"
    known = policy.chains[chain]
    return f"{known.zh} · {known.en}"
