"""待查对象: whom and what to look at for signals, noted by whatever arrives, so that nothing is ever gone through whole."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol


class LookKind(StrEnum):
    """What is looked at."""

    PERSON = "person"
    """A holder, by the blind index of their number."""
    SERIES = "series"
    """The serials of a station and year."""
    SITTING = "sitting"
    """An institution's evaluation of a level on one day."""
    ACCOUNT = "account"
    """A bank account, by the blind index of its number."""


class Look(NamedTuple):
    """One subject to be looked at."""

    kind: LookKind
    subject: str


class Looks(Protocol):
    """Where they wait. They have no organ and name nobody, like entitlements: a person is one in the whole city.

    Noted twice, a subject waits twice: adding never waits for others that add, nor for those that look.
    """

    async def note(self, looks: Collection[Look], *, due_at: datetime) -> None: ...

    async def count_due(self, *, at: datetime, most: int) -> int: ...

    async def take(self, *, at: datetime, most: int) -> Sequence[Look]: ...
