"""The decision table, written out from part two of the notice and held against the pack combination by combination."""

from dataclasses import dataclass
from itertools import combinations, product

import pytest

from shared.policy import Attribute, Audience, Category, DutyKind, DutyOwner, NotRoutable, Policy, Status

A, F, O = DutyKind.ASSESS, DutyKind.FILE, DutyKind.OPEN_ACCOUNT  # noqa: E741 — the columns of the table
CONNECT, COPIED, JOINTLY = DutyKind.CONNECT, DutyKind.BE_COPIED, DutyKind.SUPERVISE_JOINTLY
PROVINCE, CITY, DISTRICT = DutyOwner.PROVINCE, DutyOwner.CITY, DutyOwner.DISTRICT

Duties = dict[DutyKind, DutyOwner]

BY_DISTRICT: Duties = {A: DISTRICT, F: DISTRICT, O: DISTRICT}
BY_PROVINCE: Duties = {A: PROVINCE, F: PROVINCE, O: DISTRICT, CONNECT: DISTRICT}
AGAIN: Duties = {**BY_DISTRICT, COPIED: CITY}
BY_CITY: Duties = {A: CITY, F: CITY, O: DISTRICT}
SITES: Duties = {A: PROVINCE, F: PROVINCE, O: DISTRICT, JOINTLY: DutyOwner.CITY_AND_DISTRICT}

FIRST = frozenset({Attribute.FIRST_FILING_IN_FORCE})
KEY_SCHOOL = frozenset({Attribute.KEY_SCHOOL_EVIDENCE})
UNCOVERED = frozenset({Attribute.NO_INSTITUTION_COVERS_OCCUPATION})
NOTHING: frozenset[Attribute] = frozenset()


@dataclass(frozen=True)
class Row:
    """A combination the notice lets be filed: its clause, what must be shown, and who does what."""

    clause: str
    requires: frozenset[Attribute]
    duties: Duties


@dataclass(frozen=True)
class Refused:
    """A combination it does not, and the clauses this rests on."""

    basis: tuple[str, ...]


STAFF, STUDENTS, PUBLIC = Audience

NOTICE: dict[tuple[Category, Audience], Row | Refused] = {
    (Category.CENTRAL_ENTERPRISE, STAFF): Row("N2.1", NOTHING, BY_PROVINCE),
    (Category.CENTRAL_ENTERPRISE, STUDENTS): Refused(("N2.1", "N2.3")),
    (Category.CENTRAL_ENTERPRISE, PUBLIC): Row("N2.4", FIRST, AGAIN),
    (Category.PROVINCIAL_ENTERPRISE, STAFF): Row("N2.1", NOTHING, BY_PROVINCE),
    (Category.PROVINCIAL_ENTERPRISE, STUDENTS): Refused(("N2.1", "N2.3")),
    (Category.PROVINCIAL_ENTERPRISE, PUBLIC): Row("N2.4", FIRST, AGAIN),
    (Category.MUNICIPAL_ENTERPRISE, STAFF): Row("N2.2", NOTHING, BY_DISTRICT),
    (Category.MUNICIPAL_ENTERPRISE, STUDENTS): Refused(("N2.2", "N2.3")),
    (Category.MUNICIPAL_ENTERPRISE, PUBLIC): Refused(("N2.2", "N2.4")),
    (Category.LEADING_ENTERPRISE, STAFF): Row("N2.8", NOTHING, BY_DISTRICT),
    (Category.LEADING_ENTERPRISE, STUDENTS): Refused(("N2.4", "N2.3")),
    (Category.LEADING_ENTERPRISE, PUBLIC): Row("N2.4", FIRST, AGAIN),
    (Category.TECHNICAL_SCHOOL, STAFF): Refused(("N2.3",)),
    (Category.TECHNICAL_SCHOOL, STUDENTS): Row("N2.3", NOTHING, BY_DISTRICT),
    (Category.TECHNICAL_SCHOOL, PUBLIC): Refused(("N2.3", "N2.5")),
    (Category.KEY_TECHNICAL_SCHOOL, STAFF): Refused(("N2.3", "N2.5")),
    (Category.KEY_TECHNICAL_SCHOOL, STUDENTS): Row("N2.3", NOTHING, BY_DISTRICT),
    (Category.KEY_TECHNICAL_SCHOOL, PUBLIC): Row("N2.5", KEY_SCHOOL, BY_CITY),
    (Category.VOCATIONAL_SCHOOL, STAFF): Refused(("N2.3",)),
    (Category.VOCATIONAL_SCHOOL, STUDENTS): Row("N2.3", NOTHING, BY_DISTRICT),
    (Category.VOCATIONAL_SCHOOL, PUBLIC): Refused(("N2.3",)),
    (Category.PROVINCIAL_ASSOCIATION, STAFF): Refused(("N2.6",)),
    (Category.PROVINCIAL_ASSOCIATION, STUDENTS): Refused(("N2.6",)),
    (Category.PROVINCIAL_ASSOCIATION, PUBLIC): Row("N2.6", NOTHING, SITES),
    (Category.MUNICIPAL_ASSOCIATION, STAFF): Refused(("N2.7",)),
    (Category.MUNICIPAL_ASSOCIATION, STUDENTS): Refused(("N2.7",)),
    (Category.MUNICIPAL_ASSOCIATION, PUBLIC): Row("N2.7", UNCOVERED, BY_DISTRICT),
}

