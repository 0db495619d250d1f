"""What a decision is made from; a test spells only what matters to it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.subsidy.domain.assessment import Candidate
from services.subsidy.domain.decision import Decision, decide
from services.subsidy.domain.fact import Fact, FactKind, FactSheet, Tie, Value
from services.subsidy.domain.terms import (
    AnyNumber,
    CertificateFacts,
    Claiming,
    Evaluator,
    Grant,
    History,
    Lot,
    Result,
    Rule,
    head_of,
)
from shared.contracts.scope import ScopeItem
from shared.policy import Audience, MoneyLine, Policy
from shared.values import (
    CertificateNumber,
    Edition,
    Level,
    OccupationCode,
    VocationalCertificateNumber,
)

EMPLOYER = UUID(int=1)
ISSUED = date(2024, 3, 4)
CLAIMED = date(2024, 6, 3)
LEARNT = datetime(2024, 6, 1, 8, tzinfo=UTC)
A, B = MoneyLine.INSURANCE, MoneyLine.TRAINING


def lathe(level: int, work_type: str = "") -> ScopeItem:
    """车工: class A, on no shortage list."""
    return item("6-18-01-01", level, work_type=work_type)


def robot(level: int) -> ScopeItem:
    """工业机器人系统运维员: class A, on the shortage lists of the sample; levels 4 to 1."""
    return item("6-31-01-10", level)


def item(code: str, level: int, *, edition: str = "2015", work_type: str = "") -> ScopeItem:
    return ScopeItem(
        edition=Edition(edition), occupation=OccupationCode(code), work_type=work_type, level=Level(level)
    )


SCOPE = (*map(lathe, (5, 4, 3, 2, 1)), *map(robot, (4, 3, 2, 1)))


def number(level: int | str, *, year: int = 2024, serial: int = 1, letter: str = "Y") -> CertificateNumber:
    return CertificateNumber(f"{letter}000032000001{year % 100:02d}{level}{serial:06d}")


def old_number(level: int, *, year: int = 2024, serial: int = 1) -> VocationalCertificateNumber:
    """国家职业资格证书: of station 003 in 南京."""
    return VocationalCertificateNumber(f"{year % 100:02d}10012003{level}{serial:05d}")


def evaluator(**changes: Any) -> Evaluator:
    made = Evaluator(
        institution_id=EMPLOYER,
        audience=Audience.OWN_STAFF,
        scope=SCOPE,
        valid_from=date(2021, 3, 1),
        valid_until=date(2027, 2, 28),
    )
    return replace(made, **changes)


def certificate(scope_item: ScopeItem, number_: AnyNumber | None = None, **changes: Any) -> CertificateFacts:
    """Issued on 2024-03-04 and evaluated by the employer two weeks before the issue; `changes` are the lot's."""
    issued: date = changes.get("issued_on", ISSUED)
    own = number(scope_item.level, year=issued.year) if number_ is None else number_
    lot = Lot(
        head=head_of(own),
        item=scope_item,
        issued_on=issued,
        evaluated_on=date.fromordinal(issued.toordinal() - 14),
        evaluator=evaluator(),
    )
    return CertificateFacts(own, replace(lot, **changes))


def claiming(line: MoneyLine = B, *, on: date = CLAIMED) -> Claiming:
    return Claiming(line=line, claimant_id=EMPLOYER if line is B else None, on=on)


def family(code: str, edition: str = "2015") -> str:
    return f"{edition}:{code}"


LATHE, WELDER, ELECTRICIAN, MILLER = map(family, ("6-18-01-01", "6-18-02-04", "6-31-01-03", "6-18-01-02"))


def grant(of: str = LATHE, level: int = 4, **changes: Any) -> Grant:
    made = Grant(
        certificate_number=number(level, serial=900_000),
        family=of,
        level=Level(level),
        line=B,
        year=CLAIMED.year,
        place=1,
        shortage=False,
    )
    return replace(made, **changes)


def fact(kind: FactKind, value: Value, *, source: str = "province", about: date = ISSUED, **of: Any) -> Fact:
    return Fact(kind=kind, value=value, about=about, source=source, obtained_at=of.get("obtained_at", LEARNT))


def tied(tie: Tie = Tie.EMPLOYEE, *, source: str = "province") -> FactSheet:
    return FactSheet((fact(FactKind.EMPLOYMENT, tie.value, source=source),))


def insured(months: int | None = 36, *, in_month: bool | None = True, about: date = ISSUED) -> FactSheet:
    """What is known of the insurance; None: nothing."""
    known = ((FactKind.INSURED_MONTHS, months), (FactKind.INSURED_IN_MONTH, in_month))
    return FactSheet(tuple(fact(kind, value, about=about) for kind, value in known if value is not None))


def decided(policy: Policy, of: CertificateFacts, *grants: Grant, **asked: Any) -> Decision:
    """Line B on the day of `on`, the holder known to be an employee; `line`, `facts`, `on`, `known_on` change that."""
    line, on = asked.get("line", B), asked.get("on", CLAIMED)
    facts = asked.get("facts", tied() if line is B else insured(about=of.lot.issued_on))
    claim = asked.get("claim", claiming(line, on=on))
    return decide(of, claim, History(grants), facts, policy, known_on=asked.get("known_on", on))


def of_result(decision: Decision, result: Result) -> set[Rule]:
    return {each.rule for each in decision.rules if each.result is result} - {Rule.UPLIFT}


def candidate(
    scope_item: ScopeItem,
    *,
    holder: bytes = b"a",
    serial: int = 1,
    facts: FactSheet | None = None,
    **changes: Any,
) -> Candidate:
    issued: date = changes.get("issued_on", ISSUED)
    own = number(scope_item.level, year=issued.year, serial=serial)
    return Candidate(
        certificate=certificate(scope_item, own, **changes),
        holder_index=holder,
        facts=tied() if facts is None else facts,
    )
