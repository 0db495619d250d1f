"""What is looked for in the certificates of one holder."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from services.subsidy.domain.certificate import Certificate, Mark
from services.subsidy.domain.evaluation import Evaluation, Sitting
from services.subsidy.domain.fact import Fact, FactKind, FactSheet, Tie
from services.subsidy.domain.signal import Sign, SignalKind, sight, whose
from services.subsidy.domain.terms import AnyNumber
from shared.policy import Policy, months_after

_BEYOND = (Mark.OUT_OF_SCOPE, Mark.NOT_IN_FORCE, Mark.NOT_STANDING)
_MONTHS = 12


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """What is on record about one holder: every certificate, what is known, and what was said of each.

    `born` is None where the number tells no birthday; `declared` are certificates whose claimant declared the holder
    dispatched without a contract. `schools` are the institutions that evaluate their own students; `held` is what each
    institution said it has held.
    """

    digest: str
    certificates: Sequence[Certificate]
    facts: Sequence[Fact] = ()
    born: date | None = None
    declared: Collection[AnyNumber] = ()
    schools: Collection[UUID] = ()
    held: Mapping[UUID, Sequence[Evaluation]] = field(default_factory=dict)

    @property
    def evaluated_here(self) -> list[Certificate]:
        return [each for each in self.certificates if each.evaluated_here]


Detector = Callable[[Dossier, Policy, date], Iterator[Sign]]


def pensioners(dossier: Dossier, policy: Policy, on: date) -> Iterator[Sign]:
    """假学员: drew a pension when evaluated or claimed for; who draws one draws it from then on."""
    for each in dossier.certificates:
        known = _known(FactKind.PENSION, each, dossier, _last_day(each, policy, on), lasting=True)
        if known is not None and known.value is True:
            yield _sign(SignalKind.PENSIONER, each, day=known.about, note=known.origin)


def students(dossier: Dossier, policy: Policy, on: date) -> Iterator[Sign]:
    """假学员: studied full time when evaluated or claimed for; a school's own students are meant to (N2.3)."""
    for each in dossier.certificates:
        known = _known(FactKind.ENROLLED, each, dossier, _last_day(each, policy, on))
        if known is not None and known.value is True and each.institution_id not in dossier.schools:
            yield _sign(SignalKind.STUDENT, each, day=known.about, note=known.origin)


def dispatched(dossier: Dossier, policy: Policy, on: date) -> Iterator[Sign]:
    """派遣 staff count as own staff only with a contract (N2.1): known without one, or declared so."""
    for each in dossier.certificates:
        known = _known(FactKind.EMPLOYMENT, each, dossier, _last_day(each, policy, on))
        if known is not None and known.value == Tie.DISPATCHED_WITHOUT.value:
            yield _sign(SignalKind.DISPATCHED_WITHOUT_CONTRACT, each, day=known.about, note=known.origin)
        elif each.number in dossier.declared:
            yield _sign(SignalKind.DISPATCHED_WITHOUT_CONTRACT, each, note="declared")


def under_age(dossier: Dossier, policy: Policy, on: date) -> Iterator[Sign]:
    """Evaluated before the age at which anybody may be. The birthday is told to nobody."""
    if dossier.born is None:
        return
    of_age = months_after(dossier.born, policy.number("risk.min_age", on) * _MONTHS)
    for each in dossier.evaluated_here:
        if each.evaluated_on < of_age:
            yield _sign(SignalKind.UNDER_AGE, each)


