"""Rules about the person: what is known of them, and what they were granted before."""

from services.subsidy.domain import phrases as say
from services.subsidy.domain.fact import MONTHLY, FactKind, Origin, Signed, Tie, counting
from services.subsidy.domain.finding import Finding, found, ground_of
from services.subsidy.domain.rules.case import ASSUMPTION, NOTICE, PersonCase, assumed
from services.subsidy.domain.rules.money import LINE_NAMES
from shared.policy import MoneyLine
from shared.values import Level

# Where the city's own practice on the insurance line was the model: it pays an occupation's level once, not together
# with the training subsidy, and nothing for a lower level to the holder of a higher one.
_SAME_LEVEL = assumed("nj-insurance-2022")
_HIGHER_LEVEL = assumed("nj-insurance-2023")
_TIES = {
    Tie.EMPLOYEE: (say.EMPLOYED, assumed(NOTICE, "N1.6")),
    Tie.DISPATCHED: (say.EMPLOYED, assumed(NOTICE, "N2.1")),
    Tie.DISPATCHED_WITHOUT: (say.NOT_EMPLOYED, assumed(ASSUMPTION, "N2.1")),
    Tie.NONE: (say.NOT_EMPLOYED, assumed(NOTICE, "N1.6")),
}


def employment(case: PersonCase) -> Finding:
    """N1.6, N2.1, N2.2: its own staff, dispatched labour included where there is a contract."""
    fact = _fact(case, FactKind.EMPLOYMENT)
    if fact is None:
        needed = FactKind.EMPLOYMENT in case.of.terms.needed_kinds
        told = say.EMPLOYMENT_UNKNOWN if needed else say.EMPLOYMENT_NOT_ASKED
        return found(told, ground_of(case.of.terms.needed))
    tie, origin = Tie(str(fact[2])), Origin(fact[3])
    told, ground = _TIES[tie]
    return found(told, ground, tie.zh, origin.zh, tie.en, origin.en)


def insured_months(case: PersonCase) -> Finding:
    """NJ2023-INSURED: unemployment insurance paid for so many months in all."""
    terms, fact = case.of.terms, _fact(case, FactKind.INSURED_MONTHS)
    if fact is None:
        needed = FactKind.INSURED_MONTHS in terms.needed_kinds
        return found(say.MONTHS_UNKNOWN if needed else say.MONTHS_NOT_ASKED, ground_of(terms.insured))
    months, origin = int(fact[2]), Origin(fact[3])
    told = say.INSURED if months >= terms.insured_months else say.NOT_INSURED_ENOUGH
    return found(told, ground_of(terms.insured), months, terms.insured_months, origin.zh, origin.en)


def insured_in_month(case: PersonCase) -> Finding:
    """The premium was paid normally, or benefit drawn, in the month in which the certificate was issued."""
    terms, fact = case.of.terms, _fact(case, FactKind.INSURED_IN_MONTH)
    month, ground = f"{case.of.issued_on:%Y-%m}", ground_of(terms.needed)
    if fact is None:
        needed = FactKind.INSURED_IN_MONTH in terms.needed_kinds
        return found(say.IN_MONTH_UNKNOWN, ground, month) if needed else found(say.IN_MONTH_NOT_ASKED, ground)
    origin = Origin(fact[3])
    return found(say.IN_MONTH if fact[2] else say.NOT_IN_MONTH, ground, month, origin.zh, origin.en)


def not_claimed(case: PersonCase) -> Finding:
    """A certificate is claimed once, on whichever line."""
    return found(say.CLAIMED if case.before.claimed else say.NOT_CLAIMED, assumed(ASSUMPTION))


def once(case: PersonCase) -> Finding:
    """A person is paid once for an occupation's level; old and new certificates of any edition count the same."""
    told = say.GRANTED if case.before.same else say.FIRST_TIME
    return found(told, _SAME_LEVEL, case.of.name, case.of.item.level.title)


def other_line(case: PersonCase) -> Finding:
    """What one line of money paid for an occupation's level the other does not pay again."""
    own = case.of.line
    other = MoneyLine.INSURANCE if own is MoneyLine.TRAINING else MoneyLine.TRAINING
    told = say.OTHER_LINE if case.before.other_line else say.NO_OTHER_LINE
    return found(told, _SAME_LEVEL, *LINE_NAMES[other])


def no_higher(case: PersonCase) -> Finding:
    """Nothing for a lower level to whom a higher one of the occupation was granted."""
    higher = case.before.higher
    if higher is None:
        return found(say.NO_HIGHER, _HIGHER_LEVEL, case.of.name)
    return found(say.HIGHER, _HIGHER_LEVEL, case.of.name, Level(higher).title)


def year_cap(case: PersonCase) -> Finding:
    """So many a person and calendar year, and so many more that must be in shortage occupations."""
    terms, before = case.of.terms, case.before
    has_place = case.of.listing is not None or before.ordinary_in_year < terms.cap_ordinary
    told = say.UNDER_CAP if before.in_year < terms.cap_in_all and has_place else say.OVER_CAP
    counts = (case.of.on.year, before.in_year, terms.cap_ordinary, terms.cap_in_all)
    return found(told, ground_of(terms.cap), *counts)


def _fact(case: PersonCase, kind: FactKind) -> Signed | None:
    month = case.of.issued_on if kind in MONTHLY else None
    return counting(case.facts, kind, month=month, declared=kind in case.of.terms.declared_kinds)
