"""Writes what the province says: dated, signed anew each time it leaves, and left to the post of its service."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from shared.contracts.province import SCHEMA_VERSION, MessageCode, ProvinceEnvelope, Receipt, Wire
from simulator.dialect import Dialect
from simulator.faults import UNKNOWN_VERSION, Faults
from simulator.keys import ProvinceKey, SigningKeys
from simulator.line import SERVICES, Letter, Line, to_city
from simulator.post import Post
from simulator.reading import CITY, PROVINCE
from simulator.spoiling import SpoiltPost

_KEPT = 1000


class Clock(Protocol):
    """Tells the moment, with its zone."""

    def now(self) -> datetime: ...


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """A message that came in or went out; `outcome` is what we made of one that came in."""

    envelope: ProvinceEnvelope
    incoming: bool
    outcome: str = ""


class Outgoing:
    """The province's pen and its posts."""

    def __init__(
        self,
        *,
        dialect: Dialect,
        keys: SigningKeys,
        line: Line,
        clock: Clock,
        faults: Callable[[], Faults],
        observe: Callable[[Crossing], None],
        new_id: Callable[[], UUID],
    ) -> None:
        self.posts = {service: Post(line) for service in SERVICES}
        self.new_id = new_id
        self._ways = {service: SpoiltPost(post, faults) for service, post in self.posts.items()}
        self._dialect = dialect
        self._keys = keys
        self._clock = clock
        self._faults = faults
        self._observe = observe
        self._said: deque[UUID] = deque(maxlen=_KEPT)

    def said(self, message_id: UUID | None) -> bool:
        """Whether this was about the exchange, lately."""
        return message_id in self._said

    def now(self) -> datetime:
        """The moment, as far as our clock is right."""
        skew = self._faults().clock_skew_seconds
        self._faults().counted("clock_skew", happens=bool(skew))
        return self._clock.now() + timedelta(seconds=skew)

    def envelope(self, service: str, **fields: Any) -> ProvinceEnvelope:
        """A message to one service, without a signature."""
        usual = {
            "schema_version": SCHEMA_VERSION,
            "message_id": self.new_id(),
            "sender": PROVINCE,
            "receiver": f"{CITY}/{service}",
            "issued_at": self.now(),
            "key_id": "",
            "signature": "",
        }
        return ProvinceEnvelope(**(usual | fields))

    def post(self, service: str, envelope: ProvinceEnvelope, traceparent: str | None) -> None:
        """Sign it and leave it to the post."""
        signed = self._signed(envelope)
        letter = Letter(
            id=str(signed.message_id),
            routing_key=to_city(service),
            body=self._dialect.written(signed),
            headers={"traceparent": traceparent} if traceparent else {},
        )
        self._ways[service].put(letter)
        self._observe(Crossing(envelope=signed, incoming=False))

    def say(
        self,
        service: str,
        code: MessageCode,
        payload: Wire,
        *,
        key: str,
        answers: ProvinceEnvelope | None = None,
        traceparent: str | None = None,
    ) -> UUID:
        """Send something about the exchange, outside the lanes; its id."""
        envelope = self.envelope(
            service,
            code=code,
            business_key=key,
            lane=answers.lane if answers else "",
            sequence=0,
            in_reply_to=answers.message_id if answers else None,
            payload=payload.model_dump(mode="json"),
        )
        if code != MessageCode.RECEIPT:
            self._said.append(envelope.message_id)
        self.post(service, envelope, traceparent)
        return envelope.message_id

    def receipt(
        self, service: str, answered: ProvinceEnvelope, receipt: Receipt, traceparent: str | None
    ) -> None:
        self.say(
            service,
            MessageCode.RECEIPT,
            receipt,
            key=answered.business_key,
            answers=answered,
            traceparent=traceparent,
        )

    def _signed(self, envelope: ProvinceEnvelope) -> ProvinceEnvelope:
        faults = self._faults()
        if faults.rotates():
            self._keys.rotate()
        strange = faults.strikes("unknown_version")
        version = UNKNOWN_VERSION if strange else faults.schema_version or envelope.schema_version
        key: ProvinceKey = self._keys.stranger if faults.strikes("wrong_key") else self._keys.current
        unsigned = envelope.model_copy(
            update={"schema_version": version, "key_id": key.key_id, "signature": ""}
        )
        content = self._dialect.covered(unsigned)
        spoilt = faults.counted("corrupt_signature", happens=faults.corrupt_signature)
        signature = key.sign(content[::-1] if spoilt else content)
        return unsigned.model_copy(update={"signature": signature})
