"""Documents of a case: of what kind, how old and in what form they must be, and what is still wanting (N2.8)."""

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from services.filing.domain.refusals import MaterialsIncomplete, NotPledgeable, UnknownMaterial
from services.filing.domain.terms import Material
from shared.errors import Conflict, Invalid, NotFound
from shared.policy import MaterialKind, MediaKind
from shared.policy.terms import Term


class MaterialOutdated(Conflict):
    """材料已过期或未注明出具日期 · Documents are too old, or without a date."""

    code = "NJT-FIL-1701"


class WrongFormat(Invalid):
    """材料格式不符 · This document is not accepted in this format."""

    code = "NJT-FIL-1702"


class NotHandedIn(NotFound):
    """该材料没有提交文件 · No file was handed in for this."""

    code = "NJT-FIL-1703"


class NotYetIssued(Invalid):
    """出具日期晚于今日 · The document is dated later than today."""

    code = "NJT-FIL-1704"


class PledgeStands(Conflict):
    """该材料已作承诺，须先撤回承诺 · This is pledged; withdraw the pledge first."""

    code = "NJT-FIL-1705"


class MaterialState(Term):
    """How a document that is asked for stands."""

    MISSING = "missing", "未提交", "missing"
    HANDED_IN = "handed_in", "已提交", "handed in"
    PLEDGED = "pledged", "已承诺", "pledged"
    OUTDATED = "outdated", "已过期", "too old"
    UNDATED = "undated", "未注明日期", "without a date"
    WRONG_FORMAT = "wrong_format", "格式不符", "in a wrong format"


FORMATS = {
    "application/pdf": MediaKind.PDF,
    "image/jpeg": MediaKind.IMAGE,
    "image/png": MediaKind.IMAGE,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": MediaKind.XLSX,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": MediaKind.DOCX,
}
"""As what a file of each media type is handed in."""

_STALE = frozenset({MaterialState.OUTDATED, MaterialState.UNDATED})


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One kind of document that is asked for, what was handed in for it, how that stands and why."""

    kind: MaterialKind
    given: Material | None
    state: MaterialState
    reason: str

    @property
    def blocks(self) -> bool:
        """Whether the case cannot be submitted with it; an optional document that is missing does not matter."""
        if self.state is MaterialState.MISSING:
            return self.kind.required
        return self.state not in {MaterialState.HANDED_IN, MaterialState.PLEDGED}


def checklist(
    asked: Sequence[MaterialKind], handed_in: Sequence[Material], *, measured: Callable[[str], date]
) -> tuple[Checked, ...]:
    """How each document asked for stands; `measured` tells the day on which it has to be in date."""
    given = {each.kind: each for each in handed_in}
    return tuple(_checked(kind, given.get(kind.id), on=measured(kind.id)) for kind in asked)


def _checked(kind: MaterialKind, given: Material | None, *, on: date) -> Checked:
    if given is None:
        wanted = "必交，未提交 · required, not handed in" if kind.required else "选交 · optional"
        state, reason = MaterialState.MISSING, wanted
    elif given.pledged:
        state = MaterialState.PLEDGED
        reason = "以告知承诺代替，须经核查 · pledged instead; the organ checks it"
    elif FORMATS.get(given.media_type) not in kind.formats:
        state, reason = MaterialState.WRONG_FORMAT, _formats(kind)
    elif kind.valid_months is None:
        state, reason = MaterialState.HANDED_IN, "已提交 · handed in"
    else:
        state, reason = _dated(given.issued_on, kind.valid_months, on)
    return Checked(kind=kind, given=given, state=state, reason=reason)


def _dated(issued_on: date | None, months: int, on: date) -> tuple[MaterialState, str]:
    if issued_on is None:
        asked = f"须注明出具日期，{months} 个月内有效 · its date is needed: no older than {months} months"
        return MaterialState.UNDATED, asked
    until = months_after(issued_on, months)
    if until < on:
        told = f"{issued_on} 出具，有效至 {until} · issued {issued_on}, good until {until}"
        return MaterialState.OUTDATED, told
    return MaterialState.HANDED_IN, f"有效至 {until} · good until {until}"


def check_whole(documents: Sequence[Checked]) -> None:
    """All that is missing at once, else all that is too old or undated, else all in a wrong format.

    Raises MaterialsIncomplete, MaterialOutdated or WrongFormat.
    """
    blocking = [each for each in documents if each.blocks]
    missing = [each.kind.name for each in blocking if each.state is MaterialState.MISSING]
    if missing:
        raise MaterialsIncomplete(
            f"缺 {len(missing)} 项：{'；'.join(missing)}", basis=("N2.8",), extra={"missing": missing}
        )
    stale = {each.kind.id: _told(each) for each in blocking if each.state in _STALE}
    if stale:
        raise MaterialOutdated("；".join(stale.values()), basis=("N2.8",), extra={"outdated": stale})
    wrong = {each.kind.id: _told(each) for each in blocking}
    if wrong:
        raise WrongFormat("；".join(wrong.values()), basis=("N2.8",), extra={"wrong_format": wrong})


def found(materials: Sequence[Material], kind: str) -> Material:
    """What was handed in or pledged; raises NotHandedIn."""
    for each in materials:
        if each.kind == kind:
            return each
    raise NotHandedIn(kind)


def check_fits(material: Material, asked: Sequence[MaterialKind]) -> None:
    """Raises UnknownMaterial, NotPledgeable (N3.3) or WrongFormat."""
    kind = next((each for each in asked if each.id == material.kind), None)
    if kind is None:
        known = ", ".join(each.id for each in asked)
        raise UnknownMaterial(f"{material.kind}；可选 · one of: {known}", basis=("N2.8",))
    if material.pledged:
        if not kind.pledge:
            raise NotPledgeable(kind.name, basis=("N3.3",))
        return
    if FORMATS.get(material.media_type) not in kind.formats:
        raise WrongFormat(f"{kind.name}：{_formats(kind)}", basis=("N2.8",))


def check_issued(material: Material, *, on: date) -> None:
    """Raises NotYetIssued for a date that is yet to come."""
    if material.issued_on is not None and material.issued_on > on:
        raise NotYetIssued(f"{material.issued_on} > {on}")


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, or that month's last day where it has none such."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _formats(kind: MaterialKind) -> str:
    return f"可为 · accepted: {'、'.join(each.label for each in sorted(kind.formats))}"


def _told(document: Checked) -> str:
    return f"{document.kind.name}（{document.reason}）"
