"""The city's own pack, and packs that differ from it in one place."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.policy import Policy, PolicyError, load_policy
from shared.settings import PolicySettings

Amend = Callable[[str, str, str], Path]
Problems = Callable[[str, str, str], list[str]]


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(PolicySettings().folder)


@pytest.fixture
def amend(tmp_path: Path) -> Amend:
    """Replace one passage of one file of a copy of the pack; called again, it amends the same copy."""
    folder = tmp_path / "pack"
    shutil.copytree(PolicySettings().folder, folder)

    def replace(file: str, old: str, new: str) -> Path:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text, f"{file} has no {old!r}"
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return replace


@pytest.fixture
def problems_after(amend: Amend) -> Problems:
    """Every problem, as `file: key: reason`, of the pack with one passage replaced."""

    def load(file: str, old: str, new: str) -> list[str]:
        folder = amend(file, old, new)
        with pytest.raises(PolicyError) as caught:
            load_policy(folder)
        return [str(problem) for problem in caught.value.problems]

    return load
