"""影响测算的进度: an impact worked out part by part, resumed wherever it stopped, and made anew where data changed."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Protocol
from uuid import UUID

from services.subsidy.domain.impact import MOST_EXAMPLES, Figures
from shared.errors import Conflict, NotFound
from shared.policy.terms import Term

MOST_ROUNDS = 3
"""How often changed parts are made anew before it is given out as it is; whether it is still fresh, its release asks."""


class UnknownDryRun(NotFound):
    """尚未要求影响测算 · No dry-run was asked for."""

    code = "NJT-SUB-1611"


class DryRunRunning(Conflict):
    """影响测算尚未完成 · Its impact is still being worked out."""

    code = "NJT-SUB-1612"


class RunState(Term):
    """How far a dry-run is."""

    COMPUTING = "computing", "测算中", "being worked out"
    READY = "ready", "已完成", "ready"
    FAILED = "failed", "未完成", "failed"


@dataclass(frozen=True, kw_only=True)
class Part:
    """What some items come to, those with ids after `after` up to `last`; `marks` is a checksum of what was read."""

    place: int
    after: UUID | None
    last: UUID
    items: int
    marks: tuple[int, int]
    figures: Mapping[str, Any]


@dataclass(eq=False, kw_only=True)
class ImpactRun:
    """The dry-run of one release, under that release's id: what it is worked out from and how far it is.

    `policy` is the digest of the policy it began with; `redo` names the parts whose items changed since they were read.
    """

    id: UUID
    asked_by: str
    asked_at: datetime
    since: date
    known_from: date
    policy: str
    state: RunState = RunState.COMPUTING
    total: int = 0
    done: int = 0
    rounds: int = 0
    redo: tuple[int, ...] = ()
    problem: str = ""
    finished_at: datetime | None = None
    version: int = 0

    @property
    def origin(self) -> tuple[date, date, str]:
        """What two dry-runs have in common whose parts are worth the same."""
        return self.since, self.known_from, self.policy

    def ask_again(self, other: "ImpactRun") -> bool:
        """Begin anew as the other was asked; whether the parts there are may stay."""
        stays = self.state is not RunState.FAILED and self.origin == other.origin
        self.asked_by, self.asked_at = other.asked_by, other.asked_at
        self.since, self.known_from, self.policy = other.origin
        self.begin(done=self.done if stays else 0)
        return stays

    def begin(self, *, done: int = 0) -> None:
        """Being worked out, from the start or from what there is."""
        self.state, self.done, self.rounds, self.redo = RunState.COMPUTING, done, 0, ()
        self.problem, self.finished_at = "", None

    def look_again(self, changed: Sequence[int]) -> bool:
        """Make the changed parts anew; False when there are none, or it was tried often enough."""
        if not changed or self.rounds >= MOST_ROUNDS:
            return False
        self.rounds, self.redo = self.rounds + 1, tuple(changed)
        return True

    def ready(self, *, at: datetime) -> None:
        self.state, self.finished_at, self.total = RunState.READY, at, self.done

    def fail(self, problem: str, *, at: datetime) -> None:
        """It cannot be worked out, and why."""
        self.state, self.problem, self.finished_at = RunState.FAILED, problem, at

    def check_ready(self) -> None:
        """Raises DryRunRunning."""
        if self.state is RunState.COMPUTING:
            raise DryRunRunning(f"{self.done} / {self.total}")


class Summed:
    """The parts of a dry-run put together, one after another."""

    def __init__(self) -> None:
        self._total = Figures()
        self._by: defaultdict[tuple[str, str], Figures] = defaultdict(Figures)
        self.examples: list[Mapping[str, Any]] = []
        self.items = 0
        self._marks = (0, 0)

    def add(self, part: Part) -> None:
        figures = part.figures
        self.items += part.items
        self._marks = self._marks[0] ^ part.marks[0], self._marks[1] ^ part.marks[1]
        self._total.plus(figures["total"])
        for row in figures["rows"]:
            self._by[row["by"], row["key"]].plus(row)
        self.examples += figures["examples"][: MOST_EXAMPLES - len(self.examples)]

    @property
    def state_of_data(self) -> str:
        """What was read of the items, as `Decided.state_of_data` tells it of them now."""
        return f"{self.items}:{self._marks[0]}:{self._marks[1]}"

    @property
    def told(self) -> dict[str, Any]:
        """Totals in fen: of all, and by line, level, occupation and organ."""
        rows = [{"by": by, "key": key, **each.told} for (by, key), each in sorted(self._by.items())]
        return {"total": self._total.told, "rows": rows}

    def digest(self, data: str) -> str:
        """SHA-256 of the figures and of what they were worked out from, in hexadecimal."""
        return sha256(json.dumps([data, self.told], sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def summed(parts: Iterable[Part]) -> Summed:
    made = Summed()
    for part in parts:
        made.add(part)
    return made


class ImpactRuns(Protocol):
    """Where dry-runs and their parts are kept; like releases they are of the whole city."""

    async def get(self, key: UUID, *, seen: int | None = None) -> ImpactRun: ...

    async def of(self, release_id: UUID) -> ImpactRun | None: ...

    def add(self, aggregate: ImpactRun) -> None: ...

    async def computing(self) -> list[tuple[UUID, int]]: ...

    async def taken(self, release_id: UUID) -> ImpactRun | None: ...

    async def clear(self, release_id: UUID) -> None: ...

    async def last(self, release_id: UUID) -> Part | None: ...

    async def part(self, release_id: UUID, place: int) -> Part: ...

    async def keep(self, release_id: UUID, part: Part) -> None: ...

    async def changed(self, release_id: UUID, *, since: datetime) -> list[int]: ...

    async def sum(self, release_id: UUID) -> Summed: ...
