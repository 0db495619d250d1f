"""Reads a folder of TOML files into a `Policy`, or says everything that is wrong with it."""

import tomllib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from shared.policy.checks import inconsistencies
from shared.policy.pack import (
    HEAD_FILE,
    HEAD_KEY,
    SECTIONS,
    Pack,
    PackHead,
    Placed,
    PolicyError,
    Problem,
    Section,
)
from shared.policy.policy import Policy
from shared.policy.provenance import Entry, Provenance

FILES = tuple(dict.fromkeys(section.file for section in SECTIONS))
_DEFAULTS = "defaults"


def load_policy(folder: Path) -> Policy:
    """Read the pack; raises `PolicyError` naming the file, key and reason of every problem in it."""
    reading = _Reading(folder)
    pack = Pack(reading.placed, reading.broken)
    problems = reading.problems + list(inconsistencies(pack))
    if problems or reading.head is None:
        raise PolicyError(sorted(set(problems)))
    return Policy(reading.head, pack, digest=reading.digest)


class _Reading:
    """One pass over the folder: what could be read, what could not, and the digest of the bytes."""

    def __init__(self, folder: Path) -> None:
        self.problems: list[Problem] = []
        self.placed: dict[type[Entry], list[Placed[Any]]] = {}
        self.broken: set[type[Entry]] = set()
        self._digest = sha256()
        tables = {file: self._parse(folder, file) for file in sorted(FILES)}
        self._refuse_strangers(folder, tables)
        self.head = self._head(tables[HEAD_FILE])
        for section in SECTIONS:
            self._read_section(section, tables[section.file])

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()

    def _parse(self, folder: Path, file: str) -> dict[str, Any] | None:
        try:
            content = (folder / file).read_bytes()
            self._digest.update(f"{file}\0{len(content)}\0".encode() + content)
            return tomllib.loads(content.decode("utf-8"))
        except OSError as error:
            self._complain(file, "-", f"文件无法读取 · the file cannot be read: {error.strerror}")
        except ValueError as error:
            self._complain(file, "-", f"不是合格的TOML · not TOML: {error}")
        return None

    def _refuse_strangers(self, folder: Path, tables: Mapping[str, dict[str, Any] | None]) -> None:
        for path in sorted(folder.glob("*.toml")):
            if path.name not in tables:
                self._complain(path.name, "-", "政策包不含此文件 · not a file of the pack")
        known = {(section.file, section.key) for section in SECTIONS} | {(HEAD_FILE, HEAD_KEY)}
        for file, table in tables.items():
            for key, value in (table or {}).items():
                if key == _DEFAULTS and not isinstance(value, dict):
                    self._complain(file, key, "应为表 · a table is expected")
                if key != _DEFAULTS and (file, key) not in known:
                    self._complain(file, key, "未知的键 · unknown key")

    def _head(self, table: dict[str, Any] | None) -> PackHead | None:
        if table is None:
            return None
        try:
            return PackHead.model_validate(table.get(HEAD_KEY, {}))
        except ValidationError as error:
            self.problems += _problems(error, HEAD_FILE, HEAD_KEY)
            return None

    def _read_section(self, section: Section, table: dict[str, Any] | None) -> None:
        found = self.placed.setdefault(section.model, [])
        entries = table.get(section.key) if table is not None else []
        if table is None or not isinstance(entries, list):
            self.broken.add(section.model)
            if table is not None:
                self._complain(section.file, section.key, "缺少 · missing")
            return
        defaults = table.get(_DEFAULTS, {})
        if not isinstance(defaults, dict) or not issubclass(section.model, Provenance):
            defaults = {}
        for index, raw in enumerate(entries):
            written = defaults | raw if isinstance(raw, dict) else raw
            key = f"{section.key}[{index}{_name(section, written)}]"
            try:
                found.append(Placed(section.model.model_validate(written), section, key))
            except ValidationError as error:
                self.broken.add(section.model)
                self.problems += _problems(error, section.file, key)

    def _complain(self, file: str, key: str, reason: str) -> None:
        self.problems.append(Problem(file, key, reason))


def _name(section: Section, written: Any) -> str:
    """What people call the entry, beside its number: `3:N2.4`."""
    if not isinstance(written, dict):
        return ""
    known = [str(written[field]) for field in section.name if field in written]
    return f":{' '.join(known)}" if known else ""


def _problems(error: ValidationError, file: str, key: str) -> Iterator[Problem]:
    for detail in error.errors(include_url=False, include_input=False):
        yield Problem(file, key + _path(detail["loc"]), _reason(detail["type"], detail["msg"]))


def _path(location: tuple[int | str, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)


def _reason(kind: str, message: str) -> str:
    if kind == "missing":
        return "缺少 · missing"
    if kind == "extra_forbidden":
        return "未知的键 · unknown key"
    message = message.removeprefix("Value error, ")
    return message if " · " in message else f"内容不合规 · {message}"
