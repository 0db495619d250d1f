"""Writes and reads messages as a counterpart spells them; within there is one canonical model."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from shared.contracts.dialect import Covers, Profile, Scalar, Spelled, read_profile
from shared.contracts.province import ProvinceEnvelope, canonical
from shared.errors import Invalid
from shared.messaging.envelope import Undecodable
from shared.province.reading import envelope_of

SAMPLE = Path(__file__).parent / "dialects" / "sample.toml"

_IDS = ("message_id", "in_reply_to")
_BROKEN = (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)
"""What bytes that are no message of ours may come to while they are read."""
Sign = Callable[[bytes], str]
"""Signs bytes; the signature in base64."""


class Unspeakable(Invalid):
    """此内容无法以该方言表达 · This cannot be said in the dialect, for it would be read as something else."""

    code = "NJT-EXC-1030"


class _UnlikeError(ValueError):
    """Where a message is not of the dialect, in words that tell nothing of its values."""


@dataclass(frozen=True, kw_only=True)
class Read:
    """A message as it is understood, and the bytes its signature covers as they were spelled."""

    envelope: ProvinceEnvelope
    signed: bytes


class Dialect:
    """One counterpart's spelling, after a profile."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._zone = ZoneInfo(profile.time.zone)
        self._codes = {theirs: ours for ours, theirs in profile.codes.items()}
        self._names = {theirs: ours for ours, theirs in profile.fields.items()}
        self._values: dict[str, dict[Scalar, Any]] = {
            name: {theirs: json.loads(ours) for ours, theirs in known.items()}
            for name, known in profile.values.items()
        }
        self._days = profile.time.days if profile.time.day != "iso" else frozenset()
        self._respells = bool(profile.fields or profile.values or self._days or profile.omit_null)
        self._places = {name: profile.place(name).split(".") for name in ProvinceEnvelope.model_fields}

    @classmethod
    def from_file(cls, path: Path) -> "Dialect":
        """Raises ProfileError."""
        return cls(read_profile(path))

    def write(self, envelope: ProvinceEnvelope, sign: Sign) -> bytes:
        """The message as bytes, signed."""
        message = self._spelled(envelope)
        signature = sign(self._covered(message))
        if self.profile.signature.spelled is Spelled.HEX:
            signature = base64.b64decode(signature).hex()
        _put(message, self._places["signature"], signature)
        return canonical(message)

    def read(self, body: bytes) -> Read:
        """A message that came; raises Undecodable naming what is at fault, never its values."""
        name = self.profile.name
        try:
            signed = _object(body)
            message = dict(signed)
            signature = _take(signed, self._places["signature"])
            return Read(envelope=self._understood(message, signature), signed=self._covered(signed))
        except Undecodable:
            raise
        except _UnlikeError as unlike:
            raise Undecodable(
                f"报文不符合方言 {name} · not a message in the dialect {name}: {unlike}"
            ) from None
        except _BROKEN:
            raise Undecodable(f"报文不符合方言 {name} · not a message in the dialect {name}") from None

    def _spelled(self, envelope: ProvinceEnvelope) -> dict[str, Any]:
        """A message without its signature."""
        fields = envelope.model_dump(mode="json", exclude={"signature"})
        fields["code"] = self.profile.codes.get(envelope.code, envelope.code)
        if self.profile.time.format != "iso":
            fields["issued_at"] = envelope.issued_at.astimezone(self._zone).strftime(self.profile.time.format)
        if self.profile.plain_ids:
            fields |= {name: fields[name].replace("-", "") for name in _IDS if fields[name]}
        payload = self._renamed(fields["payload"]) if self._respells else fields["payload"]
        fields["payload"] = canonical(payload).decode() if self.profile.payload_text else payload
        message: dict[str, Any] = {}
        for path, value in self.profile.constants.items():
            _put(message, path.split("."), value)
        for name, value in fields.items():
            if value is not None or not self.profile.omit_null:
                _put(message, self._places[name], value)
        return message

    def _understood(self, message: dict[str, Any], signature: Any) -> ProvinceEnvelope:
        """The canonical envelope in a message; whatever it holds beside is not understood."""
        left = dict(message)
        for path, value in self.profile.constants.items():
            if _take(left, path.split(".")) != value:
                raise _UnlikeError(f"{path} 不符 · {path} is not as agreed")
        fields = {name: _take(left, place, missing=None) for name, place in self._places.items()}
        if _holds_more(left):
            raise _UnlikeError("含方言没有的字段 · it holds what the dialect has no name for")
        fields = {name: value for name, value in fields.items() if value is not None}
        fields["code"] = self._codes.get(fields["code"], fields["code"])
        if self.profile.time.format != "iso":
            moment = datetime.strptime(fields["issued_at"], self.profile.time.format)  # noqa: DTZ007 — next line
            fields["issued_at"] = moment.replace(tzinfo=self._zone).astimezone(UTC).isoformat()
        payload = fields["payload"]
        if self.profile.payload_text:
            payload = _object(payload.encode())
        fields["payload"] = self._canonical(payload) if self._respells else payload
        if self.profile.signature.spelled is Spelled.HEX:
            fields["signature"] = _from_hex(signature)
        return envelope_of(fields)

    def _covered(self, message: Mapping[str, Any]) -> bytes:
        if self.profile.signature.covers is Covers.JSON:
            return canonical(dict(message))
        return urlencode(sorted(_leaves(message).items())).encode()

    def _renamed(self, content: Any) -> Any:
        if isinstance(content, list):
            return [self._renamed(each) for each in content]
        if not isinstance(content, dict):
            return content
        if unsaid := content.keys() & (self._names.keys() - self.profile.fields.keys()):
            raise Unspeakable(f"字段名另有所指 · these names mean other fields: {sorted(unsaid)}")
        return {
            self.profile.fields.get(name, name): self._spelled_value(name, value)
            for name, value in content.items()
            if value is not None or not self.profile.omit_null
        }

    def _spelled_value(self, name: str, value: Any) -> Any:
        if isinstance(value, dict | list):
            return self._renamed(value)
        known = self.profile.values.get(name, {})
        if known and (spelled := known.get(json.dumps(value, ensure_ascii=False))) is not None:
            return spelled
        if known and value in self._values[name]:
            raise Unspeakable(f"取值另有所指 · its value means another: {name}")
        if name in self._days and isinstance(value, str):
            return self._spelled_day(name, value)
        return value

    def _spelled_day(self, name: str, value: str) -> str:
        try:
            spelled = date.fromisoformat(value).strftime(self.profile.time.day)
            again = self._canonical_value(name, spelled)
        except ValueError:
            again = spelled = ""
        if again != value:
            raise Unspeakable(f"不是日期 · it is no day: {name}")
        return spelled

    def _canonical(self, content: Any) -> Any:
        if isinstance(content, list):
            return [self._canonical(each) for each in content]
        if not isinstance(content, dict):
            return content
        named = {self._names.get(str(name)) or name: value for name, value in content.items()}
        if len(named) != len(content):
            raise ValueError("fields")
        return {name: self._canonical_value(name, value) for name, value in named.items()}

    def _canonical_value(self, name: str, value: Any) -> Any:
        if isinstance(value, dict | list):
            return self._canonical(value)
        if name in self._values and value in self._values[name]:
            return self._values[name][value]
        if name in self._days and isinstance(value, str):
            return datetime.strptime(value, self.profile.time.day).date().isoformat()  # noqa: DTZ007 — a day
        return value


