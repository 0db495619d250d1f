"""What makes a certificate paid once: who was granted what, for the whole city."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from uuid import UUID

from services.subsidy.domain.terms import AnyNumber, Grant, History


@dataclass(eq=False, kw_only=True)
class Entitlement:
    """A grant that a claim holds for a person, until it is given back."""

    id: UUID
    claim_id: UUID
    holder_index: bytes
    grant: Grant
    live: bool = True
    version: int = 0


class Taken(NamedTuple):
    """A grant that an item of a claim makes: its id, the item's turn, and the place of the year that it takes up."""

    id: UUID
    turn: int
    place: int


class Entitlements(Protocol):
    """Every live grant of the city; not under territorial isolation, because a person may change employers."""

    async def take_up(self, claim_id: UUID, grants: Sequence[Taken], *, year: int) -> None: ...

    async def histories(self, holders: Collection[bytes]) -> Mapping[bytes, History]: ...

    async def give_back(self, claim_id: UUID, *, certificate: AnyNumber | None = None) -> None: ...

    async def give_back_each(self, claim_id: UUID, certificates: Collection[AnyNumber]) -> None: ...
