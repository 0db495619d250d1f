"""证书编号核对: a certificate as it comes in, cross-checked against its number and its institution."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from services.subsidy.domain.certificate import Mark
from services.subsidy.domain.institution import ClaimingInstitution, Standing, evaluator_of
from services.subsidy.domain.refusals import FaultyCertificates
from services.subsidy.domain.terms import AnyNumber
from shared.contracts.scope import ScopeItem
from shared.policy.terms import Term
from shared.values import CertificateNumber, CitizenId, InvalidCitizenId, VocationalCertificateNumber

JIANGSU = "32"
"""江苏 in numbers of 22 characters, by GB/T 2260."""
OLD_JIANGSU, OLD_NANJING = "10", "01"
"""江苏 and 南京 in the numbers before, which had a code of their own: a certificate of Nanjing has 1001."""

_CITIZEN_ID_SHAPED = re.compile(r"[0-9]{17}[0-9Xx]")


class Fault(Term):
    """What can be wrong with a certificate that is well-formed."""

    LEVEL = "level", "编号等级与证书等级不符", "the number's level differs"
    YEAR = "year", "编号年份与核发日期不符", "the number's year differs from the day of issue"
    STATION = "station", "编号不属于该评价机构", "the number is not of this institution"
    ORDER = "order", "核发早于评价", "issued before it was evaluated"
    FUTURE = "future", "核发日期在未来", "issued in the future"
    HOLDER = "holder", "证件号码校验不符", "the holder's citizen number is not valid"
    REPEATED = "repeated", "批内编号重复", "the number appears twice in the batch"
    KNOWN = "known", "编号已在册", "the number is on record already"

    @property
    def code(self) -> str:
        """The stable code of a row refused for it."""
        return f"NJT-SUB-{_CODES[self]}"


_CODES = {fault: 1411 + place for place, fault in enumerate(Fault)}


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A certificate as it came in: `placed` tells whether an institution of that body can have issued it."""

    number: AnyNumber
    holder_id: str
    item: ScopeItem
    issued_on: date
    evaluated_on: date
    placed: bool


def check_batch(batch: Sequence[Issued], *, known: Collection[str], today: date) -> None:
    """Raises FaultyCertificates with the places (from 0) of every fault, and nothing of what stands there."""
    places: defaultdict[Fault, list[int]] = defaultdict(list)
    counted = Counter(each.number for each in batch)
    for place, issued in enumerate(batch):
        for fault in faults_of(issued, today=today):
            places[fault].append(place)
        if counted[issued.number] > 1:
            places[Fault.REPEATED].append(place)
        if issued.number in known:
            places[Fault.KNOWN].append(place)
    if places:
        detail = "；".join(f"{fault.label}: {', '.join(map(str, places[fault]))}" for fault in places)
        raise FaultyCertificates(detail, extra={"faults": {fault.value: places[fault] for fault in places}})


def faults_of(issued: Issued, *, today: date) -> Iterator[Fault]:
    """What contradicts itself in one certificate."""
    if issued.number.level is not issued.item.level:
        yield Fault.LEVEL
    if issued.number.year != issued.issued_on.year:
        yield Fault.YEAR
    if not issued.placed:
        yield Fault.STATION
    if issued.issued_on < issued.evaluated_on:
        yield Fault.ORDER
    if issued.issued_on > today:
        yield Fault.FUTURE
    if not may_be_held(issued.holder_id, on=issued.evaluated_on):
        yield Fault.HOLDER


def issuer_of(number: AnyNumber, body: Sequence[ClaimingInstitution]) -> ClaimingInstitution | None:
    """Which of one body's institutions issued it; none of them issued an old number, or one of another province."""
    if isinstance(number, VocationalCertificateNumber) or number.province != JIANGSU:
        return None
    return evaluator_of(number, body)


def marks_of(issued: Issued, issuer: ClaimingInstitution | None) -> tuple[Mark, ...]:
    """What is noticed about one that comes in, against its issuer as it was on the day of evaluation."""
    if issuer is None:
        return (_foreign(issued.number),) if _is_foreign(issued.number) else ()
    return tuple(_noticed(issued, issuer))


def _noticed(issued: Issued, issuer: ClaimingInstitution) -> Iterator[Mark]:
    day, number = issued.evaluated_on, issued.number
    # What a district or the city filed was not filed with the ministry first.
    local = not issuer.station_codes and isinstance(number, CertificateNumber)
    if local and isinstance(number, CertificateNumber) and number.filing_level != "province":
        yield Mark.FILING_LEVEL
    if not issuer.evaluator_on(day).covers(issued.item):
        yield Mark.OUT_OF_SCOPE
    if not issuer.valid_from <= day <= issuer.valid_until:
        yield Mark.NOT_IN_FORCE
    if issuer.standing_on(day) is not Standing.ACTIVE:
        yield Mark.NOT_STANDING


def _is_foreign(number: AnyNumber) -> bool:
    return isinstance(number, CertificateNumber) or (number.province, number.city) != (
        OLD_JIANGSU,
        OLD_NANJING,
    )


def _foreign(number: AnyNumber) -> Mark:
    if isinstance(number, CertificateNumber):
        return Mark.OTHER_STATION if number.province == JIANGSU else Mark.OTHER_PROVINCE
    return Mark.OTHER_CITY if number.province == OLD_JIANGSU else Mark.OTHER_PROVINCE


def may_be_held(holder_id: str, *, on: date) -> bool:
    """Whether a number shaped like a citizen's is one; other documents have no check digit at hand."""
    if _CITIZEN_ID_SHAPED.fullmatch(holder_id) is None:
        return True
    try:
        CitizenId.parse(holder_id, on=on)
    except InvalidCitizenId:
        return False
    return True
