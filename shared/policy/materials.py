"""备案材料: what an applicant hands in, by category and audience (N2.8)."""

from shared.policy.provenance import Provenance
from shared.policy.terms import Audience, Category


class MaterialKind(Provenance):
    """One kind of material. Those that may be pledged need not be proved beforehand (N3.3)."""

    id: str
    zh: str
    en: str
    required: bool = True
    pledge: bool = False
    categories: frozenset[Category] = frozenset(Category)
    audiences: frozenset[Audience] = frozenset(Audience)

    @property
    def name(self) -> str:
        return f"{self.zh} · {self.en}"

    def is_asked_of(self, category: Category, audience: Audience) -> bool:
        return category in self.categories and audience in self.audiences
