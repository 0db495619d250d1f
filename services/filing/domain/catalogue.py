"""职业目录的新版本: what the province tells of the catalogue; kept, compared with the one in force, never taken over unseen.

The catalogue by which cases are decided stands in the policy pack. An edition changes nothing by itself: one person
proposes to take it over, another confirms it once the pack says the same.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from shared.contracts.instructions import ListedOccupation
from shared.errors import Conflict, NotFound
from shared.paging import Page
from shared.policy import OccupationEntry, Policy
from shared.policy.terms import Term
from shared.values import Edition, Level, Occupation, OccupationCode

BASIS = ("N1.5",)


class UnknownEdition(NotFound):
    """没有这一版目录 · There is no such edition of the catalogue."""

    code = "NJT-FIL-1850"


class EditionKnown(Conflict):
    """该版目录已收到 · This edition was received before."""

    code = "NJT-FIL-1851"


class NotOurList(Conflict):
    """备案只受理职业目录，紧缺目录由补贴受理 · Filing keeps the occupation catalogue; subsidy keeps the shortage list."""

    code = "NJT-FIL-1852"


class EditionSettled(Conflict):
    """该版目录已办结或尚无采用意见 · There is nothing to decide on this edition."""

    code = "NJT-FIL-1853"


class SamePersonEdition(Conflict):
    """提出与确认须由不同人员办理 · Whoever proposed an edition may not confirm it."""

    code = "NJT-FIL-1854"


class NotInThePack(Conflict):
    """现行政策包与该版目录不一致，须先更新政策包 · The policy pack in force says otherwise; it has to be renewed first.

    `extra` holds the `differences`.
    """

    code = "NJT-FIL-1855"


class EditionState(Term):
    """How far an edition is."""

    KEPT = "kept", "已收存", "kept"
    PROPOSED = "proposed", "拟采用", "proposed"
    TAKEN_OVER = "taken_over", "已采用", "taken over"
    SET_ASIDE = "set_aside", "不采用", "set aside"


class DifferenceKind(Term):
    """In what way the pack is other than an edition."""

    NEW = "new", "目录没有该职业（工种）", "not in the catalogue in force"
    LEVELS = "levels", "等级不同", "offered at other levels"
    GONE = "gone", "新版未列", "not in the new edition"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One occupation or work type that is other in the edition than in the pack; levels as the titles have them."""

    kind: DifferenceKind
    edition: str
    occupation: str
    work_type: str
    name: str
    ours: tuple[Level, ...] = ()
    theirs: tuple[Level, ...] = ()


@dataclass(eq=False, kw_only=True)
class CatalogueEdition:
    """One edition as it was told, the whole of it; `organ` is the city's, which decides on it."""

    id: UUID
    organ: str
    number: str
    title: str
    issued: date
    effective_from: date
    effective_to: date | None
    entries: tuple[ListedOccupation, ...]
    received_at: datetime
    state: EditionState = EditionState.KEPT
    proposed_by: str = ""
    reason: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None
    opinion: str = ""
    version: int = 0

    def propose(self, reason: str, *, by: str) -> None:
        """拟采用; raises EditionSettled."""
        if self.state not in (EditionState.KEPT, EditionState.PROPOSED):
            raise EditionSettled(self.state.label, basis=BASIS)
        self.state, self.reason, self.proposed_by = EditionState.PROPOSED, reason, by

    def decide(self, policy: Policy, *, accepted: bool, opinion: str, by: str, at: datetime) -> None:
        """确认采用或不采用 by a second person; raises EditionSettled, SamePersonEdition or NotInThePack."""
        if self.state is not EditionState.PROPOSED:
            raise EditionSettled(self.state.label, basis=BASIS)
        if by == self.proposed_by:
            raise SamePersonEdition(basis=BASIS)
        if accepted and (found := tuple(differences(self.entries, policy))):
            told = [f"{it.kind}: {it.edition} {it.occupation} {it.work_type}".strip() for it in found]
            raise NotInThePack(f"{len(found)}", basis=BASIS, extra={"differences": told})
        self.state = EditionState.TAKEN_OVER if accepted else EditionState.SET_ASIDE
        self.opinion, self.decided_by, self.decided_at = opinion, by, at


def differences(listed: Iterable[ListedOccupation], policy: Policy) -> Iterator[Difference]:
    """What is other in the pack than in an edition, for the editions of the national catalogue it speaks of."""
    entries = tuple(listed)
    editions = {it.edition for it in entries}
    ours = {
        key: offered
        for entry in policy.occupations.values()
        if entry.edition in editions
        for key, offered in _offered(entry)
    }
    told = {(it.edition.value, str(it.occupation), it.work_type): it for it in entries}
    for key, line in sorted(told.items()):
        levels, theirs = ours.get(key), tuple(sorted(line.levels))
        if levels is None:
            yield _difference(DifferenceKind.NEW, key, line.name, theirs=theirs)
        elif theirs and set(theirs) != set(levels):
            yield _difference(DifferenceKind.LEVELS, key, line.name, ours=levels, theirs=theirs)
    for key in sorted(ours.keys() - told.keys()):
        name = policy.occupation(Occupation(Edition(key[0]), OccupationCode(key[1]))).name
        yield _difference(DifferenceKind.GONE, key, name, ours=ours[key])


_Key = tuple[str, str, str]


def _offered(entry: OccupationEntry) -> Iterator[tuple[_Key, tuple[Level, ...]]]:
    """The occupation itself and each of its work types, with their levels; what is excluded is none of it."""
    for work_type in ("", *entry.work_types):
        if not entry.excludes(work_type):
            levels = entry.work_type_levels.get(work_type, entry.levels)
            yield (entry.edition.value, str(entry.code), work_type), tuple(sorted(levels))


def _difference(
    kind: DifferenceKind,
    key: _Key,
    name: str,
    *,
    ours: tuple[Level, ...] = (),
    theirs: tuple[Level, ...] = (),
) -> Difference:
    edition, occupation, work_type = key
    return Difference(
        kind=kind,
        edition=edition,
        occupation=occupation,
        work_type=work_type,
        name=name,
        ours=ours,
        theirs=theirs,
    )


class CatalogueEditions(Protocol):
    """Where editions are kept; the city's, and nobody's below it."""

    async def get(self, key: UUID, *, seen: int | None = None) -> CatalogueEdition: ...

    def add(self, aggregate: CatalogueEdition) -> None: ...

    async def page(self, *, cursor: str | None, size: int) -> Page[CatalogueEdition]: ...
