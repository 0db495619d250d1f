"""The line to the province over HTTPS: each message is pushed, and what comes back comes to our callback."""

import asyncio
from collections.abc import Mapping, Sequence

import structlog

from shared.http.client import HttpClient, Unanswered, Unreachable
from shared.messaging.bus import Message, Outcome

MESSAGES = "/messages"
AT_ONCE = 8
BATCH = 2 * AT_ONCE
"""A batch is one transaction, and receipts of what is on its way wait for its end."""
_REDIRECT, _OK = 300, 200
_CLIENT_ERROR, _TOO_MANY, _SERVER_ERROR, _AWAY = 400, 429, 500, 503
_NOT_ABOUT_IT = frozenset({401, 403, 404, 405, 407, 408, 421, 425, 426})
"""These decline us, the address or the moment: what was pushed may be taken when that is put right."""
_REST_SECONDS, _LONGEST_REST_SECONDS = 1.0, 300.0
_LATELY_SECONDS = 60.0
"""Within this time of something taken such an answer is about the message after all.

Shorter than it takes to decline a message for good, so that an outage that has just begun refuses nothing.
"""

log = structlog.get_logger(__name__)


class HttpsLine:
    """Pushes messages with `POST {address}/messages`; whatever answers 2xx has taken the message.

    A lane's order is the numbers' matter, so a few messages travel at once. After a failure the line rests for a
    moment, or as long as the other side asks for (`Retry-After`): what was to go meanwhile is not tried. What is turned
    away as if nobody were there, while others are taken, is declined.
    """

    def __init__(self, client: HttpClient, *, lately_seconds: float = _LATELY_SECONDS) -> None:
        self._client = client
        self._free = asyncio.Semaphore(AT_ONCE)
        self._rests_until = 0.0
        self._lately_seconds = lately_seconds
        self._took_at = -lately_seconds

    async def publish(self, messages: Sequence[Message]) -> list[Outcome]:
        """What became of each: taken, not taken, or nobody knows."""
        outcomes = list(await asyncio.gather(*map(self._push, messages)))
        now = asyncio.get_running_loop().time()
        if Outcome.CONFIRMED in outcomes:
            self._took_at = now
        if now - self._took_at >= self._lately_seconds:
            return outcomes
        return [Outcome.DECLINED if each is Outcome.UNROUTABLE else each for each in outcomes]

    async def close(self) -> None:
        await self._client.close()

    async def _push(self, message: Message) -> Outcome:
        headers = {**message.headers, "Content-Type": message.content_type}
        async with self._free:
            if asyncio.get_running_loop().time() < self._rests_until:
                return Outcome.FAILED
            try:
                answer = await self._client.request("POST", MESSAGES, content=message.body, headers=headers)
            except Unreachable as problem:
                self._rest(_REST_SECONDS)
                log.warning("not pushed", message=message.id, problem=str(problem))
                return Outcome.UNKNOWN if isinstance(problem, Unanswered) else Outcome.FAILED
            return self._outcome(message, answer.status_code, answer.headers)

    def _outcome(self, message: Message, status: int, headers: Mapping[str, str]) -> Outcome:
        if _OK <= status < _REDIRECT:
            return Outcome.CONFIRMED
        log.warning("not taken", message=message.id, status=status)
        if status in (_TOO_MANY, _AWAY):
            self._rest(_seconds(headers.get("retry-after", "")))
            return Outcome.FAILED
        if status >= _SERVER_ERROR:  # it broke, or somebody between us did, before or after it was taken
            self._rest(_REST_SECONDS)
            return Outcome.UNKNOWN
        declined = status >= _CLIENT_ERROR and status not in _NOT_ABOUT_IT
        return Outcome.DECLINED if declined else Outcome.UNROUTABLE

    def _rest(self, seconds: float) -> None:
        self._rests_until = max(self._rests_until, asyncio.get_running_loop().time() + seconds)


def _seconds(retry_after: str) -> float:
    """How long the other side asks us to wait, within bounds; a moment where it names a date or nothing."""
    asked = float(retry_after) if retry_after.isdecimal() and len(retry_after) < 10 else _REST_SECONDS  # noqa: PLR2004 — digits
    return min(max(asked, _REST_SECONDS), _LONGEST_REST_SECONDS)
