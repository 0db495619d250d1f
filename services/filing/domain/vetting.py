"""What is wrong with the rows of an import: each alone, those of one group together, and held against the register."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from services.filing.domain.bulk import ImportKind
from services.filing.domain.holdings import COLUMNS, Holdings
from services.filing.domain.line import MOST_ITEMS, Entry, Fault, Finding, Line, entry_of
from services.filing.domain.placing import check_scope
from services.filing.domain.refusals import NotEvaluated
from shared.errors import Invalid, Refusal
from shared.policy import Audience, Policy, Routing
from shared.values import Uscc

_SCOPE = ("edition", "occupation", "lowest", "highest")
_SHARED = {
    ImportKind.INSTITUTIONS: (
        "name",
        "uscc",
        "category",
        "audience",
        "organ",
        "valid_from",
        "valid_until",
    ),
    ImportKind.FILINGS: ("name", "category", "organ"),
}
_MAY_BE_LEFT_OUT = ("legal_representative", "address")
_KEYS = {ImportKind.INSTITUTIONS: ("number",), ImportKind.FILINGS: ("uscc", "audience")}


@dataclass(frozen=True, kw_only=True)
class Vetting:
    """By which rules: the policy's, for an officer who reaches these organs, on a day."""

    kind: ImportKind
    policy: Policy
    organs: frozenset[str]
    today: date


def read_groups(lines: Sequence[Line], vetting: Vetting) -> list[Entry]:
    """What the groups without a fault say; what is wrong with the others is noted in their rows."""
    for line in lines:
        _check_line(line, vetting)
    grouped = list(_grouped(lines, vetting.kind))
    for group in grouped:
        _check_group(group, vetting.kind)
    _hold_back(lines, grouped, vetting.kind)
    return [entry_of(group) for group in grouped if not group[0].findings]


def vet(entries: Iterable[Entry], holdings: Holdings, vetting: Vetting) -> int:
    """Hold them against the register, and give those that are good their turns; returns how many are."""
    turn = 0
    for entry in sorted(entries, key=_in_turn):
        try:
            admit(entry, holdings, vetting.kind, vetting.policy)
        except Refusal as refusal:
            _refuse(entry, refusal)
            continue
        turn += 1
        for line in entry.lines:
            line.place = turn
    return turn


def admit(entry: Entry, holdings: Holdings, kind: ImportKind, policy: Policy) -> Routing:
    """Whether a group goes in, and by which clause; from then on the holdings have it. Raises what the rules refuse."""
    if kind is ImportKind.FILINGS:
        routing = holdings.check_draft(entry, policy)
        holdings.take_draft(entry)
    else:
        routing = holdings.check_on_record_before(entry, policy)
        holdings.take_on_record(entry, policy)
    return routing


def _in_turn(entry: Entry) -> tuple[bool, date, int]:
    """A first filing goes before what it is the condition of (N2.4), an older record before a younger one."""
    return entry.audience is Audience.PUBLIC, entry.valid_from or date.min, entry.lines[0].number


def _refuse(entry: Entry, refusal: Refusal) -> None:
    first, *others = entry.lines
    first.findings.append(Finding.of(COLUMNS.get(type(refusal), "category"), refusal))
    _leave_out(others, because=first)


def _check_line(line: Line, vetting: Vetting) -> None:
    _check_identifiers(line)
    organ = line.text("organ")
    if organ and organ not in vetting.organs:
        line.find(
            "organ",
            Fault.OUT_OF_REACH,
            f"{vetting.policy.organ(organ).name_zh}不在您的管辖之内 · It is outside your territory",
        )
    if all(line.text(column) for column in _SCOPE):
        _check_occupation(line, vetting.policy)
    if vetting.kind is ImportKind.INSTITUTIONS:
        _check_validity(line, vetting.today)


def _check_identifiers(line: Line) -> None:
    for column in ("name", "number", "legal_representative", "address", "work_type"):
        if "\n" in line.text(column):
            line.find(column, Fault.NOT_ONE_LINE, "不能换行 · This must be one line")
    try:
        if line.text("uscc"):
            Uscc(line.text("uscc"))
    except Invalid as refusal:
        line.findings.append(Finding.of("uscc", refusal))
    try:
        line.stations()
    except Invalid as refusal:
        line.findings.append(Finding.of("stations", refusal))


