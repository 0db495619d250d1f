"""政策发布: what is published after the pack was written. The pack stays what it is; a release is known from a day on."""

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import groupby

from shared.policy.dated import DatedEntry
from shared.policy.provenance import Clause, Document

_SHOWN = 12


@dataclass(frozen=True, kw_only=True)
class Released:
    """What one release states, with the document and clauses it names, known from a day on.

    From that day on what the release `supersedes` stated is known no longer.
    """

    id: str
    known_from: date
    document: Document
    entries: tuple[DatedEntry, ...]
    clauses: tuple[Clause, ...] = ()
    supersedes: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of everything it states, in hexadecimal."""
        written = {
            "id": self.id,
            "known_from": self.known_from.isoformat(),
            "supersedes": self.supersedes,
            "document": self.document.model_dump(mode="json"),
            "clauses": [clause.model_dump(mode="json") for clause in self.clauses],
            "entries": [
                {
                    "of": type(entry).__name__,
                    **entry.model_dump(mode="json", exclude={"known_from", "known_until"}),
                }
                for entry in self.entries
            ],
        }
        return sha256(json.dumps(written, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def in_order(releases: Iterable[Released]) -> tuple[Released, ...]:
    """Releases by the day they are known from; those of one day as given."""
    return tuple(sorted(releases, key=lambda each: each.known_from))


def dated_entries(releases: Sequence[Released]) -> Iterator[DatedEntry]:
    """What releases state, with the days on which it is known."""
    ended: Mapping[str, date] = {
        each.supersedes: each.known_from for each in reversed(releases) if each.supersedes is not None
    }
    for each in releases:
        known = {"known_from": each.known_from, "known_until": ended.get(each.id)}
        for entry in each.entries:
            yield entry.model_copy(update=known)


class Editions:
    """Under which version and digest a policy goes on which day: each release known by then is part of its name."""

    def __init__(self, version: str, digest: str, releases: Sequence[Released]) -> None:
        self._days: list[date] = []
        self._names = [(version, digest)]
        count, chained = 0, digest
        for day, group in groupby(releases, key=lambda each: each.known_from):
            for each in group:
                count, chained = count + 1, sha256(f"{chained}\0{each.digest}".encode()).hexdigest()
            self._days.append(day)
            self._names.append((f"{version}+r{count}.{chained[:_SHOWN]}", chained))

    def on(self, known_on: date) -> tuple[str, str]:
        """Version and digest of what was known on a day."""
        return self._names[bisect_right(self._days, known_on)]

    @property
    def latest(self) -> tuple[str, str]:
        return self._names[-1]
