"""What anybody may know of the register and of the catalogue."""

from collections.abc import Collection, Sequence
from datetime import date

from pydantic import BaseModel, Field

from services.filing.domain.institution import Standing
from services.filing.domain.register import PublicEntry
from shared.contracts.scope import ScopeItem
from shared.policy import Audience, Category, OccupationEntry, Policy, Status
from shared.values import Edition, Level, Occupation, OccupationCode, Uscc


class PublicScopeView(ScopeItem):
    """An occupation, work type and level it may evaluate, with the occupation's name."""

    name: str


class PublicInstitutionView(BaseModel):
    """网络核验 · what anybody may know of an institution (N3.3)."""

    name: str
    uscc: Uscc
    number: str
    plaque_number: str | None
    certificate_number: str | None
    office: str = Field(description="备案机构的责任机关 · the organ responsible for it")
    category: Category
    audience: Audience
    standing: Standing
    in_force: bool = Field(description="今日可否开展评价 · whether it may evaluate today")
    valid_from: date
    valid_until: date
    ended_on: date | None
    scope: tuple[PublicScopeView, ...]

    @classmethod
    def of(cls, entry: PublicEntry, policy: Policy, *, today: date) -> "PublicInstitutionView":
        same = {name: getattr(entry, name) for name in cls.model_fields if hasattr(entry, name)}
        current = entry.standing == Standing.ACTIVE and entry.valid_from <= today <= entry.valid_until
        named = {
            "office": policy.organ(entry.organ).office,
            "in_force": current,
            "scope": tuple(_named(item, policy) for item in entry.scope),
        }
        return cls.model_validate({**same, **named})


def _named(item: ScopeItem, policy: Policy) -> PublicScopeView:
    entry = policy.occupations.get(Occupation(item.edition, item.occupation))
    return PublicScopeView(**item.model_dump(), name=entry.name if entry else "")


class FoundView(BaseModel):
    """What was found, at most twenty; ask for more of the name when there are as many."""

    items: list[PublicInstitutionView]


class OccupationEntryView(BaseModel):
    """An occupation of one edition: its levels, whether it is evaluated and why not, and how sure that is."""

    edition: Edition
    code: OccupationCode
    name: str
    work_types: tuple[str, ...]
    levels: tuple[Level, ...]
    evaluable: bool
    exclusion: str = Field(description="准入类说明，空则全部可评价 · why it, or some of it, is not evaluated")
    excluded_work_types: tuple[str, ...]
    status: Status
    source: str

    @classmethod
    def of(cls, entry: OccupationEntry) -> "OccupationEntryView":
        return cls(
            edition=entry.edition,
            code=entry.code,
            name=entry.name,
            work_types=entry.work_types,
            levels=tuple(sorted(entry.levels, reverse=True)),
            evaluable=not entry.excluded,
            exclusion=entry.exclusion_note,
            excluded_work_types=entry.exclusion.work_types if entry.exclusion else (),
            status=entry.status,
            source=entry.source,
        )


class FamilyView(BaseModel):
    """One occupation through the editions of the catalogue, side by side, the earliest first."""

    name: str
    editions: tuple[OccupationEntryView, ...]


class CatalogueView(BaseModel):
    """职业(工种)目录 · the catalogue, or those of it that nobody covers."""

    items: list[FamilyView]

    @classmethod
    def of(cls, policy: Policy, *, edition: Edition | None) -> "CatalogueView":
        """All that have an entry in the edition, or all."""
        return cls(items=[_family(each) for each in _families(policy) if _is_of(each, edition)])

    @classmethod
    def uncovered(
        cls, policy: Policy, covered: Collection[Occupation], *, edition: Edition | None
    ) -> "CatalogueView":
        """Those that could be evaluated and that no institution covers today (N2.7)."""
        free = [each for each in _families(policy) if each[0].occupation not in covered]
        offered = [each for each in free if not all(entry.excluded for entry in each)]
        return cls(items=[_family(each) for each in offered if _is_of(each, edition)])


def _families(policy: Policy) -> list[list[OccupationEntry]]:
    """The catalogue by family, each beginning with its oldest entry."""
    found: dict[Occupation, list[OccupationEntry]] = {}
    entries = sorted(policy.occupations.values(), key=lambda each: (each.edition, each.code))
    for entry in entries:
        found.setdefault(policy.family(entry.occupation), []).append(entry)
    return list(found.values())


def _is_of(family: Sequence[OccupationEntry], edition: Edition | None) -> bool:
    return edition is None or any(each.edition is edition for each in family)


def _family(family: Sequence[OccupationEntry]) -> FamilyView:
    return FamilyView(name=family[-1].name, editions=tuple(OccupationEntryView.of(each) for each in family))
