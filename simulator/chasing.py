"""What is owed to the province: receipts for what it sent, and the numbers missing in the city's lanes."""

import asyncio
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import groupby
from uuid import UUID

from shared.contracts.exchange import (
    AskedMessage,
    Fate,
    KnownMessage,
    ResendRequest,
    StatusAnswered,
    StatusQuery,
)
from shared.contracts.province import MessageCode, Receipt, Stage
from simulator.lanes import CityLanes, Missing
from simulator.outgoing import Outgoing
from simulator.reading import TECHNICAL_OK
from simulator.sent import Sent, SentMessages
from simulator.wire import payload_digest

_MOST_ASKED = 500
_LOOKS = 4
_LONGEST_PAUSES = 8


@dataclass(frozen=True, kw_only=True)
class Habits:
    """How patient the province is: seconds until it asks, and how often it repeats what was refused before it gives up."""

    receipt_seconds: float = 60.0
    gap_seconds: float = 60.0
    resends: int = 0


class Chasing:
    """Asks what became of messages without receipts, repeats what nobody knows, and asks for missing numbers."""

    def __init__(self, habits: Habits, sent: SentMessages, lanes: CityLanes, outgoing: Outgoing) -> None:
        self._habits = habits
        self._sent = sent
        self._lanes = lanes
        self._outgoing = outgoing
        self._due: list[tuple[float, UUID]] = []
        self._asked: dict[UUID, int] = {}
        self._gaps: dict[Missing, float] = {}

    async def run(self) -> None:
        """Look now and then, until cancelled; what was open before is due after the first deadline."""
        loop = asyncio.get_running_loop()
        known = {message_id for _, message_id in self._due}
        for message_id in self._sent.open():
            if message_id not in known:
                self.await_receipt(message_id)
        while True:
            await asyncio.sleep(min(self._habits.receipt_seconds, self._habits.gap_seconds) / _LOOKS)
            self._ask_for_fates(loop.time())
            self._ask_for_numbers(loop.time())

    def await_receipt(self, message_id: UUID) -> None:
        """Ask what became of it when its deadline has passed; longer and longer from one time to the next."""
        asked = self._asked[message_id] = self._asked.get(message_id, 0) + 1
        pause = self._habits.receipt_seconds * min(2 ** (asked - 1), _LONGEST_PAUSES)
        heappush(self._due, (asyncio.get_running_loop().time() + pause, message_id))

    def ask_again(self, service: str, lane: str) -> None:
        """Ask for whatever stands behind the last number that was taken."""
        first = self._lanes.last(service, lane) + 1
        self._ask_for(Missing(service=service, lane=lane, first=first, last=first + _MOST_ASKED))

    def follow(self, message_id: UUID | None, receipt: Receipt) -> None:
        """Keep a receipt; a message that was refused is repeated under its id and number while that may help."""
        if self._sent.follow(message_id, receipt, resends=self._habits.resends) and message_id:
            self.repeat(message_id)

    def repeat(self, message_id: UUID) -> None:
        """Send it again as it was."""
        sent = self._sent.repeat(message_id, now=self._outgoing.now())
        self._outgoing.post(sent.act.service, sent.envelope, sent.traceparent)

    def learn(self, answer: StatusAnswered) -> int:
        """Move on what was asked about; how many of ours there were."""
        ours = [known for known in answer.messages if known.message_id in self._sent]
        for known in ours:
            self._learn(known, self._sent[known.message_id])
        return len(ours)

    def _learn(self, known: KnownMessage, sent: Sent) -> None:
        if known.fate is Fate.UNKNOWN:
            if not sent.conclusion.done():
                self.repeat(known.message_id)
            return
        said = {"reason_code": known.reason_code, "reason": known.reason}
        other = known.digest is not None and known.digest != payload_digest(sent.envelope.payload)
        if known.fate is Fate.TAKEN:
            self.follow(known.message_id, TECHNICAL_OK)
        elif known.fate is Fate.REFUSED or other:
            refusal = said if known.fate is Fate.REFUSED else {"reason_code": "CONFLICT"}
            self.follow(known.message_id, Receipt(stage=Stage.TECHNICAL, ok=False, **refusal))
        else:
            done = known.fate is Fate.DONE
            self.follow(known.message_id, Receipt(stage=Stage.BUSINESS, ok=done, **said))

    def _ask_for_fates(self, now: float) -> None:
        overdue = []
        while self._due and self._due[0][0] <= now:
            _, message_id = heappop(self._due)
            sent = self._sent[message_id]
            if sent.conclusion.done():
                self._asked.pop(message_id, None)
            else:
                overdue.append(sent)
        overdue.sort(key=lambda sent: sent.act.service)
        for service, messages in groupby(overdue, key=lambda sent: sent.act.service):
            self._ask(service, list(messages))

    def _ask(self, service: str, messages: list[Sent]) -> None:
        for start in range(0, len(messages), _MOST_ASKED):
            asked = [
                AskedMessage(
                    message_id=sent.envelope.message_id,
                    code=sent.envelope.code,
                    business_key=sent.envelope.business_key,
                )
                for sent in messages[start : start + _MOST_ASKED]
            ]
            query = StatusQuery(query_id=self._outgoing.new_id(), messages=tuple(asked))
            self._outgoing.say(service, MessageCode.STATUS_QUERY, query, key=f"status:{query.query_id}")
        for sent in messages:
            self.await_receipt(sent.envelope.message_id)

    def _ask_for_numbers(self, now: float) -> None:
        missing = self._lanes.missing()
        self._gaps = {gap: self._gaps.get(gap, now + self._habits.gap_seconds) for gap in missing}
        for gap, due in self._gaps.items():
            if due <= now:
                self._ask_for(gap)
                self._gaps[gap] = now + self._habits.gap_seconds

    def _ask_for(self, gap: Missing) -> None:
        request = ResendRequest(lane=gap.lane, first=gap.first, last=gap.last)
        key = f"resend:{self._outgoing.new_id()}"
        self._outgoing.say(gap.service, MessageCode.RESEND_REQUEST, request, key=key)
