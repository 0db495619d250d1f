"""How filing says no."""

from importlib import import_module
from pkgutil import iter_modules

import pytest

from services.filing import domain
from shared.errors import Refusal

MODULES = [import_module(f"{domain.__name__}.{each.name}") for each in iter_modules(domain.__path__)]
REFUSALS = [
    it
    for module in MODULES
    for it in vars(module).values()
    if isinstance(it, type) and it.__module__ == module.__name__ and issubclass(it, Refusal)
]


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = [refusal.code for refusal in REFUSALS]
    assert len(set(codes)) == len(codes) >= 25
    assert all(code.startswith("NJT-FIL-") for code in codes)


@pytest.mark.parametrize("refusal", REFUSALS)
def test_every_refusal_reads_in_chinese_and_english(refusal: type[Refusal]) -> None:
    chinese, _, english = refusal().title.partition(" · ")
    assert any("\u4e00" <= char <= "\u9fff" for char in chinese)
    assert english.isascii()
    assert english
