"""Rules about time and money: the window, the rate of the day of issue, and the uplift."""

from services.subsidy.domain import phrases as say
from services.subsidy.domain.finding import Finding, found, ground_of
from services.subsidy.domain.rules.case import ASSUMPTION, Trade, assumed
from shared.policy import MoneyLine, ShortageEntry, months_after

LINE_NAMES = {
    MoneyLine.INSURANCE: ("失业保险技能提升补贴", "the unemployment insurance subsidy"),
    MoneyLine.TRAINING: ("培训和高技能人才补贴", "the training subsidy"),
}


def window(case: Trade) -> Finding:
    """NJ2023-WINDOW: the last day is the same day of the month as the issue; a day the month lacks becomes its last."""
    issued, on = case.issued_on, case.on
    last = months_after(issued, case.terms.window_months)
    told = say.IN_WINDOW if issued <= on <= last else say.NOT_IN_WINDOW
    return found(told, ground_of(case.terms.window), on.isoformat(), issued.isoformat(), last.isoformat())


def rate(case: Trade) -> Finding:
    """补贴标准: the published row of line, class and level; line A has rows for levels 5, 4 and 3 only."""
    level, outside = case.item.level.title, assumed(ASSUMPTION)
    if case.rate is not None:
        return found(say.RATE, ground_of(case.rate), level, case.rate.amount.yuan)
    if case.entry is None:
        return found(say.RATE_UNKNOWN, outside)
    return found(say.NO_RATE, outside, LINE_NAMES[case.line][0], level, case.issued_on.isoformat())


def uplift(case: Trade) -> Finding:
    """上浮: N1.7 on line B from level 3 up; line A by the rule of its own document. Missing it refuses nothing."""
    level = case.item.level.title
    ground = ground_of(case.uplift) if case.uplift is not None else assumed(ASSUMPTION)
    if case.listing is None:
        return found(say.NO_SHORTAGE, ground, case.name)
    if case.uplift is None:
        return found(say.NO_UPLIFT_THEN, ground)
    if not case.uplift.raises(case.item.level):
        high_skill_only = all(each.is_high_skill for each in case.uplift.levels)
        below = high_skill_only and not case.item.level.is_high_skill
        return found(say.LEVEL_NOT_RAISED if below else say.LEVEL_OF_LINE_NOT_RAISED, ground, level)
    listed = _listed(case.listing, case)
    if case.rate is not None and case.rate.printed is not None:
        return found(say.RAISED_AS_PRINTED, ground, listed, level, case.rate.printed.yuan)
    return found(say.RAISED, ground, listed, level, case.uplift.percent)


def _listed(listing: ShortageEntry, case: Trade) -> str:
    carried = "" if listing.holds(case.issued_on) else "，沿用 carried on"
    return f"{listing.list_id}，{listing.status.label}{carried}"
