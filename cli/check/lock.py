"""The lock files: every requirement pinned with hashes, no index named, and in step with pyproject.toml."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = ("requirements.lock", "requirements-dev.lock")
ADDRESS = re.compile(r"://|index-url|find-links|extra-index")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}(?=\s|$)")

Pins = dict[str, str]


def findings(root: Path) -> list[str]:
    """Every fault of the two lock files as `file: what`."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [Requirement(it) for it in project["dependencies"]]
    wanted = [Requirement(it) for it in project.get("optional-dependencies", {}).get("dev", ())]
    found: list[str] = []
    pins: dict[str, Pins] = {}
    for name, requirements in ((LOCKS[0], needed), (LOCKS[1], [*needed, *wanted])):
        text = (root / name).read_text(encoding="utf-8")
        found += [f"{name}:{line}: names an index or address" for line in _addresses(text)]
        pins[name], faults = _pins(text)
        found += [f"{name}: {fault}" for fault in (*faults, *_out_of_step(requirements, pins[name]))]
    return [*found, *_differing(pins[LOCKS[0]], pins[LOCKS[1]])]


def _addresses(text: str) -> Iterator[int]:
    for number, line in enumerate(text.splitlines(), start=1):
        if ADDRESS.search(line):
            yield number


def _pins(text: str) -> tuple[Pins, list[str]]:
    """Name → version of every requirement, and what is wrong with the others."""
    pins: Pins = {}
    faults: list[str] = []
    lines = (line.partition("#")[0].rstrip() for line in text.splitlines())
    for entry in "\n".join(lines).replace("\\\n", " ").splitlines():
        words = entry.split("--hash", 1)[0].strip()
        if not words:
            continue
        pinned = re.fullmatch(r"([\w.-]+)(?:\[[\w,.-]+\])?==([\w.!+-]+)\s*(?:;.*)?", words)
        if pinned is None:
            faults.append(f"not a pinned requirement: {words}")
            continue
        pins[canonicalize_name(pinned[1])] = pinned[2]
        if not HASH.search(entry):
            faults.append(f"{pinned[1]} has no hash")
    return pins, faults


def _out_of_step(requirements: list[Requirement], pins: Pins) -> Iterator[str]:
    for requirement in requirements:
        version = pins.get(canonicalize_name(requirement.name))
        if version is None:
            yield f"{requirement.name} of pyproject.toml is missing"
        elif not requirement.specifier.contains(version, prereleases=True):
            yield f"{requirement.name} is locked at {version}, pyproject.toml says {requirement.specifier}"


def _differing(run: Pins, develop: Pins) -> Iterator[str]:
    for name in sorted(run):
        if develop.get(name) != run[name]:
            yield f"{LOCKS[1]}: {name} is {develop.get(name)}, {LOCKS[0]} says {run[name]}"
