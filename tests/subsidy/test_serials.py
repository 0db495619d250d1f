"""Serials of a station, year and level: what is missing is a signal, found in one look."""

import json

import httpx

from tests.builders import OTHER_DISTRICT
from tests.interfaces import Headers
from tests.subsidy.registry import Registry


async def gaps(registry: Registry, headers: Headers | None = None, **changes: str | int) -> httpx.Response:
    return await registry.client.get(
        "/v1/certificates/gaps",
        params={"station": str(registry.station), "year": 2024, **changes},
        headers=headers or registry.officer,
    )


async def test_missing_runs_are_told_level_by_level_from_the_first_serial(registry: Registry) -> None:
    four = [registry.row(serial) for serial in (3, 4, 9)]
    three = [registry.row(number=str(registry.number(serial, level=3)), level="3") for serial in (1, 2)]
    old = registry.row(
        number=str(registry.number(5, year=2023)), issued_on="2023-03-04", evaluated_on="2023-02-19"
    )
    await registry.name(*four, *three, old)
    told = (await gaps(registry)).json()
    assert told["series"] == [
        {"level": 3, "on_record": 2, "last": 2, "missing": 0, "gaps": [], "duplicated": []},
        {
            "level": 4,
            "on_record": 3,
            "last": 9,
            "missing": 6,
            "gaps": [
                {"first": 1, "last": 2, "missing": 2},
                {"first": 5, "last": 8, "missing": 4},
            ],
            "duplicated": [],
        },
    ]


async def test_a_station_nobody_has_seen_has_no_series(registry: Registry) -> None:
    assert (await gaps(registry, year=2031)).json()["series"] == []


async def test_another_district_sees_none_of_it(registry: Registry) -> None:
    await registry.name(registry.row(5))
    other = registry.interfaces.bearer(organ=OTHER_DISTRICT)
    assert (await gaps(registry, other)).json()["series"] == []


async def test_a_gap_refuses_nothing(registry: Registry) -> None:
    answer = await registry.hand_in(json.dumps([registry.row(999_999)]).encode())
    assert answer.json()["taken"] == 1
    assert (await gaps(registry)).json()["series"][0]["missing"] == 999_998
