"""What detectors look at: certificates, dossiers, evaluations and series of which a test changes what matters."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from services.subsidy.domain.certificate import Certificate, SealedHolder
from services.subsidy.domain.detection.holders import Dossier
from services.subsidy.domain.detection.records import AccountUser
from services.subsidy.domain.evaluation import Evaluation
from services.subsidy.domain.fact import Fact, FactKind, Value
from services.subsidy.domain.serials import Gap, Series
from services.subsidy.domain.signal import Sign, Whose
from shared.values import CertificateNumber, Level, StationCode, Uscc
from tests.subsidy.builders import EMPLOYER, ISSUED, OTHER_USCC, USCC, lathe

TODAY = date(2024, 6, 3)
EVALUATED = date(2024, 2, 19)
STATION = StationCode("Y000032000001")
ORGAN, OTHER_ORGAN = "320115", "320106"
OTHER_EMPLOYER = UUID(int=2)
HERE = Whose(EMPLOYER, USCC, ORGAN)
THERE = Whose(OTHER_EMPLOYER, OTHER_USCC, OTHER_ORGAN)
_serials = count(1)


def a_certificate(**changes: Any) -> Certificate:
    given: dict[str, Any] = {
        "id": uuid4(),
        "number": CertificateNumber(f"{STATION}244{next(_serials):06d}"),
        "holder": SealedHolder(name=b"", id=b"", index=b"1" * 32),
        "institution_id": EMPLOYER,
        "uscc": USCC,
        "organ": ORGAN,
        "item": lathe(4),
        "issued_on": ISSUED,
        "evaluated_on": EVALUATED,
        "batch": "",
    }
    return Certificate(**(given | changes))


def a_fact(kind: FactKind, value: Value, about: date, *, source: str = "province", day: int = 1) -> Fact:
    """Told on a day of June."""
    return Fact(
        kind=kind, value=value, about=about, source=source, obtained_at=datetime(2024, 6, day, tzinfo=UTC)
    )


def a_dossier(*certificates: Certificate, **changes: Any) -> Dossier:
    given: dict[str, Any] = {"digest": "31" * 8, "certificates": certificates}
    return Dossier(**(given | changes))


def an_evaluation(held_on: date = EVALUATED, candidates: int = 40, **changes: Any) -> Evaluation:
    given: dict[str, Any] = {
        "id": uuid4(),
        "organ": ORGAN,
        "uscc": USCC,
        "institution_id": EMPLOYER,
        "item": lathe(4),
        "held_on": held_on,
        "candidates": candidates,
    }
    return Evaluation(**(given | changes))


def a_series(*gaps: tuple[int, int], last: int = 100, duplicated: tuple[int, ...] = ()) -> Series:
    missing = sum(end - first + 1 for first, end in gaps)
    return Series(
        level=Level.FOUR,
        on_record=last - missing,
        last=last,
        missing=missing,
        gaps=tuple(Gap(*each) for each in gaps),
        duplicated=duplicated,
    )


def a_body(number: int, organ: str = ORGAN, uscc: Uscc | None = None) -> AccountUser:
    """A body that is paid on an account."""
    return AccountUser(whose=Whose(UUID(int=number), uscc or USCC, organ))


def seen(signs: list[Sign]) -> list[tuple[str, date | None, str]]:
    """Of each sign: which certificate, what speaks against it, and the note."""
    return [(each.sight.number, each.sight.day, each.sight.note) for each in signs]