def _object(body: bytes) -> dict[str, Any]:
    """The JSON object in these bytes, each name once; raises ValueError."""
    try:
        content = json.loads(body.decode(), parse_constant=_no_number, object_pairs_hook=_once)
    except (ValueError, RecursionError) as broken:
        told = broken if isinstance(broken, _UnlikeError) else "不是 UTF-8 的 JSON · not JSON in UTF-8"
        raise _UnlikeError(told) from None
    if not isinstance(content, dict):
        raise _UnlikeError("不是 JSON 对象 · not a JSON object")
    return content


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise _UnlikeError("字段重复 · a field stands there twice")
    return content


def _put(message: dict[str, Any], place: list[str], value: Any) -> None:
    for part in place[:-1]:
        message = message.setdefault(part, {})
    message[place[-1]] = value


_NOTHING = object()


def _take(message: dict[str, Any], place: list[str], missing: Any = _NOTHING) -> Any:
    """Take a value out of its place; raises ValueError where there is none and nothing stands for it."""
    path = ".".join(place)
    for part in place[:-1]:
        inner = message.get(part)
        if not isinstance(inner, dict):
            raise _UnlikeError(f"缺少 {path} · {path} is missing")
        message[part] = message = dict(inner)
    value = message.pop(place[-1], missing)
    if value is _NOTHING:
        raise _UnlikeError(f"缺少 {path} · {path} is missing")
    return value


def _leaves(message: Mapping[str, Any], path: str = "") -> dict[str, str]:
    """Every value by its dotted path, without nulls."""
    found: dict[str, str] = {}
    for name, value in message.items():
        if isinstance(value, dict) and value:
            found |= _leaves(value, f"{path}{name}.")
        elif value is not None:
            found[f"{path}{name}"] = (
                value if isinstance(value, str) else canonical({"": value}).decode()[4:-1]
            )
    return found


def _holds_more(message: Mapping[str, Any]) -> bool:
    """Whether anything is left in a message when all that is known was taken out."""
    return any(_holds_more(value) if isinstance(value, dict) else True for value in message.values())


def _no_number(word: str) -> float:
    raise _UnlikeError(f"数值有误 · it holds a number that is none: {word}")


def _from_hex(signature: str) -> str:
    raw = binascii.unhexlify(signature)
    if raw.hex() != signature:
        raise ValueError("signature")
    return base64.b64encode(raw).decode()
