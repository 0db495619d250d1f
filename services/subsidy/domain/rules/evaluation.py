"""Rules about the evaluation: who evaluated for whom, and whether the number, filing and scope bear it out."""

from services.subsidy.domain import phrases as say
from services.subsidy.domain.finding import Finding, found, ground_of
from services.subsidy.domain.rules.case import ASSUMPTION, NOTICE, LotCase, assumed, said_by_notice
from services.subsidy.domain.terms import AUDIENCES, Evaluator, Validity
from shared.policy import Audience
from shared.values import CertificateNumber

_NUMBERING = assumed(ASSUMPTION)
_FILING = assumed(NOTICE, "N2.8")
_SUSPENDED, _ACTIVE = "suspended", "active"


def own_staff(case: LotCase) -> Finding:
    """N1.6: the employer claims directly, for its own staff and for what it evaluated itself."""
    evaluator = case.lot.evaluator
    own = evaluator is not None and evaluator.institution_id == case.claim.claimant_id
    passed = own and evaluator is not None and evaluator.audience is Audience.OWN_STAFF
    return found(say.OWN_STAFF if passed else say.NOT_OWN_STAFF, said_by_notice("N1.6"))


def national_effect(case: LotCase) -> Finding:
    """N1.4: a certificate of one of the five levels, and the national qualification before it, count the same."""
    number = case.number
    if number.level is not case.lot.item.level:
        return found(say.NO_LEVEL_PROVED, said_by_notice("N1.4"))
    return found(say.VOCATIONAL if case.is_vocational else say.NATIONAL, said_by_notice("N1.4"))


def number(case: LotCase) -> Finding:
    """The number against the institution it names and the year of issue; the first thing that differs is told."""
    read, lot = case.number, case.lot
    if read.year != lot.issued_on.year:
        return found(say.WRONG_YEAR, _NUMBERING, read.year, lot.issued_on.year)
    if not isinstance(read, CertificateNumber):
        return found(say.NUMBER_AGREES, _NUMBERING)
    if not case.of.terms.accepts_province(read.province):
        wanted = "、".join(case.of.terms.province_codes)
        return found(say.WRONG_PROVINCE, ground_of(case.of.terms.provinces), read.province, wanted)
    wrong = _wrong_station(read, lot.evaluator) if lot.evaluator is not None else None
    return wrong or found(say.NUMBER_AGREES, _NUMBERING)


def validity(case: LotCase) -> Finding:
    """网络核验: whether the province stands by the certificate."""
    told = {
        Validity.VALID: say.VALID,
        Validity.UNVERIFIED: say.UNVERIFIED,
        Validity.REVOKED: say.REVOKED,
    }
    return found(told[case.lot.validity], assumed("nj-insurance-2023"))


def in_force(case: LotCase) -> Finding:
    """N2.8: the institution's filing was in force on the day of the evaluation."""
    evaluator, day = case.lot.evaluator, case.lot.evaluated_on
    if evaluator is None:
        return found(say.FILING_NOT_ASKED if case.is_vocational else say.FILING_UNKNOWN, _FILING)
    passed = evaluator.valid_from <= day <= evaluator.valid_until
    days = (day.isoformat(), evaluator.valid_from.isoformat(), evaluator.valid_until.isoformat())
    return found(say.IN_FORCE if passed else say.NOT_IN_FORCE, _FILING, *days)


def standing(case: LotCase) -> Finding:
    """N3.3: what an institution evaluated on a day on which it was suspended or off the record is not paid."""
    evaluator, day = case.lot.evaluator, case.lot.evaluated_on.isoformat()
    ground = assumed(NOTICE, "N3.3")
    if evaluator is None:
        return found(say.STANDING_NOT_ASKED if case.is_vocational else say.STANDING_UNKNOWN, ground)
    if evaluator.standing == _ACTIVE:
        return found(say.STANDING, ground, day)
    if evaluator.standing == _SUSPENDED:
        return found(say.SUSPENDED, ground, day)
    return found(say.ENDED, ground, day, evaluator.standing)


def scope(case: LotCase) -> Finding:
    """N3.6: occupation, work type and level were in the scope determined for the day of the evaluation."""
    evaluator, item = case.lot.evaluator, case.lot.item
    ground = assumed(NOTICE, "N3.6")
    if evaluator is None:
        return found(say.SCOPE_NOT_ASKED if case.is_vocational else say.SCOPE_UNKNOWN, ground)
    told = say.IN_SCOPE if evaluator.covers(item) else say.NOT_IN_SCOPE
    return found(told, ground, f"{case.of.name}{item.work_type}", item.level.title)


def _wrong_station(read: CertificateNumber, evaluator: Evaluator) -> Finding | None:
    """What in the station code is not the institution's; None where all of it fits."""
    if evaluator.audience not in AUDIENCES[read.evaluator_class]:
        audience = evaluator.audience
        return found(say.WRONG_LETTER, _NUMBERING, read.evaluator_class, audience.zh, audience.en)
    if not evaluator.station_codes and read.filing_level != "province":
        return found(say.WRONG_FILING, _NUMBERING, read.institution_code)
    if evaluator.station_codes and read.station_code not in evaluator.station_codes:
        return found(say.WRONG_STATION, _NUMBERING, read.station_code)
    return None
