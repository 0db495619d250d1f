"""What counts as a test that demands a refusal."""

import pytest

from tests.provoking import proven_in


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


def test_what_is_named_by_its_class_is_found_by_both_names() -> None:
    assert {"NUMBER", "Rule.NUMBER"} <= proven_in("def test_it():\n    assert got is Rule.NUMBER")


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
