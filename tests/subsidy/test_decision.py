"""What a decision tells, keeps and is made again from."""

import json
from datetime import UTC, date, datetime

import pytest

from services.subsidy.domain.decision import Decision, Tariff, decide
from services.subsidy.domain.fact import FactKind, FactSheet, Tie
from services.subsidy.domain.finding import Explanation
from services.subsidy.domain.inputs import restore
from services.subsidy.domain.terms import EMPTY_HISTORY, CertificateFacts, History, Outcome, Result, Rule
from services.subsidy.domain.verdict import pack, unpack_decision
from shared.policy import Policy, UnknownParameter
from shared.values import CertificateNumber
from tests.subsidy.deciding import (
    CLAIMED,
    ELECTRICIAN,
    EMPLOYER,
    A,
    B,
    certificate,
    claiming,
    decided,
    fact,
    grant,
    insured,
    item,
    lathe,
    number,
    of_result,
    robot,
    tied,
)


@pytest.mark.parametrize("line", [A, B])
def test_every_rule_is_told_once_with_its_document_and_a_code_of_its_own(policy: Policy, line: str) -> None:
    told = decided(policy, certificate(robot(3)), line=line).rules
    other = {Rule.OWN_STAFF, Rule.EMPLOYMENT} if line == A else {Rule.INSURED_MONTHS, Rule.INSURED_IN_MONTH}
    assert [each.rule for each in told] == [rule for rule in Rule if rule not in other]
    for each in told:
        assert each.source in policy.documents
        assert " · " in each.detail
        assert each.clause is None or each.clause in policy.clauses
    assert len({each.code for each in told}) == len(told)


def test_every_rule_has_a_stable_code_of_its_own() -> None:
    assert len({rule.code for rule in Rule}) == len(Rule)
    assert {rule.code[:10] for rule in Rule} == {"NJT-SUB-11"}


def test_what_refuses_goes_before_what_waits(policy: Policy) -> None:
    waiting = decided(policy, certificate(lathe(4)), facts=FactSheet())
    refused = decided(policy, certificate(lathe(4)), facts=FactSheet(), on=date(2025, 3, 5))
    assert (waiting.outcome, waiting.amount, waiting.basis) == (Outcome.PENDING, 0, ("N1.6",))
    assert [each.rule for each in waiting.against] == [Rule.EMPLOYMENT]
    assert (refused.outcome, refused.basis) == (Outcome.REFUSED, ("NJ2023-WINDOW",))
    assert [each.rule for each in refused.against] == [Rule.WINDOW]


def test_a_claim_before_the_policy_begins_cannot_be_decided(policy: Policy) -> None:
    with pytest.raises(UnknownParameter):
        decided(policy, certificate(lathe(4)), on=date(2021, 2, 22))


def test_signals_of_fraud_are_no_rules(policy: Policy) -> None:
    signals = FactSheet((*tied().facts, fact(FactKind.PENSION, True), fact(FactKind.ENROLLED, True)))  # noqa: FBT003 — as the fact says
    assert decided(policy, certificate(lathe(4)), facts=signals).payable


def many(policy: Policy) -> list[Decision]:
    """Decisions of every outcome, on both lines."""
    return [
        decided(policy, certificate(robot(3))),
        decided(policy, certificate(robot(3)), line=A),
        decided(policy, certificate(lathe(4)), grant(), grant(ELECTRICIAN, 2, place=2, shortage=True)),
        decided(policy, certificate(lathe(4)), facts=FactSheet()),
        decided(policy, certificate(lathe(4)), line=A, facts=insured(8, in_month=None)),
        decided(policy, certificate(item("6-99-99-99", 4))),
        decided(policy, certificate(lathe(4), evaluator=None), line=A),
    ]


def test_a_decision_is_decided_again_from_its_kept_inputs_to_the_same_bytes(policy: Policy) -> None:
    for decision in many(policy):
        assert decision.inputs is not None
        kept = restore(decision.inputs.canonical)
        again = decide(
            kept.certificate,
            kept.claim,
            History(kept.history),
            FactSheet(kept.facts),
            policy,
            known_on=kept.known_on,
        )
        assert json.dumps(pack(again)) == json.dumps(pack(decision))


def test_a_decision_is_read_back_to_the_letter(policy: Policy) -> None:
    for decision in many(policy):
        read = unpack_decision(json.loads(json.dumps(pack(decision))))
        assert read == decision
        assert (read.rules, read.reasons, read.inputs) == (decision.rules, decision.reasons, None)


