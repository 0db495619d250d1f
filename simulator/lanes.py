"""Numbers the messages about one institution: from 1, without gaps, as the receiver counts them."""

from collections import defaultdict
from dataclasses import dataclass, field
from heapq import heappop, heappush
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Act:
    """One act told to one service: told again, it keeps its number."""

    service: str
    lane: str
    code: str
    business_key: str


@dataclass
class _Lane:
    """The last number given out, and those that came back."""

    last: int = 0
    free: list[int] = field(default_factory=list)


class Lanes:
    """One sequence for each receiving service and institution.

    The receiver counts only what it accepts: a number is free again when the message that took it was refused.
    """

    def __init__(self) -> None:
        self._lanes: dict[tuple[str, str], _Lane] = defaultdict(_Lane)
        self._taken: dict[Act, tuple[UUID, int]] = {}

    def number(self, act: Act, message_id: UUID) -> int:
        """The number of this message: the act's own if it was told before, else the lowest not in use."""
        if act not in self._taken:
            lane = self._lanes[act.service, act.lane]
            if not lane.free:
                lane.last += 1
                lane.free.append(lane.last)
            self._taken[act] = message_id, heappop(lane.free)
        return self._taken[act][1]

    def give_back(self, act: Act, message_id: UUID, *, used: bool) -> None:
        """The message was refused; a `used` number, which the receiver had counted before, is not given out again.

        A repetition that was refused leaves the act its number.
        """
        holder, number = self._taken.get(act, (None, 0))
        if holder != message_id:
            return
        del self._taken[act]
        if not used:
            heappush(self._lanes[act.service, act.lane].free, number)
