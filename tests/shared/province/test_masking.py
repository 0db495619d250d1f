"""A message as it is shown to whoever has not said why he must see all of it."""

from typing import Any

import pytest

from shared.contracts.queries import CertificateQuery, FactName, FactsAnswered
from shared.province.operating.masking import masked, masked_value
from tests.builders import CITIZEN_ID, institution_filed
from tests.shared.province.certificates import BATCH, tells_of_the_holder
from tests.subsidy.builders import number

BATCH_ID: Any = "00000000-0000-4000-8000-000000000001"


def test_names_and_numbers_of_persons_are_masked_and_the_rest_stays() -> None:
    shown = masked(BATCH.model_dump(mode="json"))
    assert not tells_of_the_holder(str(shown))
    (plain,), (certificate,) = BATCH.model_dump(mode="json")["certificates"], shown["certificates"]
    assert {name for name in plain if plain[name] != certificate[name]} == {"holder_name", "holder_id"}
    assert shown["batch"] == BATCH.batch


def test_a_report_about_an_institution_is_shown_whole() -> None:
    told = institution_filed().model_dump(mode="json")
    assert masked(told) == told


def test_what_no_contract_knows_is_not_shown_not_even_its_name() -> None:
    shown = masked({"name": "测试甲公司", "xm": "测试员甲", "测试员乙": {"name": "测试员丙"}})
    assert shown == {"name": "测试甲公司", "?1": "***", "?2": "***"}


def test_what_is_known_about_somebody_and_the_key_of_a_query_are_hidden() -> None:
    fact = {"number": number(4), "name": FactName.PENSION, "about": "2024-02-01", "value": True}
    answered = FactsAnswered.model_validate({"query_id": BATCH_ID, "numbers": [number(4)], "facts": [fact]})
    (shown,) = masked(answered.model_dump(mode="json"))["facts"]
    assert (shown["value"], shown["name"]) == ("***", "pension")
    query = CertificateQuery(query_id=BATCH_ID, key="0" * 64, numbers=(number(4),))
    assert masked(query.model_dump(mode="json"))["key"] == "***"


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("reason", f"证件号 {CITIZEN_ID}", "证件号 [citizen-id]"),
        ("certificates.0.holder_name", "测试员甲", "测***"),
        ("certificates.0.holder_id", CITIZEN_ID, f"{CITIZEN_ID[:3]}{'*' * 13}{CITIZEN_ID[-2:]}"),
        ("organ", "320115", "320115"),
        ("amount_fen", 1200, 1200),
        ("holder_id", None, None),
        ("xm", "测试员甲", "***"),
        ("xm.name", "测试员甲", "***"),
        ("0", "测试员甲", "***"),
    ],
)
def test_one_value_is_masked_by_the_field_it_stands_in(field: str, value: Any, shown: Any) -> None:
    assert masked_value(field, value) == shown


def test_what_is_nested_without_end_is_cut_off() -> None:
    endless: dict[str, Any] = {}
    inner = endless
    for _ in range(400):
        inner["scope"] = {}
        inner = inner["scope"]
    inner["name"] = "测试甲公司"
    assert "***" in str(masked(endless))
    assert "测试甲公司" not in str(masked(endless))


def test_what_stands_where_a_name_belongs_is_masked_whatever_it_is() -> None:
    told = {"holder_name": {"name": "测试员甲"}, "number": 320102199003071234, "count": 3, "ok": True}
    shown = masked(told)
    assert "测试员甲" not in str(shown)
    assert "320102199003071234" not in str(shown)
    assert masked({"name": "测试甲公司", "sequence": 3}) == {"name": "测试甲公司", "sequence": 3}
