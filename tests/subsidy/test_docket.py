"""Many certificates decided at once, class by class: the same as each decided alone, and as the second opinion has it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.subsidy.domain.assessment import Candidate, assess, assess_all, turn
from services.subsidy.domain.day import Day
from services.subsidy.domain.decision import Tariff, decide
from services.subsidy.domain.docket import Docket, Rulings, rule
from services.subsidy.domain.fact import FactSheet, Tie
from services.subsidy.domain.item import Tally
from services.subsidy.domain.terms import (
    CertificateFacts,
    Claiming,
    Evaluator,
    Grant,
    History,
    Lot,
    Outcome,
    Validity,
)
from shared.policy import MoneyLine, Policy
from shared.settings import PolicySettings
from shared.values import CertificateNumber, StationCode
from tests.subsidy.deciding import (
    CLAIMED,
    EMPLOYER,
    A,
    B,
    certificate,
    claiming,
    evaluator,
    grant,
    insured,
    item,
    lathe,
    old_number,
    robot,
    tied,
)
from tests.subsidy.deciding import (
    candidate as made_candidate,
)
from tests.subsidy.oracle import Oracle

OTHER = UUID(int=2)
STATION = StationCode("Y000032000001")
ELSEWHERE = StationCode("Y000032000002")
SHEETS = (tied(), tied(), tied(Tie.NONE), FactSheet(), tied(Tie.DISPATCHED), insured(8), insured(36))
EVALUATORS: tuple[Evaluator | None, ...] = (
    evaluator(),
    evaluator(),
    evaluator(institution_id=OTHER),
    evaluator(standing="suspended"),
    evaluator(scope=(lathe(4),)),
    evaluator(valid_until=date(2024, 2, 1)),
    evaluator(station_codes=(STATION,)),
    evaluator(station_codes=(ELSEWHERE,)),
    None,
)
HELD = (
    History(),
    History(),
    History((grant(),)),
    History((grant(level=3, line=A),)),
    History((grant("2015:6-31-01-03", 4), grant("2015:6-18-02-04", 3, place=2))),
)


@st.composite
def together(draw: st.DrawFn) -> tuple[list[Candidate], dict[bytes, History]]:
    """Certificates of a few lots and people, each person's together, and what some were granted before."""
    kinds = st.tuples(
        st.sampled_from([*map(lathe, (5, 4, 3)), *map(robot, (4, 3)), item("6-99-99-99", 4)]),
        st.sampled_from([b"a", b"b", b"c", b"d", b"e", b"f"]),
        st.sampled_from([date(2024, 3, 4), date(2024, 1, 8), date(2023, 2, 1)]),
        st.sampled_from(SHEETS),
        st.sampled_from(EVALUATORS),
        st.sampled_from([Validity.VALID, Validity.VALID, Validity.UNVERIFIED, Validity.REVOKED]),
    )
    listed = [
        made_candidate(
            of, holder=holder, serial=serial, facts=facts, issued_on=issued, evaluator=by, validity=validity
        )
        for serial, (of, holder, issued, facts, by, validity) in enumerate(
            draw(st.lists(kinds, min_size=1, max_size=12)), start=1
        )
    ]
    held = {holder: draw(st.sampled_from(HELD)) for holder in (b"a", b"b", b"c")}
    ordered = sorted(listed, key=lambda each: (each.holder_index, *turn(each)))
    return ordered, {holder: history for holder, history in held.items() if history.grants}


def docket_of(candidates: Sequence[Candidate], held: dict[bytes, History]) -> Docket:
    """In columns, with equal lots made one."""
    lots: dict[object, Lot] = {}
    for each in candidates:
        lots.setdefault(_form(each.certificate.lot), each.certificate.lot)
    sheets = list(dict.fromkeys(each.facts for each in candidates))
    forms = list(lots)
    return Docket(
        numbers=[str(each.certificate.number) for each in candidates],
        holders=[each.holder_index for each in candidates],
        lot=[forms.index(_form(each.certificate.lot)) for each in candidates],
        sheet=[sheets.index(each.facts) for each in candidates],
        lots=list(lots.values()),
        sheets=sheets,
        held=held,
    )


def _form(lot: Lot) -> object:
    return lot.head, lot.item, lot.issued_on, lot.evaluated_on, lot.evaluator, lot.validity


def ruled(
    candidates: Sequence[Candidate],
    held: dict[bytes, History],
    policy: Policy,
    *,
    claim: Claiming | None = None,
) -> tuple[Rulings, Tariff]:
    tariff = Tariff(policy, claim or claiming(), known_on=CLAIMED)
    return rule(docket_of(candidates, held), tariff), tariff


@settings(max_examples=250)
@given(asked=together(), line=st.sampled_from([A, B, B]))
def test_a_docket_is_decided_as_its_certificates_one_by_one(
    policy: Policy, asked: tuple[list[Candidate], dict[bytes, History]], line: MoneyLine
) -> None:
    candidates, held = asked
    claim = claiming(line)
    rulings, tariff = ruled(candidates, held, policy, claim=claim)
    streamed = list(assess_all(candidates, held, Tariff(policy, claim, known_on=CLAIMED)))
    for place, (candidate, one) in enumerate(zip(candidates, streamed, strict=True)):
        alone = decide(
            candidate.certificate, claim, rulings.history(place), candidate.facts, policy, known_on=CLAIMED
        )
        assert rulings.decision(place, tariff) == one.decision == alone
        assert rulings.verdicts[place].digest == alone.verdict.digest
        assert alone.inputs is not None
        assert alone.inputs.canonical.endswith(rulings.known[place])
    granted = {place: one.grant.place for place, one in enumerate(streamed) if one.grant}
    assert dict(rulings.granted) == granted


