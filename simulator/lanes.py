"""Numbers the messages about one institution: from 1, without gaps, as the receiver counts them; and counts the city's."""

from dataclasses import dataclass
from uuid import UUID

from simulator.store import Store


@dataclass(frozen=True, kw_only=True)
class Act:
    """One act told to one service: told again, it keeps its number."""

    service: str
    lane: str
    code: str
    business_key: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        return self.service, self.lane, self.code, self.business_key


class Lanes:
    """One sequence for each receiving service and institution.

    The receiver counts only what it accepts: a number is free again when the message that took it was refused.
    """

    def __init__(self, store: Store) -> None:
        self._db = store.db

    def number(self, act: Act, message_id: UUID) -> int:
        """The number of this message: the act's own if it was told before, else the lowest not in use."""
        known = self._db.execute(
            "SELECT number FROM number_taken WHERE (service, lane, code, business_key) = (?, ?, ?, ?)",
            act.key,
        ).fetchone()
        if known:
            return int(known["number"])
        number = self._lowest_free(act) or self._next(act)
        self._db.execute(
            "INSERT INTO number_taken VALUES (?, ?, ?, ?, ?, ?)", (*act.key, str(message_id), number)
        )
        return number

    def give_back(self, act: Act, message_id: UUID, *, used: bool) -> None:
        """The message was refused; a `used` number, which the receiver had counted before, is not given out again.

        A repetition that was refused leaves the act its number.
        """
        row = self._db.execute(
            "DELETE FROM number_taken WHERE (service, lane, code, business_key, message_id) = (?, ?, ?, ?, ?)"
            " RETURNING number",
            (*act.key, str(message_id)),
        ).fetchone()
        if row and not used:
            free = act.service, act.lane, row["number"]
            self._db.execute("INSERT OR IGNORE INTO number_free VALUES (?, ?, ?)", free)

    def take_free(self, service: str, lane: str, number: int) -> bool:
        """Take a number that was given back; False when it is in use, or was never given out."""
        taken = self._db.execute(
            "DELETE FROM number_free WHERE (service, lane, number) = (?, ?, ?)", (service, lane, number)
        )
        return taken.rowcount == 1

    def reclaim(self, act: Act, message_id: UUID, number: int) -> None:
        """The message was carried out after all: its number is its own again."""
        self.take_free(act.service, act.lane, number)
        taken = (*act.key, str(message_id), number)
        self._db.execute("INSERT OR IGNORE INTO number_taken VALUES (?, ?, ?, ?, ?, ?)", taken)

    def _lowest_free(self, act: Act) -> int | None:
        lane = act.service, act.lane
        row = self._db.execute(
            "SELECT MIN(number) AS number FROM number_free WHERE (service, lane) = (?, ?)", lane
        ).fetchone()
        if row["number"] is None:
            return None
        self.take_free(*lane, row["number"])
        return int(row["number"])

    def _next(self, act: Act) -> int:
        row = self._db.execute(
            "INSERT INTO lane_out VALUES (?, ?, 1)"
            " ON CONFLICT (service, lane) DO UPDATE SET last = last + 1 RETURNING last",
            (act.service, act.lane),
        ).fetchone()
        return int(row["last"])


@dataclass(frozen=True, kw_only=True)
class Held:
    """A message of the city that waits for an earlier one of its lane."""

    body: bytes
    traceparent: str | None


@dataclass(frozen=True, kw_only=True)
class Missing:
    """Numbers of one of the city's lanes that later ones wait for."""

    service: str
    lane: str
    first: int
    last: int


class CityLanes:
    """How far each lane of the city's services is, and what came too early."""

    def __init__(self, store: Store) -> None:
        self._db = store.db

    def last(self, service: str, lane: str) -> int:
        row = self._db.execute(
            "SELECT last FROM lane_in WHERE (service, lane) = (?, ?)", (service, lane)
        ).fetchone()
        return int(row["last"]) if row else 0

    def advance(self, service: str, lane: str, number: int) -> None:
        self._db.execute(
            "INSERT INTO lane_in VALUES (?, ?, ?) ON CONFLICT (service, lane) DO UPDATE SET last = excluded.last",
            (service, lane, number),
        )

    def hold(self, place: tuple[str, str, int], message_id: UUID, held: Held) -> None:
        """Keep a message for its turn; what another copy said before it under this number is forgotten."""
        self._db.execute(
            "INSERT OR REPLACE INTO held VALUES (?, ?, ?, ?, ?, ?)",
            (*place, str(message_id), held.body, held.traceparent),
        )

    def next_held(self, service: str, lane: str) -> Held | None:
        """Take the message whose turn it is, if it is here."""
        row = self._db.execute(
            "DELETE FROM held WHERE (service, lane, sequence) = (?, ?, ?) RETURNING body, traceparent",
            (service, lane, self.last(service, lane) + 1),
        ).fetchone()
        return Held(body=row["body"], traceparent=row["traceparent"]) if row else None

    def holds(self, message_id: UUID) -> bool:
        found = self._db.execute("SELECT 1 FROM held WHERE message_id = ?", (str(message_id),))
        return found.fetchone() is not None

    def missing(self) -> list[Missing]:
        """Every gap in front of something that waits."""
        rows = self._db.execute(
            "SELECT held.service, held.lane, sequence, COALESCE(last, 0) AS last,"
            " LAG(sequence) OVER (PARTITION BY held.service, held.lane ORDER BY sequence) AS before"
            " FROM held LEFT JOIN lane_in ON (lane_in.service, lane_in.lane) = (held.service, held.lane)"
        )
        gaps = [
            Missing(
                service=row["service"],
                lane=row["lane"],
                first=(row["before"] or row["last"]) + 1,
                last=row["sequence"] - 1,
            )
            for row in rows
        ]
        return [gap for gap in gaps if gap.first <= gap.last]