def test_a_kept_sentence_that_nobody_knows_is_not_read(policy: Policy) -> None:
    kept = pack(decided(policy, certificate(lathe(4))))
    kept["explanation"]["findings"][0][0] = "99z"
    with pytest.raises(KeyError):
        unpack_decision(kept)


def test_the_digest_of_the_inputs_knows_no_order_and_sees_every_difference(policy: Policy) -> None:
    grants = (grant(), grant(ELECTRICIAN, 2, place=2))
    facts = (*tied().facts, *tied(Tie.NONE, source="declared:x").facts)
    one = decided(policy, certificate(lathe(3)), *grants, facts=FactSheet(facts))
    same = decided(policy, certificate(lathe(3)), *reversed(grants), facts=FactSheet(facts[::-1]))
    assert one == same
    assert hash(one) == hash(same)
    others = [
        decided(policy, certificate(lathe(3), number(3, serial=2)), *grants, facts=FactSheet(facts)),
        decided(policy, certificate(lathe(3)), grants[0], facts=FactSheet(facts)),
        decided(policy, certificate(lathe(3)), *grants, facts=FactSheet(facts[:1])),
        decided(policy, certificate(lathe(3)), *grants, facts=FactSheet(facts), on=date(2024, 6, 4)),
        decided(policy, certificate(lathe(3)), *grants, facts=FactSheet(facts), known_on=date(2024, 6, 4)),
        decided(
            policy, certificate(lathe(3), evaluated_on=date(2024, 2, 1)), *grants, facts=FactSheet(facts)
        ),
    ]
    assert len({one.inputs_digest, *(each.inputs_digest for each in others)}) == 7
    assert one not in others
    assert one != "a decision"


def test_one_tariff_for_many_decides_each_as_it_is_decided_alone(policy: Policy) -> None:
    tariff = Tariff(policy, claiming(), known_on=CLAIMED)
    lot = certificate(robot(3)).lot
    sheets = (tied(), FactSheet(), tied(Tie.NONE), tied(Tie.DISPATCHED))
    histories = (
        EMPTY_HISTORY,
        History((grant(),)),
        History((grant(), grant(ELECTRICIAN, place=2, shortage=True))),
    )
    serials = iter(range(1, 100))
    for facts in sheets:
        for history in histories * 2:
            of = CertificateFacts(CertificateNumber(f"{lot.head}{next(serials):06d}"), lot)
            alone = decide(of, claiming(), history, facts, policy, known_on=CLAIMED)
            assert tariff.decide(of, history, facts) == alone


def test_a_tariff_forgets_lots_before_it_grows_without_bound(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.subsidy.domain.decision._MOST_LOTS", 3)
    tariff = Tariff(policy, claiming(), known_on=CLAIMED)
    amounts = [tariff.decide(certificate(robot(3)), EMPTY_HISTORY, tied()).amount for _ in range(10)]
    assert amounts == [260_000] * 10


def test_a_certificate_is_of_the_lot_its_number_names() -> None:
    with pytest.raises(ValueError, match="not of this lot"):
        CertificateFacts(number(4), certificate(lathe(3)).lot)


def test_a_decision_says_what_it_is_when_printed(policy: Policy) -> None:
    assert "PAYABLE" in repr(decided(policy, certificate(lathe(4))))


def test_two_explanations_that_found_the_same_are_equal(policy: Policy) -> None:
    one, other = (decided(policy, certificate(lathe(4), number(4, serial=n))) for n in (1, 2))
    assert isinstance(one.verdict.explanation, Explanation)
    assert one.verdict == other.verdict
    assert one != other


def test_facts_of_the_better_origin_and_then_the_later_count(policy: Policy) -> None:
    declared, told = tied(Tie.EMPLOYEE, source=f"declared:{EMPLOYER}"), tied(Tie.NONE)
    later = fact(FactKind.EMPLOYMENT, Tie.EMPLOYEE.value, obtained_at=datetime(2024, 6, 2, tzinfo=UTC))
    both = FactSheet((*declared.facts, *told.facts))
    assert of_result(decided(policy, certificate(lathe(4)), facts=both), Result.MISSED) == {Rule.EMPLOYMENT}
    assert decided(policy, certificate(lathe(4)), facts=FactSheet((*both.facts, later))).payable
    assert both.find(FactKind.EMPLOYMENT) == told.facts[0]
    assert both.find(FactKind.PENSION) is None
