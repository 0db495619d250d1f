"""What can be wrong with a release that no single entry of it can see."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import combinations

from services.subsidy.domain.release import FaultyRelease, Release
from services.subsidy.domain.rules import DayTerms
from shared.policy import (
    MoneyLine,
    Parameter,
    Policy,
    Provenance,
    ShortageList,
    Status,
    UnknownParameter,
    Uplift,
)
from shared.policy.dated import DatedEntry

_OURS = "subsidy."
_NOTICE = "notice"


def check_release(release: Release, policy: Policy, *, known_from: date) -> None:
    """Raises FaultyRelease, which lists everything that is wrong with it."""
    found = list(_faults(release, policy)) or list(_unreadable(release, policy, known_from))
    if found:
        raise FaultyRelease(found)


def _faults(release: Release, policy: Policy) -> Iterator[str]:
    if release.status is Status.NOTICE:
        yield "status: 通知本身在政策包内，发布的文件为引用或假设 · the notice is in the pack; a release is cited or assumed"
    yield from _clauses(release, policy)
    yield from _overlaps(release)
    for place, entry in enumerate(release.entries):
        for fault in _entry_faults(entry, release, policy):
            yield f"entries[{place}].{fault}"


def _clauses(release: Release, policy: Policy) -> Iterator[str]:
    """New clauses are new, and each entry names one that is known."""
    counted = Counter(clause.id for clause in release.clauses)
    for name in counted:
        if name in policy.clauses or counted[name] > 1:
            yield f"clauses: 条款“{name}”已有 · there is a clause of this name already"
    known = policy.clauses.keys() | counted.keys()
    for place, entry in enumerate(release.entries):
        if entry.clause is not None and entry.clause not in known:
            yield f"entries[{place}].clause: 没有条款“{entry.clause}” · no such clause"


def _overlaps(release: Release) -> Iterator[str]:
    """One release says one thing about a day."""
    series: defaultdict[tuple[str, ...], list[tuple[int, Provenance]]] = defaultdict(list)
    for place, entry in enumerate(release.entries):
        for value in entry.values():
            series[value.series].append((place, value))
    for name, values in series.items():
        for (first, one), (second, other) in combinations(values, 2):
            if one.overlaps(other):
                yield (
                    f"entries[{second}].effective_from: {' '.join(name)} 与 entries[{first}] 重叠"
                    f" · is in force at the same time as entries[{first}]"
                )


def _entry_faults(entry: DatedEntry, release: Release, policy: Policy) -> Iterator[str]:
    match entry:
        case Parameter():
            yield from _parameter_faults(entry, policy)
        case ShortageList():
            yield from _list_faults(entry, release, policy)
        case Uplift():
            yield from _uplift_faults(entry, release, policy)
        case _:
            pass


def _parameter_faults(entry: Parameter, policy: Policy) -> Iterator[str]:
    known = policy.parameters(entry.key)
    if not entry.key.startswith(_OURS) or not known:
        yield f"key: 不是补贴参数“{entry.key}” · not a parameter of the subsidy"
        return
    if (type(entry.value), entry.unit) != (type(known[0].value), known[0].unit):
        yield f"value: 应为 {known[0].unit} · {known[0].unit} is expected"
    if isinstance(entry.value, int) and entry.value < 0:
        yield "value: 不能为负 · may not be negative"


def _list_faults(entry: ShortageList, release: Release, policy: Policy) -> Iterator[str]:
    ids = {each.id for each in policy.shortage_lists}
    if (
        entry.id in ids
        or sum(isinstance(it, ShortageList) and it.id == entry.id for it in release.entries) > 1
    ):
        yield f"id: 目录“{entry.id}”已有 · there is a list of this name already"
    for old in entry.replaces:
        if old not in ids:
            yield f"replaces: 没有目录“{old}” · no such list"
    for value in entry.values():
        if value.occupation not in policy.occupations:
            yield f"occupations: 职业 {' '.join(value.series)} 不在目录内 · not in the catalogue"


def _uplift_faults(entry: Uplift, release: Release, policy: Policy) -> Iterator[str]:
    """两条资金线各有规定: what the notice raises is line B; line A is raised by a document of its own, never by N1.7."""
    clause = policy.clauses.get(entry.clause)
    own = {each.id for each in release.clauses}
    if clause is not None and entry.clause not in own and clause.document == _NOTICE:
        line = "失业保险线" if entry.line is MoneyLine.INSURANCE else "培训线"
        yield f"clause: {line}的新规定须引自身文件的条款 · a new rule rests on its own document, not on the notice"


def _unreadable(release: Release, policy: Policy, known_from: date) -> Iterator[str]:
    """What the calculation could not read would stop every decision from that day on."""
    then = policy.with_releases((release.stated(known_from=known_from),))
    for place, entry in enumerate(release.entries):
        for line in MoneyLine:
            try:
                DayTerms(then, line, entry.effective_from, known_on=known_from)
            except (ValueError, TypeError) as problem:
                yield f"entries[{place}].value: 无法读取 · cannot be read: {problem}"
            except UnknownParameter as problem:
                yield f"entries[{place}].effective_from: {problem.detail}"
