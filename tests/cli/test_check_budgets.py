"""Each budget catches an overrun, passes what just fits, and yields only to a stated reason."""

from pathlib import Path

import pytest

from cli.check.budgets import findings

BRANCHES = "\n".join(f"    if a == {it}:\n        return {it}" for it in range(8))
SAMPLES = {
    "file": ("x = 1\n" * 300, "x = 1\n" * 301, "sample.py:1: 301 lines, at most 300"),
    "function": (
        "def f():\n" + "    x = 1\n" * 39,
        "def f():\n" + "    x = 1\n" * 40,
        "sample.py:1: f has 41 lines, at most 40",
    ),
    "docstring": (
        'async def f():\n    """\n' + "    word\n" * 37 + '    """\n',
        'async def f():\n    """\n' + "    word\n" * 38 + '    """\n',
        "sample.py:1: f has 41 lines, at most 40",
    ),
    "positional arguments": (
        "def f(a, b, c, d, *, e): ...\n",
        "def f(a, b, /, c, d, e): ...\n",
        "sample.py:1: f takes 5 positional arguments, at most 4",
    ),
    "a method's arguments": (
        "class A:\n    def f(self, a, b, c, d): ...\n",
        "class A:\n    def f(self, a, b, c, d, e): ...\n",
        "sample.py:2: f takes 5 positional arguments, at most 4",
    ),
    "complexity": (
        f"def f(a):\n{BRANCHES.replace('if a == 7:', 'x = 1').replace('        return 7', '    return 7')}\n",
        f"def f(a):\n{BRANCHES}\n    return 9\n",
        "sample.py:1: `f` is too complex (9 > 8)",
    ),
}


def check(root: Path, text: str, path: str = "shared/sample.py") -> list[str]:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")
    return findings(root)


@pytest.mark.parametrize(("fits", "exceeds", "words"), SAMPLES.values(), ids=SAMPLES.keys())
def test_an_overrun_is_found_and_what_fits_is_not(
    fits: str, exceeds: str, words: str, tmp_path: Path
) -> None:
    assert check(tmp_path, fits) == []
    assert check(tmp_path, exceeds) == [f"shared/{words}"]


@pytest.mark.parametrize(("exceeds", "words"), [it[1:] for it in SAMPLES.values()], ids=SAMPLES.keys())
def test_a_reason_lets_an_overrun_pass(exceeds: str, words: str, tmp_path: Path) -> None:
    line = int(words.split(":")[1])
    lines = exceeds.splitlines()
    lines[line - 1] += "  # budget: a table of what the clause lists"
    assert check(tmp_path, "\n".join(lines)) == []


@pytest.mark.parametrize(
    "escape", ["# budget:", "# budget: ", "# noqa: C901, PLR0917", "# because it is long"]
)
def test_no_other_comment_lets_an_overrun_pass(escape: str, tmp_path: Path) -> None:
    text = SAMPLES["complexity"][1].replace("def f(a):", f"def f(a):  {escape}")
    assert check(tmp_path, text) == ["shared/sample.py:1: `f` is too complex (9 > 8)"]


def test_a_file_s_reason_stands_in_its_first_five_lines(tmp_path: Path) -> None:
    text = "x = 1\n" * 301
    assert check(tmp_path, text.replace("x = 1\n", "x = 1\n# budget: a catalogue\n", 1)) == []
    late = "x = 1\n" * 5 + "# budget: a catalogue\n" + "x = 1\n" * 295
    assert check(tmp_path, late) == ["shared/sample.py:1: 301 lines, at most 300"]


@pytest.mark.parametrize("folder", ["services/filing", "shared", "cli", "simulator", "tests"])
def test_every_folder_of_the_product_is_counted(folder: str, tmp_path: Path) -> None:
    path = f"{folder}/sample.py"
    assert check(tmp_path, "x = 1\n" * 301, path) == [f"{path}:1: 301 lines, at most 300"]


def test_migrations_are_not_counted(tmp_path: Path) -> None:
    text = SAMPLES["complexity"][1] + "x = 1\n" * 301
    assert check(tmp_path, text, "services/filing/migrations/versions/0001_start.py") == []