@settings(max_examples=150)
@given(asked=together())
def test_a_docket_is_decided_as_the_second_opinion_has_it(
    policy: Policy, asked: tuple[list[Candidate], dict[bytes, History]]
) -> None:
    candidates, held = asked
    oracle, claim = Oracle(PolicySettings().folder), claiming()
    rulings, _ = ruled(candidates, held, policy)
    for place, candidate in enumerate(candidates):
        grants = rulings.history(place).grants
        expected = oracle.answer(candidate.certificate, claim, grants, candidate.facts, CLAIMED)
        verdict = rulings.verdicts[place]
        assert (verdict.outcome.value, int(verdict.amount)) == expected


@settings(max_examples=100)
@given(asked=together())
def test_a_docket_comes_to_the_sum_of_its_certificates(
    policy: Policy, asked: tuple[list[Candidate], dict[bytes, History]]
) -> None:
    candidates, held = asked
    rulings, tariff = ruled(candidates, held, policy)
    decisions = [rulings.decision(place, tariff) for place in range(len(candidates))]
    paid = [each for each in decisions if each.payable]
    assert rulings.tally == Tally(
        certificates=len(candidates),
        pending=sum(each.outcome is Outcome.PENDING for each in decisions),
        payable=len(paid),
        total=type(rulings.tally.total)(sum(each.amount for each in paid)),
        basis=tuple(sorted({clause for each in paid for clause in each.basis})),
    )
    assert list(rulings.pending) == [
        place for place, each in enumerate(decisions) if each.outcome is Outcome.PENDING
    ]
    last = [
        place for place, each in enumerate(candidates) if each.holder_index == candidates[-1].holder_index
    ]
    grants = [each.grant for each in assess(candidates, held, claiming(), policy).items]
    assert sorted(rulings.granted_to_last(tariff), key=lambda it: it.place) == sorted(
        (made for place in last if (made := grants[place])), key=lambda it: it.place
    )


def test_a_class_is_judged_once_however_many_are_in_it(policy: Policy) -> None:
    of = certificate(robot(3)).lot
    count = 500
    docket = Docket(
        numbers=[f"{of.head}{serial:06d}" for serial in range(1, count + 1)],
        holders=[serial.to_bytes(4, "big") for serial in range(count)],
        lot=[0] * count,
        sheet=[serial % 2 for serial in range(count)],
        lots=[of],
        sheets=[tied(), tied(Tie.NONE)],
        held={},
    )
    rulings = rule(docket, Tariff(policy, claiming(), known_on=CLAIMED))
    assert len({id(each) for each in rulings.verdicts}) == 2
    assert not rulings.in_turn
    assert rulings.tally.total == 250 * 260_000


def of_employer(key: UUID, station: StationCode, level: int = 4) -> CertificateFacts:
    """Evaluated by an employer with a station of its own."""
    made = certificate(lathe(level), CertificateNumber(f"{station}24{level}000001"))
    by = evaluator(institution_id=key, station_codes=(station,))
    return CertificateFacts(made.number, replace(made.lot, evaluator=by))


def test_evaluations_of_which_the_same_was_found_share_their_verdicts_whoever_claims(policy: Policy) -> None:
    day = Day(policy, B, CLAIMED, known_on=CLAIMED)
    found = []
    for key, station in ((EMPLOYER, STATION), (OTHER, ELSEWHERE)):
        claim = replace(claiming(), claimant_id=key)
        of = of_employer(key, station)
        shared = Tariff(policy, claim, known_on=CLAIMED, day=day).decide(of, History(), tied())
        assert shared == decide(of, claim, History(), tied(), policy, known_on=CLAIMED)
        found.append(shared)
    assert found[0].verdict is found[1].verdict
    assert found[0].inputs_digest != found[1].inputs_digest


def test_what_is_wrong_with_one_institution_is_not_shared_with_another(policy: Policy) -> None:
    day = Day(policy, B, CLAIMED, known_on=CLAIMED)
    claim = claiming()
    own, others = of_employer(EMPLOYER, STATION), of_employer(OTHER, ELSEWHERE)
    tariff = Tariff(policy, claim, known_on=CLAIMED, day=day)
    assert tariff.decide(own, History(), tied()).payable
    assert not tariff.decide(others, History(), tied()).payable
    assert tariff.decide(own, History(), tied()).payable


def test_days_forget_trades_before_they_grow_without_bound(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.subsidy.domain.day._MOST_TRADES", 2)
    tariff = Tariff(policy, claiming(), known_on=CLAIMED)
    amounts = [
        tariff.decide(certificate(lathe(level)), History(), tied()).amount for level in (5, 4, 3, 2, 5, 4)
    ]
    assert amounts[:2] == amounts[4:]


def test_an_old_number_is_decided_in_a_docket_as_any_other(policy: Policy) -> None:
    old = certificate(lathe(4), old_number(4), evaluator=None)
    candidates = [Candidate(certificate=old, holder_index=b"a", facts=insured())]
    rulings, _ = ruled(candidates, {}, policy, claim=claiming(A))
    assert [each.outcome for each in rulings.verdicts] == [Outcome.PAYABLE]


def test_whoever_was_granted_something_before_has_it_counted(policy: Policy) -> None:
    before = History((grant("2015:6-18-01-01", 4),))
    candidates = [made_candidate(lathe(4), holder=b"a"), made_candidate(lathe(4), holder=b"b", serial=2)]
    rulings, _ = ruled(candidates, {b"a": before}, policy)
    assert [each.outcome for each in rulings.verdicts] == [Outcome.REFUSED, Outcome.PAYABLE]
    assert list(rulings.in_turn) == [0]
    kept: tuple[Grant, ...] = rulings.history(0).grants
    assert kept == before.grants
