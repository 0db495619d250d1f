"""Certificates claimed together: the laws their decisions keep, whatever is asked in whatever order."""

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from services.subsidy.domain.assessment import Assessment, Candidate, assess, assess_all
from services.subsidy.domain.decision import Decision, Tariff
from services.subsidy.domain.fact import FactSheet, Tie
from services.subsidy.domain.terms import (
    CertificateFacts,
    Claiming,
    Grant,
    History,
    Outcome,
)
from shared.policy import Policy
from shared.values import Level
from tests.subsidy.deciding import (
    CLAIMED,
    ELECTRICIAN,
    WELDER,
    B,
    claiming,
    family,
    item,
    lathe,
    old_number,
    robot,
    tied,
)
from tests.subsidy.deciding import (
    candidate as made_candidate,
)


@st.composite
def claims_together(draw: st.DrawFn) -> tuple[list[Candidate], list[Candidate]]:
    """Certificates of a few people, and the same in another order."""
    kinds = draw(
        st.lists(
            st.tuples(
                st.sampled_from([*map(lathe, (5, 4, 3)), *map(robot, (4, 3)), item("6-99-99-99", 4)]),
                st.sampled_from([b"a", b"b", b"c"]),
                st.dates(date(2023, 9, 1), date(2024, 5, 31)),
                st.sampled_from([tied(), tied(), tied(), FactSheet(), tied(Tie.NONE)]),
            ),
            min_size=1,
            max_size=8,
        )
    )
    listed = [
        made_candidate(scope_item, holder=holder, serial=serial, issued_on=issued, facts=facts)
        for serial, (scope_item, holder, issued, facts) in enumerate(kinds, start=1)
    ]
    return listed, draw(st.permutations(listed))


def asked(
    candidates: list[Candidate], policy: Policy, held: dict[bytes, History] | None = None
) -> Assessment:
    return assess(candidates, held or {}, claiming(), policy)


def answers(*assessments: Assessment) -> dict[str, Decision]:
    return {str(item.certificate_number): item.decision for each in assessments for item in each.items}


def verdicts(*assessments: Assessment) -> dict[str, tuple[Outcome, int]]:
    """What was decided, whatever it was made from."""
    return {number: (each.outcome, int(each.amount)) for number, each in answers(*assessments).items()}


@settings(max_examples=60)
@given(orders=claims_together())
def test_the_order_of_items_changes_neither_a_total_nor_a_decision(
    policy: Policy, orders: tuple[list[Candidate], list[Candidate]]
) -> None:
    one, other = (asked(order, policy) for order in orders)
    assert answers(one) == answers(other)
    assert one.grants == other.grants
    listed = [each.certificate.number for each in orders[1]]
    assert [each.certificate_number for each in other.items] == listed


@settings(max_examples=60)
@given(orders=claims_together())
def test_a_batch_split_by_person_is_decided_the_same(
    policy: Policy, orders: tuple[list[Candidate], list[Candidate]]
) -> None:
    whole = asked(orders[0], policy)
    parts = [
        asked([each for each in orders[1] if each.holder_index == holder], policy)
        for holder in (b"a", b"b", b"c")
    ]
    assert answers(whole) == answers(*parts)
    assert whole.grants == tuple(grant for part in parts for grant in part.grants)


@settings(max_examples=60)
@given(orders=claims_together(), at=st.integers(0, 8))
def test_a_batch_split_in_the_order_of_issue_is_decided_the_same(
    policy: Policy, orders: tuple[list[Candidate], list[Candidate]], at: int
) -> None:
    ordered = sorted(
        orders[1],
        key=lambda it: (it.certificate.lot.issued_on, -it.certificate.item.level, it.certificate.number),
    )
    first = asked(ordered[:at], policy)
    held = {
        holder: History(tuple(grant for of, grant in first.grants if of == holder))
        for holder in (b"a", b"b", b"c")
    }
    later = asked(ordered[at:], policy, held)
    assert verdicts(first, later) == verdicts(asked(orders[0], policy))


@settings(max_examples=40)
@given(orders=claims_together())
def test_a_stream_by_person_is_decided_as_the_batch(
    policy: Policy, orders: tuple[list[Candidate], list[Candidate]]
) -> None:
    by_person = sorted(orders[1], key=lambda each: each.holder_index)
    tariff = Tariff(policy, claiming(), known_on=CLAIMED)
    streamed = {
        str(each.certificate_number): each.decision for each in assess_all(iter(by_person), {}, tariff)
    }
    assert streamed == answers(asked(orders[0], policy))


@settings(max_examples=40)
@given(orders=claims_together())
def test_a_second_claim_for_the_same_certificates_pays_nothing_more(
    policy: Policy, orders: tuple[list[Candidate], list[Candidate]]
) -> None:
    first = asked(orders[0], policy)
    held = {
        holder: History(tuple(g for of, g in first.grants if of == holder)) for holder in (b"a", b"b", b"c")
    }
    again = asked(orders[1], policy, held)
    paid = {number for number, each in answers(first).items() if each.payable}
    assert not paid & {number for number, each in answers(again).items() if each.payable}


def test_certificates_of_one_claim_count_against_each_other(policy: Policy) -> None:
    def total(*holders: bytes) -> int:
        listed = [made_candidate(lathe(4), holder=holder, serial=n) for n, holder in enumerate(holders, 1)]
        return sum(int(each.decision.amount) for each in asked(listed, policy).items)

    assert total(b"a", b"a") == 150_000
    assert total(b"a", b"b") == 300_000


def test_a_new_grant_takes_the_years_lowest_free_place(policy: Policy) -> None:
    held = History(
        (
            Grant(
                certificate_number=old_number(4),
                family=ELECTRICIAN,
                level=Level.FOUR,
                year=2024,
                place=2,
                shortage=True,
            ),
            Grant(
                certificate_number=old_number(3),
                family=WELDER,
                level=Level.FOUR,
                year=2023,
                place=1,
                shortage=False,
            ),
        )
    )
    granted = asked([made_candidate(robot(4))], policy, {b"a": held}).grants
    assert [(holder, each.place, each.family, each.line) for holder, each in granted] == [
        (b"a", 1, family("6-31-01-10"), B)
    ]


def test_what_waits_takes_up_nothing_yet(policy: Policy) -> None:
    waiting = made_candidate(lathe(4), issued_on=date(2024, 1, 8), facts=FactSheet())
    paid = made_candidate(item("6-31-01-03", 4), serial=2)
    of = paid.certificate
    assert of.lot.evaluator is not None
    scope = (*of.lot.evaluator.scope, of.item)
    own = replace(of.lot, evaluator=replace(of.lot.evaluator, scope=scope))
    assessment = asked([waiting, replace(paid, certificate=CertificateFacts(of.number, own))], policy)
    assert [each.decision.outcome for each in assessment.items] == [Outcome.PENDING, Outcome.PAYABLE]
    assert len(assessment.grants) == 1


def test_a_decision_recomputed_as_known_then_is_the_decision_made_then(policy: Policy) -> None:
    published = date(2026, 7, 1)
    made = made_candidate(robot(3), issued_on=date(2026, 3, 2), serial=5)
    claim: Claiming = claiming(on=date(2026, 5, 4))
    then = assess([made], {}, claim, policy).items[0].decision
    later = assess([made], {}, claim, policy, known_on=published).items[0].decision
    again = assess([made], {}, claim, policy, known_on=claim.on).items[0].decision
    assert (then.amount, later.amount) == (200_000, 260_000)
    assert again == then