def many_certificates(dossier: Dossier, policy: Policy, on: date) -> Iterator[Sign]:
    """一人多证: so many evaluations of one person within so many days; each institution is told of its own."""
    most, span = policy.number("risk.person_certificates", on), policy.number("risk.person_window_days", on)
    ordered = sorted(dossier.evaluated_here, key=lambda each: (each.evaluated_on, each.number))
    days = [each.evaluated_on for each in ordered]
    close: dict[AnyNumber, int] = {}
    for first, day in enumerate(days):
        last = bisect_right(days, day + timedelta(days=span - 1))
        if last - first >= most:
            for each in ordered[first:last]:
                close[each.number] = max(last - first, close.get(each.number, 0))
    for each in ordered:
        if each.number in close:
            subject = f"{each.institution_id}/{dossier.digest}"
            seen = sight(each, note=str(close[each.number]))
            yield Sign(kind=SignalKind.MANY_CERTIFICATES, subject=subject, whose=whose(each), sight=seen)


def issued_early(dossier: Dossier, policy: Policy, on: date) -> Iterator[Sign]:
    """Issued before the results had been public long enough, or before the day the evaluation was held on.

    The latter where the institution reported an evaluation of that level shortly after the issue, none on the day the
    certificate names, and others before: so it does report what it holds.
    """
    term, near = policy.days("result.publicity_days", on), policy.days("risk.held_near_days", on)
    for each in dossier.evaluated_here:
        ended = policy.calendar.add_working_days(each.evaluated_on, term)
        held = _held_after(each, dossier.held.get(each.institution_id, ()), near)
        if each.issued_on < ended:
            yield _sign(SignalKind.ISSUED_BEFORE_EVALUATED, each, day=ended, note="publicity")
        elif held is not None:
            yield _sign(SignalKind.ISSUED_BEFORE_EVALUATED, each, day=held, note="held")


def out_of_scope(dossier: Dossier, policy: Policy, on: date) -> Iterator[Sign]:
    """Marked on entry: not filed for it, not in force or not in good standing on the day of the evaluation (N3.6)."""
    del policy, on
    for each in dossier.evaluated_here:
        beyond = [mark.value for mark in _BEYOND if mark in each.marks]
        if beyond:
            yield _sign(SignalKind.OUT_OF_SCOPE, each, note=",".join(beyond))


OF_PEOPLE: Mapping[SignalKind, Detector] = {
    SignalKind.PENSIONER: pensioners,
    SignalKind.STUDENT: students,
    SignalKind.DISPATCHED_WITHOUT_CONTRACT: dispatched,
    SignalKind.UNDER_AGE: under_age,
    SignalKind.MANY_CERTIFICATES: many_certificates,
    SignalKind.ISSUED_BEFORE_EVALUATED: issued_early,
    SignalKind.OUT_OF_SCOPE: out_of_scope,
}
"""What is looked for in a person's certificates."""


def _sign(kind: SignalKind, certificate: Certificate, *, day: date | None = None, note: str = "") -> Sign:
    """One certificate of a sitting."""
    seen = sight(certificate, day=day, note=note)
    return Sign(kind=kind, subject=str(Sitting.of(certificate)), whose=whose(certificate), sight=seen)


def _known(
    kind: FactKind, certificate: Certificate, dossier: Dossier, last: date, *, lasting: bool = False
) -> Fact | None:
    """The fact that counts from the month of the evaluation on, or from ever, until the last day to claim."""
    first = date.min if lasting else certificate.evaluated_on.replace(day=1)
    about = tuple(fact for fact in dossier.facts if fact.kind is kind and first <= fact.about <= last)
    return FactSheet(about).find(kind)


def _last_day(certificate: Certificate, policy: Policy, on: date) -> date:
    return months_after(certificate.issued_on, policy.number("subsidy.claim_window_months", on))


def _held_after(certificate: Certificate, held: Sequence[Evaluation], near: int) -> date | None:
    """The first evaluation of the level shortly after the issue, if none was held on the day it should have been."""
    own = Sitting.of(certificate)
    days = sorted(each.held_on for each in held if each.sitting[:-1] == own[:-1])
    reports = any(each.held_on <= certificate.evaluated_on for each in held)
    if not reports or certificate.evaluated_on in days:
        return None
    last = certificate.issued_on + timedelta(days=near)
    return next((day for day in days if certificate.issued_on < day <= last), None)
