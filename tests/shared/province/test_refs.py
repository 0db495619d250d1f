"""What a message can be found by, whatever stands in it."""

from typing import Any

import pytest
from hypothesis import given

from shared.observability import redact
from shared.province.refs import refs_of
from tests.builders import CITIZEN_ID
from tests.shared.province.documents import payloads
from tests.shared.province.letters import Province

USCC, NUMBER = "91350100M000100Y43", "S000032000001263000001"


def refs(payload: dict[str, Any], **fields: Any) -> list[str]:
    usual: dict[str, Any] = {"lane": "", "business_key": "键"}
    return [each for each in refs_of(Province().write(payload, **(usual | fields))) if each != "键"]


def test_numbers_are_found_at_any_depth_each_once() -> None:
    payload = {
        "uscc": USCC,
        "certificates": [{"number": NUMBER}, {"number": NUMBER, "station_codes": ["S000032000001"]}],
        "numbers": ["1710012003300001"],
        "inner": {"filing_number": "宁人社备〔2024〕1号", "claim_id": "0190-1"},
    }
    assert refs(payload) == sorted(
        [USCC, NUMBER, "S000032000001", "1710012003300001", "宁人社备〔2024〕1号", "0190-1"]
    )


def test_lane_business_key_and_trace_are_among_them() -> None:
    envelope = Province().write({}, lane="甲", business_key="备案:1")
    assert refs_of(envelope, trace_id="f" * 32) == sorted(["甲", "备案:1", "f" * 32])


@pytest.mark.parametrize(
    "payload",
    [
        {"holder_id": CITIZEN_ID},
        {"uscc": CITIZEN_ID},
        {"number": f"号{CITIZEN_ID}"},
        {"batch": "13912345678"},
        {"number": "测试员甲"},
        {"holder_name": "1"},
        {"number": 7, "uscc": None, "numbers": [1, {}]},
        {"number": "1" * 121},
        {"number": "1\0"},
        {CITIZEN_ID: CITIZEN_ID},
    ],
)
def test_what_is_somebodys_own_or_no_number_is_not(payload: dict[str, Any]) -> None:
    assert refs(payload) == []


def test_they_are_not_without_end() -> None:
    many = {"numbers": [f"N{place}" for place in range(9000)]}
    assert len(refs_of(Province().write(many, lane="甲"))) == 2500


def test_those_that_stand_first_are_kept() -> None:
    many = [f"N{place}" for place in range(9000)]
    some = {"inner": {"number": "甲1"}, "numbers": [{"uscc": "乙2"}, "丙3"], "batch": "丁4"}
    wanted = {"甲1", "乙2", "丙3", "丁4"}
    assert wanted < set(refs({**some, "more_numbers": many}))
    assert not wanted & set(refs({"more_numbers": many, **some}))


def test_those_nested_too_deeply_are_not_looked_for() -> None:
    nested: dict[str, Any] = {"number": "深1"}
    for _ in range(50):
        nested = {"inner": nested}
    assert refs(nested) == []


@given(payload=payloads)
def test_no_payload_gives_one_that_would_be_redacted(payload: dict[str, Any]) -> None:
    found = refs_of(Province().write({"number": payload, **payload}, lane="甲"))
    assert all(each.isprintable() and redact(each) == each for each in found)
