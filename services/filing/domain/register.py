"""Whom the register is asked for, and what anybody may know of an institution."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from shared.contracts.scope import ScopeItem
from shared.policy import Audience, Category
from shared.values import Occupation, Uscc


@dataclass(frozen=True, kw_only=True)
class Sought:
    """What the institutions looked for have in common; `text` begins their number, USCC or name."""

    standing: str | None = None
    organ: str | None = None
    category: Category | None = None
    occupation: Occupation | None = None
    uscc: str | None = None
    text: str = ""


EVERYBODY = Sought()


@dataclass(frozen=True, kw_only=True)
class PublicEntry:
    """What anybody may know of an institution: nobody's name, no address."""

    name: str
    uscc: Uscc
    organ: str
    category: Category
    audience: Audience
    number: str
    plaque_number: str | None
    certificate_number: str | None
    scope: tuple[ScopeItem, ...]
    standing: str
    valid_from: date
    valid_until: date
    ended_on: date | None


class PublicRegister(Protocol):
    """The city-wide projection of what is public; territorial isolation does not apply to it."""

    async def verified(self, code: str) -> PublicEntry | None: ...

    async def numbered(self, number: str) -> Sequence[PublicEntry]: ...

    async def of_body(self, uscc: Uscc) -> Sequence[PublicEntry]: ...

    async def named(self, beginning: str) -> Sequence[PublicEntry]: ...

    async def removed_on(self, uscc: Uscc) -> date | None: ...

    async def covered(self) -> Collection[Occupation]: ...
