"""经办机关: who handles cases. An organ is not the same thing as a GB/T 2260 region (N2.0)."""

from collections.abc import Mapping
from enum import StrEnum

from shared.errors import NotFound
from shared.policy.provenance import Provenance
from shared.policy.terms import Status


class UnknownOrgan(NotFound):
    """经办机关不存在 · There is no such organ."""

    code = "NJT-POL-1001"


class OrganKind(StrEnum):
    """On which tier an organ stands; 江北新区 is a district without a code of its own."""

    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    PARK = "park"


class Organ(Provenance):
    """A 人社 organ: its own code, the region it reports under, its office and the streets it answers for."""

    code: str
    kind: OrganKind
    parent: str | None = None
    region_code: str
    region_source: str
    region_status: Status
    name_zh: str
    name_en: str
    office: str
    office_en: str
    jurisdiction: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return f"{self.name_zh} · {self.name_en}"


def territories(organs: Mapping[str, Organ]) -> dict[str, frozenset[str]]:
    """For each organ, itself and everything below it."""
    reach = {code: {code} for code in organs}
    for code in organs:
        above = organs[code].parent
        while above is not None:
            reach[above].add(code)
            above = organs[above].parent
    return {code: frozenset(codes) for code, codes in reach.items()}
