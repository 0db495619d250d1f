"""The sentences of a decision. Each has a stable code, so that a kept decision is read years later as it was told.

Sentences may be added, never changed or removed; `{0}`, `{1}`… are filled in with what the rule found.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from services.subsidy.domain.terms import Result, Rule


@dataclass(frozen=True)
class Phrase:
    """One sentence: which rule says it, and whether the rule is met when it does."""

    code: str
    rule: Rule
    result: Result
    text: str


def _hit(code: str, rule: Rule, text: str) -> Phrase:
    return Phrase(code, rule, Result.HIT, text)


def _missed(code: str, rule: Rule, text: str) -> Phrase:
    return Phrase(code, rule, Result.MISSED, text)


def _unknown(code: str, rule: Rule, text: str) -> Phrase:
    return Phrase(code, rule, Result.UNKNOWN, text)


OWN_STAFF = _hit(
    "01a", Rule.OWN_STAFF, "用人单位为本企业职工直接申领 · the employer claims for its own staff"
)
NOT_OWN_STAFF = _missed(
    "01b",
    Rule.OWN_STAFF,
    "不是申领单位对本企业职工的评价 · not the claimant's evaluation of its own staff",
)

EMPLOYED = _hit("02a", Rule.EMPLOYMENT, "{0}（据{1}） · {2}, by {3}")
NOT_EMPLOYED = _missed("02b", Rule.EMPLOYMENT, "{0}（据{1}） · {2}, by {3}")
EMPLOYMENT_UNKNOWN = _unknown(
    "02c", Rule.EMPLOYMENT, "用工关系待查 · the tie to the claimant is not known yet"
)
EMPLOYMENT_NOT_ASKED = _hit("02d", Rule.EMPLOYMENT, "按现行口径不查用工关系 · not asked for at present")

NATIONAL = _hit(
    "03a", Rule.NATIONAL_EFFECT, "等同国家职业资格证书 · has the effect of the national qualification"
)
VOCATIONAL = _hit(
    "03b",
    Rule.NATIONAL_EFFECT,
    "国家职业资格证书，与等级证书同等对待 · a national qualification, which counts the same",
)
NO_LEVEL_PROVED = _missed(
    "03c", Rule.NATIONAL_EFFECT, "编号未证明该等级 · the number does not prove this level"
)

NUMBER_AGREES = _hit("04a", Rule.NUMBER, "编号与机构、年份相符 · the number agrees with institution and year")
WRONG_LETTER = _missed(
    "04b",
    Rule.NUMBER,
    "编号类别 {0} 与评价对象（{1}）不符 · the class letter {0} does not fit the audience ({2})",
)
WRONG_FILING = _missed(
    "04c",
    Rule.NUMBER,
    "编号为部备案机构 {0}，该机构由本市备案 · the number is of an institution filed with the ministry",
)
WRONG_PROVINCE = _missed(
    "04d", Rule.NUMBER, "编号省份为 {0}，应为 {1} · the number's province is {0}, not {1}"
)
WRONG_STATION = _missed(
    "04e", Rule.NUMBER, "站点代码 {0} 不属于该机构 · station {0} is not the institution's"
)
WRONG_YEAR = _missed(
    "04f",
    Rule.NUMBER,
    "编号年份 {0} 与核发年份 {1} 不符 · the number's year {0} is not that of the issue, {1}",
)

VALID = _hit("05a", Rule.VALIDITY, "证书有效 · the certificate is valid")
UNVERIFIED = _unknown("05b", Rule.VALIDITY, "证书待省级核验 · the province has not confirmed it yet")
REVOKED = _missed("05c", Rule.VALIDITY, "证书已撤销 · the certificate was revoked")

IN_CATALOGUE = _hit("06a", Rule.CATALOGUE, "{0} 在目录内 · is in the catalogue")
NOT_IN_CATALOGUE = _missed("06b", Rule.CATALOGUE, "职业 {0}（{1}）不在目录 · not in the catalogue")
CATALOGUE_NOT_THEN = _missed(
    "06c", Rule.CATALOGUE, "{0} 在核发日 {1} 不在目录 · was not in the catalogue on the day of issue"
)

NOT_LICENSED = _hit("07a", Rule.LICENSED, "{0} 不属准入类 · is no licensed trade")
LICENSED = _missed("07b", Rule.LICENSED, "{0}：{1}")
LICENSED_UNKNOWN = _unknown(
    "07c", Rule.LICENSED, "目录外职业，无从判断 · cannot be told outside the catalogue"
)

WORK_TYPE_FITS = _hit("08a", Rule.WORK_TYPE, "工种相符 · the work type is one of the occupation's")
NO_SUCH_WORK_TYPE = _missed("08b", Rule.WORK_TYPE, "{0} 没有工种“{1}” · the occupation has no such work type")
WORK_TYPE_UNKNOWN = _unknown(
    "08c", Rule.WORK_TYPE, "目录外职业，无从判断 · cannot be told outside the catalogue"
)

LEVEL_OFFERED = _hit("09a", Rule.LEVEL, "{0} 开展{1}认定 · is evaluated at this level")
LEVEL_NOT_OFFERED = _missed("09b", Rule.LEVEL, "{0} 不开展{1}认定 · is not evaluated at this level")
LEVEL_UNKNOWN = _unknown("09c", Rule.LEVEL, "目录外职业，无从判断 · cannot be told outside the catalogue")

IN_FORCE = _hit("10a", Rule.IN_FORCE, "评价日 {0} 备案有效（{1} – {2}） · the filing was in force")
NOT_IN_FORCE = _missed(
    "10b", Rule.IN_FORCE, "评价日 {0} 备案不在有效期（{1} – {2}） · the filing was not in force"
)
FILING_UNKNOWN = _unknown(
    "10c", Rule.IN_FORCE, "评价机构不在本市名册，待查 · the institution is not on the register"
)
FILING_NOT_ASKED = _hit(
    "10d", Rule.IN_FORCE, "国家职业资格证书，不问备案 · a national qualification needs no filing"
)

STANDING = _hit("11a", Rule.STANDING, "评价日 {0} 机构正常 · the institution stood well on that day")
SUSPENDED = _missed(
    "11b", Rule.STANDING, "评价日 {0} 机构已被暂停 · the institution was suspended on that day"
)
ENDED = _missed(
    "11c",
    Rule.STANDING,
    "评价日 {0} 机构已退出（{1}） · the institution was off the record on that day ({1})",
)
STANDING_UNKNOWN = _unknown(
    "11d", Rule.STANDING, "评价机构不在本市名册，待查 · the institution is not on the register"
)
STANDING_NOT_ASKED = _hit(
    "11e", Rule.STANDING, "国家职业资格证书，不问备案 · a national qualification needs no filing"
)

IN_SCOPE = _hit("12a", Rule.SCOPE, "{0} {1} 在评价日的核定范围内 · is in the scope of that day")
NOT_IN_SCOPE = _missed("12b", Rule.SCOPE, "{0} {1} 不在评价日的核定范围内 · is not in the scope of that day")
SCOPE_UNKNOWN = _unknown(
    "12c", Rule.SCOPE, "评价机构不在本市名册，待查 · the institution is not on the register"
)
SCOPE_NOT_ASKED = _hit(
    "12d", Rule.SCOPE, "国家职业资格证书，不问备案 · a national qualification needs no filing"
)

IN_WINDOW = _hit("13a", Rule.WINDOW, "申领日 {0} 在期限内（{1} – {2}） · within the window")
NOT_IN_WINDOW = _missed("13b", Rule.WINDOW, "申领日 {0} 不在期限内（{1} – {2}） · outside the window")

INSURED = _hit(
    "14a",
    Rule.INSURED_MONTHS,
    "累计参保 {0} 个月，须满 {1} 个月（据{2}） · insured {0} of {1} months, by {3}",
)
NOT_INSURED_ENOUGH = _missed(
    "14b",
    Rule.INSURED_MONTHS,
    "累计参保 {0} 个月，须满 {1} 个月（据{2}） · insured {0} of {1} months, by {3}",
)
MONTHS_UNKNOWN = _unknown(
    "14c", Rule.INSURED_MONTHS, "累计参保月数待查 · the months insured are not known yet"
)
MONTHS_NOT_ASKED = _hit("14d", Rule.INSURED_MONTHS, "按现行口径不查参保月数 · not asked for at present")

IN_MONTH = _hit(
    "15a", Rule.INSURED_IN_MONTH, "核发当月（{0}）正常缴费（据{1}） · insured in the month of issue, by {2}"
)
NOT_IN_MONTH = _missed(
    "15b",
    Rule.INSURED_IN_MONTH,
    "核发当月（{0}）未正常缴费（据{1}） · not insured in the month of issue, by {2}",
)
IN_MONTH_UNKNOWN = _unknown(
    "15c",
    Rule.INSURED_IN_MONTH,
    "核发当月（{0}）缴费状态待查 · the status in the month of issue is not known yet",
)
IN_MONTH_NOT_ASKED = _hit("15d", Rule.INSURED_IN_MONTH, "按现行口径不查当月状态 · not asked for at present")

NOT_CLAIMED = _hit("16a", Rule.NOT_CLAIMED, "该证书未申领过 · not claimed before")
CLAIMED = _missed("16b", Rule.NOT_CLAIMED, "该证书已申领或已发放 · already claimed or paid")

FIRST_TIME = _hit("17a", Rule.ONCE, "同一人 {0} {1} 首次享受 · not granted before")
GRANTED = _missed("17b", Rule.ONCE, "同一人 {0} {1} 已享受过 · was granted before")

NO_OTHER_LINE = _hit(
    "18a", Rule.OTHER_LINE, "未享受{0}的同职业同等级补贴 · not granted by the other money ({1})"
)
OTHER_LINE = _missed(
    "18b", Rule.OTHER_LINE, "已享受{0}的同职业同等级补贴 · was granted by the other money ({1})"
)

NO_HIGHER = _hit("19a", Rule.NO_HIGHER, "{0} 未享受过更高等级 · no higher level granted")
HIGHER = _missed("19b", Rule.NO_HIGHER, "{0} 已享受更高等级（{1}） · a higher level was granted")

UNDER_CAP = _hit(
    "20a",
    Rule.YEAR_CAP,
    "{0} 年已享受 {1} 次，上限 {2} 次，含紧缺 {3} 次 · granted {1} times in {0}; at most {2}, with shortage {3}",
)
OVER_CAP = _missed(
    "20b",
    Rule.YEAR_CAP,
    "{0} 年已享受 {1} 次，上限 {2} 次，含紧缺 {3} 次 · granted {1} times in {0}; at most {2}, with shortage {3}",
)

RATE = _hit("21a", Rule.RATE, "{0} 标准 {1} 元 · standard amount in yuan")
NO_RATE = _missed(
    "21b", Rule.RATE, "{0}，{1} 在核发日 {2} 没有已公布的标准 · no rate of the day of issue is published"
)
RATE_UNKNOWN = _unknown("21c", Rule.RATE, "目录外职业，无从判断 · cannot be told outside the catalogue")

RAISED = _hit("22a", Rule.UPLIFT, "紧缺型（{0}），{1}，上浮 {2}% · raised by {2} %")
RAISED_AS_PRINTED = _hit(
    "22b", Rule.UPLIFT, "紧缺型（{0}），{1}，按公布的上浮标准 {2} 元 · raised to the published amount in yuan"
)
NO_SHORTAGE = _missed(
    "22c",
    Rule.UPLIFT,
    "{0} 不在发证日有效且已公布的紧缺目录 · not on a shortage list in force and published",
)
LEVEL_NOT_RAISED = _missed(
    "22d", Rule.UPLIFT, "紧缺型，但{0}低于高级工，按标准 · shortage, but below level 3: the standard applies"
)
LEVEL_OF_LINE_NOT_RAISED = _missed(
    "22e", Rule.UPLIFT, "紧缺型，但{0}不在上浮等级内，按标准 · shortage, but the level is not raised"
)
NO_UPLIFT_THEN = _missed(
    "22f", Rule.UPLIFT, "紧缺型，但发证日没有上浮规定 · shortage, but nothing is raised on the day of issue"
)


def _all() -> Iterator[Phrase]:
    return (each for each in globals().values() if isinstance(each, Phrase))


PHRASES: Mapping[str, Phrase] = MappingProxyType({each.code: each for each in _all()})