def _check_occupation(line: Line, policy: Policy) -> None:
    if int(line.text("highest")) > int(line.text("lowest")):
        line.find(
            "highest",
            Fault.LEVELS_REVERSED,
            "最高等级低于最低等级 · The highest level is below the lowest",
        )
        return
    try:
        check_scope(line.items(), policy)
    except NotEvaluated as refusal:
        line.findings.append(Finding.of("occupation", refusal))


def _check_validity(line: Line, today: date) -> None:
    begins, ends = line.day("valid_from"), line.day("valid_until")
    if begins is not None and begins > today:
        line.find(
            "valid_from", Fault.NOT_IN_FORCE, f"有效期尚未开始（今天 {today}） · It is not in force yet"
        )
    if ends is not None and ends < today:
        line.find(
            "valid_until",
            Fault.NOT_IN_FORCE,
            f"有效期已满（今天 {today}），不在册 · It has expired and is on record no more",
        )
    evaluated = line.day("evaluated")
    if evaluated is not None and evaluated > today:
        line.find("evaluated", Fault.NOT_YET, f"晚于今天（{today}） · It is later than today")
    if begins is not None and ends is not None and ends <= begins:
        line.find("valid_until", Fault.NOT_IN_FORCE, "有效期止不晚于起 · It ends before it begins")


def _grouped(lines: Sequence[Line], kind: ImportKind) -> Iterator[list[Line]]:
    """Rows of the same key in the order of the sheet; a row whose key cannot be read is a group of its own."""
    groups: dict[tuple[str, ...], list[Line]] = {}
    for line in lines:
        key = tuple(line.text(column) for column in _KEYS[kind])
        groups.setdefault(key if all(key) else (*key, str(line.number)), []).append(line)
    yield from groups.values()


def _check_group(group: Sequence[Line], kind: ImportKind) -> None:
    if any(line.findings for line in group):
        return
    first, *others = group
    seen = set(first.items())
    for line in others:
        for column in _SHARED[kind]:
            _compare(line, first, column)
        for column in _MAY_BE_LEFT_OUT:
            if line.text(column) and first.text(column):
                _compare(line, first, column)
        items = set(line.items())
        if items & seen:
            line.find("occupation", Fault.REPEATED, "该职业等级在表中已列过 · Listed before in this group")
        seen |= items
    if len(seen) > MOST_ITEMS:
        first.find(
            "occupation", Fault.TOO_MUCH, f"职业等级超过 {MOST_ITEMS} 项 · More than {MOST_ITEMS} items"
        )


def _compare(line: Line, first: Line, column: str) -> None:
    if line.values.get(column) != first.values.get(column):
        line.find(
            column, Fault.ROWS_DISAGREE, f"与第 {first.number} 行不一致 · It differs from row {first.number}"
        )


def _hold_back(lines: Sequence[Line], groups: Sequence[Sequence[Line]], kind: ImportKind) -> None:
    """A group with a wrong row is left out whole; so is one of the same name as a row that belongs nowhere."""
    nowhere = {line.text("name"): line for line in lines if line.text("name") and not _belongs(line, kind)}
    for group in groups:
        wrong = next((line for line in group if line.findings), None) or nowhere.get(group[0].text("name"))
        if wrong is not None:
            _leave_out([line for line in group if not line.findings], because=wrong)


def _belongs(line: Line, kind: ImportKind) -> bool:
    """Whether a row says rightly which group it is of."""
    at_fault = {finding.column for finding in line.findings}
    return all(line.text(column) and column not in at_fault for column in _KEYS[kind])


def _leave_out(lines: Iterable[Line], *, because: Line) -> None:
    for line in lines:
        line.find(
            "",
            Fault.LEFT_OUT,
            f"同组第 {because.number} 行有误，整组未入库 · Row {because.number} is wrong; its group is left out",
        )
