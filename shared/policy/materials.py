"""备案材料: what an applicant hands in, by kind of filing, category and audience (N2.8)."""

from pydantic import Field, StrictInt

from shared.policy.provenance import Provenance
from shared.policy.terms import Audience, Category, FilingKind, MediaKind


class MaterialKind(Provenance):
    """One kind of material. Those that may be pledged need not be proved beforehand (N3.3).

    `formats` says as what it may be handed in; `valid_months` how old its date may be, where that matters.
    """

    id: str
    zh: str
    en: str
    required: bool = True
    pledge: bool = False
    kinds: frozenset[FilingKind] = Field(default=frozenset({FilingKind.INITIAL}), min_length=1)
    categories: frozenset[Category] = frozenset(Category)
    audiences: frozenset[Audience] = frozenset(Audience)
    formats: frozenset[MediaKind] = Field(default=frozenset({MediaKind.PDF, MediaKind.IMAGE}), min_length=1)
    valid_months: StrictInt | None = Field(default=None, ge=1, le=120)

    @property
    def name(self) -> str:
        return f"{self.zh} · {self.en}"

    def is_asked_of(
        self, category: Category, audience: Audience, kind: FilingKind = FilingKind.INITIAL
    ) -> bool:
        return kind in self.kinds and category in self.categories and audience in self.audiences
