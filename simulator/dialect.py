"""The province's own tongue: envelopes as a published dialect profile spells them, and back."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from shared.contracts.dialect import Algorithm, Covers, Profile, Spelled, read_profile
from shared.contracts.province import ProvinceEnvelope, canonical

_CANONICAL = Profile(name="canonical", title="标准模型 · the canonical model")
_SIGNATURE, _PAYLOAD = "signature", "payload"
_BROKEN = (TypeError, KeyError, AttributeError, RecursionError, OverflowError)
"""What bytes of any other kind may come to while they are read, ValueError apart."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """An envelope that could be read, and what its signature is to cover."""

    envelope: ProvinceEnvelope
    signed: bytes


class Dialect:
    """Writes and reads the envelopes of one profile; the canonical model's own unless one is given."""

    def __init__(self, profile: Profile = _CANONICAL) -> None:
        self._profile = profile
        self._places = {name: profile.place(name) for name in ProvinceEnvelope.model_fields}
        self._codes = {theirs: ours for ours, theirs in profile.codes.items()}
        self._zone = ZoneInfo(profile.time.zone)
        self._payloads = _Payloads(profile)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read a profile; raises ProfileError."""
        return cls(read_profile(path))

    @property
    def algorithm(self) -> Algorithm:
        return self._profile.signature.algorithm

    def covered(self, envelope: ProvinceEnvelope) -> bytes:
        """What the signature of an envelope is to cover."""
        return self._covered(self._leaves(envelope))

    def written(self, envelope: ProvinceEnvelope) -> bytes:
        """The bytes that cross."""
        signature = envelope.signature
        if self._profile.signature.spelled is Spelled.HEX:
            signature = base64.b64decode(signature).hex()
        return canonical(_nested(self._leaves(envelope) | {self._places[_SIGNATURE]: signature}))

    def opened(self, body: bytes) -> Opened:
        """The envelope in the bytes; raises ValueError, of which pydantic's is one."""
        try:
            return self._opened(json.loads(body.decode(), object_pairs_hook=_once, parse_constant=_none))
        except _BROKEN as broken:
            raise ValueError(type(broken).__name__) from None

    def _leaves(self, envelope: ProvinceEnvelope) -> dict[str, Any]:
        """What is written at which place, without the signature."""
        profile = self._profile
        told = envelope.model_dump(mode="json", exclude={_SIGNATURE})
        told["code"] = profile.codes.get(envelope.code, envelope.code)
        if profile.time.format != "iso":
            told["issued_at"] = envelope.issued_at.astimezone(self._zone).strftime(profile.time.format)
        if profile.plain_ids:
            told["message_id"] = envelope.message_id.hex
            told["in_reply_to"] = envelope.in_reply_to.hex if envelope.in_reply_to else None
        payload = self._payloads.theirs(told[_PAYLOAD])
        told[_PAYLOAD] = canonical(payload).decode() if profile.payload_text else payload
        leaves: dict[str, Any] = {self._places[name]: value for name, value in told.items()}
        if profile.omit_null:
            leaves = {place: value for place, value in leaves.items() if value is not None}
        return leaves | profile.constants

    def _opened(self, message: Any) -> Opened:
        leaves = dict(_leaves_of(message, until=self._places[_PAYLOAD]))
        signature = leaves.pop(self._places[_SIGNATURE])
        signed = self._covered(leaves)
        for place, value in self._profile.constants.items():
            if leaves.pop(place) != value:
                raise ValueError(place)
        told = {name: leaves.pop(place, None) for name, place in self._places.items() if name != _SIGNATURE}
        if leaves:
            raise ValueError("unknown fields")
        told = {name: value for name, value in told.items() if value is not None}
        told |= {"code": self._codes.get(told["code"], told["code"]), _SIGNATURE: self._in_base64(signature)}
        if self._profile.time.format != "iso":
            told["issued_at"] = self._moment(told["issued_at"])
        if self._profile.payload_text:
            told[_PAYLOAD] = json.loads(told[_PAYLOAD], object_pairs_hook=_once, parse_constant=_none)
        told[_PAYLOAD] = self._payloads.ours(told[_PAYLOAD])
        envelope = ProvinceEnvelope.model_validate(told)
        canonical(envelope.payload)
        return Opened(envelope=envelope, signed=signed)

    def _covered(self, leaves: Mapping[str, Any]) -> bytes:
        if self._profile.signature.covers is Covers.JSON:
            return canonical(_nested(leaves))
        pairs = [(place, _in_words(value)) for place, value in leaves.items() if value is not None]
        return urlencode(sorted(pairs)).encode()

    def _in_base64(self, signature: str) -> str:
        if self._profile.signature.spelled is not Spelled.HEX:
            return signature
        raw = bytes.fromhex(signature)
        if raw.hex() != signature:
            raise ValueError(_SIGNATURE)
        return base64.b64encode(raw).decode()

    def _moment(self, spelled: str) -> datetime:
        moment = datetime.strptime(spelled, self._profile.time.format)  # noqa: DTZ007 — the profile names the zone
        return moment.replace(tzinfo=self._zone).astimezone(UTC)


class _Payloads:
    """The names and values in payloads, either way."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._names = {theirs: ours for ours, theirs in profile.fields.items()}
        self._days = profile.time.days if profile.time.day != "iso" else frozenset()
        self._values = {
            name: {theirs: json.loads(ours) for ours, theirs in known.items()}
            for name, known in profile.values.items()
        }

    def theirs(self, content: Any) -> Any:
        if isinstance(content, list):
            return [self.theirs(each) for each in content]
        if not isinstance(content, dict):
            return content
        told = content.items()
        if self._profile.omit_null:
            told = {name: value for name, value in told if value is not None}.items()
        return {self._profile.fields.get(name, name): self._value_there(name, value) for name, value in told}

    def ours(self, content: Any) -> Any:
        if isinstance(content, list):
            return [self.ours(each) for each in content]
        if not isinstance(content, dict):
            return content
        named = _once([(str(self._names.get(name, name)), value) for name, value in content.items()])
        return {name: self._value_here(name, value) for name, value in named.items()}

    def _value_there(self, name: str, value: Any) -> Any:
        if isinstance(value, dict | list):
            return self.theirs(value)
        if name in self._days and isinstance(value, str):
            return date.fromisoformat(value).strftime(self._profile.time.day)
        return self._profile.values.get(name, {}).get(json.dumps(value, ensure_ascii=False), value)

    def _value_here(self, name: str, value: Any) -> Any:
        if isinstance(value, dict | list):
            return self.ours(value)
        if name in self._days and isinstance(value, str):
            return datetime.strptime(value, self._profile.time.day).date().isoformat()  # noqa: DTZ007 — a day
        return self._values.get(name, {}).get(value, value)


def _leaves_of(message: Mapping[str, Any], *, until: str, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value with its dotted path; the payload is one value, and so is an empty part."""
    for name, value in message.items():
        place = f"{path}{name}"
        if "." in name:
            raise ValueError("a dotted name")
        if isinstance(value, dict) and value and place != until:
            yield from _leaves_of(value, until=until, path=f"{place}.")
        else:
            yield place, value


def _nested(leaves: Mapping[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {}
    for place, value in leaves.items():
        *parts, last = place.split(".")
        inner = message
        for part in parts:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return message


def _in_words(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), sort_keys=True)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Raises ValueError where a name stands twice."""
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a name twice")
    return content


def _none(word: str) -> float:
    raise ValueError(word)
