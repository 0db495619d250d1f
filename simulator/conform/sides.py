"""The two sides of the exchange as the kit plays them: who speaks, on which line, and a good message to begin with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from shared.contracts.exchange import Teller
from shared.contracts.province import FilingReport, InstitutionFiled, MessageCode, Wire
from simulator import made_up
from simulator.line import QUEUE, TO_PROVINCE, to_city
from simulator.reading import CITY, PROVINCE

_ORGAN = "320115"
_FOR = timedelta(days=1095)
_ITEM = {"edition": "2015", "occupation": "6-18-01-01", "work_type": "", "level": "4"}
_SPAN = 31**7


@dataclass(frozen=True, kw_only=True)
class Side:
    """`example` makes a good payload about the nth institution, whose validity begins on a day."""

    teller: Teller
    service: str
    sender: str
    receiver: str
    queue: str
    listens_to: str
    code: MessageCode
    unknown_to_them: MessageCode
    """A code that only their side sends."""
    example: Callable[[int, date], Wire]

    def route(self, receiver: str) -> str:
        """The routing key for letters to somebody of the other side."""
        return TO_PROVINCE if self.teller is Teller.CITY else to_city(receiver.partition("/")[2])


def as_city(service: str = "filing", *, queue: str | None = None) -> Side:
    """One service of the city, facing the province."""
    return Side(
        teller=Teller.CITY,
        service=service,
        sender=f"{CITY}/{service}",
        receiver=PROVINCE,
        queue=queue or f"njt.province.{service}",
        listens_to=to_city(service),
        code=MessageCode.FILING_REPORTED,
        unknown_to_them=MessageCode.CERTIFICATES_ISSUED,
        example=_reported,
    )


def as_province(service: str = "filing", *, queue: str | None = None) -> Side:
    """The province, facing one service of the city."""
    return Side(
        teller=Teller.PROVINCE,
        service=service,
        sender=PROVINCE,
        receiver=f"{CITY}/{service}",
        queue=queue or QUEUE,
        listens_to=TO_PROVINCE,
        code=MessageCode.INSTITUTION_FILED,
        unknown_to_them=MessageCode.SUBSIDY_PAID,
        example=_filed,
    )


def _institution(number: int, begins: date) -> dict[str, Any]:
    return {
        "name": f"符合性测试机构{number % 1_000_000:06d}号",
        "uscc": made_up.uscc(number % _SPAN),
        "audience": "own_staff",
        "organ": _ORGAN,
        "scope": [_ITEM],
        "valid_from": begins,
        "valid_until": begins + _FOR,
    }


def _reported(number: int, begins: date) -> Wire:
    report = {
        "institution_id": f"00000000-0000-4000-8000-{number % 10**12:012d}",
        "filing_number": f"测试备案-{number}",
        "category": "municipal_enterprise",
    }
    return FilingReport.model_validate(_institution(number, begins) | report)


def _filed(number: int, begins: date) -> Wire:
    filing = {
        "provincial_number": f"苏测备-{number}",
        "category": "provincial_enterprise",
        "station_codes": [made_up.station_code("Y", number)],
    }
    return InstitutionFiled.model_validate(_institution(number, begins) | filing)