SAID_TO_BE_REFUSED = {
    (Category.MUNICIPAL_ENTERPRISE, PUBLIC),
    (Category.TECHNICAL_SCHOOL, PUBLIC),
    (Category.VOCATIONAL_SCHOOL, PUBLIC),
}
"""What the notice itself closes; of the other refusals it is silent, and they are assumed."""

SUBSETS = [frozenset(facts) for size in range(len(Attribute) + 1) for facts in combinations(Attribute, size)]
COMBINATIONS = list(product(Category, Audience, SUBSETS))


def test_the_table_has_nine_categories_three_audiences_and_eight_subsets_of_attributes() -> None:
    assert len(COMBINATIONS) == 9 * 3 * 8
    assert set(NOTICE) == set(product(Category, Audience))


@pytest.mark.parametrize(("category", "audience", "facts"), COMBINATIONS)
def test_every_combination_is_decided_as_the_notice_says(
    policy: Policy, category: Category, audience: Audience, facts: frozenset[Attribute]
) -> None:
    expected = NOTICE[category, audience]
    if isinstance(expected, Row) and expected.requires <= facts:
        routing = policy.decide_routing(category, audience, facts)
        assert routing.basis == (expected.clause,)
        assert {duty.kind: duty.owner for duty in routing.duties} == expected.duties
        return
    with pytest.raises(NotRoutable) as caught:
        policy.decide_routing(category, audience, facts)
    if isinstance(expected, Row):
        assert caught.value.basis == (expected.clause,)
        assert caught.value.extra["missing"] == sorted(expected.requires - facts)
        assert caught.value.extra["status"] is Status.NOTICE
    else:
        said = (category, audience) in SAID_TO_BE_REFUSED
        assert caught.value.basis == expected.basis
        assert caught.value.extra["missing"] == []
        assert caught.value.extra["status"] is (Status.NOTICE if said else Status.ASSUMED)


@pytest.mark.parametrize(("category", "audience"), list(product(Category, Audience)))
def test_a_decision_names_the_documents_it_comes_from(
    policy: Policy, category: Category, audience: Audience
) -> None:
    try:
        routing = policy.decide_routing(category, audience, frozenset(Attribute))
    except NotRoutable as refusal:
        status, documents = refusal.extra["status"], refusal.extra["documents"]
        named = "notice" if status is Status.NOTICE else "assumption"
        document = policy.document(named)
        assert documents == [{"id": named, "title": document.title, "number": document.number}]
    else:
        sources = {duty.source for duty in routing.duties} | {routing.row.source}
        assert {document.id for document in routing.documents} == sources
        assert len(routing.documents) == len(sources)
        if routing.row.status is Status.NOTICE:
            assert routing.documents[0].number == "宁人社函〔2021〕22号"
