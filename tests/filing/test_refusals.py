"""How filing says no."""

from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

from services import filing
from shared.errors import Refusal
from tests.filing.provoking import proven_in

FOLDERS = [Path(__file__).parent, Path(__file__).parents[1] / "journeys"]


def refusals() -> list[type[Refusal]]:
    """Every refusal that a module of filing makes, wherever in the service it stands."""
    found = walk_packages(filing.__path__, f"{filing.__name__}.")
    modules = [import_module(each.name) for each in found if "migrations" not in each.name]
    return [
        it
        for module in modules
        for it in vars(module).values()
        if isinstance(it, type) and it.__module__ == module.__name__ and issubclass(it, Refusal)
    ]


REFUSALS = refusals()


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = [refusal.code for refusal in REFUSALS]
    assert len(set(codes)) == len(codes) >= 110
    assert {code[:8] for code in codes} == {"NJT-FIL-", "NJT-DOC-"}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_every_refusal_reads_in_chinese_and_english(refusal: type[Refusal]) -> None:
    chinese, _, english = refusal().title.partition(" · ")
    assert any("\u4e00" <= char <= "\u9fff" for char in chinese)
    assert english.isascii()
    assert english


def test_every_refusal_is_demanded_by_a_test() -> None:
    proven: set[str] = set()
    for each in (path for folder in FOLDERS for path in folder.rglob("test_*.py")):
        if each != Path(__file__):
            proven |= proven_in(each.read_text(encoding="utf-8"))
    unproven = {
        f"{each.code} {each.__name__}" for each in REFUSALS if not {each.code, each.__name__} & proven
    }
    assert unproven == set()


@pytest.mark.parametrize(
    "source",
    [
        "def test_it():\n    with pytest.raises(Refused):\n        pass",
        "def test_it():\n    assert answer.json()['code'] == 'Refused'",
        "def test_it():\n    assert isinstance(caught, Refused | Other)",
        "def test_it():\n    for who, why in ((1, Refused), (2, Other)):\n        assert got(who) is why",
        "def test_it():\n    codes = {'Refused': 1}\n    for code in codes:\n        assert got == code",
        "@pytest.mark.parametrize('why', [Refused])\ndef test_it(why):\n    with pytest.raises(why):\n        pass",
        "TABLE = [(1, Refused)]\n@mark.parametrize(('a', 'why'), TABLE)\ndef test_it(a, why):\n    assert got is why",
    ],
)
def test_what_a_test_demands_is_found_wherever_it_is_named(source: str) -> None:
    assert "Refused" in proven_in(source)


@pytest.mark.parametrize(
    "source",
    [
        "from somewhere import Refused",
        "def test_it():\n    Refused()\n    assert got",
        "def test_it():\n    assert 'Refused' not in codes",
        "def test_it():\n    assert got != Refused",
        "def helper():\n    assert got is Refused",
        "@pytest.mark.parametrize('why', [Refused])\ndef test_it(why):\n    assert got",
        "REFUSALS = [Refused]\ndef test_it():\n    assert got",
        "def test_one():\n    why = Refused\ndef test_other():\n    assert why",
    ],
)
def test_what_is_only_named_is_not_taken_for_a_demand(source: str) -> None:
    assert "Refused" not in proven_in(source)
