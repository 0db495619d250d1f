"""The province's register: what the city told it, each act once."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from shared.contracts.province import FilingReport, ProvinceEnvelope, Receipt, Wire, canonical
from simulator.reading import NotAccepted

Match = str | Callable[[Any], bool] | None
"""A business key, a predicate on the payload, or anything at all."""


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A message of the city whose business was carried out, and the trace it came in."""

    envelope: ProvinceEnvelope
    payload: Wire
    traceparent: str | None

    def is_about(self, code: str, match: Match) -> bool:
        if self.envelope.code != code:
            return False
        if isinstance(match, str):
            return self.envelope.business_key == match
        return match is None or match(self.payload)


@dataclass(frozen=True, kw_only=True)
class _Known:
    """An earlier message: what it said and what came of it."""

    digest: bytes
    result: Receipt


class Register:
    """Kept in memory; `accepted` holds what was carried out, by message code and business key.

    `filings` is how each institution that the city filed stands now, by filing number: reports of one institution come
    in order, but one that was sent again may come late, so the highest revision counts.
    """

    def __init__(self) -> None:
        self.accepted: dict[tuple[str, str], Accepted] = {}
        self.filings: dict[str, FilingReport] = {}
        self._by_id: dict[UUID, _Known] = {}
        self._by_act: dict[tuple[str, str], _Known] = {}
        self._awaited: list[tuple[str, Match, asyncio.Future[Accepted]]] = []

    def known(self, envelope: ProvinceEnvelope) -> Receipt | None:
        """The result of the same act told before; raises NotAccepted CONFLICT when it was told otherwise."""
        act = envelope.code, envelope.business_key
        before = self._by_id.get(envelope.message_id) or self._by_act.get(act)
        if before is None:
            return None
        if before.digest != _digest(envelope):
            raise NotAccepted("CONFLICT", "同一业务号对应不同内容 · The same business key with other content")
        return before.result

    def enter(self, message: Accepted, result: Receipt) -> None:
        """Remember a new act with its result; only a good one is carried out, and told to who waits for it."""
        envelope = message.envelope
        act = envelope.code, envelope.business_key
        known = _Known(digest=_digest(envelope), result=result)
        self._by_id[envelope.message_id] = self._by_act[act] = known
        if not result.ok:
            return
        self.accepted[act] = message
        if isinstance(message.payload, FilingReport):
            self._keep(message.payload)
        for code, match, found in self._awaited:
            if not found.done() and message.is_about(code, match):
                found.set_result(message)

    def _keep(self, report: FilingReport) -> None:
        known = self.filings.get(report.filing_number)
        if known is None or known.revision <= report.revision:
            self.filings[report.filing_number] = report

    async def heard(self, code: str, match: Match, *, seconds: float) -> Accepted:
        """The first accepted message that matches; raises TimeoutError."""
        for message in self.accepted.values():
            if message.is_about(code, match):
                return message
        found: asyncio.Future[Accepted] = asyncio.get_running_loop().create_future()
        awaited = code, match, found
        self._awaited.append(awaited)
        try:
            async with asyncio.timeout(seconds):
                return await found
        finally:
            self._awaited.remove(awaited)


def _digest(envelope: ProvinceEnvelope) -> bytes:
    return sha256(canonical(envelope.payload)).digest()
