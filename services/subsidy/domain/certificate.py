"""A skill-level certificate as the province issued it; whose it is is kept encrypted."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from services.subsidy.domain.refusals import FaultyCertificates
from services.subsidy.domain.terms import CertificateFacts, Evaluator
from shared.contracts.scope import ScopeItem
from shared.values import CertificateNumber, CitizenId, InvalidCitizenId, Uscc

_CITIZEN_ID_SHAPED = re.compile(r"[0-9]{17}[0-9Xx]")


class Fault(StrEnum):
    """What can be wrong with a certificate that is well-formed."""

    LEVEL = "level"
    YEAR = "year"
    STATION = "station"
    ORDER = "order"
    FUTURE = "future"
    HOLDER = "holder"
    REPEATED = "repeated"
    KNOWN = "known"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Fault.LEVEL: "编号等级与证书等级不符 · the number's level differs",
    Fault.YEAR: "编号年份与核发日期不符 · the number's year differs from the day of issue",
    Fault.STATION: "编号不属于该评价机构 · the number is not of this institution",
    Fault.ORDER: "核发早于评价 · issued before it was evaluated",
    Fault.FUTURE: "核发日期在未来 · issued in the future",
    Fault.HOLDER: "证件号码校验不符 · the holder's citizen number is not valid",
    Fault.REPEATED: "批内编号重复 · the number appears twice in the batch",
    Fault.KNOWN: "编号已在册 · the number is on record already",
}


@dataclass(frozen=True, kw_only=True)
class SealedHolder:
    """姓名 and 证件号码 encrypted for this certificate alone; `index` is the same for all certificates of a person."""

    name: bytes
    id: bytes
    index: bytes


@dataclass(eq=False, kw_only=True)
class Certificate:
    """One certificate of a batch, placed with the institution that evaluated."""

    id: UUID
    number: CertificateNumber
    holder: SealedHolder
    institution_id: UUID
    uscc: Uscc
    organ: str
    item: ScopeItem
    issued_on: date
    evaluated_on: date
    batch: str
    version: int = 0

    def facts(self, evaluator: Evaluator, *, claimant_id: UUID) -> CertificateFacts:
        """What counts about it when an institution claims."""
        return CertificateFacts(
            number=self.number,
            item=self.item,
            issued_on=self.issued_on,
            evaluated_on=self.evaluated_on,
            evaluator=evaluator,
            claimant_id=claimant_id,
        )


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A certificate as it came in: `placed` tells whether an institution of that body can have issued it."""

    number: CertificateNumber
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
        for fault in _faults(issued, today=today):
            places[fault].append(place)
        if counted[issued.number] > 1:
            places[Fault.REPEATED].append(place)
        if issued.number in known:
            places[Fault.KNOWN].append(place)
    if places:
        detail = "；".join(f"{fault.label}: {', '.join(map(str, places[fault]))}" for fault in places)
        raise FaultyCertificates(detail, extra={"faults": {fault.value: places[fault] for fault in places}})


def _faults(issued: Issued, *, today: date) -> Iterator[Fault]:
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
    if not _may_be_held_by(issued.holder_id, on=issued.evaluated_on):
        yield Fault.HOLDER


def _may_be_held_by(holder_id: str, *, on: date) -> bool:
    """Whether a number shaped like a citizen's is one; other documents have no check digit at hand."""
    if _CITIZEN_ID_SHAPED.fullmatch(holder_id) is None:
        return True
    try:
        CitizenId.parse(holder_id, on=on)
    except InvalidCitizenId:
        return False
    return True


class Certificates(Protocol):
    """Where certificates are kept; only those within the caller's reach exist for it."""

    def add(self, aggregate: Certificate) -> None: ...

    async def numbered(self, number: CertificateNumber) -> Certificate: ...

    async def all_numbered(self, numbers: Iterable[CertificateNumber]) -> Sequence[Certificate]: ...
