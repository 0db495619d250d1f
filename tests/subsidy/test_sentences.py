"""The sentences of decisions: every one is told somewhere, whole, and none changes once it was told."""

from datetime import date
from pathlib import Path
from uuid import UUID

from services.subsidy.domain.fact import FactSheet, Tie
from services.subsidy.domain.phrases import PHRASES
from services.subsidy.domain.terms import AnyNumber, CertificateFacts, Validity
from services.subsidy.domain.verdict import Decision
from shared.policy import Audience, Policy
from shared.values import CertificateNumber, StationCode
from tests.subsidy.deciding import (
    ELECTRICIAN,
    LATHE,
    A,
    B,
    certificate,
    decided,
    evaluator,
    grant,
    insured,
    item,
    lathe,
    number,
    old_number,
    robot,
    tied,
)
from tests.subsidy.test_rates import WUXI, Amend, amended
from tests.subsidy.test_rules_person import Lenient

PINNED = Path(__file__).with_name("sentences.tsv")

__all__ = ["amended"]


def _certificates() -> list[CertificateFacts]:
    """One for every way in which a lot can stand."""
    stations = (StationCode("Y000032000001"),)
    evaluators = [
        evaluator(institution_id=UUID(int=2)),
        evaluator(audience=Audience.PUBLIC),
        evaluator(station_codes=(StationCode("Y000032000002"),)),
        evaluator(valid_until=date(2024, 1, 1)),
        evaluator(standing="suspended"),
        evaluator(standing="removed"),
        evaluator(scope=()),
        None,
    ]
    numbers: list[AnyNumber] = [number(3), old_number(4)]
    numbers += [CertificateNumber(f"{station}244000001") for station in ("Y000044000001", "Y004132000001")]
    items = [
        item("6-99-99-99", 4),
        item("4-07-05-01", 4),
        item("6-18-01-01", 4, edition="2022"),
        lathe(4, "无此工种"),
        robot(5),
        robot(4),
        robot(3),
        robot(2),
        lathe(3),
    ]
    return [
        *(certificate(lathe(4), evaluator=each) for each in evaluators),
        *(certificate(lathe(4), each) for each in numbers),
        *(
            certificate(lathe(4), number(4, year=2023), evaluator=evaluator(station_codes=stations))
            for _ in "1"
        ),
        *(certificate(lathe(4), validity=each) for each in Validity),
        certificate(lathe(4), old_number(4), evaluator=None),
        certificate(robot(4), issued_on=date(2022, 4, 29)),
        certificate(item("6-18-01-01", 4, edition="2022"), issued_on=date(2022, 9, 1)),
        *map(certificate, items),
    ]


def _decisions(policy: Policy, printed: Policy) -> list[Decision]:
    lenient = Lenient(policy.head, policy.pack, digest=policy.pack_digest)
    lot = certificate(lathe(4))
    known = [FactSheet(), *map(tied, Tie), insured(), insured(3, in_month=False)]
    held = [grant(certificate_number=lot.number), grant(line=A), grant(LATHE, 2), grant(ELECTRICIAN)]
    return [
        *(decided(policy, each, line=line) for each in _certificates() for line in (A, B)),
        *(
            decided(each, lot, line=line, facts=facts)
            for each in (policy, lenient)
            for facts in known
            for line in (A, B)
        ),
        *(decided(policy, lot, each) for each in held),
        decided(policy, lot, on=date(2026, 1, 1)),
        decided(printed, certificate(robot(3))),
    ]


def test_every_sentence_is_told_whole(policy: Policy, amended: Amend) -> None:
    decisions = _decisions(policy, amended(*WUXI))
    told = {finding.code for each in decisions for finding in each.verdict.explanation.findings}
    assert told == set(PHRASES)
    for each in decisions:
        assert all("{" not in rule.detail and " · " in rule.detail for rule in each.rules)


def test_no_sentence_changes_once_it_was_told() -> None:
    """A kept decision holds codes; the sentence behind each must stay what it was, and new ones are written down."""
    told = [f"{code}\t{each.rule} {each.result} {each.text}" for code, each in PHRASES.items()]
    assert told == PINNED.read_text(encoding="utf-8").splitlines()
