"""Makes a story up: institutions that the province files, certificates for them, and what becomes of both.

Everybody in it is nobody: the numbers have right check characters and belong to no one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Literal

from shared.contracts.province import FilingChange, MessageCode
from simulator import made_up
from simulator.scenario import ScenarioError, Step

MOST_IN_A_BATCH = 1000
_ORGANS = ("320102", "320104", "320105", "320106", "320111", "320113", "320114", "320115", "320116", "320117")
_KINDS = (
    ("central_enterprise", "own_staff", "Y"),
    ("provincial_enterprise", "own_staff", "Y"),
    ("provincial_association", "public", "S"),
)
_OCCUPATIONS = ("6-18-01-01", "6-18-01-02")
_LEVELS = ("4", "3")
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_SINCE, _FOR = timedelta(days=300), timedelta(days=1095)
_EVALUATED, _ISSUED = timedelta(days=20), timedelta(days=5)
# Which institutions something happens to: every so manieth, beginning with the second.
_CHANGED, _SUSPENDED, _REVOKED, _CERTIFICATE_REVOKED = 10, 20, 50, 100
_MOST = {"institutions": 1_000_000, "certificates": 10_000_000, "seed": 1_000_000_000}

Service = Literal["filing", "subsidy"]


@dataclass(frozen=True, kw_only=True)
class Story:
    """So many institutions and certificates; the same seed and day make the same story, step by step."""

    institutions: int
    certificates: int
    seed: int
    today: date

    def __iter__(self) -> Iterator[Step]:
        for place in range(self.institutions):
            yield self._filing(place, FilingChange.FILED)
        for place in range(self.institutions):
            yield from self._batches(place)
        for place in range(self.institutions):
            yield from self._changes(place)
        for nth in range(1, self.certificates, _CERTIFICATE_REVOKED):
            yield self._revocation(nth)

    def __len__(self) -> int:
        return self._length

    @cached_property
    def _length(self) -> int:
        changes = sum(len(list(self._changes_of(place))) for place in range(self.institutions))
        batches = sum(-(-self._share(place) // MOST_IN_A_BATCH) for place in range(self.institutions))
        revoked = len(range(1, self.certificates, _CERTIFICATE_REVOKED))
        return self.institutions + batches + changes + revoked

    def _share(self, place: int) -> int:
        """How many certificates are of this institution."""
        each, more = divmod(self.certificates, self.institutions)
        return each + (place < more)

    def _before(self, place: int) -> int:
        """How many certificates are of those before it."""
        each, more = divmod(self.certificates, self.institutions)
        return each * place + min(place, more)

    def _uscc(self, place: int) -> str:
        return made_up.uscc(self.seed * _MOST["institutions"] + place)

    def _kind(self, place: int) -> tuple[str, str, str]:
        return _KINDS[2] if place % 10 == 9 else _KINDS[place % 2]  # noqa: PLR2004 — every tenth is an association

    def _station(self, place: int) -> str:
        return made_up.station_code(self._kind(place)[2], self.seed * 7919 + place)

    def _number(self, place: int) -> str:
        return f"苏技备{self.today.year}-{self.seed}-{place + 1:06d}"

    def _filing(self, place: int, change: FilingChange) -> Step:
        category, audience, _ = self._kind(place)
        changed = change is FilingChange.CHANGED
        levels = (*_LEVELS, "5") if changed else _LEVELS
        number, begins = self._number(place), self.today - _SINCE
        payload = {
            "provincial_number": number,
            "name": f"测试机构{place + 1:06d}号" + ("（更名）" if changed else ""),
            "uscc": self._uscc(place),
            "category": category,
            "audience": audience,
            "organ": _ORGANS[place % len(_ORGANS)],
            "scope": [_item(code, level) for code in _OCCUPATIONS for level in levels],
            "station_codes": [self._station(place)],
            "valid_from": begins.isoformat(),
            "valid_until": (begins + _FOR).isoformat(),
            "change": change,
            "reason": "" if change is FilingChange.FILED else "剧本 · the story has it so",
        }
        key = number if change is FilingChange.FILED else f"{number}:{change}"
        return self._step("filing", MessageCode.INSTITUTION_FILED, place, key=key, payload=payload)

    def _changes_of(self, place: int) -> Iterator[FilingChange]:
        if place % _CHANGED == 1:
            yield FilingChange.CHANGED
        if place % _SUSPENDED == 1:
            yield FilingChange.SUSPENDED
            yield FilingChange.RESUMED
        if place % _REVOKED == 1:
            yield FilingChange.REVOKED

    def _changes(self, place: int) -> Iterator[Step]:
        """What was changed stays as it was when it is suspended: each message tells the whole record."""
        for change in self._changes_of(place):
            step = self._filing(place, FilingChange.CHANGED)
            payload = step.payload | {"change": change}
            key = f"{self._number(place)}:{change}"
            yield step.model_copy(update={"payload": payload, "business_key": key})

    def _batches(self, place: int) -> Iterator[Step]:
        share = self._share(place)
        for nth, start in enumerate(range(0, share, MOST_IN_A_BATCH), start=1):
            batch = f"{self._number(place)}:{nth}"
            numbers = range(start, min(start + MOST_IN_A_BATCH, share))
            payload = {
                "batch": batch,
                "certificates": [self._certificate(place, serial) for serial in numbers],
            }
            yield self._step("subsidy", MessageCode.CERTIFICATES_ISSUED, place, key=batch, payload=payload)

    def _certificate(self, place: int, serial: int) -> dict[str, Any]:
        """The serial counts from 0 in each institution."""
        code, level = _OCCUPATIONS[serial % 2], _LEVELS[serial // 2 % 2]
        nth = self._before(place) + serial
        return {
            "number": self._certificate_number(place, serial),
            "holder_name": "测试员" + "".join(_STEMS[int(digit)] for digit in f"{nth % 1000:03d}"),
            "holder_id": made_up.citizen_number(nth),
            "uscc": self._uscc(place),
            "occupation": _item(code, level),
            "issued_on": (self.today - _ISSUED).isoformat(),
            "evaluated_on": (self.today - _EVALUATED).isoformat(),
        }

    def _certificate_number(self, place: int, serial: int) -> str:
        year, level = (self.today - _ISSUED).year % 100, _LEVELS[serial // 2 % 2]
        return f"{self._station(place)}{year:02d}{level}{serial + 1:06d}"

    def _revocation(self, nth: int) -> Step:
        place = self._holder_of(nth)
        number = self._certificate_number(place, nth - self._before(place))
        payload = {
            "number": number,
            "uscc": self._uscc(place),
            "revoked_on": self.today.isoformat(),
            "reason": "剧本 · the story has it so",
        }
        key = f"{number}:revoked"
        return self._step("subsidy", MessageCode.CERTIFICATE_REVOKED, place, key=key, payload=payload)

    def _holder_of(self, nth: int) -> int:
        """Whose certificate the nth of all is."""
        each, more = divmod(self.certificates, self.institutions)
        larger = more * (each + 1)
        return nth // (each + 1) if nth < larger else more + (nth - larger) // each

    def _step(
        self, service: Service, code: MessageCode, place: int, *, key: str, payload: dict[str, Any]
    ) -> Step:
        return Step(send=code, service=service, lane=self._uscc(place), business_key=key, payload=payload)


def read_story(asked: str, *, today: date) -> Story:
    """The story of `institutions=100,certificates=1000,seed=7`; raises ScenarioError."""
    numbers = {"institutions": 100, "certificates": 1000, "seed": 1}
    for part in filter(None, asked.split(",")):
        name, _, value = part.partition("=")
        if name not in numbers or not value.isdecimal() or not 0 < int(value) <= _MOST[name]:
            raise ScenarioError(
                f"{part}：应写作 institutions=100,certificates=1000,seed=7 · is not written like that"
            )
        numbers[name] = int(value)
    return Story(today=today, **numbers)


def _item(code: str, level: str) -> dict[str, str]:
    return {"edition": "2015", "occupation": code, "work_type": "", "level": level}
