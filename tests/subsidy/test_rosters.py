"""名册: good rows go in unverified, wrong ones come back with their reasons, and nothing of one touches the other."""

import json
from typing import Any

import pytest

from services.subsidy.sheets import ROSTER
from tests.subsidy.registry import Registry, a_person, as_csv, as_xlsx


def codes(told: dict[str, Any]) -> dict[int, list[str]]:
    return {each["row"]: [one["code"] for one in each["findings"]] for each in told["first_returned"]}


@pytest.mark.parametrize("form", ["xlsx", "csv", "gbk", "json"])
async def test_a_roster_is_taken_in_whatever_form_it_comes(registry: Registry, form: str) -> None:
    rows = [registry.row(1), registry.row(2)]
    content = {
        "xlsx": lambda: as_xlsx(ROSTER, rows),
        "csv": lambda: as_csv(ROSTER, rows),
        "gbk": lambda: as_csv(ROSTER, rows).decode("utf-8-sig").encode("gb18030"),
        "json": lambda: json.dumps(rows).encode(),
    }[form]()
    answer = await registry.hand_in(content)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["rows"], told["taken"], told["returned"], told["marked"]) == (2, 2, 0, 0)
    kept = await registry.read(rows[0]["number"])
    assert (kept["origin"], kept["state"], kept["marks"]) == ("roster", "unverified", [])
    assert kept["holder"]["name"] == "测***"
    assert rows[0]["holder_id"] not in json.dumps(kept)


async def test_wrong_rows_come_back_and_the_rest_goes_on(registry: Registry) -> None:
    twice = registry.row(8)
    told = await registry.name(
        registry.row(1),
        registry.row(2, number=str(registry.number(2)).replace("Y0000", "YO000")),
        registry.row(3, number="Y０00032500001244000003"),
        registry.row(4, number=str(registry.number(4))[:-1]),
        registry.row(5, level="3"),
        registry.row(6, issued_on="2023-03-04"),
        registry.row(7, issued_on="2024-02-18"),
        twice,
        twice | {"holder_id": a_person()},
        registry.row(10, issued_on="2199-03-04", number=str(registry.number(10, year=2099))),
        registry.row(11, holder_id="320103198001010010"),
        registry.row(12, occupation="6-18-01"),
        registry.row(13, evaluated_on=None),
        registry.row(14, level="0"),
        registry.row(15, holder_id=320103198001010010),
    )
    assert (told["rows"], told["taken"]) == (15, 1)
    assert codes(told) == {
        2: ["NJT-VAL-1004"],
        3: ["NJT-SHT-1104"],
        4: ["NJT-VAL-1004"],
        5: ["NJT-SUB-1411"],
        6: ["NJT-SUB-1412"],
        7: ["NJT-SUB-1414"],
        8: ["NJT-SUB-1417"],
        9: ["NJT-SUB-1417"],
        10: ["NJT-SUB-1412"],
        11: ["NJT-SUB-1416"],
        12: ["NJT-VAL-1007"],
        13: ["NJT-SUB-1405"],
        14: ["NJT-SHT-1109"],
        15: ["NJT-SHT-1102"],
    }
    named = {each["row"]: each["findings"][0]["message"] for each in told["first_returned"]}
    assert "第 2 位" in named[2]
    assert "LATIN CAPITAL LETTER O" in named[2]
    assert "FULLWIDTH DIGIT ZERO" in named[3]


async def test_the_rows_given_back_can_be_corrected_and_sent_again(registry: Registry) -> None:
    told = await registry.name(registry.row(1), registry.row(2, level="3", holder_name="测试员乙"))
    returned = await registry.client.get(
        f"/v1/certificates/rosters/{told['id']}/errors.xlsx", headers=registry.own
    )
    assert returned.status_code == 200
    again = await registry.hand_in(returned.content)
    assert (again.json()["rows"], again.json()["taken"]) == (1, 0)
    assert codes(again.json())[2] == ["NJT-SUB-1411"]
    read = await registry.client.get(f"/v1/certificates/rosters/{told['id']}", headers=registry.own)
    assert read.json() == told


async def test_a_roster_without_wrong_rows_has_none_to_give_back(registry: Registry) -> None:
    told = await registry.name(registry.row(1))
    answer = await registry.client.get(
        f"/v1/certificates/rosters/{told['id']}/errors.xlsx", headers=registry.own
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "NJT-SUB-1403")


