"""What the register holds that the groups of an import are held against, group after group."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from services.filing.domain.lifecycle import check_not_banned
from services.filing.domain.line import Entry
from services.filing.domain.placing import handling_organ
from services.filing.domain.refusals import AlreadyCovered, AlreadyOnRecord, Banned
from shared.errors import Conflict, Refusal
from shared.policy import Attribute, Audience, Category, FilingKind, NotRoutable, Policy, Routing
from shared.values import Occupation


class NumberUsed(Conflict):
    """备案号已被使用 · The filing number is in use already."""

    code = "NJT-FIL-1517"


class BeingHandled(Conflict):
    """同一单位同一评价对象已有在办申请 · A case of this body for this audience is in hand already."""

    code = "NJT-FIL-1518"


COLUMNS: Mapping[type[Refusal], str] = {
    NumberUsed: "number",
    AlreadyOnRecord: "uscc",
    BeingHandled: "uscc",
    Banned: "uscc",
    AlreadyCovered: "occupation",
    NotRoutable: "audience",
}
"""In which column of the sheet a rule's refusal is told; any other with the category."""


@dataclass(eq=False, kw_only=True)
class Holdings:
    """What is on record city-wide, and what an import has added to it so far.

    `bodies` and `in_hand` are pairs of USCC and audience; `removed` says when a body was last removed for idleness,
    `covered` since when somebody covers a family of occupations, `sole` which of them an association does.
    """

    today: date
    numbers: set[str]
    bodies: set[tuple[str, str]]
    first_filings: set[str]
    in_hand: set[tuple[str, str]]
    removed: dict[str, date]
    covered: dict[Occupation, date]
    sole: set[Occupation]

    def check_on_record_before(self, entry: Entry, policy: Policy) -> Routing:
        """Who filed such an institution; raises NumberUsed, AlreadyOnRecord, Banned, AlreadyCovered or NotRoutable.

        N2.7 asks who covered the occupation when it was filed: whoever has been on record since an earlier day.
        """
        if entry.number in self.numbers:
            raise NumberUsed(entry.number)
        if entry.body in self.bodies:
            raise AlreadyOnRecord(f"{entry.uscc}，{entry.audience.label}")
        self._check_not_banned(entry, policy)
        families = entry.families(policy)
        if entry.category is Category.MUNICIPAL_ASSOCIATION and families & self.sole:
            raise AlreadyCovered(basis=("N2.7",))
        return self._routing(entry, policy, families=families, before=entry.valid_from or date.min)

    def check_draft(self, entry: Entry, policy: Policy) -> Routing:
        """Who handles such a draft; raises AlreadyOnRecord, BeingHandled, Banned, NotRoutable or FiledElsewhere."""
        if entry.body in self.bodies:
            raise AlreadyOnRecord(f"{entry.uscc}，{entry.audience.label}")
        if entry.body in self.in_hand:
            raise BeingHandled(f"{entry.uscc}，{entry.audience.label}")
        self._check_not_banned(entry, policy)
        routing = self._routing(entry, policy, families=entry.families(policy), before=date.max)
        handling_organ(routing, policy, organ=entry.organ)
        return routing

    def take_on_record(self, entry: Entry, policy: Policy) -> None:
        """The register is about to hold this institution, too."""
        self.numbers.add(entry.number)
        self.bodies.add(entry.body)
        if entry.audience is Audience.OWN_STAFF:
            self.first_filings.add(str(entry.uscc))
        families = entry.families(policy)
        since = entry.valid_from or date.min
        for family in families:
            self.covered[family] = min(since, self.covered.get(family, since))
        if entry.category is Category.MUNICIPAL_ASSOCIATION:
            self.sole |= families

    def take_draft(self, entry: Entry) -> None:
        self.in_hand.add(entry.body)

    def _check_not_banned(self, entry: Entry, policy: Policy) -> None:
        check_not_banned(FilingKind.INITIAL, self.removed.get(str(entry.uscc)), policy, on=self.today)

    def _routing(self, entry: Entry, policy: Policy, *, families: set[Occupation], before: date) -> Routing:
        facts = set(entry.evidence)
        if entry.uscc in self.first_filings:
            facts.add(Attribute.FIRST_FILING_IN_FORCE)
        if all(self.covered.get(family, date.max) >= before for family in families):
            facts.add(Attribute.NO_INSTITUTION_COVERS_OCCUPATION)
        return policy.decide_routing(entry.category, entry.audience, frozenset(facts))


def asked_whether_covered(entries: Iterable[Entry], policy: Policy) -> set[Occupation]:
    """The families of those entries that are filed only for what nobody covers yet (N2.7)."""
    facts = frozenset(Attribute) - {Attribute.NO_INSTITUTION_COVERS_OCCUPATION}
    closed: dict[tuple[Category, Audience], bool] = {}
    found: set[Occupation] = set()
    for entry in entries:
        pair = entry.category, entry.audience
        if pair not in closed:
            closed[pair] = _is_closed(*pair, facts, policy)
        if closed[pair]:
            found |= entry.families(policy)
    return found


def _is_closed(category: Category, audience: Audience, facts: frozenset[Attribute], policy: Policy) -> bool:
    try:
        policy.decide_routing(category, audience, facts)
    except NotRoutable:
        return True
    return False
