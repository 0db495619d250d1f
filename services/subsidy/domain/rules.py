"""The rules of the subsidy, one function each; what no document at hand says is marked as assumed."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from services.subsidy.domain.terms import CertificateFacts, History, Rule, RuleOutcome
from shared.policy import Audience, OccupationEntry, Policy, Provenance, Rate, ShortageEntry, Status, Uplift

_NOTICE = "notice"
_ASSUMPTION = "assumption"
# Where the city's own practice on the insurance line was the model: it pays an occupation's level once, and nothing
# for a lower level to the holder of a higher one.
_SAME_LEVEL_MODEL = "nj-insurance-2022"
_HIGHER_LEVEL_MODEL = "nj-insurance-2023"


@dataclass(frozen=True, kw_only=True)
class Case:
    """The question, with everything looked up that the rules need."""

    facts: CertificateFacts
    history: History
    policy: Policy
    on: date
    entry: OccupationEntry | None
    rate: Rate | None
    listing: ShortageEntry | None
    uplift: Uplift | None

    @property
    def name(self) -> str:
        return self.entry.name if self.entry else str(self.facts.item.occupation)

    @property
    def raised_by(self) -> int | None:
        """The percentage of N1.7, when level and list both allow it."""
        raises = self.uplift is not None and self.uplift.raises(self.facts.item.level)
        return self.uplift.percent if self.uplift and raises and self.listing else None


def conditions(case: Case) -> tuple[RuleOutcome, ...]:
    """Every rule that must be met, hit or missed."""
    return tuple(rule(case) for rule in _CONDITIONS)


def uplift_outcome(case: Case) -> RuleOutcome:
    """Whether the standard is raised (N1.7); missing it refuses nothing."""
    level = case.facts.item.level.title
    if case.listing is None:
        detail = (
            f"{case.name} 不在发证日有效且已公布的紧缺目录 · not on a shortage list in force and published"
        )
    elif case.raised_by is None:
        detail = f"紧缺型，但{level}低于高级工，按标准 · shortage, but below level 3: the standard applies"
    else:
        listed = f"{case.listing.list_id}，{case.listing.status.label}"
        detail = f"紧缺型（{listed}），{level}，上浮 {case.raised_by}% · raised by {case.raised_by} %"
    return RuleOutcome(
        rule=Rule.UPLIFT,
        passed=case.raised_by is not None,
        detail=detail,
        source=_NOTICE,
        status=Status.NOTICE,
        clause="N1.7",
    )


def months_after(day: date, months: int) -> date:
    """The same day of the month `months` later, or that month's last day where it has none such.

    29 February 2024 and 12 months give 28 February 2025; 28 February 2023 and 12 months give 28 February 2024.
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _own_staff(case: Case) -> RuleOutcome:
    """N1.6: the employer claims directly, for its own staff and for what it evaluated itself."""
    evaluator = case.facts.evaluator
    own = evaluator.institution_id == case.facts.claimant_id
    passed = own and evaluator.audience is Audience.OWN_STAFF
    detail = (
        "用人单位为本企业职工直接申领 · the employer claims for its own staff"
        if passed
        else "不是申领单位对本企业职工的评价 · not the claimant's evaluation of its own staff"
    )
    return _by_notice(Rule.OWN_STAFF, "N1.6", passed=passed, detail=detail)


def _national_effect(case: Case) -> RuleOutcome:
    """N1.4: a certificate of one of the five levels counts as the national qualification."""
    passed = case.facts.number.level is case.facts.item.level
    detail = (
        "等同国家职业资格证书 · has the effect of the national qualification"
        if passed
        else "编号未证明该等级 · the number does not prove this level"
    )
    return _by_notice(Rule.NATIONAL_EFFECT, "N1.4", passed=passed, detail=detail)


def _catalogue(case: Case) -> RuleOutcome:
    item, entry = case.facts.item, case.entry
    if entry is None:
        detail = f"职业 {item.occupation}（{item.edition}）不在目录 · not in the catalogue"
        return _assumed(Rule.CATALOGUE, _ASSUMPTION, passed=False, detail=detail)
    passed = entry.offers(item.level, item.work_type)
    word = "在目录内 · is in the catalogue" if passed else "不开展该等级认定 · is not evaluated at this level"
    return _by(entry, Rule.CATALOGUE, passed=passed, detail=f"{entry.name}{item.work_type} {word}")


def _in_force(case: Case) -> RuleOutcome:
    evaluator, day = case.facts.evaluator, case.facts.evaluated_on
    passed = evaluator.valid_from <= day <= evaluator.valid_until
    word = "备案有效 · the filing was in force" if passed else "备案不在有效期 · the filing was not in force"
    detail = f"评价日 {day} {word}（{evaluator.valid_from} – {evaluator.valid_until}）"
    return _assumed(Rule.IN_FORCE, _NOTICE, passed=passed, detail=detail, clause="N2.8")


