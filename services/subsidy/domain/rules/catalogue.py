"""Rules about the occupation: whether it is evaluated by level at all, in this work type and at this level."""

from services.subsidy.domain import phrases as say
from services.subsidy.domain.finding import Finding, found, ground_of
from services.subsidy.domain.rules.case import ASSUMPTION, Trade, assumed

_OUTSIDE = assumed(ASSUMPTION)


def catalogue(case: Trade) -> Finding:
    """目录: an occupation outside the catalogue of the day of issue is not paid."""
    entry, item, day = case.entry, case.item, case.issued_on
    if entry is None:
        return found(say.NOT_IN_CATALOGUE, _OUTSIDE, item.occupation, item.edition.value)
    if not entry.holds(day):
        return found(say.CATALOGUE_NOT_THEN, ground_of(entry), entry.name, day.isoformat())
    return found(say.IN_CATALOGUE, ground_of(entry), entry.name)


def licensed(case: Trade) -> Finding:
    """OSTA-SCOPE: a licensed trade (准入类) is not evaluated by level, in whole or in the work types named."""
    entry, work_type = case.entry, case.item.work_type
    if entry is None:
        return found(say.LICENSED_UNKNOWN, _OUTSIDE)
    if entry.exclusion is not None and entry.excludes(work_type):
        return found(
            say.LICENSED, ground_of(entry.exclusion), f"{entry.name}{work_type}", entry.exclusion_note
        )
    return found(say.NOT_LICENSED, ground_of(entry), f"{entry.name}{work_type}")


def work_type(case: Trade) -> Finding:
    """工种: one of the occupation's, or the occupation itself."""
    entry, wanted = case.entry, case.item.work_type
    if entry is None:
        return found(say.WORK_TYPE_UNKNOWN, _OUTSIDE)
    if not wanted or wanted in entry.work_types:
        return found(say.WORK_TYPE_FITS, ground_of(entry))
    return found(say.NO_SUCH_WORK_TYPE, ground_of(entry), entry.name, wanted)


def level(case: Trade) -> Finding:
    """等级: some occupations and work types have no level 5, others none above 3."""
    entry, item = case.entry, case.item
    if entry is None:
        return found(say.LEVEL_UNKNOWN, _OUTSIDE)
    offered = item.level in entry.work_type_levels.get(item.work_type, entry.levels)
    told = say.LEVEL_OFFERED if offered else say.LEVEL_NOT_OFFERED
    return found(told, ground_of(entry), f"{entry.name}{item.work_type}", item.level.title)