async def test_an_upload_nobody_made_or_of_another_kind_is_not_shown(registry: Registry) -> None:
    told = await registry.name(registry.row(1))
    for path in (f"/v1/certificates/rosters/{registry.key}", f"/v1/facts/files/{told['id']}"):
        answer = await registry.client.get(path, headers=registry.officer)
        assert (answer.status_code, answer.json()["code"]) == (404, "NJT-SUB-1401")


async def test_the_same_file_is_taken_once(registry: Registry) -> None:
    content = json.dumps([registry.row(1)]).encode()
    first = await registry.hand_in(content)
    again = await registry.hand_in(content)
    assert (again.status_code, again.json()["code"]) == (409, "NJT-SUB-1402")
    assert again.json()["extra"]["upload_id"] == first.json()["id"]


async def test_nobody_hands_in_a_roster_for_somebody_else(registry: Registry) -> None:
    other = Registry(registry.interfaces)
    await other.open()
    answer = await registry.hand_in(json.dumps([registry.row(1)]).encode(), headers=other.own)
    assert (answer.status_code, answer.json()["code"]) == (403, "NJT-IDN-0001")


@pytest.mark.parametrize(
    "content",
    [b"[", b'{"number": 1}', b"[1]", b'[{"name": "x"}]', b'[{"number": {"a": 1}}]', b'[{"number": [1]}]'],
)
async def test_json_that_is_no_list_of_rows_is_refused(registry: Registry, content: bytes) -> None:
    answer = await registry.hand_in(content)
    assert (answer.status_code, answer.json()["code"]) == (422, "NJT-SUB-1404")


async def test_an_empty_list_has_no_rows(registry: Registry) -> None:
    answer = await registry.hand_in(b"[]")
    assert answer.status_code == 422
    assert answer.json()["code"].startswith("NJT-SHT-")


async def test_a_number_on_record_is_told_as_known_whoever_has_it_and_another_person_is_noted(
    registry: Registry,
) -> None:
    other = Registry(registry.interfaces)
    await other.open(station_codes=())
    theirs = registry.row(1)
    await registry.name(theirs)
    told = await other.name(theirs | {"holder_id": a_person()}, other.row(2))
    assert told["taken"] == 1
    assert codes(told) == {1: ["NJT-SUB-1418"]}
    gaps = await registry.client.get(
        "/v1/certificates/gaps",
        params={"station": registry.station, "year": 2024},
        headers=registry.officer,
    )
    assert gaps.json()["series"][0]["duplicated"] == [1]


@pytest.mark.parametrize(
    ("number", "mark"),
    [
        ("Y000044500001244000001", "other_province"),
        ("S000032999999244000001", "other_station"),
        ("2419012003400001", "other_province"),
        ("2410022003400001", "other_city"),
    ],
)
async def test_a_certificate_from_elsewhere_is_kept_and_marked(
    registry: Registry, number: str, mark: str
) -> None:
    own = f"{number[:-6]}{int(registry.key) % 899_999 + 100_000}"
    if len(number) == 16:
        own = f"{number[:-5]}{int(registry.key) % 89_999 + 10_000}"
    told = await registry.name(registry.row(number=own))
    assert (told["taken"], told["marked"]) == (1, 1)
    assert (await registry.read(own))["marks"] == [mark]


async def test_an_old_certificate_of_the_city_is_kept_beside_the_new_ones(registry: Registry) -> None:
    number = f"24100120034{int(registry.key) % 89_999 + 10_000}"
    told = await registry.name(registry.row(number=number, evaluated_on=None))
    assert (told["taken"], told["marked"]) == (1, 0)
    kept = await registry.read(number)
    assert (kept["state"], kept["evaluated_on"]) == ("unverified", kept["issued_on"])


async def test_what_was_not_in_scope_or_in_force_on_the_day_of_evaluation_is_marked(
    registry: Registry,
) -> None:
    welder = registry.row(1, occupation="6-18-02-04")
    early = registry.row(2, evaluated_on="2021-02-28")
    told = await registry.name(welder, early)
    assert told["marked"] == 2
    assert (await registry.read(welder["number"]))["marks"] == ["out_of_scope"]
    assert (await registry.read(early["number"]))["marks"] == ["not_in_force"]
