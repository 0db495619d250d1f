"""Which messages an operator can mend: each that the city sends in a lane."""

from importlib import import_module

import pytest

from cli.suite.database import SERVICES
from shared.contracts.exchange import UNNUMBERED
from shared.contracts.province import MessageCode
from shared.province.adapter import ProvinceAdapter
from shared.province.payloads import UnfitPayload, checked


def comes_in(code: MessageCode) -> bool:
    """Whether some service takes it from the province."""
    adapters: list[ProvinceAdapter[object]] = [
        import_module(f"services.{service}.province").province for service in SERVICES
    ]
    return any(adapter.taken(code) for adapter in adapters)


@pytest.mark.parametrize("code", [code for code in MessageCode if code not in UNNUMBERED])
def test_every_numbered_message_is_either_taken_from_the_province_or_checked_before_it_is_mended(
    code: MessageCode,
) -> None:
    with pytest.raises(UnfitPayload) as refused:
        checked(code, {})
    assert ("字段有误" in refused.value.detail) != comes_in(code)


def test_a_payload_at_fault_is_told_by_its_fields_and_never_by_its_values() -> None:
    with pytest.raises(UnfitPayload) as refused:
        checked(MessageCode.SUBSIDY_RECOVERED, {"cause": "测试员甲", "测试员乙": 1})
    assert "organ" in refused.value.detail
    assert "测试员" not in refused.value.detail