def _scope(case: Case) -> RuleOutcome:
    item = case.facts.item
    passed = case.facts.evaluator.covers(item)
    word = "在核定范围内 · is in the scope" if passed else "不在核定范围内 · is not in the scope"
    detail = f"{case.name}{item.work_type} {item.level.title} {word}"
    return _assumed(Rule.SCOPE, _NOTICE, passed=passed, detail=detail, clause="N3.6")


def _window(case: Case) -> RuleOutcome:
    """The last day is the same day of the month as the issue; a day the month lacks becomes its last."""
    parameter = case.policy.parameter("subsidy.claim_window_months", case.on)
    issued = case.facts.issued_on
    last = months_after(issued, case.policy.number("subsidy.claim_window_months", case.on))
    passed = issued <= case.on <= last
    word = "在期限内 · within the window" if passed else "不在期限内 · outside the window"
    return _by(parameter, Rule.WINDOW, passed=passed, detail=f"申领日 {case.on} {word}（{issued} – {last}）")


def _not_claimed(case: Case) -> RuleOutcome:
    passed = all(grant.certificate_number != case.facts.number for grant in case.history.grants)
    detail = (
        "该证书未申领过 · not claimed before" if passed else "该证书已申领或已发放 · already claimed or paid"
    )
    return _assumed(Rule.NOT_CLAIMED, _ASSUMPTION, passed=passed, detail=detail)


def _once(case: Case) -> RuleOutcome:
    level = case.facts.item.level
    passed = all((grant.occupation, grant.level) != (case.name, level) for grant in case.history.grants)
    word = "首次享受 · not granted before" if passed else "已享受过 · was granted before"
    detail = f"同一人 {case.name} {level.title} {word}"
    return _assumed(Rule.ONCE, _SAME_LEVEL_MODEL, passed=passed, detail=detail)


def _no_higher(case: Case) -> RuleOutcome:
    level = case.facts.item.level
    passed = not any(
        grant.occupation == case.name and grant.level is not level and grant.level.at_least(level)
        for grant in case.history.grants
    )
    word = (
        "未享受过更高等级 · no higher level granted"
        if passed
        else "已享受更高等级 · a higher level was granted"
    )
    return _assumed(Rule.NO_HIGHER, _HIGHER_LEVEL_MODEL, passed=passed, detail=f"{case.name} {word}")


def _year_cap(case: Case) -> RuleOutcome:
    """So many a person and calendar year, and so many more that must be in shortage occupations."""
    year, policy = case.on.year, case.policy
    parameter = policy.parameter("subsidy.year_cap", case.on)
    ordinary_cap = policy.number("subsidy.year_cap", case.on)
    cap = ordinary_cap + policy.number("subsidy.year_cap_shortage_extra", case.on)
    granted = case.history.in_year(year)
    ordinary = sum(1 for grant in granted if not grant.shortage)
    passed = len(granted) < cap and (case.listing is not None or ordinary < ordinary_cap)
    detail = (
        f"{year} 年已享受 {len(granted)} 次，上限 {ordinary_cap} 次，含紧缺 {cap} 次"
        f" · granted {len(granted)} times in {year}; at most {ordinary_cap}, with shortage {cap}"
    )
    return _by(parameter, Rule.YEAR_CAP, passed=passed, detail=detail)


def _rate(case: Case) -> RuleOutcome:
    if case.rate is None:
        detail = "发证日没有已公布的标准 · no rate of the day of issue is published"
        return _assumed(Rule.RATE, _ASSUMPTION, passed=False, detail=detail)
    detail = f"{case.facts.item.level.title} 标准 {case.rate.amount.yuan} 元 · standard amount in yuan"
    return _by(case.rate, Rule.RATE, passed=True, detail=detail)


_CONDITIONS: tuple[Callable[[Case], RuleOutcome], ...] = (
    _own_staff,
    _national_effect,
    _catalogue,
    _in_force,
    _scope,
    _window,
    _not_claimed,
    _once,
    _no_higher,
    _year_cap,
    _rate,
)


def _by_notice(rule: Rule, clause: str, *, passed: bool, detail: str) -> RuleOutcome:
    return RuleOutcome(
        rule=rule, passed=passed, detail=detail, source=_NOTICE, status=Status.NOTICE, clause=clause
    )


def _by(value: Provenance, rule: Rule, *, passed: bool, detail: str) -> RuleOutcome:
    return RuleOutcome(
        rule=rule,
        passed=passed,
        detail=detail,
        source=value.source,
        status=value.status,
        clause=value.clause,
    )


def _assumed(rule: Rule, source: str, *, passed: bool, detail: str, clause: str | None = None) -> RuleOutcome:
    """A rule modelled on a document that does not itself say so for this subsidy."""
    return RuleOutcome(
        rule=rule, passed=passed, detail=detail, source=source, status=Status.ASSUMED, clause=clause
    )
